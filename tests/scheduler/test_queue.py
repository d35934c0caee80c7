"""The queue alone: order, back-off, and that its entries are all there is to it."""

from __future__ import annotations

import pytest
from small_world import a_pod

from pilothouse.scheduler.queue import Entry, Name, Queue, backoff


def names(queue: Queue) -> list[str]:
    found = []
    while (taken := queue.pop()) is not None:
        found.append(taken[0][1])
        queue.forget(taken[0])
    return found


def test_order() -> None:
    queue = Queue({})
    for name, priority, now in (("late", 0, 2.0), ("early", 0, 1.0), ("vip", 5, 3.0), ("same", 0, 1.0)):
        queue.add(a_pod(name, priority=priority), now, None)
    assert names(queue) == ["vip", "early", "same", "late"]


def test_a_queue_made_from_the_same_entries_goes_on_the_same() -> None:
    entries: dict[Name, Entry] = {}
    queue = Queue(entries)
    for number in range(5):
        queue.add(a_pod(f"p{number}", priority=number % 2), 0.0, None)
    assert names(Queue(entries.copy())) == names(queue)


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (50, 10)])
def test_backoff(attempts: int, seconds: float) -> None:
    assert backoff(attempts) == seconds


def test_a_pod_that_failed_long_ago_is_active_at_once() -> None:
    queue, pod = Queue({}), a_pod("p")
    queue.add(pod, 0.0, None)
    taken = queue.pop()
    assert taken is not None
    queue.fail(*taken, 0.0, ("NodeResourcesFit",))
    assert queue.waiting == 1
    assert queue.move(("default", "p"), pod, 0.4, None) == pytest.approx(0.6)
    assert queue.waiting == 0
    assert queue.pop() is None
    queue.due(("default", "p"), pod, 1.0)
    assert queue.first() == ("default", "p")


def test_nobody_waits_longer_than_five_minutes() -> None:
    queue, pod = Queue({}), a_pod("p")
    queue.add(pod, 0.0, None)
    taken = queue.pop()
    assert taken is not None
    queue.fail(*taken, 12.0, ("NodeAffinity",))
    assert queue.entries["default", "p"].until == 330.0
