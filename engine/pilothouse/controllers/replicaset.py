"""ReplicaSet: keeps as many pods of one template running as its spec says. The simplest controller, and the pattern
of all others: observe, compare, act.

The counterpart is `pkg/controller/replicaset/replica_set.go`. Simplified: pods are created one after the other until
the first refusal, where the real one starts slowly with batches of 1, 2, 4 ...; and since a component reads what
was written in the same instant, the bookkeeping of expected creations is not needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pilothouse.api import Pod, ReplicaSetCondition, ReplicaSetStatus, replace, timestamp
from pilothouse.apiserver import ApiError
from pilothouse.controllers import claims, conditions, pods
from pilothouse.controllers.backoff import wait_after_failure
from pilothouse.controllers.podcontrol import create_pod, delete_pod
from pilothouse.kernel import Change, Controller, Key, itself

BURST = 500  # pods created or deleted in one turn at most


class ReplicaSetController(Controller):
    """Creates pods where there are too few, deletes the least valuable where there are too many."""

    name = "replicaset-controller"
    kind = "ReplicaSet"
    declares = ("failures",)

    def __init__(self) -> None:
        self.failures: dict[Any, int] = {}

    @property
    def watches(self) -> dict[str, Any]:
        """ReplicaSets, and the pods that are or might be theirs."""
        return {self.kind: itself, "Pod": self.owners_of}

    def start(self) -> None:
        """Have the pods indexed that nobody controls."""
        self.store.index("Pod", claims.ORPHANS, claims.orphans)

    def owners_of(self, change: Change) -> Iterable[Key]:
        """The replica sets that a change of a pod concerns."""
        return claims.claimants(self.store, self.kind, change)

    def reconcile(self, key: Key) -> float | None:
        """Compare the pods there are with the number wanted, and create or delete the difference."""
        replicaset = self.store.get(*key)
        if replicaset is None:
            return None

        mine = claims.claim(self.store, self.api, replicaset, "Pod", pods.is_active)
        running = [pod for pod in mine if pods.is_active(pod)]
        missing = replicaset.spec.replicas - len(running)

        problem = None
        if replicaset.metadata.deletionTimestamp:
            pass  # the garbage collector takes the pods
        elif missing > 0:
            problem = self.create(replicaset, missing)
        elif missing < 0:
            problem = self.delete(replicaset, running, -missing)

        self.report(replicaset, running, ending=[pod for pod in mine if pods.is_terminating(pod)], problem=problem)
        if problem:
            return wait_after_failure(self.failures, key)
        self.failures.pop(key, None)
        return pods.soonest_available(running, replicaset.spec.minReadySeconds, self.clock.now)

    def create(self, replicaset: Any, missing: int) -> ApiError | None:
        """Create the missing pods; stop at the first that is refused and return the refusal."""
        for _ in range(min(missing, BURST)):
            problem = create_pod(self.api, replicaset, replicaset.spec.template)
            if problem:
                return problem
        return None

    def delete(self, replicaset: Any, running: Sequence[Pod], surplus: int) -> ApiError | None:
        """Delete the pods whose loss hurts least; returns the last refusal."""
        problem = None
        for pod in pods.victims(running, min(surplus, BURST), self.relatives(replicaset), self.clock.now):
            problem = delete_pod(self.api, replicaset, pod) or problem
        return problem

    def relatives(self, replicaset: Any) -> list[Pod]:
        """The pods of all replica sets of the same owner: nodes crowded with them give theirs first."""
        owner = claims.controller_reference(replicaset)
        siblings = self.store.by(self.kind, "owner", owner.uid) if owner else []
        return [pod for sibling in siblings for pod in claims.owned(self.store, sibling, "Pod")]

    def report(self, replicaset: Any, running: Sequence[Pod], ending: Sequence[Pod], problem: ApiError | None) -> None:
        """Write the status, if it says anything new."""
        status = self.status(replicaset, running, ending, problem)
        if status != replicaset.status:
            self.api.update(replace(replicaset, status=status), subresource="status")

    def status(self, replicaset: Any, running: Sequence[Pod], ending: Sequence[Pod], problem: ApiError | None) -> Any:
        """What the replica set shall say about itself."""
        now, seconds = self.clock.now, replicaset.spec.minReadySeconds
        template = replicaset.spec.template.metadata.labels.items()
        return ReplicaSetStatus(
            replicas=len(running),
            fullyLabeledReplicas=sum(template <= pod.metadata.labels.items() for pod in running),
            readyReplicas=sum(pods.is_ready(pod) for pod in running),
            availableReplicas=sum(pods.is_available(pod, seconds, now) for pod in running),
            terminatingReplicas=len(ending),
            observedGeneration=replicaset.metadata.generation,
            conditions=self.failure(replicaset, len(running), problem),
        )

    def failure(self, replicaset: Any, running: int, problem: ApiError | None) -> list[Any]:
        """The conditions, with ReplicaFailure while pods cannot be created or deleted."""
        known = replicaset.status.conditions
        if problem is None:
            return conditions.without(known, "ReplicaFailure")
        if conditions.find(known, "ReplicaFailure"):
            return list(known)
        failed = ReplicaSetCondition(
            type="ReplicaFailure",
            status="True",
            reason="FailedCreate" if running < replicaset.spec.replicas else "FailedDelete",
            message=problem.message,
            lastTransitionTime=timestamp(self.clock.now),
        )
        return [*known, failed]
