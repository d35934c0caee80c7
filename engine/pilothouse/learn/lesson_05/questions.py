"""The three predictions of lesson 05, and how to read from the log what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilothouse.kernel import Change
from pilothouse.learn.deed import HANDS, by_hand
from pilothouse.learn.moments import is_ready
from pilothouse.learn.question import Outcome, Question

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

APP = "eta-model"
HELMSMAN = "replicaset-controller"


def is_copy(change: Change) -> bool:
    """Say whether a change concerns a copy of the arrival-time model."""
    return change.kind == "Pod" and change.object.metadata.labels.get("app") == APP


def copies(cluster: Cluster, verb: str) -> list[Change]:
    """Return the changes that created ("ADDED") or removed ("DELETED") copies, oldest first."""
    return [change for change in cluster.changes(kind="pod") if change.verb == verb and is_copy(change)]


def sinkings(cluster: Cluster) -> list[Change]:
    """Return the changes in which somebody by hand asked a copy to go."""
    asked = [change for change in cluster.changes(kind="pod") if by_hand(change) and is_copy(change)]
    return [change for change in asked if change.verb == "DELETED" or change.after.metadata.deletionTimestamp]


def who_creates(cluster: Cluster) -> Outcome | None:
    """Read who created the first copy."""
    born = copies(cluster, "ADDED")
    if not born:
        return None
    actor = born[0].actor
    if actor in HANDS:
        return Outcome("a", born[0])
    return Outcome({"default-scheduler": "b", HELMSMAN: "d"}.get(actor, "c"), born[0])


def after_sinking(cluster: Cluster) -> Outcome | None:
    """Read what stands in the place of the first copy that was sunk."""
    sunk = sinkings(cluster)
    if not sunk:
        return None
    born = [change for change in copies(cluster, "ADDED") if change.revision > sunk[0].revision]
    if not born:
        return Outcome("a", sunk[0])
    if born[0].name == sunk[0].name:
        return Outcome("b", born[0])
    return Outcome("c", born[0])


def after_absence(cluster: Cluster) -> Outcome | None:
    """Read what happened after two copies were lost while the helmsman was away."""
    sunk = sinkings(cluster)
    if len(sunk) < 3:
        return None
    born = [change for change in copies(cluster, "ADDED") if change.revision > sunk[-1].revision]
    ready = sum(1 for pod in cluster.list("pods", selector=f"app={APP}") if is_ready(pod))
    if not born or ready < 3:
        return Outcome("a", sunk[-1])
    return Outcome("d", born[0])


QUESTIONS = [
    Question(
        "who",
        "You apply a file that says replicas: 3. Who creates the three pods?",
        {
            "a": "apply does, one after the other",
            "b": "the scheduler, when it chooses their machines",
            "c": "each machine starts one",
            "d": "someone who watches what is declared and counts what is there",
        },
        who_creates,
        "apply stored a wish and left; a controller counted none of three, and created what was missing.",
        "a",
        "for `docker run` it is true: there, the command does the work and then forgets it.",
    ),
    Question(
        "sunk",
        "You delete one of the three pods. What do you find a minute later?",
        {
            "a": "two pods, until somebody acts",
            "b": "three: the same pod, restarted",
            "c": "three: two old ones and a new one with a new name",
            "d": "three new ones: the whole set starts again",
        },
        after_sinking,
        "the declaration counts copies, not names, so a new pod is as good as the old one.",
        "b",
        "a container that crashes inside its pod is restarted in place; a pod that is gone is gone.",
    ),
    Question(
        "away",
        "The controller is away while two pods sink, and saw none of it. Then it comes back. What happens?",
        {
            "a": "one pod stays: nobody told the controller about the losses",
            "b": "one pod stays until the next sinking wakes the controller",
            "c": "the missed events are delivered and it repeats what it would have done, one by one",
            "d": "it counts one of three, and creates two",
        },
        after_absence,
        "a control loop acts on what is there now, so it needs to have seen nothing.",
        "c",
        "many systems do work through a queue of missed messages; this one is built so that it can lose them all.",
    ),
]
