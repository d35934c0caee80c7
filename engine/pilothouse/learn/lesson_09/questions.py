"""The three predictions of lesson 09, and how to read from the log what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilothouse.kernel import Change
from pilothouse.learn.deed import by_hand
from pilothouse.learn.lesson_09.scenario import BOW
from pilothouse.learn.question import Outcome, Question

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

ETA = "app=eta-model"


def placements(cluster: Cluster, prefix: str, after: int = 0) -> list[Change]:
    """Return the changes that gave pods whose names begin so their machines, oldest first."""
    changes = [change for change in cluster.changes(kind="pod") if change.verb == "MODIFIED"]
    placed = [change for change in changes if change.after.spec.nodeName and not change.before.spec.nodeName]
    return [change for change in placed if change.name.startswith(prefix) and change.revision > after]


def third(cluster: Cluster) -> Outcome | None:
    """Read where the third copy of the model went."""
    placed = placements(cluster, "eta-model")
    if len(placed) < 3:
        return None
    change = placed[2]
    return Outcome({"n2": "a", "n4": "b"}.get(change.after.spec.nodeName, "c"), change)


def evictions(cluster: Cluster) -> list[Change]:
    """Return the events that tell of a preemption, oldest first."""
    events = [change for change in cluster.changes(kind="event") if change.verb == "ADDED"]
    return [change for change in events if change.after.reason == "Preempted"]


def victim(cluster: Cluster) -> Outcome | None:
    """Read which of the trainings had to go for the urgent one."""
    born = [c for c in cluster.changes(kind="pod", name="train-storm") if c.verb == "ADDED"]
    urgent = [change for change in born if change.after.spec.priorityClassName == "urgent"]
    if not urgent:
        return None
    gone = [change for change in evictions(cluster) if change.revision > urgent[0].revision]
    names = [change.after.involvedObject.name for change in gone]
    if len(names) > 1:
        return Outcome("c", gone[0])
    if names:
        return Outcome("b" if names[0] == "train-weather" else "a", gone[0])
    refused = [c for c in cluster.changes(kind="event") if c.after and c.revision > urgent[0].revision]
    return Outcome("d", next((c for c in refused if c.after.reason == "FailedScheduling"), urgent[0]))


def returns(cluster: Cluster) -> list[Change]:
    """Return the changes in which a machine of the bow was ready again, oldest first."""

    def is_ready(node: object) -> bool:
        return any(each.type == "Ready" and each.status == "True" for each in node.status.conditions)  # type: ignore[attr-defined]

    changes = [change for change in cluster.changes(kind="node") if change.name in BOW and change.verb == "MODIFIED"]
    return [change for change in changes if is_ready(change.after) and not is_ready(change.before)]


def afterwards(cluster: Cluster) -> Outcome | None:
    """Read what came to the bow by itself once its machines were back."""
    back = [change for change in returns(cluster) if change.time > 60]
    if not back:
        return None
    hands = [c.revision for c in cluster.changes(kind="deployment") if by_hand(c) and c.revision > back[0].revision]
    until = min(hands, default=cluster.store.revision + 1)
    came = [change for change in placements(cluster, "", back[0].revision) if change.revision < until]
    came = [change for change in came if change.after.spec.nodeName in BOW]
    if not came:
        return Outcome("c", back[-1])
    return Outcome("a" if len(came) == 1 else "b", came[0])


QUESTIONS = [
    Question(
        "third",
        "n2 is empty. n4 has one of its four processors left. A third copy of eta-model comes. Where does it run?",
        {
            "a": "on n2: the emptiest machine is the best",
            "b": "on n4, the fullest of the four",
            "c": "on n1 or n3, where the image is already",
        },
        third,
        "being empty is worth at most 100 points, and a compartment without a copy twice as many.",
        "a",
        "empty machines do get more points, and where nothing else differs, they win.",
    ),
    Question(
        "victim",
        "train-storm is urgent and needs both GPUs of one machine. On gpu2 runs train-weather: class spare, aboard since "
        "dawn. On gpu1 runs train-damage: class routine, started a minute ago. Who has to go?",
        {
            "a": "train-damage, the newest: it has lost the least",
            "b": "train-weather, the less important",
            "c": "both: an urgent pod clears the deck",
            "d": "nobody: what runs is left alone",
        },
        victim,
        "the machine is taken whose most important victim matters least; 10 is less than 100, whatever the age.",
        "a",
        "age does count, but late: only where the priorities and the number of victims are equal.",
    ),
    Question(
        "back",
        "The bow is dry again, and n1 and n2 come back, empty. Nobody does anything for ten minutes. What runs there?",
        {
            "a": "one copy: the scheduler evens out the compartments",
            "b": "several pods: the scheduler brings the machines to the same use",
            "c": "nothing",
        },
        afterwards,
        "the scheduler places pods that have no machine, and never looks at the others again.",
        "a",
        "it did even them out when it placed the copies; it does so once for each pod, at its birth.",
    ),
]
