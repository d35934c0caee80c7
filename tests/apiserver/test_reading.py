"""Lists, selectors, watches and computed heartbeats."""

from __future__ import annotations

from typing import Any

import pytest

from pilothouse.api import Lease, LeaseSpec, ObjectMeta, replace
from pilothouse.apiserver import ApiError, Client

pytestmark = pytest.mark.fidelity(
    "API: lists, selectors, watches", "faithful", "recorded facts: api_errors.json; no paging in process"
)


@pytest.fixture
def fleet(api: Client, make: Any) -> Client:
    for name, tier in (("b", "web"), ("a", "web"), ("c", "db")):
        item = make("Pod", name)
        item["metadata"]["labels"] = {"tier": tier}
        api.create(item)
    item = make("Pod", "z")
    item["metadata"]["namespace"] = "kube-system"
    api.create(item)
    return api


@pytest.mark.parametrize("word", ["po", "pod", "pods", "Pod", "pods.v1"])
def test_a_kind_has_many_names(fleet: Client, word: str) -> None:
    assert fleet.get(word, "a").metadata.name == "a"


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ["a", "b", "c"]),
        ({"namespace": None}, ["a", "b", "c", "z"]),
        ({"namespace": "*"}, ["a", "b", "c", "z"]),
        ({"namespace": "nowhere"}, []),
        ({"selector": "tier=web"}, ["a", "b"]),
        ({"selector": "tier!=web,tier"}, ["c"]),
        ({"selector": {"tier": "db"}}, ["c"]),
        ({"field_selector": "metadata.name=b"}, ["b"]),
        ({"field_selector": "metadata.name!=b", "selector": "tier in (web)"}, ["a"]),
        ({"field_selector": "spec.nodeName="}, ["a", "b", "c"]),
        ({"field_selector": "status.phase!=Pending"}, []),
    ],
)
def test_lists_are_sorted_and_chosen(fleet: Client, options: dict[str, Any], names: list[str]) -> None:
    assert [pod.metadata.name for pod in fleet.list("pods", **options)] == names


@pytest.mark.parametrize(
    ("call", "code", "words"),
    [
        (lambda api: api.list("pods", field_selector="spec.colour=red"), 400, "field label not supported: spec.colour"),
        (lambda api: api.list("pods", selector="a in b"), 400, "unable to parse requirement"),
        (lambda api: api.list("ships"), 404, 'the server doesn\'t have a resource type "ships"'),
        (lambda api: api.get("pod", "nope"), 404, 'pods "nope" not found'),
        (lambda api: api.get("deploy", "nope"), 404, 'deployments.apps "nope" not found'),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(fleet: Client, call: Any, code: int, words: str) -> None:
    with pytest.raises(ApiError) as refused:
        call(fleet)
    assert refused.value.code == code
    assert words in refused.value.message


def test_a_watch_is_a_cursor(fleet: Client) -> None:
    watch = fleet.watch("pods", namespace="default")
    assert list(watch) == []
    fleet.patch("pod", "a", {"metadata": {"labels": {"tier": "db"}}})
    fleet.delete("pod", "b")
    fleet.delete("pod", "z", namespace="kube-system")
    assert [(event.type, event.object.metadata.name) for event in watch] == [("MODIFIED", "a"), ("DELETED", "b")]
    assert list(watch) == []


def test_a_watch_with_a_selector_sees_objects_come_and_go(fleet: Client) -> None:
    watch = fleet.watch("pods", selector="tier=db", since=fleet.door.store.revision)
    fleet.patch("pod", "a", {"metadata": {"labels": {"tier": "db"}}})
    fleet.patch("pod", "c", {"metadata": {"labels": {"tier": "web"}}})
    fleet.patch("pod", "b", {"metadata": {"labels": {"x": "y"}}})
    assert [(event.type, event.object.metadata.name) for event in watch] == [("ADDED", "a"), ("DELETED", "c")]


def test_history_that_is_gone_is_said_to_be_gone(make: Any) -> None:
    from pilothouse.apiserver import Door
    from pilothouse.kernel import Clock, Randoms, Store

    clock = Clock()
    door = Door(Store(clock, window=4), clock, Randoms(0))
    door.bootstrap()
    api = Client(door)
    for number in range(20):
        api.create(make("ConfigMap", f"c{number}"))
    with pytest.raises(ApiError, match="too old resource version: 1") as refused:
        list(api.watch("cm", since=1))
    assert refused.value.code == 410


def test_a_heartbeat_that_nobody_writes_is_computed_when_read(api: Client) -> None:
    lease = api.create(
        Lease(metadata=ObjectMeta(name="n1", namespace="kube-node-lease"), spec=LeaseSpec(holderIdentity="n1"))
    )
    revision = api.door.store.revision
    api.door.clock.now = 47.5
    read = api.get("lease", "n1", "kube-node-lease")
    assert read.spec.renewTime == "2026-01-01T00:00:40.000000Z"
    assert api.list("leases", "kube-node-lease")[0] == read
    assert api.door.store.revision == revision
    stopped = replace(lease, spec=replace(lease.spec, renewTime="2026-01-01T00:00:10.000000Z"))
    api.update(stopped)
    assert api.get("lease", "n1", "kube-node-lease").spec.renewTime == "2026-01-01T00:00:10.000000Z"
