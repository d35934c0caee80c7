from __future__ import annotations

from typing import Any

import pytest

from pilothouse.api import ObjectMeta, PodStatus, replace
from pilothouse.apiserver import ApiError, Client

pytestmark = pytest.mark.fidelity(
    "API: create, update, delete",
    "faithful",
    "recorded facts: api_errors.json, gc.json; managedFields are not kept",
)


def refused(call: Any, *arguments: Any, **named: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        call(*arguments, **named)
    return caught.value


def fingerprint(api: Client) -> Any:
    """What a refusal or a dry run must leave alone."""
    return api.door.store.revision, api.door.random.getstate(), len(api.door.store.log.changes)


def test_creation_fills_in_what_a_server_knows(api: Client, make: Any) -> None:
    pod = api.create(make("Pod", "web-1"))
    meta = pod.metadata
    assert (meta.namespace, meta.generation, meta.creationTimestamp) == ("default", 1, "2026-01-01T00:00:00Z")
    assert len(meta.uid) == 36
    assert meta.resourceVersion == str(api.door.store.revision)
    assert pod.status == PodStatus(phase="Pending", qosClass="BestEffort")
    assert pod.spec.containers[0].terminationMessagePath == "/dev/termination-log"
    assert [one.key for one in pod.spec.tolerations] == [
        "node.kubernetes.io/not-ready",
        "node.kubernetes.io/unreachable",
    ]
    assert pod.spec.serviceAccount == pod.spec.serviceAccountName == "default"


def test_the_same_seed_draws_the_same_names_and_uids(make: Any) -> None:
    from pilothouse.apiserver import Door
    from pilothouse.kernel import Clock, Randoms, Store

    drawn = []
    for _ in range(2):
        clock = Clock()
        door = Door(Store(clock), clock, Randoms(7))
        door.bootstrap()
        item = make("Pod", "")
        item["metadata"] = {"generateName": "web-"}
        pod = Client(door).create(item)
        drawn.append((pod.metadata.name, pod.metadata.uid))
    assert drawn[0] == drawn[1]
    assert drawn[0][0].startswith("web-")
    assert len(drawn[0][0]) == len("web-") + 5


@pytest.mark.parametrize(
    ("change", "code", "reason", "words"),
    [
        ({"metadata": {"name": "web-1"}}, 409, "AlreadyExists", 'pods "web-1" already exists'),
        ({"metadata": {"name": "b", "namespace": "nowhere"}}, 404, "NotFound", 'namespaces "nowhere" not found'),
        ({"spec": {"containers": []}}, 422, "Invalid", 'Pod "b" is invalid: spec.containers: Required value'),
        ({"spec": {"container": []}}, 400, "BadRequest", "strict decoding error: unknown field"),
        ({"kind": "Pood"}, 404, "NotFound", 'no matches for kind "Pood" in version "v1"'),
    ],
)
def test_a_refusal_leaves_everything_as_it_was(
    api: Client, make: Any, change: dict[str, Any], code: int, reason: str, words: str
) -> None:
    api.create(make("Pod", "web-1"))
    before = fingerprint(api)
    error = refused(api.create, {**make("Pod", "b"), **change})
    assert (error.code, error.reason) == (code, reason)
    assert words in str(error)
    assert fingerprint(api) == before


def test_a_dry_run_answers_and_leaves_everything_as_it_was(api: Client, make: Any) -> None:
    live = api.create(make("Deployment", "web"))
    before = fingerprint(api)
    assert api.create(make("Pod", "b"), dry_run=True).metadata.uid
    assert api.create({**make("Pod"), "metadata": {"generateName": "x-"}}, dry_run=True).metadata.name.startswith("x-")
    assert api.patch("deploy", "web", {"spec": {"replicas": 9}}, dry_run=True).spec.replicas == 9
    assert api.update(replace(live, spec=replace(live.spec, paused=True)), dry_run=True).metadata.generation == 2
    assert api.delete("deploy", "web", dry_run=True).metadata.name == "web"
    assert api.apply(make("Deployment", "other"), dry_run=True)[1] == "created"
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}}
    assert api.create(service, dry_run=True).spec.clusterIP.startswith("10.0.")
    assert fingerprint(api) == before


def test_a_stale_version_is_a_conflict(api: Client, make: Any) -> None:
    old = api.create(make("Deployment", "web"))
    api.patch("deploy", "web", {"spec": {"replicas": 2}})
    error = refused(api.update, replace(old, spec=replace(old.spec, replicas=3)))
    assert (error.code, error.reason) == (409, "Conflict")
    assert str(error) == (
        'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; '
        "please apply your changes to the latest version and try again"
    )
    free = replace(old, spec=replace(old.spec, replicas=3), metadata=replace(old.metadata, resourceVersion=""))
    assert api.update(free).spec.replicas == 3


