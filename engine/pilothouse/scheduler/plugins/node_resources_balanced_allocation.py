"""NodeResourcesBalancedAllocation: prefers nodes on which cpu and memory fill up evenly.

Since 1.36 the question is whether the pod makes the node *more* even: the balance with the pod is compared with the
balance without it. Pods that ask for nothing are not scored.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pilothouse.scheduler.domain import Ints
from pilothouse.scheduler.nodes import Nodes
from pilothouse.scheduler.plugin import MAX_SCORE, Plugin
from pilothouse.scheduler.pod_info import PodInfo
from pilothouse.scheduler.requests import BUILT_IN

HALF = MAX_SCORE // 2


class NodeResourcesBalancedAllocation(Plugin):
    """Scores how even the use of the resources becomes: 75 where the pod changes nothing."""

    name = "NodeResourcesBalancedAllocation"
    score_scope = "pods"

    def __init__(self, resources: tuple[str, ...] = ("cpu", "memory")) -> None:
        self.resources = resources

    def score(self, pod: PodInfo, nodes: Nodes) -> Ints | None:
        """50 and half of what the pod improves."""
        asked = [pod.requests.amounts.get(resource, 0) for resource in self.resources]
        if not any(asked):
            return None
        capacities, before, after = [], [], []
        for resource, size in zip(self.resources, asked, strict=True):
            if not size and resource not in BUILT_IN:
                continue  # an extended resource counts only for pods that ask for it
            capacity, used = nodes.allocatable(resource), nodes.requested(resource)
            capacities.append(capacity)
            before.append(_fraction(used, capacity))
            after.append(_fraction(used + size, capacity))
        change = HALF + _evenness(after, capacities) - _evenness(before, capacities)
        return HALF + (change + (change < 0)) // 2  # half, rounded towards zero


def _fraction(used: Ints, capacity: Ints) -> NDArray[np.float64]:
    return np.minimum(used / np.maximum(capacity, 1), 1.0)


def _evenness(fractions: list[NDArray[np.float64]], capacities: list[Ints]) -> Ints:
    """100 less the standard deviation of the fractions used; a resource that a node does not have is left out."""
    if len(fractions) == 2:  # the usual case; a node without one of the two is perfectly even
        both = (capacities[0] > 0) & (capacities[1] > 0)
        deviation = np.where(both, np.abs((fractions[0] - fractions[1]) / 2), 0.0)
        return ((1 - deviation) * float(MAX_SCORE)).astype(np.int64)
    present = [capacity > 0 for capacity in capacities]
    count = np.maximum(sum(each.astype(np.int64) for each in present), 1)
    total = sum(np.where(each, fraction, 0.0) for each, fraction in zip(present, fractions, strict=True))
    mean = total / count
    squares = sum(
        np.where(each, (fraction - mean) * (fraction - mean), 0.0)
        for each, fraction in zip(present, fractions, strict=True)
    )
    deviation = np.where(count >= 2, np.sqrt(squares / count), 0.0)
    return ((1 - deviation) * float(MAX_SCORE)).astype(np.int64)
