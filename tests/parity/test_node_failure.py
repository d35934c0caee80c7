"""A node that falls silent, beside a real control plane: what is written on it and its pods, and when."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from facts import Facts

from pilothouse import Cluster
from pilothouse.api import timestamp

pytestmark = pytest.mark.fidelity(
    "Nodes: silence, taints, eviction by tolerationSeconds",
    "simplified",
    "agrees with controlplane/node_failure.json to the second; no brake when many nodes fail at once",
)
GRACE = 50.0  # seconds from the last heartbeat until the node is Unknown; the recorder's check came after 47.3


@pytest.fixture
def recorded(shared: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "conformance" / "controlplane" / "node_failure.json").read_text())
    return found


@pytest.fixture
def cluster(recorded: dict[str, Any]) -> Cluster:
    """Two nodes with all the recorded workloads ready on them; nf-1 has just fallen silent."""
    made = Cluster(nodes=[node("nf-1"), node("nf-2")], kubelet=False)
    made.apply(recorded["input"])
    made.run("1s")
    make_ready(made)
    made.run("9s")
    made.fail("node/nf-1")
    return made


def node(name: str) -> dict[str, Any]:
    room = {"cpu": "8", "memory": "32Gi", "pods": "110"}
    labels = {"kubernetes.io/hostname": name, "pool": "nf"}
    metadata = {"name": name, "labels": labels}
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "status": {"capacity": room, "allocatable": room}}


def make_ready(cluster: Cluster) -> None:
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": timestamp(cluster.now)}
    for number, pod in enumerate(cluster.list("pods")):
        if pod.status.phase == "Pending" and pod.spec.nodeName:
            status = {"status": {"phase": "Running", "podIP": f"10.0.0.{number + 1}", "conditions": [ready]}}
            cluster.api.patch("pod", pod.metadata.name, status, subresource="status")


def silent_since(cluster: Cluster) -> float:
    lease = cluster.api.get("lease", "nf-1", "kube-node-lease")
    seconds: float = cluster.now // 10 * 10
    assert lease.spec.renewTime.startswith(timestamp(seconds)[:19])
    return seconds


def test_the_node_and_its_pods_say_so(cluster: Cluster, recorded: dict[str, Any]) -> None:
    cluster.run(silent_since(cluster) + GRACE - cluster.now)
    last = [entry[3] for entry in recorded["observed"]["timeline"] if entry[1:3] == ["Node", "nf-1"] and entry[0] < 60][
        -1
    ]
    found = cluster.get("node", "nf-1")
    conditions = {c.type: [c.status, c.reason, c.message] for c in found.status.conditions}
    assert [conditions.pop("Ready")] == last["ready"]
    assert all(told in last["others"] for told in conditions.values())
    assert sorted([t.key, t.effect] for t in found.spec.taints) == sorted(last["taints"])
    lost = [pod for pod in cluster.list("pods") if pod.spec.nodeName == "nf-1"]
    assert {(pod.status.phase, c.status) for pod in lost for c in pod.status.conditions if c.type == "Ready"} == {
        ("Running", "False")
    }
    told = [e for e in recorded["observed"]["events"] if e["reason"] == "NodeNotReady"]
    seen = [e for e in cluster.list("events") if e.reason == "NodeNotReady" and e.involvedObject.kind == "Pod"]
    assert len(seen) == len(told) == len(lost)
    assert {(e.type, e.message, e.source.component) for e in seen} == {(e["type"], e["msg"], e["src"]) for e in told}


def test_who_is_evicted_and_when(cluster: Cluster, recorded: dict[str, Any]) -> None:
    unknown = silent_since(cluster) + GRACE
    timeline = recorded["observed"]["timeline"]
    begin = next(t for t, kind, name, state in timeline if kind == "Node" and state["ready"][0][0] == "Unknown")
    evicted: dict[str, int] = {}
    for time, kind, name, state in timeline:
        if kind == "Pod" and state["deleting"]:
            evicted.setdefault(name.partition("-")[0], round(time - begin))
    cluster.run(unknown + 310 - cluster.now)
    seen: dict[str, int] = {}
    for change in cluster.changes(kind="pod"):
        if change.after is not None and change.after.metadata.deletionTimestamp:
            seen.setdefault(change.name.partition("-")[0], round(change.time - unknown))
    assert seen == evicted == {"tol5": 5, "sts": 10, "tol20": 20, "dflt": 300}
    going = [pod for pod in cluster.list("pods") if pod.metadata.deletionTimestamp]
    targets = {(c.reason, c.message) for pod in going for c in pod.status.conditions if c.type == "DisruptionTarget"}
    assert targets == {("DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint")}


def test_what_is_replaced(cluster: Cluster) -> None:
    cluster.run(silent_since(cluster) + GRACE + 310 - cluster.now)
    make_ready(cluster)
    cluster.settle()
    assert cluster.get("deployment", "dflt").status.availableReplicas == 2
    (lost,) = [pod for pod in cluster.list("pods") if pod.metadata.name == "sts-0"]
    assert lost.metadata.deletionTimestamp, "a StatefulSet replaces its pod only when the old one is gone"
    cluster.recover("node/nf-1")
    cluster.settle()
    assert not cluster.get("node", "nf-1").spec.taints
    for pod in cluster.list("pods"):
        if pod.metadata.deletionTimestamp:
            cluster.api.delete("pod", pod.metadata.name, grace=0)
    cluster.settle()
    assert not cluster.get("pod", "sts-0").metadata.deletionTimestamp
    left = sorted(pod.metadata.name.partition("-")[0] for pod in cluster.list("pods"))
    assert left == ["dflt", "dflt", "ds", "ds", "sts", "tolall", "tolforever"]


def test_every_event(cluster: Cluster, shared: Path) -> None:
    """Everything that was told, from the silence of the node until 50 seconds after its return."""
    facts = Facts(shared, "node_failure", "observed")
    cluster.run(silent_since(cluster) + GRACE + 310 - cluster.now)
    make_ready(cluster)
    cluster.run("40s")
    cluster.recover("node/nf-1")
    cluster.settle()
    for pod in cluster.list("pods"):
        if pod.metadata.deletionTimestamp:
            cluster.api.delete("pod", pod.metadata.name, grace=0)
    cluster.run("1s")
    make_ready(cluster)
    cluster.run("1s")
    told = Counter[str]()
    for event in cluster.api.list("events", "*"):
        about = event.involvedObject
        source = event.source.component or event.reportingComponent
        words = f"{about.kind}/{about.name} {event.type} {event.reason} {source}: {event.message}"
        told[words] += event.count or 1
    facts.compare_events(facts["events"] + facts["node_events"], told)
    facts.close(at_least=25)
