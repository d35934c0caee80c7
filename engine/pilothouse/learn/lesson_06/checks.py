"""The checks of lesson 06: what a controller must bring about, and the sentences for those who are nearly there."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from pilothouse.learn.check import Check, Diagnosis, Promise
from pilothouse.learn.hint import Hints
from pilothouse.learn.lesson_06.listener import Listener
from pilothouse.learn.lesson_06.scenario import ETA, HELM, WAVES, declare, sink, storm
from pilothouse.learn.lesson_06.trial import (
    FLOOD,
    Alone,
    Reported,
    Trial,
    after,
    at_work,
    away,
    copies,
    last_raised,
    own,
    relieved,
)
from pilothouse.learn.measure import exactly, present, ready
from pilothouse.learn.moments import is_ready
from pilothouse.learn.properties import eventually, never_more_than

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

THREE = exactly(3, ready(ETA))
STORM = WAVES * 40  # seconds
TO_BEAT = 10  # copies made and unmade; the original needs 26 in this storm


def nothing(cluster: Cluster, chance: Random) -> None:
    """Leave the cluster alone."""


def grow(cluster: Cluster, chance: Random) -> None:
    """Ask for six copies."""
    declare(cluster, 6)


def shrink(cluster: Cluster, chance: Random) -> None:
    """Ask for one copy."""
    declare(cluster, 1)


def sink_unseen(cluster: Cluster, chance: Random) -> None:
    """Let a copy sink while the controller is away; then it starts again."""
    failed = away(cluster)
    sink(cluster, chance)
    cluster.run("5s")
    for name in failed:
        cluster.recover(name)


def silence(cluster: Cluster, chance: Random) -> None:
    """Let the machine of a ready copy fall silent."""
    there = [pod for pod in cluster.list("pods", selector=ETA) if is_ready(pod)]
    if there:
        cluster.fail(f"node/{chance.choice(there).spec.nodeName}")


def number(cluster: Cluster) -> int:
    """Return how many copies are ready."""
    return sum(map(is_ready, copies(cluster)))


def unowned(cluster: Cluster) -> bool:
    """Say whether somebody made copies by hand."""
    return any(not pod.metadata.ownerReferences for pod in copies(cluster))


def listens(cluster: Cluster) -> bool:
    """Say whether the script is still on watch."""
    return type(cluster.components.get(HELM)) is Listener


def undeclared(cluster: Cluster) -> bool:
    """Say whether a learner's controller keeps a memory that it does not declare."""
    return any(
        isinstance(value, dict | list | set) and name not in controller.declares
        for controller in own(cluster)
        for name, value in vars(controller).items()
    )


START = Check(
    "start",
    [Promise("three copies are ready", eventually(THREE, "10s"), lasts="10s")],
    "three copies are ready, and the built-in controller is on watch",
    needs_a_hand=False,
)

SURVIVES = Check(
    "survives",
    [
        Trial("a copy that sinks is replaced", eventually(THREE, "30s"), sink, "40s"),
        Trial("one that sinks while the controller is away is replaced too", eventually(THREE, "30s"), sink_unseen),
        Trial("six copies when six are declared", eventually(exactly(6, ready(ETA)), "30s"), grow, "40s"),
    ],
    "whatever sinks, seen or not, is replaced within half a minute (tried in forks, with three seeds)",
    Hints(
        "Run the cells from the top: observe, act, the class, and cluster.add.",
        "The check forks your cluster with your controller in it. If act makes nothing, look at missing; if the "
        "controller is never woken, look at watches.",
        "Run lesson.catch_up() to get a cluster in which a controller like yours is on watch, and compare.",
    ),
)

