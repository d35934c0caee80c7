"""DaemonSet: one pod on every node that fits; a new template takes over node by node.

The counterpart is `pkg/controller/daemon`: `daemon_controller.go` and `update.go`. Simplified: failed pods are
replaced with the common back-off instead of one of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from pilothouse.api import ControllerRevision, DaemonSet, DaemonSetStatus, LabelSelector, Node, Pod, replace
from pilothouse.controllers import claims, controllerrevision, daemonpod, pods
from pilothouse.controllers.backoff import wait_after_failure
from pilothouse.controllers.controllerrevision import POD_REVISION
from pilothouse.controllers.podcontrol import create_pod, delete_pod
from pilothouse.controllers.rollout import scaled
from pilothouse.kernel import Change, Controller, Key, itself

BURST = 250  # pods created or deleted in one turn at most


class Plan(NamedTuple):
    """What to do next: pods to delete, nodes that get one, and events to tell first."""

    delete: list[Pod]
    create: list[str]
    told: list[tuple[str, str, str]]


class DaemonSetController(Controller):
    """Keeps one pod of the newest template on each node."""

    name = "daemonset-controller"
    declares = ("failures",)

    def __init__(self) -> None:
        self.failures: dict[Any, int] = {}

    @property
    def watches(self) -> dict[str, Any]:
        """DaemonSets, the pods that are or might be theirs, and nodes that come or change."""
        return {"DaemonSet": itself, "Pod": self.owners_of, "Node": self.all_for}

    def start(self) -> None:
        """Have the pods and revisions indexed that nobody controls."""
        self.store.index("Pod", claims.ORPHANS, claims.orphans)
        self.store.index("ControllerRevision", claims.ORPHANS, claims.orphans)

    def owners_of(self, change: Change) -> Iterable[Key]:
        """The sets that a change of a pod concerns."""
        return claims.claimants(self.store, "DaemonSet", change)

    def all_for(self, change: Change) -> Iterable[Key]:
        """All sets, for a node that came or whose labels or taints changed; one that went is noticed by its pods."""
        before, after = change.before, change.after
        if after is None or (before is not None and places(before) == places(after)):
            return []
        return [Key("DaemonSet", d.metadata.namespace, d.metadata.name) for d in self.store.list("DaemonSet")]

    def reconcile(self, key: Key) -> float | None:
        """Make and end pods until each node has the one it should have, then take one step of an update."""
        daemonset = self.store.get(*key)
        if daemonset is None or daemonset.metadata.deletionTimestamp:
            return None
        if daemonset.spec.selector == LabelSelector():
            message = "This daemon set is selecting all pods. A non-empty selector is required."
            self.api.event(daemonset, "Warning", "SelectingAll", message)
            return None
        newest = self.newest_revision(daemonset)
        if newest is None:
            return None
        mark, nodes = newest.metadata.labels[POD_REVISION], self.store.list("Node")
        claims.claim(self.store, self.api, daemonset, "Pod")

        failed = self.carry_out(
            daemonset, mark, manage(daemonset, nodes, self.by_node(daemonset), mark, self.clock.now)
        )
        if daemonset.spec.updateStrategy.type == "RollingUpdate":
            step = roll(daemonset, nodes, self.by_node(daemonset), mark, self.clock.now)
            failed = self.carry_out(daemonset, mark, step) or failed
        self.tidy(daemonset, newest)
        self.report(daemonset, nodes, mark)
        if failed:
            return wait_after_failure(self.failures, key)
        self.failures.pop(key, None)
        mine = claims.owned(self.store, daemonset, "Pod")
        return pods.soonest_available(mine, daemonset.spec.minReadySeconds, self.clock.now)

    def by_node(self, daemonset: DaemonSet) -> dict[str, list[Pod]]:
        """The set's pods by the nodes that they are meant for, the oldest first."""
        found: dict[str, list[Pod]] = {}
        mine = claims.owned(self.store, daemonset, "Pod")
        for pod in sorted(mine, key=lambda p: (not p.spec.nodeName, p.metadata.creationTimestamp, p.metadata.name)):
            found.setdefault(daemonpod.node_of(pod), []).append(pod)
        return found

    def carry_out(self, daemonset: DaemonSet, mark: str, plan: Plan) -> bool:
        """Delete and create; True where the door refused something."""
        template = daemonset.spec.template
        labels = {**template.metadata.labels, POD_REVISION: mark}
        failed = False
        for type, reason, message in plan.told:
            self.api.event(daemonset, type, reason, message)
        for node in plan.create[:BURST]:
            meant = replace(template, spec=daemonpod.pinned(template.spec, node))
            if create_pod(self.api, daemonset, meant, labels=labels):
                failed = True
                break
        for pod in plan.delete[:BURST]:
            failed = bool(delete_pod(self.api, daemonset, pod)) or failed
        return failed

    # --------------------------------------------------------------------------------------------- revisions and status
    def revisions(self, daemonset: DaemonSet) -> list[ControllerRevision]:
        """The set's revisions, in order."""
        return controllerrevision.in_order(claims.claim(self.store, self.api, daemonset, "ControllerRevision"))

    def newest_revision(self, daemonset: DaemonSet) -> ControllerRevision | None:
        """The revision of the set's template; None after its name was taken, which is counted."""
        newest = controllerrevision.newest(self.api, daemonset, self.revisions(daemonset), POD_REVISION)
        if newest is None:
            count = (daemonset.status.collisionCount or 0) + 1
            status = replace(daemonset.status, collisionCount=count)
            self.api.update(replace(daemonset, status=status), subresource="status")
        return newest

    def tidy(self, daemonset: DaemonSet, newest: ControllerRevision) -> None:
        """Drop the revisions that the history does not hold, unless a pod is still of them."""
        marks = {pod.metadata.labels.get(POD_REVISION) for pod in claims.owned(self.store, daemonset, "Pod")}
        old = [revision for revision in self.revisions(daemonset) if revision.metadata.name != newest.metadata.name]
        used = [r.metadata.name for r in old if r.metadata.labels.get(POD_REVISION) in marks]
        controllerrevision.tidy(self.api, daemonset, old, used)

    def report(self, daemonset: DaemonSet, nodes: Sequence[Node], mark: str) -> None:
        """Write the status, if it says anything new."""
        status = counted(daemonset, nodes, self.by_node(daemonset), mark, self.clock.now)
        if status != daemonset.status:
            self.api.update(replace(daemonset, status=status), subresource="status")


