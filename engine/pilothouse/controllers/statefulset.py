"""StatefulSet: pods with a number, a name and a disk of their own, made and ended in order.

Pod 0 first, each one only when its predecessors are ready; the last one goes first; an update goes from the highest
number down, one pod at a time. `Parallel` gives up the order for making and ending, not for updating. The
counterpart is `pkg/controller/statefulset/stateful_set_control.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pilothouse.api import ControllerRevision, Pod, StatefulSet, StatefulSetStatus, replace
from pilothouse.apiserver import ApiError
from pilothouse.controllers import claims, controllerrevision, identity, pods
from pilothouse.controllers.backoff import wait_after_failure
from pilothouse.controllers.controllerrevision import POD_REVISION
from pilothouse.controllers.podcontrol import is_namespace_ending
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
            self.count_collision(set_)
            return None
        current = next((r for r in revisions if r.metadata.name == set_.status.currentRevision), update)
        self.claim_pods(set_)

        problem = None
        if not set_.metadata.deletionTimestamp:
            try:
                self.step(set_, current, update)
            except ApiError as error:
                problem = error
        self.report(set_, current, update)
        self.tidy(set_)
        if problem and not is_namespace_ending(problem):
            return wait_after_failure(self.failures, key)
        self.failures.pop(key, None)
        return pods.soonest_available(self.members(set_), set_.spec.minReadySeconds, self.clock.now)

    # ------------------------------------------------------------------------------------------------------- who is who
    def revisions(self, set_: StatefulSet) -> list[ControllerRevision]:
        """The set's revisions, in order."""
        return controllerrevision.in_order(claims.claim(self.store, self.api, set_, "ControllerRevision"))

    def claim_pods(self, set_: StatefulSet) -> None:
        """Adopt and release pods; only those with a name of the set's count."""
        claims.claim(self.store, self.api, set_, "Pod", lambda pod: identity.ordinal(pod, set_) is not None)

    def members(self, set_: StatefulSet) -> list[Pod]:
        """The set's pods, by their numbers."""
        mine = [pod for pod in claims.owned(self.store, set_, "Pod") if identity.ordinal(pod, set_) is not None]
        return sorted(mine, key=lambda pod: identity.ordinal(pod, set_) or 0)

    # ------------------------------------------------------------------------------------------------------------ steps
    def step(self, set_: StatefulSet, current: ControllerRevision, update: ControllerRevision) -> None:
        """Do what is next: make or mend replicas, then end those too many, then update. Raises ApiError."""
        wanted = identity.ordinals(set_)
        members = {identity.ordinal(pod, set_): pod for pod in self.members(set_)}
        condemned = [pod for number, pod in reversed(members.items()) if number not in wanted]
        in_order = set_.spec.podManagementPolicy != "Parallel"

        for number in wanted:
            revision = current if is_held_back(set_, number) else update
            if self.keep(set_, members.get(number), number, revision) and in_order:
                return
        for pod in condemned:
            self.own_claims(set_, pod)
        sick = [pod for pod in self.members(set_) if not is_healthy(pod)]
        for pod in condemned:
            if self.condemn(set_, pod, in_order and sick[:1] != [pod]) and in_order:
                return
        if set_.spec.updateStrategy.type != "OnDelete":
            self.roll(set_, update)

    def keep(self, set_: StatefulSet, pod: Pod | None, number: int, revision: ControllerRevision) -> bool:
        """Make or mend one replica; True where those after it must wait."""
        if pod is None:
            self.create(set_, number, revision)
            return True
        if pods.is_finished(pod):
            if not pods.is_deleting(pod):
                self.delete(set_, pod)
            return True
        if pod.status.phase in ("", "Pending"):
            self.create_claims(set_, number)
        if not self.is_settled(set_, pod):
            return True
        self.own_claims(set_, pod)
        return False

    def condemn(self, set_: StatefulSet, pod: Pod, must_be_well: bool) -> bool:
        """End one pod that is too many; True where the others must wait."""
        if pods.is_deleting(pod) or (must_be_well and not self.is_settled(set_, pod)):
            return True
        self.delete(set_, pod)
        return True

    def roll(self, set_: StatefulSet, update: ControllerRevision) -> None:
        """End the pod with the highest number that is not of the newest revision; wait for one that is not well."""
        members = {identity.ordinal(pod, set_): pod for pod in self.members(set_)}
        for number in reversed(identity.ordinals(set_)):
            pod = members.get(number)
            if is_held_back(set_, number) or pod is None:
                return
            if pod.metadata.labels.get(POD_REVISION) != update.metadata.name and not pods.is_deleting(pod):
                self.delete(set_, pod)
                return
            if not is_healthy(pod):
                return

    def is_settled(self, set_: StatefulSet, pod: Pod) -> bool:
        """The pod stays and is available: the next one may follow."""
        return is_healthy(pod) and pods.is_available(pod, set_.spec.minReadySeconds, self.clock.now)

    # -------------------------------------------------------------------------------------------------- pods and claims
    def create(self, set_: StatefulSet, number: int, revision: ControllerRevision) -> None:
        """Make a pod, its claims first, and tell. Raises ApiError."""
        pod = identity.new_pod(set_, revision, number)
        try:
            self.create_claims(set_, number)
            pod = self.api.create(pod)
        except ApiError as error:
            if error.reason == "AlreadyExists":  # somebody else has the name: its end wakes nobody, so look again
                raise
            self.tell(set_, "Create", pod, error)
            raise
        self.tell(set_, "Create", pod)
        self.own_claims(set_, pod)

    def delete(self, set_: StatefulSet, pod: Pod) -> None:
        """Delete a pod, and tell. Raises ApiError."""
        try:
            self.api.delete("Pod", pod.metadata.name, pod.metadata.namespace)
        except ApiError as error:
            if error.code != 404:
                self.tell(set_, "Delete", pod, error)
                raise
        self.tell(set_, "Delete", pod)

    def tell(self, set_: StatefulSet, verb: str, pod: Pod, error: ApiError | None = None) -> None:
        """The event of something done to a pod, or tried in vain."""
        what = f"{verb} Pod {pod.metadata.name} in StatefulSet {set_.metadata.name}"
        if error is None:
            self.api.event(set_, "Normal", f"Successful{verb}", f"{what} successful")
        elif not is_namespace_ending(error):
            self.api.event(set_, "Warning", f"Failed{verb}", f"{what} failed error: {error.message}")

    def create_claims(self, set_: StatefulSet, number: int) -> None:
        """Make the claims of a pod that are not there yet. Raises ApiError."""
        for claim in identity.new_claims(set_, number):
            if self.store.get("PersistentVolumeClaim", claim.metadata.namespace, claim.metadata.name) is None:
                self.api.create(claim)
                what = (
                    f"Claim {claim.metadata.name} Pod {set_.metadata.name}-{number} in StatefulSet {set_.metadata.name}"
                )
                self.api.event(set_, "Normal", "SuccessfulCreate", f"Create {what} success")

    def own_claims(self, set_: StatefulSet, pod: Pod) -> None:
        """Let the pod's claims belong to whom the retention policy says."""
        number = identity.ordinal(pod, set_) or 0
        for template in set_.spec.volumeClaimTemplates:
            name = identity.claim_name(template, set_, number)
            claim = self.store.get("PersistentVolumeClaim", set_.metadata.namespace, name)
            if claim is None:
                continue
            ours = (set_.metadata.uid, pod.metadata.uid)
            others = [reference for reference in claim.metadata.ownerReferences if reference.uid not in ours]
            owners = others + identity.owner_of_claims(set_, pod, number)
            if owners != claim.metadata.ownerReferences:
                self.api.update(replace(claim, metadata=replace(claim.metadata, ownerReferences=owners)))

    # ----------------------------------------------------------------------------------------------------------- status
    def report(self, set_: StatefulSet, current: ControllerRevision, update: ControllerRevision) -> None:
        """Write the status, if it says anything new; a rollout that is complete makes its revision the current one."""
        members = self.members(set_)
        status = counted(set_, members, current, update, self.clock.now)
        size = len(identity.ordinals(set_))
        is_complete = status.updatedReplicas == status.readyReplicas == status.replicas == size
        if is_complete and set_.spec.updateStrategy.type == "RollingUpdate":
            status = replace(status, currentReplicas=status.updatedReplicas, currentRevision=status.updateRevision)
        if status != set_.status:
            self.api.update(replace(set_, status=status), subresource="status")

    def tidy(self, set_: StatefulSet) -> None:
        """Drop revisions that nobody needs and the history does not hold."""
        now = self.store.get("StatefulSet", set_.metadata.namespace, set_.metadata.name)
        used = [pod.metadata.labels.get(POD_REVISION, "") for pod in self.members(set_)]
        used += [now.status.currentRevision, now.status.updateRevision]
        old = [revision for revision in self.revisions(set_) if revision.metadata.name not in used]
        controllerrevision.tidy(self.api, set_, old, used=[])

    def count_collision(self, set_: StatefulSet) -> None:
        """Two templates have one hash: mix a number into the next."""
        count = (set_.status.collisionCount or 0) + 1
        self.api.update(replace(set_, status=replace(set_.status, collisionCount=count)), subresource="status")


