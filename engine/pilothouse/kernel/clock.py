"""Virtual time: a heap of wake-ups, and nothing else that moves.

Everything that will happen is one list of plain data, so it can be copied, compared and written down: forking the
clock forks the future. Time is in seconds since 2026-01-01T00:00:00Z and passes only when the next wake-up is taken.

A component has at most one wake-up for a key, the earliest asked for. Whoever is woken says when it wants to be woken
next; a later wish never survives an earlier wake-up. That is simpler than the delaying work queue of client-go, its
counterpart, and enough for controllers that look at the whole situation each time.
"""

from __future__ import annotations

import heapq
from collections.abc import Hashable
from typing import NamedTuple

from pilothouse.api.error import Misuse


class WakeUp(NamedTuple):
    """One thing that will happen: `component` looks at `key` at `time`; `cause` is the revision that made it so."""

    time: float
    sequence: int
    component: str
    key: Hashable
    cause: int | None


class Clock:
    """The virtual clock; `now` is in seconds since the epoch of the simulation."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = to_microseconds(now)
        self._sequence = 0
        self._heap: list[WakeUp] = []
        self._due: dict[tuple[str, Hashable], WakeUp] = {}

    def wake(self, component: str, key: Hashable, after: float = 0.0, cause: int | None = None) -> None:
        """Wake `component` for `key` in `after` seconds, unless it will be woken for that key sooner.

        Raises Misuse (a ValueError) where `after` is negative: the past cannot be woken.
        """
        if not after >= 0:
            raise Misuse(f"{component}: cannot wake {key!r} after {after!r} seconds; give 0 or more")
        time = to_microseconds(self.now + after)
        planned = self._due.get((component, key))
        if planned is not None and planned.time <= time:
            return
        self._sequence += 1
        wake_up = WakeUp(time, self._sequence, component, key, cause)
        self._due[component, key] = wake_up
        heapq.heappush(self._heap, wake_up)

    def next(self) -> WakeUp | None:
        """The next wake-up, still ahead, or None where nothing will ever happen again."""
        heap, due = self._heap, self._due
        while heap:
            wake_up = heap[0]
            if due.get((wake_up.component, wake_up.key)) is wake_up:
                return wake_up
            heapq.heappop(heap)  # superseded by an earlier one, or forgotten
        return None

    def take(self) -> WakeUp | None:
        """Move to the time of the next wake-up and take it off the heap; None where there is none."""
        wake_up = self.next()
        if wake_up is not None:
            heapq.heappop(self._heap)
            del self._due[wake_up.component, wake_up.key]
            self.now = wake_up.time
        return wake_up

    def pass_to(self, time: float) -> None:
        """Let time pass to `time`, where it is not later already."""
        self.now = max(self.now, to_microseconds(time))

    def forget(self, component: str) -> None:
        """Drop all wake-ups of `component`, as its crash does."""
        for key in [key for key in self._due if key[0] == component]:
            del self._due[key]

    def planned(self, component: str | None = None) -> list[WakeUp]:
        """All wake-ups ahead (of one component), in the order in which they will be taken."""
        return sorted(w for w in self._due.values() if component in (None, w.component))

    def copy(self) -> Clock:
        """The same now and the same future, independent from here on."""
        twin = Clock(self.now)
        twin._sequence = self._sequence
        twin._heap = self._heap.copy()
        twin._due = self._due.copy()
        return twin


def to_microseconds(time: float) -> float:
    """The nearest microsecond: sums of delays stay equal however they were added, and a time is one number."""
    return round(time, 6)
