"""The three predictions of lesson 06, and how to read from the log what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilothouse.kernel import Change
from pilothouse.learn.deed import by_hand
from pilothouse.learn.lesson_06.scenario import ETA
from pilothouse.learn.moments import is_ready
from pilothouse.learn.question import Outcome, Question

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

APP = ETA.split("=")[1]
MANY = 10  # copies; more than this in one instant is a flood


def copies(cluster: Cluster) -> list[Change]:
    """Return the changes of copies of the arrival-time model, oldest first."""
    return [c for c in cluster.changes(kind="pod") if c.object.metadata.labels.get("app") == APP]


def sinkings(cluster: Cluster) -> list[Change]:
    """Return the changes in which somebody by hand asked a copy to go."""
    asked = [change for change in copies(cluster) if by_hand(change)]
    return [change for change in asked if change.verb == "DELETED" or change.after.metadata.deletionTimestamp]


def born(cluster: Cluster, after: int = 0, before: int | None = None) -> list[Change]:
    """Return the creations of copies between two revisions."""
    found = [change for change in copies(cluster) if change.verb == "ADDED" and change.revision > after]
    return [change for change in found if before is None or change.revision < before]


def after_the_takeover(cluster: Cluster) -> Outcome | None:
    """Read what the new controller did with the three copies of the old one, up to the loss of the next."""
    sunk = sinkings(cluster)
    if not sunk:
        return None
    mine = born(cluster, before=sunk[0].revision)[3:]
    if mine:
        gone = [change for change in copies(cluster) if change.verb == "DELETED" and change.revision < sunk[0].revision]
        return Outcome("b" if gone else "a", mine[0])
    made = born(cluster, after=sunk[0].revision)
    return Outcome("c", made[0]) if made else Outcome("d", sunk[0])


def while_none_is_ready(cluster: Cluster) -> Outcome | None:
    """Read how many copies were made for the one that sank last."""
    sunk = sinkings(cluster)
    if not sunk:
        return None
    made = born(cluster, after=sunk[-1].revision)
    if not made:
        return Outcome("b", sunk[-1])
    if len(made) == 1:
        return Outcome("a", made[0])
    return Outcome("d" if len(made) > MANY and made[MANY].time == sunk[-1].time else "c", made[-1])


def after_the_missed_event(cluster: Cluster) -> Outcome | None:
    """Read how many copies are ready after the listener missed one loss and heard the next."""
    sunk = sinkings(cluster)
    if len(sunk) < 4:
        return None
    ready = sum(1 for pod in cluster.list("pods", selector=ETA) if is_ready(pod))
    made = born(cluster, after=sunk[3].revision)
    change = made[-1] if made else sunk[-1]
    return Outcome({2: "b", 3: "a"}.get(ready, "c" if ready < 2 else "d"), change)


QUESTIONS = [
    Question(
        "takeover",
        "Your controller takes over while three copies run that another one made. Later a copy sinks. What does it do?",
        {
            "a": "it makes three of its own at once: it does not know the others",
            "b": "it deletes the three and makes its own",
            "c": "nothing, until one sinks; then it makes one",
            "d": "nothing at all: nobody told it about these copies",
        },
        after_the_takeover,
        "it counted three of three and was content; then it counted two. Who made them, it never asked.",
        "a",
        "a program that remembers what it made would do so; this one remembers nothing, and looks.",
    ),
    Question(
        "ready",
        "Now missing counts only the ready copies. One copy sinks. How many does the loop make for it?",
        {
            "a": "one, as before",
            "b": "none: the other two are ready",
            "c": "two or three: one a second, until the first is ready",
            "d": "one after the other, without end, before a second has passed",
        },
        while_none_is_ready,
        "each new copy is a change, the change wakes the loop, and the copy is not ready yet.",
        "c",
        "a loop that looked once a second would do that; this one is woken by each change, its own included.",
    ),
    Question(
        "edge",
        "The Listener is on watch, and two of three copies answer. One of them sinks before its ears. How many answer "
        "a minute later?",
        {
            "a": "three: it is awake now, and makes up for both losses",
            "b": "two: it makes one for the loss that it heard",
            "c": "one: it has stopped making copies",
            "d": "four: it makes one for each loss of the night",
        },
        after_the_missed_event,
        "it compares nothing. One loss heard, one copy made; the loss that it missed stays.",
        "a",
        "the loop of lesson 05 does so, because it counts what is there. This one counts what it hears.",
    ),
]