HELMSMAN = Check(
    "helmsman",
    [
        Trial("three copies are ready", eventually(THREE, "30s"), nothing, "40s"),
        Trial("a copy that sinks is replaced", eventually(THREE, "30s"), sink, "40s"),
        Trial("never more than three copies", never_more_than(3, present(ETA)), sink, "40s"),
        Trial("one that sinks while your controller is away is replaced", eventually(THREE, "30s"), sink_unseen, "40s"),
        Trial("six copies when six are declared", eventually(exactly(6, ready(ETA)), "30s"), grow, "40s"),
        Trial("one copy when one is declared", eventually(exactly(1, present(ETA)), "30s"), shrink, "40s"),
        Trial("the ReplicaSet's status tells the truth", Reported(), sink, "40s"),
    ],
    "as many copies as declared, up and down, through losses and its own crash, and it says so",
    Hints(
        "Observe, compare, act, as in the lesson. Then one step that the lesson left out: report.",
        "reconcile gets the key of a ReplicaSet. self.store.get(*key) reads it, and self.store.by finds the pods that "
        "it owns; is_active leaves out those that go. Compare their number with wish.spec.replicas, and make or delete "
        "the difference. At last write wish.status, so that others learn of it; write only what is new.",
        'pods = [pod for pod in self.store.by("Pod", "owner", wish.metadata.uid) if is_active(pod)] observes. Then '
        "for _ in range(wish.spec.replicas - len(pods)): create_pod(self.api, wish, wish.spec.template) makes what is "
        "missing, and for pod in pods[wish.spec.replicas:]: delete_pod(self.api, wish, pod) takes away what is too "
        "much. To report: ready = sum(map(is_ready, pods)), then status = replace(wish.status, replicas=len(pods), "
        "readyReplicas=ready, availableReplicas=ready). If status != wish.status, write it with "
        'self.api.update(replace(wish, status=status), subresource="status"). Return early if wish is None.',
    ),
    [
        Diagnosis(
            "raises",
            lambda cluster: last_raised(after(cluster, sink)) is not None,
            "Your controller raises: its error is the event ReconcileError of the ReplicaSet, and stands above. "
            "The cluster goes on and tries again, later each time.",
        ),
        Diagnosis(
            "by hand",
            unowned,
            "These copies were made by hand, so no controller counts them. Let your controller make them.",
        ),
        Diagnosis(
            "floods",
            lambda cluster: after(cluster, sink).store.count("Pod") > FLOOD,
            "It makes copies without end: it counts only what is ready, and a new copy is not ready yet. "
            "Count what is there.",
        ),
        Diagnosis(
            "not woken",
            lambda cluster: not any("Pod" in controller.watches for controller in own(cluster)),
            "Nobody wakes your controller when a copy sinks: watches names no Pod.",
        ),
        Diagnosis(
            "acts on events",
            lambda cluster: number(after(cluster, sink)) == 3 and number(after(cluster, sink_unseen)) < 3,
            "It makes up for the losses that it heard of, and one that it missed stays. "
            "Compare with what is there, each time.",
        ),
        Diagnosis(
            "never deletes",
            lambda cluster: len(copies(after(cluster, shrink))) > 1,
            "It makes copies, and never takes one away. A declaration can shrink too: missing may be below zero.",
        ),
        Diagnosis(
            "silent",
            lambda cluster: number(after(cluster, sink)) == 3,
            "It keeps the copies, and tells nobody: the ReplicaSet's status is not what is there, "
            "and the Deployment believes the status.",
        ),
    ],
    seeds=(0, 1),
    points=4,
    began=at_work,
)

SILENT = Check(
    "silent-machine",
    [
        Trial("three copies answer", eventually(THREE, "60s"), nothing, "70s"),
        Trial("a copy that sinks is replaced", eventually(THREE, "60s"), sink, "70s"),
        Trial("one that sinks while the controller is away is replaced", eventually(THREE, "60s"), sink_unseen, "70s"),
        Trial("when the next machine falls silent, three answer again", eventually(THREE, "8m"), silence, "9m"),
    ],
    "three copies answer, whatever falls silent, and nobody had to hear of it",
    Hints(
        "Which pod is on the silent machine, and what is its status? Which change does the script wait for?",
        "A machine that is silent confirms nothing. Its pod was told to go, and stays Terminating, so it is never "
        "DELETED. The script hears only DELETED. A controller that compares what is wanted with what is active needs "
        "no such event: a pod with a deletionTimestamp is not active.",
        'Write a class with the same name, "replicaset-controller", that watches ReplicaSet and Pod. Its reconcile '
        'reads wish = self.store.get(*key), takes pods = self.store.by("Pod", "owner", wish.metadata.uid), leaves out '
        "those that are not active with is_active, and creates what is missing with create_pod(self.api, wish, "
        "wish.spec.template). Put it on watch with cluster.add(...): the Listener of the same name is replaced. Let "
        "half a minute pass. The original would do as well: cluster.add(ReplicaSetController()).",
    ),
    [
        Diagnosis(
            "by hand",
            unowned,
            "A copy was made by hand, so no controller counts it, and none will replace it. "
            "Repair what makes the copies.",
        ),
        Diagnosis(
            "gave it its event",
            lambda cluster: listens(cluster) and number(cluster) == 3,
            "Now three answer, because the script heard the one event that it waits for. "
            "It still waits for it when the next machine falls silent. Replace the script.",
        ),
        Diagnosis(
            "still the script",
            listens,
            "The script is still on watch. It waits to hear that the pod is DELETED, and a silent machine never says so.",
        ),
        Diagnosis(
            "counts the dying",
            lambda cluster: number(after(cluster, nothing)) < 3,
            "Your controller counts a copy that was told to go: its machine is silent, and it stays Terminating. "
            "Count only the active ones.",
        ),
        Diagnosis(
            "acts on events",
            lambda cluster: number(after(cluster, sink_unseen)) < 3,
            "Your controller still acts on what it hears. What sinks while it is away stays lost: "
            "compare with what is there.",
        ),
    ],
    seeds=(0, 1),
    points=3,
    began=lambda cluster, since: not listens(cluster) or cluster.store.revision > since,
)


