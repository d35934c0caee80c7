"""Preemption: who must go, from where, and what the preemptor's event says."""

from __future__ import annotations

from typing import Any

import pytest
from small_world import a_pod, node, place_of, pod, said, typed

from pilothouse import Cluster
from pilothouse.scheduler import Profile, explain, snapshot_of
from pilothouse.scheduler.plugins.default_preemption import Candidate, cheapest


def high(cluster: Cluster) -> None:
    cluster.apply(
        {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "high"}, "value": 1000}
    )


@pytest.mark.fidelity(
    "Scheduler: preemption",
    "simplified",
    "Victims, budgets and the choice of the node agree with recorded decisions; all nodes are looked at, not a sample.",
)
def test_a_pod_of_high_priority_gets_its_place() -> None:
    cluster = Cluster(nodes=[node("n1", cpu="2")])
    high(cluster)
    cluster.apply([pod(f"low-{number}") for number in range(4)])
    cluster.run("10s")
    cluster.apply(pod("vip", cpu="1", priorityClassName="high"))
    cluster.settle()
    assert cluster.get("pod", "vip").status.nominatedNodeName == "n1"
    assert said(cluster, "vip", "FailedScheduling") == ["0/1 nodes are available: 1 Insufficient cpu."]
    leaving = [each for each in cluster.list("pods") if each.metadata.deletionTimestamp]
    assert len(leaving) == 2
    uid = cluster.get("pod", "vip").metadata.uid
    for victim in leaving:
        assert said(cluster, victim.metadata.name, "Preempted") == [f"Preempted by pod {uid} on node n1"]
        conditions = {each.type: each for each in victim.status.conditions}
        assert conditions["DisruptionTarget"].reason == "PreemptionByScheduler"
        assert (
            conditions["DisruptionTarget"].message
            == "default-scheduler: preempting to accommodate a higher priority pod"
        )
    assert cluster.run(until=lambda c: place_of(c, "vip") == "n1", timeout="1m")
    assert not cluster.get("pod", "vip").status.nominatedNodeName


def test_a_promised_node_is_kept_for_the_pod() -> None:
    cluster = Cluster(nodes=[node("n1", cpu="2")])
    high(cluster)
    cluster.apply([pod(f"low-{number}") for number in range(4)])
    cluster.run("10s")
    cluster.apply([pod("vip", cpu="2", priorityClassName="high"), pod("late", cpu="1")])
    assert cluster.run(until=lambda c: place_of(c, "vip") == "n1", timeout="2m")
    assert place_of(cluster, "late") == ""


def test_never_means_never() -> None:
    cluster = Cluster(nodes=[node("n1", cpu="1")])
    cluster.apply(
        {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": "patient"},
            "value": 1000,
            "preemptionPolicy": "Never",
        }
    )
    cluster.apply(pod("low", cpu="1"))
    cluster.settle()
    cluster.apply(pod("vip", cpu="1", priorityClassName="patient"))
    cluster.settle()
    assert said(cluster, "vip", "FailedScheduling")[0].endswith(
        "preemption: not eligible due to preemptionPolicy=Never."
    )
    assert not cluster.get("pod", "low").metadata.deletionTimestamp


def test_a_priority_class_that_is_not_there_is_refused_at_the_door() -> None:
    cluster = Cluster(nodes=1)
    with pytest.raises(Exception, match="no PriorityClass with name nobody was found"):
        cluster.apply(pod("vip", priorityClassName="nobody"))


def candidate(node: str, violations: int, *victims: tuple[int, str]) -> Candidate:
    pods = []
    for number, (priority, start) in enumerate(victims):
        item: dict[str, Any] = pod(f"{node}-{number}", priority=priority)
        item["status"] = {"startTime": start} if start else {}
        pods.append(typed(item))
    return Candidate(node, pods, violations)


@pytest.mark.parametrize(
    ("candidates", "best"),
    [
        ([candidate("a", 1, (0, "2026-01-01T00:00:00Z")), candidate("b", 0, (9, "2026-01-01T00:00:00Z"))], ["b"]),
        ([candidate("a", 0, (5, "")), candidate("b", 0, (4, ""), (4, ""))], ["b"]),
        ([candidate("a", 0, (5, ""), (1, "")), candidate("b", 0, (5, ""), (0, ""))], ["b"]),
        ([candidate("a", 0, (-5, ""), (-5, "")), candidate("b", 0, (-5, ""))], ["b"]),
        ([candidate("a", 0, (5, "2026-01-01T00:00:00Z")), candidate("b", 0, (5, "2026-01-01T00:00:01Z"))], ["b"]),
        ([candidate("b", 0, (5, "2026-01-01T00:00:00Z")), candidate("a", 0, (5, "2026-01-01T00:00:00Z"))], ["a", "b"]),
    ],
)
def test_the_cheapest_node(candidates: list[Candidate], best: list[str]) -> None:
    assert cheapest(candidates) == best


def test_a_budget_protects_where_it_can() -> None:
    budget = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "b", "namespace": "default"},
        "spec": {"selector": {"matchLabels": {"app": "safe"}}, "minAvailable": 1},
        "status": {"disruptionsAllowed": 0, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1},
    }
    world = [
        node("n1", cpu="1"),
        node("n2", cpu="1"),
        pod("kept", cpu="1", on="n1", labels={"app": "safe"}),
        pod("gone", cpu="1", on="n2"),
        budget,
    ]
    found = explain(Profile(), snapshot_of([typed(item) for item in world]), a_pod("vip", cpu="1", priority=10))
    assert found.preemption is not None
    assert found.preemption.nominated == ["n2"]
    assert found.preemption.candidates["n1"].violations == 1


def test_supposing_leaves_no_trace() -> None:
    leaving = pod("leaving", cpu="1", on="n1", priority=-1)
    leaving["metadata"] |= {"deletionTimestamp": "2026-01-01T00:00:30Z", "deletionGracePeriodSeconds": 30}
    world = [typed(item) for item in (node("n1", cpu="1"), node("n2", cpu="1"), leaving, pod("b", cpu="1", on="n2"))]
    columns, fresh = snapshot_of(world), snapshot_of(world)
    spread = {"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule"}
    constraint = [{**spread, "labelSelector": {"matchLabels": {"app": "web"}}}]
    vip = a_pod("vip", cpu="1", priority=10, topologySpreadConstraints=constraint)
    first = explain(Profile(), columns, vip).to_dict()
    assert first["preemption"]["candidates"]["n1"]["victims"] == ["default/leaving"]
    assert explain(Profile(), columns, vip).to_dict() == first
    for name in fresh.requested:
        assert columns.requested[name].tolist() == fresh.requested[name].tolist()
    assert [list(pods) for pods in columns.pods] == [list(pods) for pods in fresh.pods]
