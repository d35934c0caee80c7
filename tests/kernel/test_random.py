"""Named chance: streams do not disturb each other, and are the same everywhere."""

from __future__ import annotations

from pilothouse.kernel import Randoms


def test_one_more_draw_by_one_component_changes_nothing_for_another() -> None:
    quiet, busy = Randoms(7), Randoms(7)
    busy("other").random()
    assert [quiet("scheduler").random() for _ in range(5)] == [busy("scheduler").random() for _ in range(5)]


def test_the_numbers_are_those_of_every_platform_and_version() -> None:
    assert Randoms(0)("scheduler").getrandbits(32) == 1223178845  # recorded with CPython 3.11 on Linux


def test_a_copy_goes_on_where_the_original_stands() -> None:
    original = Randoms(1)
    original("a").random()
    twin = original.copy()
    ours = [original("a").random() for _ in range(3)]
    assert ours == [twin("a").random() for _ in range(3)]
    assert original("new").random() == twin("new").random()
