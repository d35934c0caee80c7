"""What a real kubectl printed against a real Kubernetes 1.36, and what ours prints in the same situation.

Names that are random there (replica sets, hashes), ages and times are generalised on both sides.
"""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from pilothouse import Cluster
from pilothouse.kubectl import Kubectl

pytestmark = pytest.mark.fidelity(
    "kubectl: rollout and errors",
    "faithful",
    "every command, text and exit code of controlplane/deployment_free.json and of the kubectl part of api_errors.json",
)

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: "a:1"}]}
"""


def recorded(shared: Path, name: str) -> Any:
    return json.loads((shared / "conformance" / "controlplane" / name).read_text())


@pytest.fixture
def kubectl() -> Kubectl:
    return Kubectl(Cluster(nodes=2, unknown_images="assume"))


def in_order(lines: list[str]) -> list[str]:
    """Progress lines as they first came: how often each is repeated depends on how writes happen to be spaced."""
    return list(dict.fromkeys(lines))


def general(text: str) -> str:
    """Replica sets, hashes, times and ages as R, H, T and A; blanks squeezed, so that widths do not matter."""
    text = re.sub(r"\bRS\d\b|\bweb-[0-9a-f]{8,10}\b", "R", text)
    text = re.sub(r"\bHASH\d\b|\b[0-9a-f]{8,10}\b", "H", text)
    text = re.sub(r"\w{3}, \d\d \w{3} \d{4} [\d:]+ \+0000|\d{4}-\d\d-\d\dT[\d:]+Z", "T", text)
    text = re.sub(r"(?<= )\d+[smh](\d+s)?\b( \(x\d+ over \w+\))?", "A", text)
    return re.sub(r"[ \t]+", " ", text)


def test_the_life_of_a_deployment(shared: Path, kubectl: Kubectl) -> None:
    """Every command of the recording, one after the other, with its exit code and its words."""
    for step in recorded(shared, "deployment_free.json")["kubectl"]:
        argv = shlex.split(step["cmd"].replace("kubectl -n r-free ", ""))
        told = kubectl.run(["create", "-f", "-"] if argv[0] == "create" else argv, stdin=DEPLOYMENT)
        label = step["cmd"]
        assert told.code == step["rc"], label
        assert told.stderr == step["err"], label
        theirs, ours = general(step["out"].replace("r-free", "default")), general(told.stdout)
        if argv[:2] == ["rollout", "status"]:
            assert in_order(ours.splitlines())[-1:] == in_order(theirs.splitlines())[-1:], label
            assert {re.sub(r"\d+", "N", line) for line in ours.splitlines()} <= PROGRESS, label
        elif argv[0] == "describe":
            head, _, story = ours.partition("Events:")
            assert sorted(head.splitlines()) == sorted(theirs.partition("Events:")[0].splitlines()), label
            assert "ScalingReplicaSet" in story
        elif argv[:2] == ["get", "deploy,rs"]:
            assert sorted(ours.splitlines()) == sorted(theirs.splitlines()), label
        else:
            assert ours == theirs, label
        if argv[:2] == ["rollout", "restart"] or argv[:2] == ["rollout", "undo"]:
            kubectl.cluster.run("60s")


PROGRESS = {
    "Waiting for deployment spec update to be observed...",
    'Waiting for deployment "web" rollout to finish: N of N updated replicas are available...',
    'Waiting for deployment "web" rollout to finish: N out of N new replicas have been updated...',
    'Waiting for deployment "web" rollout to finish: N old replicas are pending termination...',
    'deployment "web" successfully rolled out',
}


def test_errors_of_the_api(shared: Path, kubectl: Kubectl) -> None:
    """The kubectl part of the recorded answers: same words, same exit codes."""
    kubectl.run("create namespace r-api")
    kubectl.run(
        "apply -n r-api -f -",
        stdin=next(
            one["stdin"] for one in recorded(shared, "api_errors.json")["kubectl"] if "k2" in one.get("stdin", "")
        ),
    )
    for step in recorded(shared, "api_errors.json")["kubectl"]:
        told = kubectl.run(shlex.split(step["cmd"].removeprefix("kubectl ")), stdin=step.get("stdin"))
        assert (told.stdout, told.stderr, told.code) == (step["out"], step["err"], step["rc"]), step["cmd"]
