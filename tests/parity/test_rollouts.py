"""Rolling updates beside a real control plane: 24 of them, one pod at a time, every state on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from facts import Facts
from stage import Stage, none

pytestmark = pytest.mark.fidelity(
    "Deployments: rolling update, surge arithmetic, conditions, events",
    "faithful",
    "every fact of controlplane/deployment_rolling.json; recorded facts: controllers/roll-*.json",
)
CASES = 24


def act(stage: Stage, facts: Facts, step: dict[str, Any]) -> None:
    """Do what the recorder did, and let the deleted pods go as its kubelets did."""
    words = step["action"].split()
    if words[0] == "create":
        rolling = {"maxSurge": facts["maxSurge"], "maxUnavailable": facts["maxUnavailable"]}
        template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "a:1"}]}}
        strategy = {"type": "RollingUpdate", "rollingUpdate": rolling}
        selector = {"matchLabels": {"app": "web"}}
        spec = {"replicas": facts["replicas"], "selector": selector, "strategy": strategy, "template": template}
        stage.create("Deployment", "web", spec)
    elif words[0] == "pod-ready":
        ready(stage, step["rs"])
    elif words[0] == "set":
        stage.image("deployment", "web", words[2])
    else:
        stage.patch("deployment", "web", {"replicas": int(words[2])}, subresource="scale")
    stage.quiet(ready=none)


def ready(stage: Stage, name: str) -> None:
    """Make one more pod of the replica set ready."""
    for pod in stage.pods():
        if stage.names[pod.metadata.ownerReferences[0].name] == name and pod.status.phase == "Pending":
            stage.write(pod, "Running", True)
            return


@pytest.mark.parametrize("number", range(CASES))
def test_every_state_of_a_rolling_update(shared: Path, number: int) -> None:
    facts, stage = Facts(shared, "deployment_rolling", "cases", number), Stage(1)
    for position, step in enumerate(facts["steps"]):
        if "action" in step:
            act(stage, facts, step)
        else:
            seen = stage.rollout()
            facts.compare(f"steps/{position}", step, {key: seen[key] for key in step})
    live = stage.cluster.get("deployment", "web")
    facts.compare("generation", facts["generation"], live.metadata.generation)
    facts.compare("observedGeneration", facts["observedGeneration"], live.status.observedGeneration)
    facts.compare("rs_annotations", facts["rs_annotations"], stage.notes())
    facts.compare("dep_annotations", facts["dep_annotations"], dict(live.metadata.annotations))
    facts.compare_events(facts["events"], stage.events("Deployment", "ReplicaSet"))
    facts.close(at_least=60)
