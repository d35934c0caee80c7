"""Promises over time, in words: `never_fewer_than(3, ready("app=eta-model"))`.

A check never looks at how an answer is written, only at what the cluster does. A *measure* counts something at one
moment; a *condition* says what that count must be; a *property* says when the condition must hold: always, at some
time, or from some time on. Judging a property gives a `Finding`: whether it holds and, if not, what decided it.
Real counterpart: service level objectives, and temporal logic in small.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pilothouse.api import Pod, seconds
from pilothouse.kernel import Change
from pilothouse.learn.deed import by_hand
from pilothouse.learn.moments import Moment, Trace, is_ready


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


@dataclass(frozen=True)
class Measure:
    """Something that can be counted at any moment, and the words for it."""

    words: str
    of: Callable[[Moment], int]


@dataclass(frozen=True)
class Condition:
    """What a measure must be, and the words for it."""

    words: str
    measure: Measure
    holds: Callable[[int], bool]


class Property(Protocol):
    """A promise over time."""

    def judge(self, trace: Trace) -> Finding:
        """Say whether the promise was kept over a trace and what decided it."""


def count(words: str, selector: str, wanted: Callable[[Pod], bool]) -> Measure:
    """Count the pods with these labels of which `wanted` is true."""
    return Measure(words, lambda moment: sum(1 for pod in moment.pods(selector) if wanted(pod)))


def ready(selector: str) -> Measure:
    """Count the ready pods with these labels."""
    return count(f"ready pods with {selector}", selector, is_ready)


def present(selector: str) -> Measure:
    """Count the pods with these labels, in whatever state, that nobody asked to leave."""
    return count(f"pods with {selector}", selector, lambda pod: not pod.metadata.deletionTimestamp)


def running(selector: str) -> Measure:
    """Count the running pods with these labels."""
    return count(f"running pods with {selector}", selector, lambda pod: pod.status.phase == "Running")


def at_least(number: int, measure: Measure) -> Condition:
    """Require `number` or more."""
    return Condition(f"at least {number} {measure.words}", measure, lambda value: value >= number)


def at_most(number: int, measure: Measure) -> Condition:
    """Require `number` or fewer."""
    return Condition(f"at most {number} {measure.words}", measure, lambda value: value <= number)


def exactly(number: int, measure: Measure) -> Condition:
    """Require this number."""
    return Condition(f"exactly {number} {measure.words}", measure, lambda value: value == number)


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


def shortfall(number: int, measure: Measure, trace: Trace) -> float:
    """Add up, in pod-seconds, by how much the measure stayed below `number` from the trace's beginning until now."""
    total, value, since = 0.0, 0, trace.began
    for moment in trace:
        total += max(0, number - value) * (moment.time - since)
        value, since = measure.of(moment), moment.time
    return total + max(0, number - value) * (trace.cluster.now - since)


def share(condition: Condition, trace: Trace) -> float:
    """Return the share of time (0 to 1) in which the condition held, counted from the first moment at which it did."""
    held, total, since, holding = 0.0, 0.0, None, False
    for moment in trace:
        if since is not None:
            total += moment.time - since
            held += (moment.time - since) * holding
        holding = condition.holds(condition.measure.of(moment))
        if holding or since is not None:
            since = moment.time
    if since is None:
        return 0.0
    rest = trace.cluster.now - since
    return (held + rest * holding) / (total + rest) if total + rest else 1.0


def clock(time: float) -> str:
    """Write virtual seconds as minutes and seconds: `1:07.5`."""
    minutes, rest = divmod(round(time, 1), 60)
    return f"{int(minutes)}:{rest:04.1f}"


@dataclass(frozen=True)
class Machines:
    """So many machines are ready at the end of the trace."""

    number: int

    def judge(self, trace: Trace) -> Finding:
        """Count the nodes whose Ready condition is True."""
        nodes = trace.cluster.store.list("Node")
        value = sum(any(c.type == "Ready" and c.status == "True" for c in node.status.conditions) for node in nodes)
        return Finding(value >= self.number, f"{self.number} machines ready; there are {value}", value)


def machines_ready(number: int) -> Machines:
    """Promise that at least `number` machines are ready."""
    return Machines(number)
