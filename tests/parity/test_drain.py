"""Cordon, drain and eviction under disruption budgets beside a real control plane."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from facts import Facts, general
from stage import Free, Stage

from pilothouse.api import to_dict
from pilothouse.apiserver import ApiError
from pilothouse.kubectl import Kubectl

pytestmark = pytest.mark.fidelity(
    "Disruption budgets: their status, evictions that they block, drains",
    "faithful",
    "every fact of controlplane/drain.json, or listed in tests/parity/differences.py",
)
TOLERATIONS = [{"key": "dr", "operator": "Exists"}]
SPACE = "r-drain"


def nodes() -> list[dict[str, Any]]:
    room = {"cpu": "8", "memory": "32Gi", "pods": "110"}
    return [
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, "pool": "dr"}},
            "spec": {"taints": [{"key": "dr", "value": "1", "effect": "NoSchedule"}]},
            "status": {"capacity": room, "allocatable": room, "nodeInfo": {"kubeletVersion": "v1.36.0-fake"}},
        }
        for name in ("dr-1", "dr-2")
    ]


def spec(**more: Any) -> dict[str, Any]:
    return {"containers": [{"name": "c", "image": "a:1"}], "tolerations": TOLERATIONS, **more}


def workload(stage: Stage, kind: str, name: str, **more: Any) -> None:
    template = {"metadata": {"labels": {"app": name}}, "spec": spec(**more.pop("pod", {}))}
    stage.create(kind, name, {"selector": {"matchLabels": {"app": name}}, "template": template, **more})


def budget(stage: Stage, name: str, labels: dict[str, str], **amount: Any) -> None:
    stage.create("PodDisruptionBudget", name, {"selector": {"matchLabels": labels} if labels else {}, **amount})


def test_drain(shared: Path) -> None:
    facts, stage = Facts(shared, "drain", "drain"), Stage(nodes(), SPACE, seed=4)
    stage.cluster.loop.add(Free(stage), stage.cluster.door.client("player"))
    kubectl, api = Kubectl(stage.cluster), stage.cluster.api
    workload(stage, "Deployment", "web", replicas=3)
    stage.cluster.settle()
    workload(stage, "DaemonSet", "dsx")
    stage.create("Pod", "bare", spec(nodeName="dr-1"), labels={"app": "bare"})
    stage.create("Pod", "empty", spec(nodeName="dr-1", volumes=[{"name": "v", "emptyDir": {}}]))
    budget(stage, "pdb", {"app": "web"}, minAvailable=3)
    stage.cluster.run("2s")
    budgets = [noted(stage, "pdb")]
    for number, call in enumerate(facts["kubectl"]):
        command = call["cmd"].removeprefix("kubectl ")
        if command.endswith("--timeout=30s"):
            facts.compare("eviction_blocked", facts["eviction_blocked"], evicted(stage, "web"))
            stage.patch("pdb", "pdb", {"minAvailable": 2})
            stage.cluster.settle()
            budgets.append(noted(stage, "pdb"))
        answer = kubectl.run(shlex.split(command))
        facts.compare(f"kubectl/{number} {command}/code", call["rc"], answer.code)
        facts.compare(f"kubectl/{number} {command}/out", lines(call["out"]), lines(answer.stdout))
        facts.compare(f"kubectl/{number} {command}/err", lines(call["err"]), lines(answer.stderr))
        if command.startswith("drain"):
            stage.cluster.run("1s")
        if command == "drain dr-1":
            cordoned = to_dict(api.get("node", "dr-1"))["spec"]
            facts.compare("cordoned_node_spec", facts["cordoned_node_spec"], cordoned)
    stage.cluster.run("1s")
    budgets.append(noted(stage, "pdb"))
    budget(stage, "pct", {"app": "web"}, minAvailable="50%")
    budget(stage, "mu", {"app": "web"}, maxUnavailable=1)
    budget(stage, "bare", {"app": "bare2"}, maxUnavailable=1)
    budget(stage, "all", {}, minAvailable=0)
    stage.cluster.settle()
    stage.create("Pod", "bare2", spec(), labels={"app": "bare2"})
    stage.cluster.run("1s")
    budgets += [noted(stage, name) for name in ("pct", "mu", "bare", "all")]
    facts.compare("eviction_two_pdbs", facts["eviction_two_pdbs"], evicted(stage, "web"))
    facts.compare("pdbs", facts["pdbs"], budgets)
    stage.name_replica_sets()
    told = stage.events("Deployment", "ReplicaSet", "DaemonSet", "PodDisruptionBudget")
    facts.compare_events(facts["events"], told)
    facts.close(at_least=150)


def noted(stage: Stage, name: str) -> dict[str, Any]:
    found = to_dict(stage.cluster.get("pdb", name, SPACE))
    return {"spec": found["spec"], "status": found["status"]}


def evicted(stage: Stage, app: str) -> list[Any]:
    """The answer to the eviction of one pod of the app, as the recorder noted it."""
    name = next(pod.metadata.name for pod in stage.pods() if pod.metadata.labels.get("app") == app)
    with pytest.raises(ApiError) as refused:
        stage.cluster.api.evict(name, SPACE)
    error = refused.value
    status = {"apiVersion": "v1", "kind": "Status", "status": "Failure", "code": error.code, "message": error.message}
    return [error.code, {**status, "reason": error.reason, "details": error.details}]


def lines(text: str) -> Counter[str]:
    """Lines in general words, in any order: pods are evicted side by side. Blanks, ages and addresses do not count."""
    text = re.sub(r"\b(web-[0-9a-f]{8,10}|dsx)-\w{5}\b", "POD", text)
    text = re.sub(r"(?<= )\d+s(?= )|\b10\.\d+\.\d+\.\d+", "-", text)
    return Counter(" ".join(line.split()) for line in general(text).splitlines())
