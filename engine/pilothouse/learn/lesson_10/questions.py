"""The three predictions of lesson 10, and how to read from the log what happened."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pilothouse.api import Pod
from pilothouse.kernel import Change
from pilothouse.learn.question import Outcome, Question

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

QUAY = "from=quay"
REPORT = "port-report"
LONG = 1800  # seconds: whoever has waited so long has waited an hour, more or less


def waiting(cluster: Cluster) -> list[Pod]:
    """Return the pods of the quay that have no machine."""
    return [pod for pod in cluster.list("pods", selector=QUAY) if not pod.spec.nodeName]


def messages(cluster: Cluster, pod: str = "") -> list[Change]:
    """Return the FailedScheduling events, of one pod or of all, oldest first."""
    events = [change for change in cluster.changes(kind="event") if change.after is not None]
    failed = [change for change in events if change.after.reason == "FailedScheduling"]
    return [change for change in failed if pod in ("", change.after.involvedObject.name)]


def placements(cluster: Cluster, node: str = "") -> list[Change]:
    """Return the changes in which pods of the quay got a machine, this one or any."""
    changes = [change for change in cluster.changes(kind="pod") if change.verb == "MODIFIED"]
    got = [change for change in changes if change.after.spec.nodeName and not change.before.spec.nodeName]
    got = [change for change in got if change.after.metadata.labels.get("from") == "quay"]
    return [change for change in got if node in ("", change.after.spec.nodeName)]


def after_an_hour(cluster: Cluster) -> Outcome | None:
    """Read how many of the six have got a machine by waiting."""
    first = messages(cluster)
    if not first or cluster.now - first[0].time < LONG:
        return None
    pods, placed = cluster.list("pods", selector=QUAY), placements(cluster)
    if any(pod.status.phase == "Failed" for pod in pods):
        return Outcome("d", messages(cluster)[-1])
    if not placed:
        return Outcome("c", messages(cluster)[-1])
    return Outcome("b" if waiting(cluster) else "a", placed[0])


def three_of_what(cluster: Cluster) -> Outcome | None:
    """Compare the number in the message about port-report with what there is to count."""
    told = messages(cluster, REPORT)
    said = re.search(r"(\d+) Insufficient cpu", told[-1].after.message) if told else None
    if said is None:
        return None
    number, found = int(said[1]), cluster.explain(f"pod/{REPORT}").diagnosis
    short = [] if found is None else [answer for name, answer in found.verdicts.values() if name == "NodeResourcesFit"]
    if number == len(short):
        return Outcome("c", told[-1])
    poor = [pod for pod in waiting(cluster) if "Insufficient cpu" in cluster.explain(pod).message]
    return Outcome("b" if number == len(poor) else "a", told[-1])


def rented(cluster: Cluster) -> Outcome | None:
    """Read who went to the machine that joined last."""
    joined = [change for change in cluster.changes(kind="node") if change.verb == "ADDED" and change.time > 0]
    if not joined:
        return None
    placed = placements(cluster, joined[-1].name)
    names = {change.name for change in placed}
    if not names:
        return Outcome("d", joined[-1])
    if names == {REPORT, "tide-chart"}:
        return Outcome("c", placed[0])
    return Outcome("b" if waiting(cluster) else "a", placed[0])


QUESTIONS = [
    Question(
        "soon",
        "Six pods are Pending. An hour passes, and nobody changes anything. How many of them run?",
        {
            "a": "all six: Pending means that they are about to start",
            "b": "some: the scheduler tries again and again until it finds room",
            "c": "none: all six still wait",
            "d": "none: after so long they have failed",
        },
        after_an_hour,
        "no machine could take them at first, and an hour changed nothing about the pods or the machines.",
        "a",
        "Pending is also what a pod is called that will start in a second, while its image is fetched; "
        "the word does not tell the two apart.",
    ),
    Question(
        "number",
        'The message about port-report says "3 Insufficient cpu". Three of what?',
        {
            "a": "three processors are missing",
            "b": "three pods wait for cpu",
            "c": "three machines refuse for this reason",
            "d": "three attempts have failed",
        },
        three_of_what,
        "each machine refuses for the first reason it finds, and the message counts machines.",
        "b",
        "the event is written on a pod, so a count of pods is a fair guess; but it is one pod's message, "
        "about all machines.",
    ),
    Question(
        "machine",
        "You rent one more machine, as large as n1. How many of the six start?",
        {
            "a": "all six: now there is room",
            "b": "two: port-report and cargo-index, which lack room",
            "c": "two: port-report and tide-chart",
            "d": "none",
        },
        rented,
        "it has free processors and a free port 9100; but no 12Gi, no GPU, no camera, and no claim.",
        "a",
        "more machines do help where something is used up, and that is the reason people meet first.",
    ),
]