def places(node: Node) -> tuple[Any, ...]:
    """All of a node that decides whether a daemon pod belongs there."""
    return node.metadata.labels, node.spec.taints


def manage(daemonset: DaemonSet, nodes: Sequence[Node], there: dict[str, list[Pod]], mark: str, now: float) -> Plan:
    """The nodes that want a pod and have none, and the pods that are too many or ended."""
    plan = Plan([], [], [])
    known = {node.metadata.name for node in nodes}
    for node in nodes:
        name = node.metadata.name
        found, (start, stay) = there.get(name, []), daemonpod.should_run(daemonset, node)
        living = [pod for pod in found if not pods.is_deleting(pod)]
        if start and not found:
            plan.create.append(name)
        elif not stay:
            plan.delete.extend(living)
        else:
            ended = [pod for pod in living if pods.is_finished(pod)]
            plan.told.extend(told_of(pod, name) for pod in ended)
            running = [pod for pod in living if not pods.is_finished(pod)]
            plan.delete.extend(ended + surplus(daemonset, running, mark, now))
            if start and not running and surge_allowed(daemonset):
                plan.create.append(name)
    plan.delete.extend(p for name in there if name not in known for p in there[name] if not p.spec.nodeName)
    return plan


def told_of(pod: Pod, node: str) -> tuple[str, str, str]:
    """The event of a daemon pod that ended, which it should not."""
    how, verb = ("failed", "kill") if pod.status.phase == "Failed" else ("succeeded", "delete")
    message = (
        f"Found {how} daemon pod {pod.metadata.namespace}/{pod.metadata.name} on node {node}, will try to {verb} it"
    )
    return ("Warning" if how == "failed" else "Normal", f"{how.capitalize()}DaemonPod", message)


