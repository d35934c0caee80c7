"""A copy of the objects with a few of them changed: what would be, without touching what is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pilothouse.api import Pod, replace
from pilothouse.kernel import Key, Tables, key_of
from pilothouse.scheduler.columns import Columns, Objects
from pilothouse.scheduler.cycle import Cycle
from pilothouse.scheduler.explanation import Explanation, explain
from pilothouse.scheduler.plugin import Rejected
from pilothouse.scheduler.pod_info import PodInfo
from pilothouse.scheduler.profile import Profile

MOST = 100_000  # pods that a capacity is counted up to


def changed(objects: Objects, put: Iterable[Any] = (), gone: Iterable[Key] = ()) -> Columns:
    """Columns of the objects as they would be with some new or changed and some gone."""
    twin = Tables()
    for kind in objects.kinds():
        for item in objects.all(kind):
            twin._put(key_of(item), None, item)
    for item in put:
        key = key_of(item)
        twin._put(key, twin.get(*key), item)
    for key in gone:
        if (item := twin.get(*key)) is not None:
            twin._put(key, item, None)
    return Columns(twin)


class Capacity:
    """How many more pods of one kind fit: `count`, how many on each node, and what stops the next (`stopped`)."""

    def __init__(self, pod: Pod, by_node: dict[str, int], stopped: Explanation | None) -> None:
        self.pod, self.by_node, self.stopped = pod, by_node, stopped

    @property
    def count(self) -> int:
        """How many more fit."""
        return sum(self.by_node.values())

    def __str__(self) -> str:
        used = sum(1 for pods in self.by_node.values() if pods)
        line = f"{self.count} more pods like {self.pod.metadata.name} fit, on {used} of {len(self.by_node)} nodes"
        return line if self.stopped is None else f"{line}; then {self.stopped.message}"

    def __repr__(self) -> str:
        return str(self)


def capacity(profile: Profile, objects: Objects, pod: Pod, most: int = MOST) -> Capacity:
    """Place pods like this one, one after the other, on a copy of the objects until no node takes the next.

    Among equally good nodes the first by name is taken. Nobody is evicted to make room.
    """
    columns = changed(objects)
    cycle = Cycle(profile, columns)
    by_node = dict.fromkeys(columns.names, 0)
    for number in range(1, most + 1):
        metadata = replace(pod.metadata, name=f"{pod.metadata.name}-{number}", uid="")
        next_one = replace(pod, metadata=metadata)
        try:
            best = cycle.place(PodInfo(next_one)).best
        except Rejected:
            best = ()  # type: ignore[assignment]
        if not len(best):
            return Capacity(pod, by_node, explain(profile, columns, next_one))
        row = int(best[0])
        columns.move(replace(next_one, spec=replace(pod.spec, nodeName=columns.names[row])), row, 1)
        by_node[columns.names[row]] += 1
    return Capacity(pod, by_node, None)
