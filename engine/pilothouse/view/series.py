"""Numbers over virtual time, read from the log: how many pods are wanted, there, ready; how full nodes are.

A `Gauge` sees every object of the kinds that it counts, as it was first and then after each change, and says what it
counts now. What it said at the end of each instant is a row; between rows nothing changed, so a chart of them is made
of steps. A real cluster would need Prometheus and kube-state-metrics for this, which sample; nothing is missed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from pilothouse.api import milli, whole
from pilothouse.api.error import Absent
from pilothouse.kernel import Key, Store
from pilothouse.view.pod import pod_state, requests
from pilothouse.view.state import FAILED, GONE, LEAVING, PLACED, READY, RUNNING, STATES, WAITING
from pilothouse.view.thing import amount
from pilothouse.view.work import COUNTS

GREY = "#7A8790"
LINES = tuple(STATES[state].light for state in (READY, RUNNING, WAITING, PLACED, FAILED, LEAVING))
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
Value = float | None


class Line(NamedTuple):
    """One line of a chart: its name, its colour and its dash; values of `stacked` lines are drawn one upon the other."""

    name: str
    colour: str
    dash: str = "solid"
    stacked: bool = False


class Table(NamedTuple):
    """What a gauge said: a row of values, one for each line, from each time on; None where there is nothing to count."""

    lines: tuple[Line, ...]
    times: list[float]
    rows: list[tuple[Value, ...]]

    def column(self, name: str) -> list[Value]:
        """All values of one line. Raises Absent, naming the lines that there are."""
        names = [line.name for line in self.lines]
        if name not in names:
            raise Absent(f"there is no line {name!r}; there are: {', '.join(names) or 'none'}")
        return [row[names.index(name)] for row in self.rows]


class Gauge:
    """Counts something while it is shown the objects, one after the other."""

    kinds: tuple[str, ...] = ()
    unit = "pods"

    def see(self, key: Key, item: Any) -> None:
        """An object is now like this; None where it is gone."""
        raise NotImplementedError

    def values(self) -> tuple[Value, ...]:
        """What is counted now."""
        raise NotImplementedError

    def table(self, times: list[float], rows: list[tuple[Value, ...]]) -> Table:
        """The rows with the lines that they belong to."""
        raise NotImplementedError


class Workload(Gauge):
    """Pods that a workload wants, has and has ready (of a Job: has finished)."""

    def __init__(self, kind: str, namespace: str, name: str) -> None:
        self.kinds, self.key, self.now = (kind,), Key(kind, namespace, name), (None,) * 4

    now: tuple[Value, ...]

    def see(self, key: Key, item: Any) -> None:
        """Only the workload itself counts."""
        if key == self.key:
            count = None if item is None else COUNTS[key.kind](item)
            self.now = (None,) * 4 if count is None else (count.wanted, count.there, count.newest, count.ready)

    def values(self) -> tuple[Value, ...]:
        """Wanted, there, newest, ready."""
        return self.now

    def table(self, times: list[float], rows: list[tuple[Value, ...]]) -> Table:
        """A line for the newest version only where an older one was there too; a Job has only what it finished."""
        job = self.key.kind == "Job"
        lines = {
            0: Line("wanted", GREY, "dash"),
            1: Line("there", STATES[RUNNING].light, "dot"),
            2: Line("of the newest version", STATES[WAITING].light, "dashdot"),
            3: Line("finished" if job else "ready", STATES[READY].light),
        }
        if job or all(row[1] == row[2] for row in rows):
            del lines[2]
        if job:
            del lines[1]
        return Table(tuple(lines.values()), times, [tuple(row[place] for place in lines) for row in rows])


class Pods(Gauge):
    """Pods by the state in which the picture shows them."""

    kinds = ("Pod",)

    def __init__(self, namespace: str, wanted: Any) -> None:
        self.namespace, self.wanted = namespace, wanted
        self.states: dict[Key, int] = {}
        self.counts = [0] * len(STATES)

    def see(self, key: Key, item: Any) -> None:
        """The pod leaves its old state and enters its new one."""
        if (old := self.states.pop(key, None)) is not None:
            self.counts[old] -= 1
        if item is None or self.namespace not in ("", key.namespace):
            return
        if self.wanted is None or self.wanted(item.metadata.labels):
            self.states[key] = pod_state(item)[0]
            self.counts[self.states[key]] += 1

    def values(self) -> tuple[Value, ...]:
        """How many pods are in each state."""
        return tuple(self.counts)

    def table(self, times: list[float], rows: list[tuple[Value, ...]]) -> Table:
        """A line for each state that any pod was in; ready at the bottom, where it is easiest to read."""
        order = [READY, *(state for state in range(len(STATES)) if state not in (READY, GONE))]
        used = [state for state in order if any(row[state] for row in rows)]
        lines = tuple(Line(STATES[state].words, STATES[state].light, stacked=True) for state in used)
        return Table(lines, times, [tuple(row[state] for state in used) for row in rows])


class Load(Gauge):
    """What the pods of each node ask for, in percent of what the node can give away."""

    kinds = ("Node", "Pod")
    unit = "% requested"

    def __init__(self, node: str, quantity: str) -> None:
        self.node, self.quantity = node, quantity
        self.room: dict[str, tuple[int, int]] = {}
        self.asked: dict[Key, tuple[str, int, int]] = {}
        self.load: dict[str, list[int]] = {}
        self.order: dict[str, int] = {}

    def see(self, key: Key, item: Any) -> None:
        """A node brings room; a pod takes some of it from when it is placed until it has ended."""
        if key.kind == "Node":
            self._see_node(key.name, item)
            return
        place, cpu, memory = self.asked.pop(key, ("", 0, 0))
        self._add(place, -cpu, -memory)
        if item is not None and item.spec.nodeName and item.status.phase not in ("Succeeded", "Failed"):
            self.asked[key] = item.spec.nodeName, *requests(item)
            self._add(*self.asked[key])

    def _see_node(self, name: str, item: Any) -> None:
        if self.node not in ("", name):
            return
        self.room.pop(name, None)
        if item is not None:
            can = item.status.allocatable or item.status.capacity
            self.room[name] = amount(milli, can.get("cpu")), amount(whole, can.get("memory"))
            self.order.setdefault(name, len(self.order))

    def _add(self, place: str, cpu: int, memory: int) -> None:
        load = self.load.setdefault(place, [0, 0])
        load[0] += cpu
        load[1] += memory

    def values(self) -> tuple[Value, ...]:
        """Percent of CPU and of memory of each node, in the order in which the nodes came."""
        found: list[Value] = []
        for name in self.order:
            for place in (0, 1):
                room = self.room.get(name, (0, 0))[place]
                found.append(round(100 * self.load.get(name, (0, 0))[place] / room, 1) if room else None)
        return tuple(found)

    def table(self, times: list[float], rows: list[tuple[Value, ...]]) -> Table:
        """CPU and memory of one node; of several, a line for each; of many, the fullest, the middle and the emptiest."""
        full = [row + (None,) * (2 * len(self.order) - len(row)) for row in rows]
        if self.node:
            lines = (Line("cpu", STATES[RUNNING].light), Line("memory", STATES[WAITING].light, "dash"))
            return Table(lines if self.order else (), times, full)
        mine = [row[0 if self.quantity == "cpu" else 1 :: 2] for row in full]
        if len(self.order) <= len(LINES):
            names = zip(self.order, LINES, DASHES, strict=False)
            return Table(tuple(Line(*name) for name in names), times, mine)
        spread = (
            Line("the fullest", LINES[4]),
            Line("the middle", LINES[1], "dash"),
            Line("the emptiest", GREY, "dot"),
        )
        return Table(spread, times, [ranked(row) for row in mine])


def ranked(row: Sequence[Value]) -> tuple[Value, Value, Value]:
    """The largest, the middle and the smallest value of those that are there."""
    there = sorted(value for value in row if value is not None)
    return (there[-1], there[len(there) // 2], there[0]) if there else (None, None, None)


def read(store: Store, gauge: Gauge, since: float = 0.0, until: float = float("inf")) -> Table:
    """What a gauge says from `since` to `until` (seconds), one row for each instant at which that changed."""
    for key, item in beginning(store, gauge.kinds):
        gauge.see(key, item)
    kinds, changes = set(gauge.kinds), store.log.changes
    end = min(store.clock.now, until)
    start = max(since, changes[0].time if store.log.dropped else 0.0)
    times: list[float] = []
    rows: list[tuple[Value, ...]] = []
    open_ = start  # the instant being read

    def close() -> None:
        row = gauge.values()
        if not rows or row != rows[-1]:
            times.append(open_)
            rows.append(row)

    for change in changes:
        if change.time > end:
            break
        if change.key.kind in kinds:
            if change.time > open_:
                close()
                open_ = change.time
            gauge.see(change.key, change.after)
    close()
    if end > times[-1]:
        times.append(end)
        rows.append(rows[-1])
    return gauge.table(times, rows)


def beginning(store: Store, kinds: Iterable[str]) -> list[tuple[Key, Any]]:
    """The objects of some kinds as they were before the first change that the log still has."""
    wanted = dict.fromkeys(kinds)
    found = {
        Key(kind, item.metadata.namespace, item.metadata.name): item for kind in wanted for item in store.all(kind)
    }
    for change in reversed(store.log.changes):
        if change.key.kind in wanted:
            found[change.key] = change.before
    return [(key, item) for key, item in sorted(found.items(), key=lambda pair: pair[0]) if item is not None]