def surplus(daemonset: DaemonSet, running: Sequence[Pod], mark: str, now: float) -> list[Pod]:
    """The pods that a node has too many: all but the oldest, or while surging all but the oldest old and new one."""
    if len(running) <= 1:
        return []
    if not surge_allowed(daemonset):
        return list(running[1:])
    new = [pod for pod in running if is_of(pod, mark)]
    old = [pod for pod in running if not is_of(pod, mark)]
    gone = new[1:] + old[1:]
    if new and old:
        is_taken_over = pods.is_available(new[0], daemonset.spec.minReadySeconds, now)
        if not pods.is_ready(old[0]) or is_taken_over:
            gone.append(old[0])
    return gone


def limits(daemonset: DaemonSet, nodes: Sequence[Node]) -> tuple[int, int]:
    """How many nodes may have a pod more, and how many none, during an update."""
    rolling = daemonset.spec.updateStrategy.rollingUpdate
    wanted = sum(daemonpod.should_run(daemonset, node)[0] for node in nodes)
    surge = scaled(rolling.maxSurge if rolling else 0, wanted, round_up=True)
    unavailable = scaled(rolling.maxUnavailable if rolling else 1, wanted, round_up=True)
    return surge, unavailable if surge or unavailable else 1


def surge_allowed(daemonset: DaemonSet) -> bool:
    """The new pod may come before the old one goes."""
    rolling = daemonset.spec.updateStrategy.rollingUpdate
    return rolling is not None and rolling.maxSurge not in (None, 0, "0%")


def roll(daemonset: DaemonSet, nodes: Sequence[Node], there: dict[str, list[Pod]], mark: str, now: float) -> Plan:
    """One step of an update: as many old pods go, or new ones come, as the limits permit; the unavailable at once."""
    surge, unavailable = limits(daemonset, nodes)
    busy = 0
    at_once: list[Pod] = []
    in_turn: list[Pod] = []
    delete: list[Pod] = []

    def works(pod: Pod) -> bool:
        return pods.is_available(pod, daemonset.spec.minReadySeconds, now)

    for name in sorted(there):
        living = [pod for pod in there[name] if not pods.is_deleting(pod)]
        new = [pod for pod in living if is_of(pod, mark)]
        old = [pod for pod in living if not is_of(pod, mark)]
        if len(new) > 1 or len(old) > 1:
            busy += 1
        elif old and not new:
            (in_turn if works(old[0]) else at_once).append(old[0])
        elif surge and old:
            if works(old[0]) and not works(new[0]):
                busy += 1
            else:
                delete.append(old[0])
        elif not surge:
            busy += not (new and not old and works(new[0]))
    room = max(0, (surge or unavailable) - busy)
    chosen = at_once + in_turn[:room]
    return Plan(delete, [daemonpod.node_of(pod) for pod in chosen], []) if surge else Plan(chosen, [], [])


def is_of(pod: Pod, mark: str) -> bool:
    """The pod was made from the revision with this hash."""
    return pod.metadata.labels.get(POD_REVISION) == mark


def counted(
    daemonset: DaemonSet, nodes: Sequence[Node], there: dict[str, list[Pod]], mark: str, now: float
) -> DaemonSetStatus:
    """The status with fresh counts; on each node the oldest pod counts."""
    wanting = {node.metadata.name for node in nodes if daemonpod.should_run(daemonset, node)[0]}
    oldest = [there[name][0] for name in sorted(wanting) if name in there]
    available = sum(pods.is_available(pod, daemonset.spec.minReadySeconds, now) for pod in oldest)
    return DaemonSetStatus(
        observedGeneration=daemonset.metadata.generation,
        desiredNumberScheduled=len(wanting),
        currentNumberScheduled=len(oldest),
        numberMisscheduled=sum(node.metadata.name in there and node.metadata.name not in wanting for node in nodes),
        numberReady=sum(map(pods.is_ready, oldest)),
        numberAvailable=available,
        numberUnavailable=len(wanting) - available,
        updatedNumberScheduled=sum(is_of(pod, mark) for pod in oldest),
        collisionCount=daemonset.status.collisionCount,
        conditions=daemonset.status.conditions,
    )
