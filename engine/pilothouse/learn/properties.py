"""Promises over time, in words: `never_fewer_than(3, ready("app=eta-model"))`.

A check never looks at how an answer is written, only at what the cluster does. A property says when a condition must
hold: always, or from some time on. Judging it gives a `Finding`: whether it holds and, if not, what decided it.
Real counterpart: service level objectives, and temporal logic in small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pilothouse.api import seconds
from pilothouse.kernel import Change
from pilothouse.learn.deed import by_hand, clock
from pilothouse.learn.measure import Condition, Measure, at_least, at_most
from pilothouse.learn.moments import Trace


@dataclass(frozen=True)
class Finding:
    """What judging a property found: the object, the value, and the change that decided it."""

    holds: bool
    sentence: str
    value: int = 0
    change: Change | None = None
    time: float = 0.0

    @property
    def object(self) -> str:
        """Name the object concerned as kubectl would: `pod/eta-model-x`; empty if no change decided."""
        if self.change is None:
            return ""
        if self.change.kind == "Event" and self.change.after is not None:
            about = self.change.after.involvedObject
            return f"{about.kind.lower()}/{about.name}"
        return f"{self.change.kind.lower()}/{self.change.name}"


class Property(Protocol):
    """A promise over time."""

    def judge(self, trace: Trace) -> Finding:
        """Say whether the promise was kept over a trace and what decided it."""


@dataclass(frozen=True)
class Always:
    """The condition holds at every moment."""

    condition: Condition

    def judge(self, trace: Trace) -> Finding:
        """Find the first moment that breaks the promise."""
        measure = self.condition.measure
        value = 0
        for moment in trace:
            value = measure.of(moment)
            if not self.condition.holds(value):
                words = f"always {self.condition.words}; at {clock(moment.time)} it was {value}"
                return Finding(False, words, value, moment.change or blame(measure, trace), moment.time)
        return Finding(True, f"always {self.condition.words}", value)


@dataclass(frozen=True)
class Settles:
    """The condition holds from some moment within `within` seconds on, up to the end of the trace."""

    condition: Condition
    within: float

    def judge(self, trace: Trace) -> Finding:
        """Find the moment since which the condition holds, and compare it with the time allowed."""
        measure, since, value, decided = self.condition.measure, None, 0, None
        for moment in trace:
            now = measure.of(moment)
            if now != value or decided is None:
                value, decided = now, moment
            if not self.condition.holds(now):
                since = None
            elif since is None:
                since = moment.time
        deadline = trace.began + self.within
        if since is not None and since <= deadline:
            return Finding(True, f"{self.condition.words} {since - trace.began:.0f} s later", value)
        change = decided.change if decided is not None else None
        if since is None:
            change = trace.worst_warning() or change or blame(measure, trace)
        late = f"only at {clock(since)}" if since is not None else f"it was {value} at the end"
        words = f"{self.condition.words} within {self.within:.0f} s; {late}"
        return Finding(False, words, value, change, change.time if change is not None else trace.began)


@dataclass(frozen=True)
class Machines:
    """So many machines are ready at the end of the trace."""

    number: int

    def judge(self, trace: Trace) -> Finding:
        """Count the nodes whose Ready condition is True."""
        nodes = trace.cluster.store.list("Node")
        value = sum(any(c.type == "Ready" and c.status == "True" for c in node.status.conditions) for node in nodes)
        return Finding(value >= self.number, f"{self.number} machines ready; there are {value}", value)


def blame(measure: Measure, trace: Trace) -> Change | None:
    """Find what decided a measure before the trace began: a warning that still holds, else the last change of it.

    Where it never changed, nothing that was done had an effect on it; then that is what to look at: the last thing
    done by hand.
    """
    past = trace.before()
    value, turn = None, None
    for moment in past:
        if measure.of(moment) != value:
            value, turn = measure.of(moment), moment.change
    hands = [change for change in past.changes() if by_hand(change)]
    return past.worst_warning() or turn or (hands[-1] if hands else None)


def always(condition: Condition) -> Always:
    """Promise that the condition holds at every moment."""
    return Always(condition)


def never_fewer_than(number: int, measure: Measure) -> Always:
    """Promise that the measure never falls below `number`."""
    return Always(at_least(number, measure))


def never_more_than(number: int, measure: Measure) -> Always:
    """Promise that the measure never rises above `number`."""
    return Always(at_most(number, measure))


def eventually(condition: Condition, within: str | float) -> Settles:
    """Promise that the condition comes true within this time ("60s") and stays true."""
    return Settles(condition, seconds(within))


def machines_ready(number: int) -> Machines:
    """Promise that at least `number` machines are ready."""
    return Machines(number)
