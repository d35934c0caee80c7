"""Exercises are made from solutions, so the two can never say different things.

The solution notebook is the source. What stands between `### BEGIN SOLUTION` and `### END SOLUTION` (nbgrader's
markers, so an instructor's nbgrader makes the same cut) is replaced by a line that says where to write; outputs go.
"""

from __future__ import annotations

import copy
import re
from typing import Any

STUB = "# YOUR CODE HERE"
CUT = re.compile(r"^([ \t]*)### BEGIN SOLUTION\n.*?^[ \t]*### END SOLUTION[ \t]*$", re.MULTILINE | re.DOTALL)


def starter(source: str) -> str:
    """Return a solution cell without its solution."""
    return CUT.sub(lambda found: found[1] + STUB, source)


def answer(source: str) -> str:
    """Return a solution cell without the markers, as a learner would write it."""
    return re.sub(r"^[ \t]*### (BEGIN|END) SOLUTION[ \t]*\n?", "", source, flags=re.MULTILINE)


def exercise(solution: dict[str, Any]) -> dict[str, Any]:
    """Return the exercise notebook of a solution notebook, both as JSON."""
    made = copy.deepcopy(solution)
    for cell in made["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "code":
            cell["source"] = starter(text)
            cell["outputs"], cell["execution_count"] = [], None
    return made