def test_generation_counts_what_was_wished_not_what_was_seen(api: Client, make: Any) -> None:
    live = api.create(make("Deployment", "web"))
    seen = api.update(replace(live, status=replace(live.status, observedGeneration=1)), subresource="status")
    assert (seen.metadata.generation, seen.status.observedGeneration) == (1, 1)
    labelled = api.patch("deploy", "web", {"metadata": {"labels": {"tier": "front"}}})
    assert labelled.metadata.generation == 1
    assert labelled.status.observedGeneration == 1
    assert api.patch("deploy", "web", {"spec": {"replicas": 2}}).metadata.generation == 2
    assert api.patch("deploy", "web", {"status": {"replicas": 9}}).status.replicas == 0


def test_a_write_that_changes_nothing_is_no_change(api: Client, make: Any) -> None:
    live = api.create(make("Deployment", "web"))
    assert api.patch("deploy", "web", {"spec": {"replicas": 1}}) == live
    assert api.update(live) == live
    assert api.apply({**make("Deployment", "x")})[1] == "created"
    assert api.apply({**make("Deployment", "x")})[1] == "unchanged"


def test_the_name_and_uid_of_an_object_stay(api: Client, make: Any) -> None:
    live = api.create(make("ConfigMap", "c", data={"a": "1"}))
    other = replace(live, metadata=replace(live.metadata, uid="0" * 8))
    assert refused(api.update, other).code == 409
    assert refused(api.patch, "cm", "c", {"metadata": {"name": "d"}}).code == 400
    again = api.update(replace(live, metadata=ObjectMeta(name="c", namespace="default"), data={"a": "2"}))
    assert (again.metadata.uid, again.metadata.creationTimestamp) == (
        live.metadata.uid,
        live.metadata.creationTimestamp,
    )


def test_nothing_stored_is_ever_changed_in_place(api: Client, make: Any) -> None:
    item = make("Deployment", "web")
    api.apply(item)
    api.patch(
        "deploy",
        "web",
        {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "line/eta:2"}]}}}},
        "strategic",
    )
    api.patch("deploy", "web", [{"op": "add", "path": "/metadata/labels", "value": {"a": "b"}}], "json")
    item["spec"]["replicas"] = 7
    api.delete("deploy", "web", propagation="Foreground")
    api.door.store.verify()


def test_writes_carry_the_name_of_who_made_them(api: Client, make: Any) -> None:
    api.create(make("ConfigMap", "c"))
    api.as_("alice", ("system:masters",)).create(make("ConfigMap", "d"))
    actors = [change.actor for change in api.door.store.log.changes[-2:]]
    assert actors == ["kubernetes-admin", "alice"]
    assert api.door.store.actor == "user"


def test_every_call_from_outside_can_be_repeated(make: Any) -> None:
    from pilothouse.apiserver import Door
    from pilothouse.kernel import Clock, Randoms, Store, digest

    def door() -> Door:
        clock = Clock()
        made = Door(Store(clock), clock, Randoms(3))
        made.bootstrap()
        return made

    calls: list[tuple[str, dict[str, Any]]] = []
    first = door()
    api = Client(first, journal=lambda call, arguments: calls.append((call, arguments)))
    api.apply(make("Deployment", "web"))
    pod = api.create(make("Pod", "p"))
    api.event(pod, "Normal", "Seen", "it is there")
    api.patch("deploy", "web", {"spec": {"replicas": 2}})
    api.update(replace(pod, metadata=replace(pod.metadata, labels={"a": "b"}, resourceVersion="")))
    api.delete("pod", "p")
    second = door()
    for call, arguments in calls:
        getattr(Client(second), call)(**arguments)
    assert [call for call, _ in calls] == ["apply", "create", "event", "patch", "update", "delete"]
    assert digest(first.store) == digest(second.store)


@pytest.mark.parametrize(
    "item",
    [
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {f"f{n}": 1 for n in range(10_000)}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "labels": {"a": "b" * 64}}},
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "p" * 300},
            "spec": {"containers": [{"name": "c", "image": "x"}]},
        },
        {"apiVersion": 1, "kind": 2},
        {"kind": "Pod"},
        {},
        [],
        None,
        "Pod",
    ],
)
def test_whatever_is_sent_a_status_comes_back(api: Client, item: Any) -> None:
    before = fingerprint(api)
    try:
        error = refused(api.create, item)
    except (AttributeError, TypeError):
        pytest.fail(f"{item!r:.50} is not answered with a Status")
    assert error.code in (400, 404, 422)
    assert len(str(error)) < 20_000
    assert fingerprint(api) == before
