"""What can be counted in a cluster at one moment, and what the count must be: `at_least(3, ready("app=eta-model"))`.

A *measure* counts; a *condition* compares the count with a number; both carry the words for it, so that a verdict can
say what was asked. When a condition must hold is the matter of properties.
Real counterpart: service level indicators.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pilothouse.api import Pod
from pilothouse.learn.moments import Moment, Trace, is_ready

NOUNS = re.compile(
    r"\b(pod|model|training|calculation|stranger|warning|clerk|desk|order)s\b"
)  # in the words of measures


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


def counted(number: int, measure: Measure) -> str:
    """Write a number with what it counts: "1 ready pod with app=x", "3 ready pods with app=x"."""
    words = NOUNS.sub(r"\1", measure.words, count=1) if number == 1 else measure.words
    return f"{number} {words}"


def at_least(number: int, measure: Measure) -> Condition:
    """Require `number` or more."""
    return Condition(f"at least {counted(number, measure)}", measure, lambda value: value >= number)


def at_most(number: int, measure: Measure) -> Condition:
    """Require `number` or fewer."""
    return Condition(f"at most {counted(number, measure)}", measure, lambda value: value <= number)


def exactly(number: int, measure: Measure) -> Condition:
    """Require this number."""
    return Condition(f"exactly {counted(number, measure)}", measure, lambda value: value == number)


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
