"""Cutting the solution out of a cell."""

from __future__ import annotations

import pytest

from pilothouse.learn.exercise import answer, exercise, starter

CELL = "# task\n### BEGIN SOLUTION\ndo = 1\n### END SOLUTION\nafter = 2"
NESTED = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
TWICE = "### BEGIN SOLUTION\na\n### END SOLUTION\nbetween\n### BEGIN SOLUTION\nb\n### END SOLUTION"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (CELL, "# task\n# YOUR CODE HERE\nafter = 2"),
        (NESTED, "def f():\n    # YOUR CODE HERE\n"),
        (TWICE, "# YOUR CODE HERE\nbetween\n# YOUR CODE HERE"),
        ("nothing = 1", "nothing = 1"),
    ],
)
def test_starter(source: str, expected: str) -> None:
    assert starter(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [(CELL, "# task\ndo = 1\nafter = 2"), (NESTED, "def f():\n    return 1\n"), (TWICE, "a\nbetween\nb\n")],
)
def test_answer(source: str, expected: str) -> None:
    assert answer(source).rstrip("\n") == expected.rstrip("\n")


def test_an_exercise_has_no_outputs_and_leaves_the_solution_alone() -> None:
    code = {
        "cell_type": "code",
        "source": CELL,
        "outputs": [{"output_type": "stream"}],
        "execution_count": 3,
        "metadata": {},
    }
    solution = {"cells": [{"cell_type": "markdown", "source": "text", "metadata": {}}, code]}
    made = exercise(solution)
    assert made["cells"][1]["outputs"] == []
    assert made["cells"][1]["execution_count"] is None
    assert made["cells"][0]["source"] == "text"
    assert code["execution_count"] == 3
