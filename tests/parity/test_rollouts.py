"""Rolling updates beside a real control plane: 24 of them, one pod at a time, every state on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pilothouse import Cluster
from pilothouse.api import timestamp, to_dict

pytestmark = pytest.mark.fidelity(
    "Deployments: rolling update, surge arithmetic, conditions, events",
    "faithful",
    "recorded facts: controllers/roll-*.json and controlplane/deployment_rolling.json",
)
CASES = 24


class Replay:
    """One Deployment `web`, its pods made ready one by one by the caller; there are no kubelets."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.cluster = Cluster(nodes=1, kubelet=False)
        self.names: dict[str, str] = {}
        rolling = {"maxSurge": case["maxSurge"], "maxUnavailable": case["maxUnavailable"]}
        self.spec = {
            "replicas": case["replicas"],
            "selector": {"matchLabels": {"app": "web"}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": rolling},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "c", "image": "a:1"}]},
            },
        }

    def act(self, step: dict[str, Any]) -> None:
        """Do what the recorder did, and let the deleted pods go as its kubelets did."""
        words, api = step["action"].split(), self.cluster.api
        if words[0] == "create":
            api.create({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": self.spec})
        elif words[0] == "pod-ready":
            self.ready(step["rs"])
        elif words[0] == "set":
            image = {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": words[2]}]}}}}
            api.patch("deployment", "web", image, type="strategic")
        else:
            api.patch("deployment", "web", {"spec": {"replicas": int(words[2])}}, subresource="scale")
        self.quiet()

    def ready(self, replicaset: str) -> None:
        """Make one more pod of the replica set ready."""
        name = next(real for real, alias in self.names.items() if alias == replicaset)
        for pod in self.cluster.list("pods"):
            mine = pod.metadata.ownerReferences[0].name == name and not pod.metadata.deletionTimestamp
            if mine and pod.status.phase == "Pending":
                condition = {"type": "Ready", "status": "True", "lastTransitionTime": timestamp(self.cluster.now)}
                status = {"status": {"phase": "Running", "conditions": [condition]}}
                self.cluster.api.patch("pod", pod.metadata.name, status, subresource="status")
                return

    def quiet(self) -> None:
        self.cluster.settle()
        while going := [pod for pod in self.cluster.list("pods") if pod.metadata.deletionTimestamp]:
            for pod in going:
                self.cluster.api.delete("pod", pod.metadata.name, grace=0)
            self.cluster.settle()
        self.cluster.run("1s")
        for replicaset in sorted(self.cluster.list("rs"), key=lambda rs: rs.metadata.creationTimestamp):
            self.names.setdefault(replicaset.metadata.name, f"RS{len(self.names) + 1}")

    def text(self, words: str) -> str:
        for real, alias in self.names.items():
            words = words.replace(real, alias)
        return words

    def state(self) -> dict[str, Any]:
        """What the recorder noted."""
        deployment = self.cluster.get("deployment", "web")
        status = to_dict(deployment)["status"]
        told = status.pop("conditions")
        status.pop("observedGeneration")
        conditions = [[c["type"], c["status"], c["reason"], self.text(c["message"])] for c in told]
        sizes = {
            self.names[rs.metadata.name]: [
                rs.spec.replicas,
                rs.status.replicas,
                rs.status.readyReplicas,
                rs.status.availableReplicas,
            ]
            for rs in self.cluster.list("rs")
        }
        return {"conds": conditions, "dep": status, "rs": sizes}


@pytest.mark.parametrize("number", range(CASES))
def test_every_state_of_a_rolling_update(shared: Path, number: int) -> None:
    recorded = json.loads((shared / "conformance" / "controlplane" / "deployment_rolling.json").read_text())["cases"]
    case = recorded[number]
    replay = Replay(case)
    for position, step in enumerate(case["steps"]):
        if "action" in step:
            replay.act(step)
        else:
            seen = replay.state()
            assert {key: seen[key] for key in step} == step, f"step {position} of case {number}"
    deployment = replay.cluster.get("deployment", "web")
    assert (deployment.metadata.generation, deployment.status.observedGeneration) == (
        case["generation"],
        case["observedGeneration"],
    )
    notes = {replay.names[rs.metadata.name]: dict(rs.metadata.annotations) for rs in replay.cluster.list("rs")}
    assert notes == case["rs_annotations"]
    scalings = {e["msg"] for e in case["events"] if e["reason"] == "ScalingReplicaSet" and "combined" not in e["msg"]}
    assert scalings <= {replay.text(event.message) for event in replay.cluster.list("events")}
