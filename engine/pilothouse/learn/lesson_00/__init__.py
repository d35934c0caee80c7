"""Page 00, "Start here": two models aboard, one prediction, and the check that everything needed is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilothouse.learn.check import Check, Promise
from pilothouse.learn.deed import by_hand
from pilothouse.learn.lesson import Lesson
from pilothouse.learn.measure import at_least, ready
from pilothouse.learn.properties import eventually, machines_ready
from pilothouse.learn.question import Outcome, Question
from pilothouse.learn.scenario import Scenario

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

PODS = """
apiVersion: v1
kind: Pod
metadata: {name: eta-model, labels: {line: rotterdam-southampton}}
spec: {containers: [{name: model, image: "line/eta-model:1.0"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: damage-model, labels: {line: rotterdam-southampton}}
spec: {containers: [{name: model, image: "line/damage-model:1.0"}]}
"""


def aboard() -> Cluster:
    """Three machines, and two pods that somebody created by hand."""
    from pilothouse import Cluster

    cluster = Cluster(nodes=3, seed=0)
    cluster.apply(PODS)
    cluster.run("30s")
    return cluster


def after_deletion(cluster: Cluster) -> Outcome | None:
    """Read what came in the place of the pod that was deleted."""
    changes = cluster.changes(kind="pod", name="damage-model")
    asked = [c for c in changes if by_hand(c) and (c.verb == "DELETED" or c.object.metadata.deletionTimestamp)]
    if not asked:
        return None
    born = [c for c in cluster.changes(kind="pod") if c.verb == "ADDED" and c.revision > asked[0].revision]
    if not born:
        return Outcome("c", changes[-1])
    return Outcome("a" if born[0].name == "damage-model" else "b", born[0])


SCENARIO = Scenario(begin=aboard)

QUESTIONS = [
    Question(
        "restart",
        "You delete the pod damage-model. What is there a minute later?",
        {"a": "the same pod, restarted", "b": "a new pod in its place", "c": "nothing: it is gone"},
        after_deletion,
        "somebody created this pod by hand, and nobody declared that one must be there; lesson 05 changes that.",
        "a",
        "a container that crashes is restarted; a pod that is deleted is not.",
    )
]

CHECKS = [
    Check(
        "aboard",
        [
            Promise("three machines are ready", machines_ready(3), lasts="10s"),
            Promise("two models are ready", eventually(at_least(2, ready("line=rotterdam-southampton")), "30s")),
        ],
        "three machines and two models are ready: you can sail",
        needs_a_hand=False,
    )
]

lesson = Lesson("00-start-here", SCENARIO, QUESTIONS, CHECKS)

__all__ = ["lesson"]
