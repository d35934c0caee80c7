"""Who is on which node: pods counted by their labels, so that no decision has to walk over pods.

Pods with equal namespace and labels are one *sort* of pod. For each sort it is known how many are on which node. A
`Tally` answers "how many pods that match this selector are on each node" as a column that follows every later change.
The real scheduler counts anew for each decision; spreading and affinity are therefore its slowest parts.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from pilothouse.api import Pod, Selector
from pilothouse.scheduler.domain import Ints

MOST_TALLIES = 1_000  # beyond that many selectors, the oldest is forgotten and counted anew when asked for


class Sort(NamedTuple):
    """All pods of one namespace with the same labels; `leaving` for those being deleted."""

    namespace: str
    labels: tuple[tuple[str, str], ...]
    leaving: bool


def sort_of(pod: Pod) -> Sort:
    """The sort that the pod belongs to."""
    metadata = pod.metadata
    return Sort(metadata.namespace, tuple(sorted(metadata.labels.items())), bool(metadata.deletionTimestamp))


class Whom(NamedTuple):
    """Which pods a term means: those in one of `namespaces` (None: in any) whose labels the selector matches."""

    namespaces: tuple[str, ...] | None
    selector: Selector | None

    def means(self, namespace: str, labels: dict[str, str]) -> bool:
        """Whether a pod in `namespace` with these labels is meant; a term without a selector means nobody."""
        if self.namespaces is not None and namespace not in self.namespaces:
            return False
        return self.selector is not None and self.selector.matches(labels)


class Tally:
    """How many pods that *all* the terms mean are on each node: `counts[row]`."""

    def __init__(self, terms: tuple[Whom, ...], with_leaving: bool, nodes: int) -> None:
        self.terms, self.with_leaving = terms, with_leaving
        self.counts: Ints = np.zeros(nodes, dtype=np.int64)

    def takes(self, sort: Sort) -> bool:
        """Whether pods of this sort are counted."""
        if sort.leaving and not self.with_leaving:
            return False
        labels = dict(sort.labels)
        return all(term.means(sort.namespace, labels) for term in self.terms)


class Crowd:
    """The pods on all nodes by sort, and the tallies that were asked for."""

    def __init__(self, nodes: int) -> None:
        self.nodes = nodes
        self._where: dict[Sort, dict[int, int]] = {}
        self._tallies: dict[Any, Tally] = {}
        self._counted_in: dict[Sort, list[Tally]] = {}

    def move(self, sort: Sort, row: int, by: int) -> None:
        """Count `by` more pods of the sort on the node (-1: one pod less)."""
        where = self._where.get(sort)
        if where is None:
            where = self._where[sort] = {}
            self._counted_in[sort] = [tally for tally in self._tallies.values() if tally.takes(sort)]
        left = where.get(row, 0) + by
        for tally in self._counted_in[sort]:
            tally.counts[row] += by
        if left:
            where[row] = left
            return
        where.pop(row, None)
        if not where:
            del self._where[sort], self._counted_in[sort]

    def count(self, terms: tuple[Whom, ...], with_leaving: bool = False) -> Ints:
        """How many pods that all the terms mean are on each node; pods being deleted only `with_leaving`.

        The column is live: it must not be changed, and is right until the next pod moves.
        """
        key = (with_leaving, terms)
        tally = self._tallies.get(key)
        if tally is None:
            if len(self._tallies) >= MOST_TALLIES:
                self._forget(next(iter(self._tallies)))
            tally = self._tallies[key] = self._start(Tally(terms, with_leaving, self.nodes))
        return tally.counts

    def _start(self, tally: Tally) -> Tally:
        for sort, where in self._where.items():
            if tally.takes(sort):
                self._counted_in[sort].append(tally)
                for row, pods in where.items():
                    tally.counts[row] += pods
        return tally

    def _forget(self, key: Any) -> None:
        tally = self._tallies.pop(key)
        for tallies in self._counted_in.values():
            if tally in tallies:
                tallies.remove(tally)
