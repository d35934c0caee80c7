from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from pilothouse.apiserver import Client
from pilothouse.apiserver.apply import LAST_APPLIED

pytestmark = pytest.mark.fidelity(
    "kubectl apply: three-way merge", "faithful", "as kubectl computes it on the client's side"
)


def test_apply_remembers_what_it_was_given(api: Client, make: Any) -> None:
    live, done = api.apply(make("Deployment", "web"))
    assert done == "created"
    last = json.loads(live.metadata.annotations[LAST_APPLIED])
    assert last["metadata"] == {"annotations": {}, "name": "web", "namespace": "default"}
    assert "replicas" not in last["spec"]


@pytest.fixture
def web(make: Any) -> dict[str, Any]:
    item: dict[str, Any] = make("Deployment", "web", spec={"replicas": 3, "minReadySeconds": 5})
    container = item["spec"]["template"]["spec"]["containers"][0]
    container |= {"env": [{"name": "PORT", "value": "Rotterdam"}], "ports": [{"containerPort": 80}]}
    return item


def test_what_the_manifest_no_longer_says_goes_and_what_others_wrote_stays(api: Client, web: dict[str, Any]) -> None:
    api.apply(web)
    api.patch("deploy", "web", {"spec": {"replicas": 7, "paused": True}, "metadata": {"labels": {"team": "eta"}}})
    again = copy.deepcopy(web)
    del again["spec"]["minReadySeconds"], again["spec"]["replicas"]
    del again["spec"]["template"]["spec"]["containers"][0]["env"]
    live, done = api.apply(again)
    assert done == "configured"
    assert (live.spec.replicas, live.spec.minReadySeconds, live.spec.paused) == (1, 0, True)
    assert live.metadata.labels == {"team": "eta"}
    assert live.spec.template.spec.containers[0].env == []


def test_lists_are_merged_by_their_keys(api: Client, web: dict[str, Any]) -> None:
    api.apply(web)
    side = {"name": "side", "image": "line/mesh:1"}
    api.patch("deploy", "web", {"spec": {"template": {"spec": {"containers": [side]}}}}, "strategic")
    again = copy.deepcopy(web)
    again["spec"]["template"]["spec"]["containers"][0]["image"] = "line/eta:2"
    live, _ = api.apply(again)
    images = {one.name: one.image for one in live.spec.template.spec.containers}
    assert images == {"c": "line/eta:2", "side": "line/mesh:1"}


def test_applying_twice_is_no_change_even_where_a_port_serves_two_protocols(api: Client) -> None:
    ports = [{"port": 53, "name": "dns", "protocol": "UDP"}, {"port": 53, "name": "dns-tcp", "protocol": "TCP"}]
    item = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": ports}}
    live, _ = api.apply(item)
    assert api.apply(item) == (live, "unchanged")


def test_an_object_that_was_created_otherwise_can_be_applied(api: Client, web: dict[str, Any]) -> None:
    api.create(web)
    live, done = api.apply(web)
    assert done == "configured"
    assert LAST_APPLIED in live.metadata.annotations
    assert live.metadata.generation == 2  # annotations of a Deployment count
