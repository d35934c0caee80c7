"""One label of all nodes as a column of small numbers: which value each node has.

A topology such as ``topology.kubernetes.io/zone`` divides the nodes into domains, one for each value of the label. With
the values numbered, "how many pods are in each zone" is one `bincount`, and "which nodes does this selector match"
asks once for each value instead of once for each node. The real scheduler walks over the nodes' label maps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Number = TypeVar("Number", bound=np.generic)


class Domain:
    """The values of one label: `codes[row]` is the number of the node's value, -1 where it has no such label."""

    def __init__(self, key: str, labels: list[dict[str, str]]) -> None:
        self.key = key
        self.values: list[str] = []
        self._numbers: dict[str, int] = {}
        self.codes: NDArray[np.intp] = np.array([self._number(each.get(key)) for each in labels], dtype=np.intp)
        self._slots = self._to_slots()

    def _to_slots(self) -> NDArray[np.intp]:
        """The codes with nodes without the label in a slot of their own, after the last value."""
        return np.where(self.codes < 0, len(self.values), self.codes)

    def _number(self, value: str | None) -> int:
        if value is None:
            return -1
        number = self._numbers.get(value)
        if number is None:
            number = self._numbers[value] = len(self.values)
            self.values.append(value)
        return number

    def move(self, row: int, labels: dict[str, str]) -> None:
        """Follow a node whose labels changed."""
        self.codes[row] = self._number(labels.get(self.key))
        self._slots = self._to_slots()

    @property
    def present(self) -> Bools:
        """Which nodes have the label at all."""
        return self.codes >= 0

    def where(self, test: Callable[[str | None], bool]) -> Bools:
        """Which nodes have a value (None: no label) that passes the test."""
        answers = np.array([*map(test, self.values), test(None)], dtype=np.bool_)
        return answers[self.codes]  # -1 is the last answer

    def totals(self, amounts: Ints) -> Ints:
        """The sum of `amounts` over the nodes of each value, and in the end 0, for nodes without the label.

        Sums of whole numbers below 2**53 are exact in floating point, in whatever order they are taken.
        """
        sums = np.bincount(self._slots, weights=amounts, minlength=len(self.values) + 1).astype(np.int64)
        sums[-1] = 0
        return sums

    def spread(self, totals: NDArray[Number]) -> NDArray[Number]:
        """For each node what belongs to its value; the last entry where it has no such label."""
        return totals[self._slots]
