"""Nodes as a plugin sees them: a window on the columns, for all nodes or for some.

A plugin computes with whole columns: `nodes.allocatable("cpu") - nodes.requested("cpu")` is an array with one entry a
node. The same code serves a decision (all nodes), the score (those that passed the filters) and preemption (one node).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pilothouse.scheduler.columns import Columns, Objects, Taints
from pilothouse.scheduler.domain import Bools, Domain, Ints

Rows = slice | NDArray[np.intp]  # which nodes: a run of rows, or a list of them
ALL = slice(None)


class Nodes:
    """Some nodes of the cluster, in the order of their names; every column has one entry for each of them."""

    def __init__(self, columns: Columns, rows: Rows = ALL) -> None:
        self.columns, self.rows = columns, rows

    def __len__(self) -> int:
        return len(self.columns.pod_count[self.rows])

    @property
    def whole(self) -> Nodes:
        """All nodes of the cluster."""
        return Nodes(self.columns)

    @property
    def objects(self) -> Objects:
        """All objects of the cluster, for what is not in a column: `objects.get(kind, namespace, name)`."""
        return self.columns.objects

    @property
    def names(self) -> list[str]:
        """The nodes' names."""
        names = self.columns.names
        return names[self.rows] if isinstance(self.rows, slice) else [names[row] for row in self.rows.tolist()]

    def allocatable(self, resource: str) -> Ints:
        """How much of a resource each node has for pods: cpu in 1/1000, memory in bytes, others in units."""
        return self.columns.allocatable.get(resource, self.columns.zeros)[self.rows]

    def requested(self, resource: str) -> Ints:
        """How much of a resource the pods on each node ask for."""
        return self.columns.requested.get(resource, self.columns.zeros)[self.rows]

    def scored(self, resource: str) -> Ints:
        """As `requested`, where containers that ask for no cpu or memory count as small (100m, 200Mi)."""
        return self.columns.scored.get(resource, self.columns.requested.get(resource, self.columns.zeros))[self.rows]

    @property
    def pod_count(self) -> Ints:
        """How many pods are on each node."""
        return self.columns.pod_count[self.rows]

    @property
    def unschedulable(self) -> Bools:
        """Which nodes are cordoned."""
        return self.columns.unschedulable[self.rows]

    def domain(self, key: str) -> Domain:
        """A label of *all* nodes as a column of numbers."""
        return self.columns.domain(key)

    def label(self, key: str) -> NDArray[np.object_]:
        """The value of a label on each node, None where it has no such label."""
        domain = self.columns.domain(key)
        return np.array([*domain.values, None], dtype=object)[domain.codes[self.rows]]

    def by_taints(self, measure: Callable[[Taints], int]) -> Ints:
        """A number for each node that depends on its taints only, asked once for each distinct set of taints."""
        answers = np.array([measure(taints) for taints in self.columns.taint_sets] or [0], dtype=np.int64)
        return answers[self.columns.taint_codes[self.rows]]

    def nothing(self) -> Bools:
        """A mask in which no node is marked."""
        return np.zeros(len(self), dtype=np.bool_)

    def marked(self, rows: list[int]) -> Bools:
        """A mask with these rows of the whole cluster marked."""
        mask = np.zeros(len(self.columns.names), dtype=np.bool_)
        mask[rows] = True
        return mask[self.rows]
