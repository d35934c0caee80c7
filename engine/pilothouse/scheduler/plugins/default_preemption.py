"""DefaultPreemption: a pod that fits nowhere may make room by evicting pods of lower priority.

For each node where that could help: take away all pods of lower priority; if the pod fits then, give back as many as
possible, the most important first, those that a disruption budget protects before the others. What cannot be given
back is the price of that node. The cheapest node wins: fewest budgets broken, then the least important victims.

Simplified: the real one stops looking after 100 nodes or a tenth of them; this one looks at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from pilothouse.api import Pod, PodDisruptionBudget, Selector
from pilothouse.scheduler.cycle import Cycle
from pilothouse.scheduler.diagnosis import Diagnosis, histogram
from pilothouse.scheduler.nodes import Nodes
from pilothouse.scheduler.plugin import UNSCHEDULABLE
from pilothouse.scheduler.pod_info import PodInfo

NO_VICTIMS = "No preemption victims found for incoming pod"
NOT_HELPFUL = "Preemption is not helpful for scheduling"
LATEST = "9999"  # sorts after every start time: a pod that has not started is the youngest
OFFSET = 2**31  # makes the sum over negative priorities grow with the number of victims


class Candidate(NamedTuple):
    """A node and the pods that would have to go, the most important first."""

    node: str
    victims: list[Pod]
    violations: int


class Preemption(NamedTuple):
    """What preemption can do: `nominated` are the nodes that are equally cheap, in order of name."""

    nominated: list[str]
    candidates: dict[str, Candidate]
    refused: dict[str, str]
    message: str


def preempt(cycle: Cycle, pod: PodInfo, diagnosis: Diagnosis) -> Preemption:
    """Look for room for a pod that fits nowhere."""
    why_not = _not_eligible(cycle, pod, diagnosis)
    if why_not:
        return Preemption([], {}, {}, why_not)
    budgets = list(cycle.columns.objects.all("PodDisruptionBudget"))
    candidates: dict[str, Candidate] = {}
    refused: dict[str, list[str]] = {}
    for row in diagnosis.rows_with(UNSCHEDULABLE):
        name = cycle.columns.names[row]
        found = _victims(cycle, pod, row, budgets)
        if isinstance(found, Candidate):
            candidates[name] = found
        else:
            refused[name] = found
    if candidates:
        return Preemption(cheapest(list(candidates.values())), candidates, _joined(refused), "")
    total = len(cycle.columns.names)
    reasons = [reason for each in refused.values() for reason in each] + [NOT_HELPFUL] * (total - len(refused))
    return Preemption([], {}, _joined(refused), f"0/{total} nodes are available: {histogram(reasons)}.")


def _joined(refused: dict[str, list[str]]) -> dict[str, str]:
    return {name: ", ".join(reasons) for name, reasons in refused.items()}


def _not_eligible(cycle: Cycle, pod: PodInfo, diagnosis: Diagnosis) -> str:
    if pod.spec.preemptionPolicy == "Never":
        return "not eligible due to preemptionPolicy=Never."
    row = cycle.columns.rows.get(pod.status.nominatedNodeName, -1)
    if row >= 0 and diagnosis.code(row) == UNSCHEDULABLE:
        for other in cycle.columns.pods[row].values():
            if (other.spec.priority or 0) < pod.priority and _is_leaving_for_another(other):
                return "not eligible due to a terminating pod on the nominated node."
    return ""


def _is_leaving_for_another(pod: Pod) -> bool:
    return bool(pod.metadata.deletionTimestamp) and any(
        condition.type == "DisruptionTarget"
        and condition.status == "True"
        and condition.reason == "PreemptionByScheduler"
        for condition in pod.status.conditions
    )


def _victims(cycle: Cycle, pod: PodInfo, row: int, budgets: list[PodDisruptionBudget]) -> Candidate | list[str]:
    """The pods that must leave the node, or the reasons why even that would not help."""
    lower = [one for one in cycle.columns.pods[row].values() if (one.spec.priority or 0) < pod.priority]
    if not lower:
        return [NO_VICTIMS]
    lower.sort(key=importance)
    protected, others = _by_budget(lower, budgets)
    with _without(cycle, lower, row) as gone:
        if not _fits(cycle, pod, row):
            return _reasons(cycle, pod, row)
        victims: list[Pod] = []
        violations = 0
        for one in (*protected, *others):
            cycle.put([one], row, 1)
            gone.remove(one)
            if not _fits(cycle, pod, row):
                cycle.put([one], row, -1)
                gone.append(one)
                victims.append(one)
                violations += one in protected
    return Candidate(cycle.columns.names[row], sorted(victims, key=importance), violations)


@contextmanager
def _without(cycle: Cycle, pods: list[Pod], row: int) -> Iterator[list[Pod]]:
    """The node without these pods, for a while; what is still in the list yielded comes back in the end."""
    gone = list(pods)
    cycle.put(gone, row, -1)
    try:
        yield gone
    finally:
        cycle.put(gone, row, 1)


def _fits(cycle: Cycle, pod: PodInfo, row: int) -> bool:
    return cycle.fits_beside_nominated(pod, row) and cycle.fits(pod, row)


def _reasons(cycle: Cycle, pod: PodInfo, row: int) -> list[str]:
    nodes = Nodes(cycle.columns, slice(row, row + 1))
    for plugin in cycle.profile.filters:
        reasons = [refusal.reason for refusal in cycle.ask(plugin, pod, nodes) if refusal.nodes[0]]
        if reasons:
            return reasons
    return ["node(s) are promised to pods of higher priority"]


def importance(pod: Pod) -> tuple[int, str, str, str]:
    """Sorts the most important first: the highest priority, then the longest running, then by name."""
    metadata = pod.metadata
    return -(pod.spec.priority or 0), pod.status.startTime or LATEST, metadata.namespace, metadata.name


def _by_budget(pods: list[Pod], budgets: list[PodDisruptionBudget]) -> tuple[list[Pod], list[Pod]]:
    """The pods whose eviction would break a budget, and the others."""
    allowed = [budget.status.disruptionsAllowed for budget in budgets]
    selectors = [Selector.of(budget.spec.selector) for budget in budgets]
    protected: list[Pod] = []
    others: list[Pod] = []
    for pod in pods:
        violates = False
        for number, (budget, selector) in enumerate(zip(budgets, selectors, strict=True)):
            if budget.metadata.namespace != pod.metadata.namespace or not pod.metadata.labels:
                continue
            if selector is None or not selector.requirements or not selector.matches(pod.metadata.labels):
                continue
            if pod.metadata.name in budget.status.disruptedPods:
                continue
            allowed[number] -= 1
            violates = violates or allowed[number] < 0
        (protected if violates else others).append(pod)
    return protected, others


def cheapest(candidates: list[Candidate]) -> list[str]:
    """The nodes with the lowest price, in order of name."""
    prices = {candidate.node: price(candidate) for candidate in candidates}
    least = min(prices.values())
    return sorted(node for node, price in prices.items() if price == least)


def price(candidate: Candidate) -> tuple[int, int, int, int, tuple[int, ...]]:
    """What taking this node costs; the less the better, the first difference decides."""
    victims = candidate.victims
    highest = victims[0].spec.priority or 0
    total = sum((pod.spec.priority or 0) + OFFSET for pod in victims)
    # Among equals, victims that started late have less to lose: the later the earliest of the highest, the better.
    earliest = min(pod.status.startTime or LATEST for pod in victims if (pod.spec.priority or 0) == highest)
    return candidate.violations, highest, total, len(victims), tuple(-ord(letter) for letter in earliest)
