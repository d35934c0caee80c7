"""The three predictions of lesson 08, and how to read from the log what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilothouse.kernel import Change
from pilothouse.learn.deed import by_hand
from pilothouse.learn.question import Outcome, Question

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

GPU = "gpu1"


def placement(cluster: Cluster, pod: str) -> Change | None:
    """Return the change that gave a pod its machine, or None."""
    for change in cluster.changes(kind="pod", name=pod):
        if change.verb == "MODIFIED" and change.after.spec.nodeName and not change.before.spec.nodeName:
            return change
    return None


def refusals(cluster: Cluster, pod: str = "", after: int = 0) -> list[Change]:
    """Return the FailedScheduling events after a revision, about one pod or about any."""
    events = [change for change in cluster.changes(kind="event") if change.after and change.revision > after]
    failed = [change for change in events if change.after.reason == "FailedScheduling"]
    return [change for change in failed if pod in ("", change.after.involvedObject.name)]


def closings(cluster: Cluster, closed: bool) -> list[Change]:
    """Return the changes in which somebody by hand closed a machine for new pods, or opened it again."""
    changes = [change for change in cluster.changes(kind="node") if change.verb == "MODIFIED" and by_hand(change)]
    return [c for c in changes if c.after.spec.unschedulable is closed and c.before.spec.unschedulable is not closed]


def report(cluster: Cluster) -> Outcome | None:
    """Read where the report went, or who refused it."""
    placed, refused = placement(cluster, "port-report"), refusals(cluster, "port-report")
    if placed is None:
        return Outcome("c", refused[0]) if refused else None
    lost = [
        change
        for change in cluster.changes(kind="pod")
        if change.verb == "DELETED" and change.name.startswith("eta-model") and change.revision < placed.revision
    ]
    if lost:
        return Outcome("d", lost[0])
    return Outcome("b" if placed.after.spec.nodeName == GPU else "a", placed)


def training(cluster: Cluster) -> Outcome | None:
    """Read where the pod with the toleration went."""
    placed = placement(cluster, "train-eta")
    if placed is not None:
        return Outcome("a" if placed.after.spec.nodeName == GPU else "b", placed)
    refused = refusals(cluster, "train-eta")
    return Outcome("c", refused[0]) if refused else None


def wait(cluster: Cluster) -> Outcome | None:
    """Read when the copy that found no machine got one: before the cordon was lifted, after it, or not."""
    closed = closings(cluster, True)
    if not closed:
        return None
    refused = refusals(cluster, after=closed[0].revision)
    opened = [change for change in closings(cluster, False) if change.revision > closed[0].revision]
    if not refused:
        return None
    name = refused[0].after.involvedObject.name
    placed = placement(cluster, name)
    if placed is None:
        return Outcome("d", refused[-1]) if opened else None
    if opened and placed.revision > opened[0].revision:
        return Outcome("c", placed)
    moved = [
        change
        for change in cluster.changes(kind="pod")
        if change.verb == "DELETED" and refused[0].revision < change.revision < placed.revision and change.name != name
    ]
    return Outcome("b" if moved else "a", placed)


QUESTIONS = [
    Question(
        "room",
        "port-report asks for two processors. On n1, n2 and n3 one of four is not asked for, and all are idle. "
        "Where does it run?",
        {
            "a": "on n1, n2 or n3: their models sleep, so there is room",
            "b": "on gpu1, which has the most processors",
            "c": "nowhere: it waits",
            "d": "in the place of a model, which has to go",
        },
        report,
        "a machine is full when its pods have asked for all of it, whether they use it or not.",
        "a",
        "you are right about the processors, they are idle; but in the morning the models will want what they asked for.",
    ),
    Question(
        "toleration",
        "train-eta tolerates the taint of gpu1 and asks for half a processor. n1, n2, n3 and gpu1 have one left each; "
        "gpu1 is the fullest. Where does it run?",
        {
            "a": "on gpu1: that is where its toleration sends it",
            "b": "on n1, n2 or n3: nothing draws it to gpu1",
            "c": "nowhere: a tainted machine takes nobody",
        },
        training,
        "a toleration takes one reason to refuse away; it adds no reason to choose.",
        "a",
        "toleration and taint do belong together, as key and lock; a key opens a door, it does not call you in.",
    ),
    Question(
        "wait",
        "A copy of eta-model finds no machine. An hour passes and nobody changes anything; then you open n2 again. "
        "When does the copy get a machine?",
        {
            "a": "within the hour: the scheduler tries until it finds room",
            "b": "within the hour: another pod is moved to make room",
            "c": "when n2 is open again",
            "d": "not at all: a pod that was refused must be created again",
        },
        wait,
        "the scheduler did try again, and again, and got the same answer until something had changed.",
        "a",
        "it does keep trying, as its events show; but the same question about the same ship has the same answer.",
    ),
]
