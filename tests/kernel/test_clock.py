"""The clock: wake-ups come in order of time, then of asking, one for each key, and copies are independent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilothouse.kernel import Clock

WISHES = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 4), st.sampled_from([0.0, 0.1, 0.2, 1.5, 30.0])))


def taken(clock: Clock) -> list[tuple[float, str, object]]:
    found = []
    while (wake_up := clock.take()) is not None:
        found.append((wake_up.time, wake_up.component, wake_up.key))
    return found


def test_equal_times_are_taken_in_the_order_of_asking() -> None:
    clock = Clock()
    for key in ("second", "first", "third"):
        clock.wake("c", key, 1.0)
    assert [key for _, _, key in taken(clock)] == ["second", "first", "third"]


def test_the_earliest_wish_for_a_key_wins_and_is_the_only_one() -> None:
    clock = Clock()
    clock.wake("c", "k", 5.0)
    clock.wake("c", "k", 9.0)
    clock.wake("c", "k", 2.0)
    assert taken(clock) == [(2.0, "c", "k")]
    assert clock.now == 2.0


def test_sums_of_delays_do_not_drift() -> None:
    clock = Clock()
    for _ in range(10):
        clock.wake("c", "k", 0.1)
        clock.take()
    assert clock.now == 1.0


@pytest.mark.parametrize("after", [-0.001, float("nan")])
def test_the_past_cannot_be_woken(after: float) -> None:
    with pytest.raises(ValueError, match="give 0 or more"):
        Clock().wake("c", "k", after)


def test_forget_drops_the_wake_ups_of_one_component() -> None:
    clock = Clock()
    clock.wake("a", 1)
    clock.wake("b", 1)
    clock.forget("a")
    assert [w.component for w in clock.planned()] == ["b"]
    assert taken(clock) == [(0.0, "b", 1)]


@given(WISHES)
def test_wake_ups_come_sorted_and_once_each(wishes: list[tuple[str, int, float]]) -> None:
    clock = Clock()
    for component, key, after in wishes:
        clock.wake(component, key, after)
    found = taken(clock)
    assert [time for time, _, _ in found] == sorted(time for time, _, _ in found)
    earliest: dict[tuple[str, object], float] = {}
    for component, key, after in wishes:
        earliest[component, key] = min(after, earliest.get((component, key), after))
    assert {(c, k): t for t, c, k in found} == earliest
    assert len(found) == len(earliest)


@given(WISHES, WISHES)
def test_a_copy_has_the_same_future_and_a_life_of_its_own(
    before: list[tuple[str, int, float]], after: list[tuple[str, int, float]]
) -> None:
    clock = Clock()
    for component, key, delay in before:
        clock.wake(component, key, delay)
    planned = clock.planned()
    twin = clock.copy()
    for component, key, delay in after:
        twin.wake(component, key, delay)
    taken(twin)
    assert clock.planned() == planned


def test_time_is_in_whole_microseconds_and_never_runs_backwards() -> None:
    clock = Clock()
    clock.pass_to(0.0078125)
    clock.wake("c", "k")
    assert taken(clock) == [(0.007812, "c", "k")]
    clock.pass_to(0.001)
    assert clock.now == 0.007812
