"""What would fix it: the smallest change first, and every one of them proved."""

from __future__ import annotations

from typing import Any

import pytest
from small_world import HOST, node, pod, typed

from pilothouse import Cluster
from pilothouse.api import to_dict
from pilothouse.scheduler import Explanation, Profile, explain, snapshot_of

TAINT = [{"key": "gpu", "value": "only", "effect": "NoSchedule"}]
CORDON = [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}]
WEB = {"matchLabels": {"app": "web"}}
SHY = {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": HOST, "labelSelector": WEB}]}
MOUNT = [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]


def asked(objects: list[dict[str, Any]], of: dict[str, Any]) -> Explanation:
    return explain(Profile(), snapshot_of([typed(item) for item in objects]), typed(of))


@pytest.mark.parametrize(
    ("world", "wish", "first"),
    [
        ([node("n1", cpu="2")], {"cpu": "3"}, "ask for 2 cpu instead of 3"),
        ([node("n1", cpu="2"), pod("old", on="n1")], {"cpu": "2"}, "ask for 1500m cpu instead of 2"),
        ([node("n1", taints=TAINT)], {}, "add a toleration of gpu=only:NoSchedule"),
        ([node("n1")], {"nodeSelector": {"disk": "ssd"}}, "label node n1 with disk=ssd"),
        ([node("n1", unschedulable=True)], {}, "uncordon node n1"),
        ([node("n1", unschedulable=True, taints=CORDON)], {}, "uncordon node n1"),
        ([node("n1", pods="1"), pod("old", on="n1")], {}, "evict default/old from n1"),
        (
            [node("n1"), pod("old", on="n1")],
            {"affinity": {"podAntiAffinity": SHY}},
            "only prefer, not require, its company (pod affinity and anti-affinity)",
        ),
        ([node("n1")], {"volumes": MOUNT}, 'create claim "data" with a volume'),
        ([], {"cpu": "3"}, "add a node with 3 cpu, 1Gi memory"),
        (
            [node("n1", cpu="2", taints=TAINT)],
            {"cpu": "3"},
            "add a toleration of gpu=only:NoSchedule and ask for 2 cpu instead of 3",
        ),
    ],
)
def test_the_smallest_fix(world: list[dict[str, Any]], wish: dict[str, Any], first: str) -> None:
    found = asked(world, pod(**wish)).fixes()
    assert found[0].words == first
    assert found[0].nodes
    assert [fix.size for fix in found] == sorted(fix.size for fix in found)


def test_a_pod_with_a_place_needs_none() -> None:
    assert asked([node("n1")], pod()).fixes() == []


@pytest.mark.fidelity(
    "Scheduler: fixes", "invented", "No real scheduler offers changes; each one here is tried out first."
)
def test_a_fix_can_be_applied() -> None:
    cluster = Cluster(nodes=[node("n1", cpu="2"), node("n2", cpu="1")], kubelet=False)
    cluster.apply(pod("big", cpu="8"))
    cluster.settle()
    for fix in cluster.explain("pod/big").fixes():
        fork = cluster.fork()
        for key in fix.gone:
            fork.api.delete(key.kind, key.name, key.namespace, grace=0)
        fork.apply([to_dict(item) for item in fix.put])
        if fix.pod.spec != cluster.get("pod", "big").spec:
            fork.api.delete("Pod", "big", grace=0)
            fork.apply({**pod("big"), "spec": to_dict(fix.pod)["spec"]})
        fork.run("2s")
        assert fork.get("pod", "big").spec.nodeName in fix.nodes, fix.words


@pytest.mark.fidelity("Scheduler: capacity", "invented", "Pods are placed one by one on a copy until none fits.")
def test_capacity_counts_and_says_what_stops_the_next() -> None:
    cluster = Cluster(nodes=[node("n1", cpu="2"), node("n2", cpu="1")], kubelet=False)
    cluster.apply(pod("old"))
    cluster.settle()
    revision = cluster.store.revision
    found = cluster.scheduler.capacity(typed(pod("more")))
    assert found.count == 5
    assert sum(found.by_node.values()) == 5
    assert found.stopped is not None
    assert found.stopped.message.startswith("0/2 nodes are available: 2 Insufficient cpu.")
    assert str(found).startswith("5 more pods like more fit, on 2 of 2 nodes; then 0/2 nodes are available")
    assert cluster.store.revision == revision


def test_two_configurations_compared_by_fork() -> None:
    cluster = Cluster(nodes=4, kubelet=False)
    packed = cluster.fork()
    strategy = {"scoringStrategy": {"type": "MostAllocated"}}
    packed.scheduler.configure(Profile.read({"pluginConfig": [{"name": "NodeResourcesFit", "args": strategy}]}))
    for each in (cluster, packed):
        each.apply([pod(f"web-{number}") for number in range(8)])
        each.settle()
    used = [{item.spec.nodeName for item in each.list("pods")} for each in (cluster, packed)]
    assert len(used[0]) == 4
    assert len(used[1]) < 4


def test_a_fix_gives_what_to_apply() -> None:
    """The pod as a new one: what only a server may set is left out."""
    cluster = Cluster(nodes=[node("n1", cpu="2")])
    cluster.apply(pod("big", cpu="3"))
    cluster.run("5s")
    fix = cluster.explain("pod/big").fixes()[0]
    cluster.api.delete("pod", "big")
    cluster.apply(fix.manifests())
    cluster.settle()
    assert cluster.get("pod", "big").spec.nodeName == "n1"


def test_a_missing_claim_decides_in_every_row() -> None:
    found = asked([node("n1", taints=TAINT), node("n2")], pod(volumes=MOUNT))
    assert str(found).count("»no") == 2