def steps(cluster: Cluster) -> int:
    """Return how many copies were made and unmade for the ReplicaSet since the cluster's beginning."""
    names = {HELM, *(controller.name for controller in own(cluster))}
    acts = [change for change in cluster.changes("pod") if change.actor in names]
    return sum(1 for change in acts if change.verb != "MODIFIED" or change.after.metadata.deletionTimestamp)


def score(cluster: Cluster, since: int) -> str:
    """Say how many copies were made and unmade in the storm, beside the score to beat."""
    made = steps(after(cluster, storm)) - steps(cluster)
    word = "beaten" if made < TO_BEAT else "not yet beaten"
    return f"{made} copies made and unmade in the storm; to beat: {TO_BEAT} ({word})"


NERVOUS = Check(
    "nervous-captain",
    [
        Trial("three copies, half a minute after the storm", eventually(THREE, STORM + 30), storm, "60s"),
        Trial("a copy that sinks is replaced within half a minute", eventually(THREE, "30s"), sink, "60s"),
        Trial("an order that stands is followed: six copies", eventually(exactly(6, ready(ETA)), "30s"), grow, "60s"),
        Trial("and downwards: one copy", eventually(exactly(1, present(ETA)), "30s"), shrink, "60s"),
        Alone("what happens in one fork is not felt in another", eventually(THREE, "60s"), sink),
    ],
    "orders that stand are followed, losses are made up for, and the storm is over",
    Hints(
        "An order that is taken back after three seconds need not be followed. Nobody says that you must act at once.",
        "A controller that acts on what is there loses nothing by waiting: when it looks, it sees all that happened "
        "meanwhile. Return the seconds after which reconcile wants to look again. What it must remember for that, "
        "such as since when an order stands, goes into an attribute that declares names.",
        'Build on class Calm(ReplicaSetController) with declares = ("failures", "seen"), and set self.seen = {} '
        "after super().__init__(). In reconcile, read wish = self.store.get(*key). If wish.metadata.generation is not "
        "the one in self.seen[key], keep (wish.metadata.generation, self.clock.now + 5) there: the order is new, and "
        "may be followed five seconds from now. While self.clock.now is earlier than that, return the seconds that are "
        "left. Otherwise return super().reconcile(key). Put it on watch with cluster.add(Calm()).",
    ),
    [
        Diagnosis(
            "memory not declared",
            undeclared,
            "Your controller remembers something that declares does not name: forks share it, and a crash does not "
            "empty it. Name it in declares.",
        ),
        Diagnosis(
            "never deletes",
            lambda cluster: len(copies(after(cluster, shrink))) > 1 and number(after(cluster, sink)) == 3,
            "Fewer steps, because it never takes a copy away. An order for fewer copies that stands must be followed.",
        ),
        Diagnosis(
            "sleeps",
            lambda cluster: number(after(cluster, sink, "30s")) < 3,
            "It waits too long: a lost copy must be replaced within half a minute, its start included.",
        ),
    ],
    seeds=(0, 1),
    points=2,
    began=relieved,
    score=score,
)

CHECKS = [START, SURVIVES, HELMSMAN, SILENT, NERVOUS]
