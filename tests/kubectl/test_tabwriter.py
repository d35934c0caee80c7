"""Elastic tab stops, by example; the expectations were made by Go's text/tabwriter."""

from __future__ import annotations

import pytest

from pilothouse.kubectl.output import Grid
from pilothouse.kubectl.printer import as_text
from pilothouse.kubectl.tabwriter import align

CASES = [
    ("one column", "a:\t1\nlong name:\t2\n", "a:          1\nlong name:  2\n"),
    ("the last cell is free", "a\tvery long last cell\nbb\tx\n", "a   very long last cell\nbb  x\n"),
    ("a line without a tab ends the column", "a:\t1\nSection\nlong name:\t2\n", "a:  1\nSection\nlong name:  2\n"),
    ("inner columns end on their own", "a\tb\tc\nlonger\tx\nd\te\tf\n", "a       b  c\nlonger  x\nd       e  f\n"),
    ("an empty cell takes its place", "a:\t1\n\t2\n", "a:  1\n    2\n"),
    ("letters beyond ASCII count once", "é:\t1\nab:\t2\n", "é:   1\nab:  2\n"),
    ("no tab, no change", "plain\ntext", "plain\ntext"),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_align(text: str, expected: str) -> None:
    assert align(text) == expected


def test_a_table_is_at_least_six_wide_and_three_apart() -> None:
    grid = Grid(("NAME", "AGE", "LAST"), [("a", "1s", "x y"), ("long-name", "", "z")])
    assert as_text(grid) == "NAME        AGE   LAST\na           1s    x y\nlong-name         z\n"
    assert as_text(grid, header=False) == "a           1s    x y\nlong-name         z\n"


def test_long_tables_have_the_same_layout_as_short_ones() -> None:
    rows = [(f"pod-{number}", "1/1" if number % 7 else "", f"{number}s") for number in range(201)]
    long = as_text(Grid(("NAME", "READY", "AGE"), rows)).splitlines()
    short = as_text(Grid(("NAME", "READY", "AGE"), rows[100:])).splitlines()
    assert long[102:] == short[2:]


def test_a_line_end_in_a_cell_does_not_break_the_table() -> None:
    assert as_text(Grid(("A", "B"), [("x\ny", "z")])) == "A      B\nx...   z\n"
