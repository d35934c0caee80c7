"""DaemonSets beside a real control plane: nodes that come, go and are tainted, and an update one node at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from facts import Facts
from stage import Stage, every, none, zoned

from pilothouse.api import Pod, to_dict

Act = Callable[[Stage], Any]
POOL = {"dstest": "yes"}


def daemonset(stage: Stage, pod: dict[str, Any] | None = None, **spec: Any) -> None:
    template = {
        "metadata": {"labels": {"app": "ag"}},
        "spec": {"containers": [{"name": "c", "image": "a:1"}], "terminationGracePeriodSeconds": 1, **(pod or {})},
    }
    stage.create("DaemonSet", "ag", {"selector": {"matchLabels": {"app": "ag"}}, "template": template, **spec})


def node(name: str, **body: Any) -> Act:
    return lambda stage: stage.cluster.api.patch("node", name, body)


def tainted(name: str, effect: str) -> Act:
    return node(name, spec={"taints": [{"key": "t", "value": "v", "effect": effect}]})


def label_four(stage: Stage) -> None:
    for number in range(1, 5):
        node(f"node-{number}", metadata={"labels": POOL})(stage)


def lose_two(stage: Stage) -> None:
    for pod in stage.pods():
        if pod.spec.nodeName in ("node-2", "node-4"):
            stage.cluster.api.delete("pod", pod.metadata.name)


def untaint(stage: Stage) -> None:
    for name in ("node-2", "node-3"):
        node(name, spec={"taints": None})(stage)


def nothing(stage: Stage) -> None:
    """The recorder looked at what was there."""


ACTS: list[Act] = [
    nothing,
    label_four,
    tainted("node-2", "NoSchedule"),
    tainted("node-3", "NoExecute"),
    node("node-4", spec={"unschedulable": True}),
    lose_two,
    node("node-1", metadata={"labels": {"dstest": None}}),
    untaint,
]


@pytest.mark.fidelity(
    "DaemonSets: nodes that come, go and are tainted; updates",
    "faithful",
    "every fact of controlplane/daemonset.json, or listed in tests/parity/differences.py",
)
def test_nodes_that_come_and_go(shared: Path) -> None:
    facts, stage = Facts(shared, "daemonset", "ds_nodes"), Stage(zoned())
    daemonset(stage, {"nodeSelector": POOL})
    states: list[list[Any]] = []
    for act, (words, _) in zip(ACTS, facts["states"], strict=True):
        act(stage)
        stage.quiet()
        states.append([words, sorted([pod.spec.nodeName, pod.status.phase] for pod in stage.pods())])
        if words.startswith("pods of node-4"):
            live = to_dict(stage.cluster.get("ds", "ag"))
            facts.compare("status_mid", facts["status_mid"], live["status"])
    facts.compare("states", facts["states"], states)
    (pod,) = [pod for pod in stage.pods() if pod.spec.nodeName == "node-4"]
    written = to_dict(pod)["spec"]
    facts.compare("one_pod_affinity", facts["one_pod_affinity"], written["affinity"])
    facts.compare("one_pod_tolerations", facts["one_pod_tolerations"], written["tolerations"])
    for number in range(1, 5):  # at last nobody has the label; what was written while the pods went
        node(f"node-{number}", metadata={"labels": {"dstest": None}})(stage)
    stage.quiet(end=none)
    facts.compare("ds", bare(facts["ds"]), bare(to_dict(stage.cluster.get("ds", "ag"))))
    stage.quiet()
    facts.compare_events(facts["events"], stage.events("DaemonSet"))
    facts.close(at_least=80)


def bare(item: dict[str, Any]) -> dict[str, Any]:
    """Without the server's own bookkeeping."""
    own = ("managedFields", "resourceVersion", "namespace")
    return {**item, "metadata": {key: value for key, value in item["metadata"].items() if key not in own}}


@pytest.mark.fidelity(
    "DaemonSets: nodes that come, go and are tainted; updates",
    "faithful",
    "every fact of controlplane/daemonset.json, or listed in tests/parity/differences.py",
)
def test_an_update_one_node_at_a_time(shared: Path) -> None:
    facts, stage = Facts(shared, "daemonset", "ds_maxunavailable1"), Stage(zoned())
    daemonset(stage)
    stage.quiet()
    stage.image("ds", "ag", "a:2")
    stage.quiet(ready=none)
    for number, step in enumerate(facts["steps"]):
        facts.compare(f"steps/{number}", step, counts(stage))
        for pod in stage.pods():
            if pod.status.phase == "Pending":
                stage.write(pod, "Running", True)
        stage.quiet(ready=none)
    facts.compare_events(facts["events"], stage.events("DaemonSet"))
    facts.close(at_least=30)


def is_ready(pod: Pod) -> bool:
    return any(c.type == "Ready" and c.status == "True" for c in pod.status.conditions)


def counts(stage: Stage) -> dict[str, int]:
    status = stage.cluster.get("ds", "ag").status
    new = [pod for pod in stage.pods() if pod.spec.containers[0].image == "a:2"]
    return {
        "avail": status.numberAvailable,
        "unavail": status.numberUnavailable,
        "updated": status.updatedNumberScheduled,
        "new": len(new),
        "new_ready": sum(map(is_ready, new)),
        "old_ready": sum(is_ready(pod) for pod in stage.pods() if pod not in new),
    }


@pytest.mark.fidelity(
    "DaemonSets: surge", "simplified", "written after the algorithm of the original; no recording covers it"
)
def test_a_surging_daemon_set_never_leaves_a_node_alone() -> None:
    stage = Stage(3)
    daemonset(stage, updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}})
    stage.quiet(ready=every)
    stage.image("ds", "ag", "a:2")
    crowded = []
    for _ in range(4):
        stage.quiet(ready=none)
        crowded.append(len(stage.pods()))
        assert stage.cluster.get("daemonset", "ag").status.numberAvailable == 3
        for pod in stage.pods():
            if pod.status.phase == "Pending":
                stage.write(pod, "Running", True)
    assert crowded == [4, 4, 4, 3]
    assert {pod.spec.containers[0].image for pod in stage.pods()} == {"a:2"}
