"""PrioritySort: which pod is next: the highest priority, then the one that has waited longest."""

from __future__ import annotations

from pilothouse.api import Pod

Place = tuple[int, float, int]


def place(pod: Pod, since: float, number: int) -> Place:
    """The pod's place in the queue, the smallest first: in it since `since` seconds, as the `number`-th."""
    return -(pod.spec.priority or 0), since, number
