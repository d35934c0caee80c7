"""Disruption budgets: how many more pods may be taken away on purpose, for the eviction API to respect.

The door counts an eviction down at once and notes the pod in `disruptedPods`; this controller counts anew when pods
change. The counterpart is `pkg/controller/disruption`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pilothouse.api import (
    Condition,
    LabelSelector,
    Pod,
    PodDisruptionBudget,
    PodDisruptionBudgetStatus,
    matches,
    replace,
    since_epoch,
    timestamp,
)
from pilothouse.controllers import claims, conditions, pods
from pilothouse.controllers.rollout import scaled
from pilothouse.kernel import Change, Controller, Key, itself

DELETION_TIMEOUT = 120.0  # seconds within which an evicted pod must be gone, or it counts again
SCALES = ("ReplicaSet", "StatefulSet", "ReplicationController", "Deployment")


class Unscalable(Exception):
    """A pod's owner does not say how many pods it wants."""


class DisruptionController(Controller):
    """Keeps the status of PodDisruptionBudgets."""

    name = "disruption-controller"

    @property
    def watches(self) -> dict[str, Any]:
        """Budgets, and the pods under them."""
        return {"PodDisruptionBudget": itself, "Pod": self.budgets_of}

    def budgets_of(self, change: Change) -> Iterable[Key]:
        """The budgets that a pod is under, or was."""
        before, after = change.before, change.after
        budgets = self.store.list("PodDisruptionBudget", change.key.namespace)
        if not budgets or (before is not None and after is not None and told(before) == told(after)):
            return []
        labels = [pod.metadata.labels for pod in (before, after) if pod is not None]
        return [
            Key("PodDisruptionBudget", b.metadata.namespace, b.metadata.name)
            for b in budgets
            if any(matches(b.spec.selector, given) for given in labels)
        ]

    def reconcile(self, key: Key) -> float | None:
        """Count the budget's pods anew."""
        budget = self.store.get(*key)
        if budget is None:
            return None
        under = [
            pod for pod in self.store.list("Pod", key.namespace) if matches(budget.spec.selector, pod.metadata.labels)
        ]
        if not under:
            self.tell(budget, "Normal", "NoPods", "No matching pods found")
        try:
            expected, desired = self.expected(budget, under)
        except Unscalable as error:
            self.tell(budget, "Warning", "CalculateExpectedPodCountFailed", f"{FAILED}: {error}")
            self.write(budget, failed(budget, str(error), self.clock.now))
            return None
        going, recheck = self.disrupted(budget, under)
        healthy = sum(pods.is_ready(p) for p in under if not pods.is_deleting(p) and p.metadata.name not in going)
        self.write(budget, counted(budget, healthy, desired, expected, going, self.clock.now))
        return recheck

    def expected(self, budget: PodDisruptionBudget, under: Sequence[Pod]) -> tuple[int, int]:
        """How many pods there should be, and how many of them healthy. Raises Unscalable."""
        spec = budget.spec
        if spec.maxUnavailable is not None:
            expected = self.scale(budget, under)
            return expected, max(0, expected - scaled(spec.maxUnavailable, expected, round_up=True))
        if isinstance(spec.minAvailable, str):
            expected = self.scale(budget, under)
            return expected, scaled(spec.minAvailable, expected, round_up=True)
        return len(under), spec.minAvailable or 0

    def scale(self, budget: PodDisruptionBudget, under: Sequence[Pod]) -> int:
        """The sum of what the owners of the pods ask for; pods without an owner do not count. Raises Unscalable."""
        owners: dict[str, int] = {}
        unmanaged = False
        for pod in under:
            reference = claims.controller_reference(pod)
            if reference is None:
                unmanaged = True
                continue
            owner = self.store.get(reference.kind, pod.metadata.namespace, reference.name)
            above = claims.controller_reference(owner) if owner is not None else None
            if above is not None and above.kind in SCALES:
                owner = self.store.get(above.kind, pod.metadata.namespace, above.name)
            if owner is not None and owner.kind in SCALES:
                owners[owner.metadata.uid] = 1 if owner.spec.replicas is None else owner.spec.replicas
            elif reference.kind in SCALES:
                raise Unscalable(f'found no controllers for pod "{pod.metadata.name}"')
            else:
                plural = f"{reference.kind.lower()}s.{reference.apiVersion.rpartition('/')[0]}".rstrip(".")
                raise Unscalable(f"{plural} does not implement the scale subresource")
        if unmanaged:
            self.tell(budget, "Warning", "UnmanagedPods", UNMANAGED.format(in_go(budget.spec.selector)))
        return sum(owners.values())

    def disrupted(self, budget: PodDisruptionBudget, under: Sequence[Pod]) -> tuple[dict[str, str], float | None]:
        """The evicted pods whose deletion is not to be seen yet, and the seconds until the first of them is late."""
        going: dict[str, str] = {}
        waits = []
        for pod in under:
            since = budget.status.disruptedPods.get(pod.metadata.name)
            if since is None or pods.is_deleting(pod):
                continue
            wait = since_epoch(since) + DELETION_TIMEOUT - self.clock.now
            if wait < 0:
                name = f"{budget.metadata.namespace}/{budget.metadata.name}"
                self.tell(pod, "Warning", "NotDeleted", f"Pod was expected by PDB {name} to be deleted but it wasn't")
            else:
                going[pod.metadata.name] = since
                waits.append(wait + 1)
        return going, min(waits, default=None)

    def tell(self, about: Any, type: str, reason: str, message: str) -> None:
        """Write an event, under the name that the original goes by."""
        self.api.event(about, type, reason, message, component="controllermanager")

    def write(self, budget: PodDisruptionBudget, status: PodDisruptionBudgetStatus) -> None:
        """Write the status, if it says anything new."""
        if status != budget.status:
            self.api.update(replace(budget, status=status), subresource="status")


