"""The scheduling queue: pods that want a node, in three places.

*Active* pods are taken in the order of PrioritySort. A pod that fits nowhere becomes *unschedulable* and waits until
something changes that one of the plugins which refused it cares about (`hints`); if it failed just before, it first
waits in *back-off*, 1 s after the first failure, twice as long after each further one, 10 s at most. What nobody
moves is tried again after five minutes. *Gated* pods wait for their gates to be opened.

The counterpart is ``pkg/scheduler/backend/queue``. Simplified: a pod in back-off waits even when nothing else is to do.
"""

from __future__ import annotations

import heapq
from typing import Literal

import msgspec

from pilothouse.api import Pod, replace
from pilothouse.scheduler.plugins.priority_sort import Place, place

FIRST_BACKOFF, LONGEST_BACKOFF = 1.0, 10.0  # seconds
LONGEST_WAIT, ROUND = 300.0, 30.0  # seconds: nobody waits longer; looked for this often

Name = tuple[str, str]  # namespace and name
State = Literal["active", "backoff", "unschedulable", "gated"]


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One waiting pod: plain data, so that it survives a fork."""

    uid: str
    state: State
    place: Place
    attempts: int = 0  # failures so far
    failed: float = 0.0  # the time of the last one
    until: float = 0.0  # when it is looked at again, whatever happens
    plugins: tuple[str, ...] = ()  # who refused it
    cause: int | None = None  # the revision that put it here


class Queue:
    """The order of `entries`, which belong to the scheduler's declared state."""

    def __init__(self, entries: dict[Name, Entry]) -> None:
        self.entries = entries
        self._heap = [(entry.place, name) for name, entry in entries.items() if entry.state == "active"]
        heapq.heapify(self._heap)
        self._number = max((entry.place[2] for entry in entries.values()), default=0)
        self.waiting = sum(entry.state in ("unschedulable", "gated") for entry in entries.values())

    def add(self, pod: Pod, now: float, cause: int | None, gated: bool = False) -> None:
        """A pod that has just come, or whose gates have just been opened."""
        self._number += 1
        entry = Entry(pod.metadata.uid, "gated" if gated else "active", place(pod, now, self._number), cause=cause)
        self._set((pod.metadata.namespace, pod.metadata.name), entry)

    def forget(self, name: Name) -> None:
        """A pod that is gone, or has a node."""
        entry = self.entries.pop(name, None)
        if entry is not None and entry.state in ("unschedulable", "gated"):
            self.waiting -= 1

    def fail(self, name: Name, entry: Entry, now: float, plugins: tuple[str, ...], counted: bool = True) -> None:
        """A pod that was tried and fits nowhere; not `counted`: that has a place and waits for something else."""
        until = (now + LONGEST_WAIT) // ROUND * ROUND + ROUND
        attempts = entry.attempts + counted
        state: State = "unschedulable"
        if not plugins:  # not refused but failed: it is tried again when its back-off is over
            state, until = "backoff", now + backoff(attempts)
        self._set(name, replace(entry, state=state, attempts=attempts, failed=now, until=until, plugins=plugins))

    def move(self, name: Name, pod: Pod, now: float, cause: int | None) -> float:
        """Something changed for a pod that waits: to active, or to back-off; returns the seconds until it is active."""
        entry = self.entries[name]
        ready = entry.failed + backoff(entry.attempts) if entry.attempts else now
        if ready > now:
            self._set(name, replace(entry, state="backoff", until=ready, cause=cause))
            return ready - now
        self._number += 1
        self._set(name, replace(entry, state="active", place=place(pod, now, self._number), cause=cause))
        return 0.0

    def due(self, name: Name, pod: Pod, now: float) -> None:
        """Make the pod active if its back-off, or the longest wait, is over."""
        entry = self.entries.get(name)
        if entry is not None and entry.state in ("backoff", "unschedulable") and entry.until <= now:
            self._number += 1
            self._set(name, replace(entry, state="active", place=place(pod, now, self._number)))

    def pop(self) -> tuple[Name, Entry] | None:
        """The next pod to place; it stays among the entries until it is forgotten or fails."""
        while self._heap:
            where, name = heapq.heappop(self._heap)
            entry = self.entries.get(name)
            if entry is not None and entry.state == "active" and entry.place == where:
                return name, entry
        return None

    def first(self) -> Name | None:
        """The pod that `pop` would give."""
        while self._heap:
            where, name = self._heap[0]
            entry = self.entries.get(name)
            if entry is not None and entry.state == "active" and entry.place == where:
                return name
            heapq.heappop(self._heap)
        return None

    def _set(self, name: Name, entry: Entry) -> None:
        before = self.entries.get(name)
        if before is not None and before.state in ("unschedulable", "gated"):
            self.waiting -= 1
        if entry.state in ("unschedulable", "gated"):
            self.waiting += 1
        self.entries[name] = entry
        if entry.state == "active":
            heapq.heappush(self._heap, (entry.place, name))


def backoff(attempts: int) -> float:
    """The seconds that a pod waits after its `attempts`-th failure."""
    return float(min(FIRST_BACKOFF * 2 ** min(attempts - 1, 10), LONGEST_BACKOFF))
