from __future__ import annotations

from typing import Any

import pytest

from pilothouse.api import Node, ObjectMeta, PodCondition, PodDisruptionBudget, PodDisruptionBudgetStatus, replace
from pilothouse.apiserver import ApiError, Client

pytestmark = pytest.mark.fidelity(
    "API: binding, eviction, scale", "faithful", "recorded facts: drain.json, api_errors.json"
)


@pytest.fixture
def bound(api: Client, make: Any) -> Client:
    api.create(Node(metadata=ObjectMeta(name="n1", labels={"topology.kubernetes.io/zone": "rotterdam", "disk": "ssd"})))
    item = make("Pod", "p")
    item["metadata"]["labels"] = {"app": "eta"}
    api.create(item)
    api.bind("p", "default", "n1")
    return api


def test_binding_writes_the_node_its_place_and_the_condition(bound: Client) -> None:
    pod = bound.get("pod", "p")
    assert pod.spec.nodeName == "n1"
    assert pod.metadata.labels == {"app": "eta", "topology.kubernetes.io/zone": "rotterdam"}
    assert [(one.type, one.status) for one in pod.status.conditions] == [("PodScheduled", "True")]
    with pytest.raises(ApiError, match='pod p is already assigned to node "n1"') as refused:
        bound.patch("pod", "p", {"target": {"name": "n2"}}, subresource="binding")
    assert refused.value.code == 409


def ready(api: Client) -> None:
    pod = api.get("pod", "p")
    condition = PodCondition(type="Ready", status="True")
    api.update(replace(pod, status=replace(pod.status, phase="Running", conditions=[condition])), subresource="status")


def budget(api: Client, name: str, allowed: int) -> None:
    spec = {"minAvailable": 1, "selector": {"matchLabels": {"app": "eta"}}}
    item = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name}, "spec": spec}
    live: PodDisruptionBudget = api.create(item)
    state = PodDisruptionBudgetStatus(
        disruptionsAllowed=allowed, observedGeneration=1, desiredHealthy=1, currentHealthy=1 + allowed, expectedPods=2
    )
    api.update(replace(live, status=state), subresource="status")


@pytest.mark.parametrize(
    ("budgets", "code", "words"),
    [
        ([], 0, ""),
        ([1], 0, ""),
        ([0], 429, "Cannot evict pod as it would violate the pod's disruption budget."),
        ([1, 1], 500, "This pod has more than one PodDisruptionBudget"),
    ],
)
def test_eviction_asks_the_budgets(bound: Client, budgets: list[int], code: int, words: str) -> None:
    ready(bound)
    for number, allowed in enumerate(budgets):
        budget(bound, f"b{number}", allowed)
    if not code:
        assert bound.evict("p").metadata.deletionTimestamp
        assert [one.status.disruptionsAllowed for one in bound.list("pdb")] == [0] * len(budgets)
        return
    with pytest.raises(ApiError, match=words) as refused:
        bound.patch("pod", "p", {}, subresource="eviction")
    assert refused.value.code == code
    assert not bound.get("pod", "p").metadata.deletionTimestamp
    if code == 429:
        assert refused.value.details is not None
        assert refused.value.details["causes"] == [
            {
                "reason": "DisruptionBudget",
                "message": "The disruption budget b0 needs 1 healthy pods and has 1 currently",
            }
        ]


def test_scale_changes_replicas_and_nothing_else(api: Client, make: Any) -> None:
    api.create(make("Deployment", "web"))
    scale = api.patch("deploy", "web", {"spec": {"replicas": 4}}, subresource="scale")
    assert (scale.kind, scale.spec.replicas, scale.status.selector) == ("Scale", 4, "app=web")
    assert api.get("deploy", "web", subresource="scale").spec.replicas == 4
    assert api.get("deploy", "web").metadata.generation == 2
    with pytest.raises(ApiError, match=r'Scale\.autoscaling "web" is invalid: spec\.replicas: Invalid value: -3'):
        api.patch("deploy", "web", {"spec": {"replicas": -3}}, subresource="scale")
    api.create(make("Pod", "p"))
    with pytest.raises(ApiError) as refused:
        api.get("pod", "p", subresource="scale")
    assert refused.value.code == 404