FAILED = "Failed to calculate the number of expected pods"
UNMANAGED = (  # the sentence of the original, which prints the selector as Go does
    "Pods selected by this PodDisruptionBudget (selector: {}) were found to be unmanaged. As a result, the status of the "
    "PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set "
    '".spec.minAvailable" field of the PDB to an integer value.'
)


def in_go(selector: LabelSelector | None) -> str:
    """The selector as Go prints it."""
    if selector is None:
        return "nil"
    labels = "".join(f"{key}: {value}," for key, value in sorted(selector.matchLabels.items()))
    rules = "".join(
        f"LabelSelectorRequirement{{Key:{rule.key},Operator:{rule.operator},Values:[{' '.join(rule.values)}],}},"
        for rule in selector.matchExpressions
    )
    return f"&LabelSelector{{MatchLabels:map[string]string{{{labels}}},MatchExpressions:[]LabelSelectorRequirement{{{rules}}},}}"


def told(pod: Pod) -> tuple[Any, ...]:
    """All of a pod that a budget counts."""
    return pod.metadata.labels, pods.is_ready(pod), pods.is_deleting(pod), pod.metadata.ownerReferences


def counted(
    budget: PodDisruptionBudget, healthy: int, desired: int, expected: int, going: dict[str, str], now: float
) -> PodDisruptionBudgetStatus:
    """The status with fresh counts; a budget without pods allows nothing, lest the first ones are taken unseen."""
    allowed = max(0, healthy - desired) if expected > 0 else 0
    told = ("True", "SufficientPods") if allowed else ("False", "InsufficientPods")
    return PodDisruptionBudgetStatus(
        observedGeneration=budget.metadata.generation,
        currentHealthy=healthy,
        desiredHealthy=desired,
        expectedPods=expected,
        disruptionsAllowed=allowed,
        disruptedPods=going,
        conditions=with_condition(budget, *told, "", now),
    )


def failed(budget: PodDisruptionBudget, message: str, now: float) -> PodDisruptionBudgetStatus:
    """The status of a budget that cannot be counted: it allows nothing and says why."""
    told = with_condition(budget, "False", "SyncFailed", message, now)
    return replace(budget.status, disruptionsAllowed=0, conditions=told)


def with_condition(budget: PodDisruptionBudget, status: str, reason: str, message: str, now: float) -> list[Condition]:
    """The conditions with DisruptionAllowed as given."""
    known = conditions.find(budget.status.conditions, "DisruptionAllowed")
    is_same = known is not None and known.status == status
    new = Condition(
        type="DisruptionAllowed",
        status=status,
        reason=reason,
        message=message,
        observedGeneration=budget.metadata.generation,
        lastTransitionTime=known.lastTransitionTime if known is not None and is_same else timestamp(now),
    )
    return [*conditions.without(budget.status.conditions, "DisruptionAllowed"), new]
