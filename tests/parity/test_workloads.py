"""StatefulSets and DaemonSets beside a real control plane: which pods there are after each thing done to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pilothouse import Cluster
from pilothouse.api import timestamp, to_dict
from pilothouse.kernel import Controller, Key, itself

Act = Callable[[Cluster], Any]
POOL = {"pool": "ds"}


class Player(Controller):
    """Ends deleted pods at once, and makes bound ones ready unless their image is called `bad` or `slow`."""

    name = "player"
    watches: ClassVar = {"Pod": itself}

    def reconcile(self, key: Key) -> None:
        pod = self.store.get(*key)
        if pod is None or not pod.spec.nodeName:
            return
        if pod.metadata.deletionTimestamp:
            self.api.delete("pod", key.name, key.namespace, grace=0)
        elif (
            pod.status.phase == "Pending"
            and pod.spec.containers[0].image != "bad"
            and "slow" not in pod.metadata.labels
        ):
            make_ready(self.api, key.name, self.clock.now)


def make_ready(api: Any, name: str, now: float) -> None:
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": timestamp(now)}
    api.patch("pod", name, {"status": {"phase": "Running", "conditions": [ready]}}, subresource="status")


def cluster_with(nodes: int, kind: str, spec: dict[str, Any], labels: dict[str, str]) -> Cluster:
    cluster = Cluster(nodes=nodes, kubelet=False)
    cluster.loop.add(Player(), cluster.door.client("player"))
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "c", "image": "a:1"}], **spec.pop("pod", {})},
    }
    body = {"selector": {"matchLabels": {"app": labels["app"]}}, "template": template, **spec}
    cluster.api.create({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "db"}, "spec": body})
    cluster.run("5s")
    return cluster


def image(name: str) -> Act:
    body = {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": name}]}}}}
    return lambda c: c.api.patch("statefulset", "db", body, type="strategic")


def patched(kind: str, name: str, body: dict[str, Any]) -> Act:
    return lambda c: c.api.patch(kind, name, body)


def deleted(name: str) -> Act:
    return lambda c: c.api.delete("pod", name)


def ready(name: str) -> Act:
    return lambda c: make_ready(c.api, name, c.now)


def scaled(size: int) -> Act:
    return patched("statefulset", "db", {"spec": {"replicas": size}})


ROLLING = patched("statefulset", "db", {"spec": {"updateStrategy": {"type": "RollingUpdate"}}})
STATEFUL: dict[str, tuple[dict[str, Any], list[Act | None]]] = {
    "sts_ondelete_and_broken": (
        {"replicas": 3, "updateStrategy": {"type": "OnDelete"}},
        [image("a:2"), deleted("db-1"), ROLLING, image("bad"), image("a:3"), deleted("db-2")],
    ),
    "sts_start_ordinal_and_maxunavailable": (
        {"replicas": 3, "ordinals": {"start": 5}},
        [None, None, patched("statefulset", "db", {"spec": {"ordinals": {"start": 3}}})],
    ),
    "sts_parallel": (
        {"replicas": 4, "podManagementPolicy": "Parallel", "slow": True},
        [None, scaled(6), image("a:2"), *(ready(f"db-{number}") for number in (5, 4, 3, 2, 1, 0))],
    ),
}


@pytest.mark.fidelity(
    "StatefulSets: OnDelete, broken revisions, ordinals, Parallel",
    "faithful",
    "recorded facts: controlplane/statefulset.json",
)
@pytest.mark.parametrize("name", list(STATEFUL))
def test_stateful_sets(shared: Path, name: str) -> None:
    recorded = json.loads((shared / "conformance" / "controlplane" / "statefulset.json").read_text())[name]["steps"]
    spec, acts = STATEFUL[name]
    labels = {"app": "db", **({"slow": "yes"} if spec.get("slow") else {})}
    options = {key: value for key, value in spec.items() if key != "slow"}
    cluster = cluster_with(1, "StatefulSet", {"serviceName": "db", **options}, labels)
    for act, step in zip(acts, recorded, strict=False):
        if act is not None:
            act(cluster)
        cluster.run("5s")
        if "pods" in step:
            seen = [
                [
                    p.metadata.name,
                    p.spec.containers[0].image,
                    any(c.type == "Ready" and c.status == "True" for c in p.status.conditions),
                ]
                for p in cluster.list("pods")
            ]
            assert seen == step["pods"], step["after"]


def tainted(node: str, effect: str) -> Act:
    return patched(
        "node", node, {"spec": {"taints": [{"key": "t", "value": "v", "effect": effect}] if effect else None}}
    )


def label_all(cluster: Cluster) -> None:
    for number in range(1, 5):
        cluster.api.patch("node", f"n{number}", {"metadata": {"labels": POOL}})


def lose_two(cluster: Cluster) -> None:
    for pod in cluster.list("pods"):
        if pod.spec.nodeName in ("n2", "n4"):
            cluster.api.delete("pod", pod.metadata.name)


def untaint(cluster: Cluster) -> None:
    for node in ("n2", "n3"):
        cluster.api.patch("node", node, {"spec": {"taints": None}})


NODES: list[Act | None] = [
    None,
    label_all,
    tainted("n2", "NoSchedule"),
    tainted("n3", "NoExecute"),
    patched("node", "n4", {"spec": {"unschedulable": True}}),
    lose_two,
    patched("node", "n1", {"metadata": {"labels": {"pool": None}}}),
    untaint,
]


@pytest.mark.fidelity(
    "DaemonSets: nodes that come, go and are tainted", "faithful", "recorded facts: controlplane/daemonset.json"
)
def test_daemon_sets(shared: Path) -> None:
    recorded = json.loads((shared / "conformance" / "controlplane" / "daemonset.json").read_text())["ds_nodes"]
    cluster = cluster_with(6, "DaemonSet", {"pod": {"nodeSelector": POOL}}, {"app": "db"})
    for act, (words, pods) in zip(NODES, recorded["states"], strict=True):
        if act is not None:
            act(cluster)
        cluster.run("5s")
        seen = sorted([pod.spec.nodeName, pod.status.phase] for pod in cluster.list("pods"))
        assert seen == [[node.replace("node-", "n"), phase] for node, phase in pods], words
    (pod,) = [pod for pod in cluster.list("pods") if pod.spec.nodeName == "n4"]
    written = to_dict(pod)["spec"]
    affinity = json.loads(json.dumps(recorded["one_pod_affinity"]).replace("node-4", "n4"))
    assert (written["affinity"], written["tolerations"]) == (affinity, recorded["one_pod_tolerations"])


@pytest.mark.fidelity(
    "DaemonSets: surge", "simplified", "written after the algorithm of the original; no recording covers it"
)
def test_a_surging_daemon_set_never_leaves_a_node_alone() -> None:
    surge = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    cluster = cluster_with(3, "DaemonSet", {"updateStrategy": surge}, {"app": "db", "slow": "yes"})
    for pod in cluster.list("pods"):
        make_ready(cluster.api, pod.metadata.name, cluster.now)
    body = {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "a:2"}]}}}}
    cluster.api.patch("daemonset", "db", body, type="strategic")
    crowded = []
    for _ in range(4):
        cluster.run("2s")
        crowded.append(len(cluster.list("pods")))
        assert cluster.get("daemonset", "db").status.numberAvailable == 3
        for pod in cluster.list("pods"):
            if pod.status.phase == "Pending":
                make_ready(cluster.api, pod.metadata.name, cluster.now)
    assert crowded == [4, 4, 4, 3]
    assert {pod.spec.containers[0].image for pod in cluster.list("pods")} == {"a:2"}
