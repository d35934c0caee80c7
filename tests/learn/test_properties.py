"""Promises over time, judged on a real cluster."""

from __future__ import annotations

import pytest

from pilothouse import Cluster
from pilothouse.learn.deed import clock
from pilothouse.learn.lesson_05.scenario import declare, names
from pilothouse.learn.measure import Condition, at_least, at_most, exactly, present, ready, share, shortfall
from pilothouse.learn.moments import Trace
from pilothouse.learn.properties import (
    Property,
    always,
    eventually,
    machines_ready,
    never_fewer_than,
    never_more_than,
)

ETA = "app=eta-model"


@pytest.fixture(scope="module")
def sunk() -> Trace:
    """Three copies, one of which sinks and is replaced."""
    cluster = Cluster(nodes=3)
    declare(cluster)
    trace = Trace(cluster)
    cluster.api.delete("pod", names(cluster)[0])
    cluster.run("60s")
    return trace


@pytest.mark.parametrize(
    ("promise", "holds"),
    [
        (never_fewer_than(2, ready(ETA)), True),
        (never_fewer_than(3, ready(ETA)), False),
        (never_more_than(3, ready(ETA)), True),
        (never_more_than(2, ready(ETA)), False),
        (always(at_most(3, present(ETA))), True),
        (always(exactly(0, ready("app=nobody"))), True),
        (eventually(exactly(3, ready(ETA)), "60s"), True),
        (eventually(at_least(4, ready(ETA)), "60s"), False),
        (eventually(at_most(2, ready(ETA)), "60s"), False),
        (machines_ready(3), True),
        (machines_ready(4), False),
    ],
)
def test_judged_over_the_loss_of_a_pod(sunk: Trace, promise: Property, holds: bool) -> None:
    assert promise.judge(sunk).holds is holds


def test_a_broken_promise_names_object_value_and_change(sunk: Trace) -> None:
    finding = never_fewer_than(3, ready(ETA)).judge(sunk)
    assert finding.object.startswith("pod/eta-model-")
    assert finding.value == 2
    assert finding.change is not None
    assert finding.change.revision > sunk.revision
    assert "always at least 3 ready pods" in finding.sentence


def test_too_late_is_broken_too(sunk: Trace) -> None:
    finding = eventually(exactly(3, ready(ETA)), 0.1).judge(sunk)
    assert not finding.holds
    assert "only at" in finding.sentence


def test_shortfall_is_counted_in_pod_seconds(sunk: Trace) -> None:
    short = shortfall(3, ready(ETA), sunk)
    assert 0 < short < 30
    assert shortfall(2, ready(ETA), sunk) == 0
    assert shortfall(4, ready(ETA), sunk) == pytest.approx(short + 60)


def test_share_of_time(sunk: Trace) -> None:
    three = share(at_least(3, ready(ETA)), sunk)
    assert three == pytest.approx(1 - shortfall(3, ready(ETA), sunk) / 60)
    assert share(at_least(2, ready(ETA)), sunk) == 1
    assert share(at_least(4, ready(ETA)), sunk) == 0


def test_a_trace_can_begin_in_the_past(sunk: Trace) -> None:
    again = Trace(sunk.cluster, sunk.revision)
    assert [moment.change for moment in again] == [moment.change for moment in sunk]


@pytest.mark.parametrize(("time", "words"), [(0, "0:00.0"), (67.46, "1:07.5"), (59.97, "1:00.0"), (3600, "60:00.0")])
def test_clock(time: float, words: str) -> None:
    assert clock(time) == words


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (exactly(1, present(ETA)), "exactly 1 pod with app=eta-model"),
        (at_least(1, ready(ETA)), "at least 1 ready pod with app=eta-model"),
        (at_most(2, ready(ETA)), "at most 2 ready pods with app=eta-model"),
    ],
)
def test_one_is_singular(condition: Condition, words: str) -> None:
    assert condition.words == words
