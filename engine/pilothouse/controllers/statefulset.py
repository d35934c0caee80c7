"""StatefulSet: pods with a number, a name and a disk of their own, made and ended in order.

Pod 0 first, each one only when its predecessors are ready; the last one goes first; an update goes from the highest number
down, one pod at a time. `Parallel` gives up the order for making and ending, not for updating. The counterpart is
`pkg/controller/statefulset/stateful_set_control.go`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pilothouse.api import ControllerRevision, Pod, StatefulSet, StatefulSetStatus, replace
from pilothouse.apiserver import ApiError
from pilothouse.controllers import claims, controllerrevision, identity, pods
from pilothouse.controllers.backoff import wait_after_failure
from pilothouse.controllers.controllerrevision import POD_REVISION
from pilothouse.controllers.podcontrol import is_namespace_ending
from pilothouse.controllers.podclaim import PodClaims
from pilothouse.kernel import Change, Controller, Key, itself


class StatefulSetController(Controller):
    """Takes one step towards the pods that the set wants, in the order that it wants."""

    name = "statefulset-controller"
    declares = ("failures",)

    def __init__(self) -> None:
        self.failures: dict[Any, int] = {}

    @property
    def watches(self) -> dict[str, Any]:
        """StatefulSets, and the pods that are or might be theirs."""
        return {"StatefulSet": itself, "Pod": self.owners_of}

    def start(self) -> None:
        """Have the pods and revisions indexed that nobody controls."""
        self.store.index("Pod", claims.ORPHANS, claims.orphans)
        self.store.index("ControllerRevision", claims.ORPHANS, claims.orphans)

    def owners_of(self, change: Change) -> Iterable[Key]:
        """The sets that a change of a pod concerns."""
        return claims.claimants(self.store, "StatefulSet", change)

    def reconcile(self, key: Key) -> float | None:
        """Bring revisions, pods and status of the set one step further."""
        set_ = self.store.get(*key)
        if set_ is None:
            return None
        revisions = self.revisions(set_)
        update = controllerrevision.newest(self.api, set_, revisions)
        if update is None:
            return self.avoid_collision(set_)
        current = next((r for r in revisions if r.metadata.name == set_.status.currentRevision), update)

        problem = None
        if not set_.metadata.deletionTimestamp:
            try:
                self.step(set_, current, update)
            except ApiError as error:
                problem = error
        self.report(set_, current, update)
        self.tidy(set_, current, update)
        if problem and not is_namespace_ending(problem):
            return wait_after_failure(self.failures, key)
        self.failures.pop(key, None)
        return pods.soonest_available(self.members(set_), set_.spec.minReadySeconds, self.clock.now)

    # -------------------------------------------------------------------------------------------------------------- steps
    def step(self, set_: StatefulSet, current: ControllerRevision, update: ControllerRevision) -> None:
        """Do what is next: make or mend a replica, end a condemned pod, or end one that is to be updated."""
        members = {identity.ordinal(pod): pod for pod in self.members(set_)}
        wanted = identity.ordinals(set_)
        condemned = [members[ordinal] for ordinal in sorted(members, reverse=True) if ordinal not in wanted]
        sick = self.first_unhealthy(set_, [members.get(o) for o in wanted] + condemned[::-1])
        is_blocked = in_turn(set_, wanted, lambda o: self.keep(set_, members.get(o), self.revision_for(set_, o, current, update), o))
        if is_blocked or in_turn(set_, condemned, lambda pod: self.condemn(set_, pod, sick)):
            return
        if set_.spec.updateStrategy.type != "OnDelete":
            self.roll(set_, members, update)
