"""NodeResourcesFit: what a pod asks for must be free on the node; by default the emptiest node is best.

The filter compares requests, never use: a node whose pods ask for all its cpu is full, even when all of them sleep.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pilothouse.scheduler.domain import Ints
from pilothouse.scheduler.nodes import Nodes
from pilothouse.scheduler.plugin import MAX_SCORE, Plugin, Refusal
from pilothouse.scheduler.pod_info import PodInfo
from pilothouse.scheduler.requests import BUILT_IN, is_countable


class Point(NamedTuple):
    """One corner of the line from utilization (0-100) to score (0-10)."""

    utilization: int
    score: int


class NodeResourcesFit(Plugin):
    """Refuses nodes without room; scores the room left (LeastAllocated) or, to pack pods tightly, the opposite.

    Args:
        strategy: LeastAllocated, MostAllocated or RequestedToCapacityRatio.
        resources: the weight of each resource in the score.
        shape: for RequestedToCapacityRatio, the score at some utilizations, joined by straight lines.
        ignored: extended resources that the filter does not look at.
    """

    name = "NodeResourcesFit"
    filter_scope = "pods"
    score_scope = "pods"

    def __init__(
        self,
        strategy: str = "LeastAllocated",
        resources: dict[str, int] | None = None,
        shape: Sequence[Point] = (),
        ignored: Sequence[str] = (),
    ) -> None:
        measures = {"LeastAllocated": _least, "MostAllocated": _most, "RequestedToCapacityRatio": self._ratio}
        if strategy not in measures:
            raise ValueError(f"scoringStrategy.type: {strategy!r}; it is one of {', '.join(measures)}")
        self.strategy, self.resources = strategy, resources or {"cpu": 1, "memory": 1}
        self.shape, self.ignored = tuple(shape), tuple(ignored)
        self._measure = measures[strategy]

    def filter(self, pod: PodInfo, nodes: Nodes) -> Iterable[Refusal]:
        """The nodes that lack room for one more pod, or for some resource; all that is lacking is named."""
        refusals = [Refusal(nodes.pod_count + 1 > nodes.allocatable("pods"), "Too many pods")]
        asked = pod.requests.amounts
        extended = sorted(name for name in asked if is_countable(name) and name not in self.ignored)
        for resource in (*BUILT_IN, *extended):
            size = asked.get(resource, 0)
            if not size:
                continue
            capacity = nodes.allocatable(resource)
            short = size > capacity - nodes.requested(resource)
            refusals.append(Refusal(short, f"Insufficient {resource}", resolvable=size <= capacity))
        return refusals

    def score(self, pod: PodInfo, nodes: Nodes) -> Ints:
        """The weighted mean of the score of each resource, with the pod on the node."""
        total, weights = nodes.columns.zeros[nodes.rows].copy(), nodes.columns.zeros[nodes.rows].copy()
        for resource, weight in self.resources.items():
            size = {"cpu": pod.requests.own_cpu, "memory": pod.requests.own_memory}.get(resource)
            if size is None:
                size = pod.requests.amounts.get(resource, 0)
                if not size and resource not in BUILT_IN:
                    continue  # an extended resource counts only for pods that ask for it
            capacity = nodes.allocatable(resource)
            scores = self._measure(nodes.scored(resource) + size, np.maximum(capacity, 1))
            counts = capacity > 0
            if self.strategy == "RequestedToCapacityRatio":
                counts &= scores > 0
            total += weight * scores * counts
            weights += weight * counts
        if self.strategy == "RequestedToCapacityRatio":  # this one rounds, half up
            return np.where(weights > 0, (2 * total + weights) // np.maximum(2 * weights, 1), 0)
        mean: Ints = total // np.maximum(weights, 1)
        return mean

    def _ratio(self, requested: Ints, capacity: Ints) -> Ints:
        utilization = np.where(requested > capacity, 100, requested * 100 // capacity)
        points = [Point(point.utilization, point.score * MAX_SCORE // 10) for point in self.shape]
        scores = np.full_like(utilization, points[-1].score)
        for low, high in reversed(list(pairwise(points))):
            rise = (high.score - low.score) * (utilization - low.utilization)
            along = np.sign(rise) * (np.abs(rise) // (high.utilization - low.utilization))
            scores = np.where(utilization <= high.utilization, low.score + along, scores)
        found: Ints = np.where(utilization <= points[0].utilization, points[0].score, scores)
        return found


def _least(requested: Ints, capacity: Ints) -> Ints:
    free: Ints = np.maximum(capacity - requested, 0)
    return free * MAX_SCORE // capacity


def _most(requested: Ints, capacity: Ints) -> Ints:
    return np.minimum(requested, capacity) * MAX_SCORE // capacity
