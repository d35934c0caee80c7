"""How a controller from a cell is tried: in forks that stop when it floods them, told of by what it raised itself.

A controller can do what no manifest can: make copies without end in one instant, or raise. Neither may keep the
learner waiting, and both must be what the verdict points at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

from pilothouse.api import Pod
from pilothouse.kernel import Change, Controller
from pilothouse.kernel.loop import is_built_in
from pilothouse.learn.check import Promise
from pilothouse.learn.deed import by_hand, clock
from pilothouse.learn.lesson_06.scenario import ETA, HELM, declare
from pilothouse.learn.moments import Trace, is_ready
from pilothouse.learn.properties import Finding

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

FLOOD = 40  # pods; no declaration of this lesson asks for a quarter of it


@dataclass(frozen=True)
class Trial(Promise):
    """A promise about a controller, which might flood the fork or raise."""

    def judge(self, cluster: Cluster, since: int, seed: int) -> tuple[Finding, Cluster]:
        """Try the promise in one fork; where the controller raised, that decided it."""
        fork = cluster.fork(seed=seed)
        run(fork, "1s")
        if fork.store.count("Pod") > FLOOD:
            return flood(fork), fork
        trace = Trace(fork)
        if self.fault is not None:
            self.fault(fork, Random(seed))
        run(fork, self.lasts)
        if fork.store.count("Pod") > FLOOD:
            return flood(fork), fork
        finding = self.property.judge(trace)
        raised = None if finding.holds else last_raised(fork)
        return (finding if raised is None else replace(finding, change=raised, time=raised.time)), fork


@dataclass(frozen=True)
class Alone(Promise):
    """What is done in one fork must not be felt in another: what a controller remembers goes with each of them."""

    def judge(self, cluster: Cluster, since: int, seed: int) -> tuple[Finding, Cluster]:
        """Do the same in two forks, and something else in a third between them; the two must write the same log."""
        cluster = cluster.fork(seed=seed)
        run(cluster, "10s")
        awake = cluster.fork(seed=seed)
        for controller in own(awake):
            awake.loop.restart(controller.name)
        run(awake, "20s")
        first = self.one(cluster, seed)
        other = cluster.fork(seed=seed)
        declare(other, 5)
        run(other, "20s")
        second = self.one(cluster, seed)
        parted = first.diff(second).first
        if parted is None:
            return Finding(True, "what happens in one fork is not felt in another"), second
        change = parted[1] or parted[0] or second.store.log.changes[-1]
        return Finding(False, "the same done in two forks gives the same log", 2, change, change.time), second

    def one(self, cluster: Cluster, seed: int) -> Cluster:
        """Return a fork in which a copy sank, some time ago."""
        fork = cluster.fork(seed=seed)
        run(fork, "20s")
        if self.fault is not None:
            self.fault(fork, Random(seed))
        run(fork, "20s")
        return fork


@dataclass(frozen=True)
class Reported:
    """At the end, the ReplicaSet's status says how many copies there are, and how many are ready."""

    def judge(self, trace: Trace) -> Finding:
        """Compare the status with the pods, at the end of the trace."""
        cluster = trace.cluster
        there = copies(cluster)
        wanted = (len(there), sum(map(is_ready, there)))
        for replicaset in cluster.list("replicasets", selector=ETA):
            said = (replicaset.status.replicas, replicaset.status.readyReplicas)
            if said != wanted:
                change = cluster.changes("replicaset", replicaset.metadata.name)[-1]
                words = f"the status says how many copies there are, and how many ready: {wanted}; it says {said}"
                return Finding(False, words, said[1], change, change.time)
        return Finding(True, "the status says how many copies there are, and how many are ready", wanted[1])


def run(cluster: Cluster, span: str) -> None:
    """Let time pass, but stop in a flood."""
    cluster.run(until=lambda flooded: flooded.store.count("Pod") > FLOOD, timeout=span)


def flood(cluster: Cluster) -> Finding:
    """Find the copy at which a flood was one."""
    made = [change for change in cluster.changes("pod") if change.verb == "ADDED"]
    change, number = made[FLOOD], cluster.store.count("Pod")
    words = f"never more than {FLOOD} pods; at {clock(change.time)} there were more, and no end to it"
    return Finding(False, words, number, change, change.time)


def last_raised(cluster: Cluster) -> Change | None:
    """Return the newest change that tells of a controller that raised, or None."""
    events = [change for change in cluster.changes("event") if change.after is not None]
    return next((change for change in reversed(events) if change.after.reason == "ReconcileError"), None)


def copies(cluster: Cluster) -> list[Pod]:
    """Return the copies of the arrival-time model that nobody asked to leave."""
    return [pod for pod in cluster.list("pods", selector=ETA) if not pod.metadata.deletionTimestamp]


def after(cluster: Cluster, fault: Callable[[Cluster, Random], None], span: str = "40s") -> Cluster:
    """Return a fork of the cluster in which this was done and time has passed."""
    fork = cluster.fork()
    fault(fork, Random(0))
    run(fork, span)
    return fork


def own(cluster: Cluster) -> list[Controller]:
    """Return the controllers that the learner wrote."""
    return [component for component in cluster.components.values() if not is_built_in(component)]


def at_work(cluster: Cluster, since: int) -> bool:
    """Say whether a controller of the learner's, or the learner's own hand, has written since the task began, or is about to."""
    names = {HELM, *(controller.name for controller in own(cluster))}
    fork = cluster.fork()
    run(fork, "1s")
    return any(by_hand(change) or change.actor in names for change in fork.store.log.since(since))


def relieved(cluster: Cluster, since: int) -> bool:
    """Say whether another controller is on watch than at the beginning, or somebody did something by hand."""
    return bool(own(cluster)) or any(by_hand(change) for change in cluster.store.log.since(since))


def away(cluster: Cluster) -> list[str]:
    """Crash the controllers that the learner wrote, or the built-in one; return the names by which they recover."""
    names = [controller.name for controller in own(cluster)] or [HELM]
    found = [f"component/{name}" for name in names if name in cluster.components]
    for name in found:
        cluster.fail(name)
    return found