def is_healthy(pod: Pod) -> bool:
    """The pod runs, is ready and stays."""
    return pod.status.phase == "Running" and pods.is_ready(pod) and not pods.is_deleting(pod)


def is_held_back(set_: StatefulSet, number: int) -> bool:
    """The partition keeps this number at the revision it had."""
    rolling = set_.spec.updateStrategy.rollingUpdate
    start = identity.ordinals(set_).start
    return rolling is not None and number < start + (rolling.partition or 0)


def counted(
    set_: StatefulSet, members: Sequence[Pod], current: ControllerRevision, update: ControllerRevision, now: float
) -> StatefulSetStatus:
    """The status with fresh counts; pods being deleted are still ready ones, but of no revision."""
    ready = [pod for pod in members if pod.status.phase == "Running" and pods.is_ready(pod)]
    staying = [pod.metadata.labels.get(POD_REVISION) for pod in members if not pods.is_deleting(pod)]
    return StatefulSetStatus(
        observedGeneration=set_.metadata.generation,
        replicas=len(members),
        readyReplicas=len(ready),
        availableReplicas=sum(pods.is_available(pod, set_.spec.minReadySeconds, now) for pod in ready),
        currentReplicas=staying.count(current.metadata.name),
        updatedReplicas=staying.count(update.metadata.name),
        currentRevision=current.metadata.name,
        updateRevision=update.metadata.name,
        collisionCount=set_.status.collisionCount,
        conditions=set_.status.conditions,
    )
