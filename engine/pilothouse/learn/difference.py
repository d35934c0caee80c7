"""A solution as the difference to what the learner has, ready to run.

What the learner has is the newest cell that was run for the task; in a notebook the whole solution is also put into
a new cell beneath, so that running it is one key and the learner's own cell stays as it was.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

from pilothouse.learn import shelf
from pilothouse.learn.exercise import answer, starter


@dataclass(frozen=True)
class Difference:
    """The lines to take away (-) and to add (+); `code` is the whole solution."""

    task: str
    mine: str
    code: str

    def lines(self) -> list[str]:
        """Return the lines of both, marked as in a unified difference."""
        ours, theirs = self.mine.splitlines(), self.code.splitlines()
        return [line.rstrip("\n") for line in difflib.ndiff(ours, theirs) if not line.startswith("?")]

    def __repr__(self) -> str:
        return "\n".join([f"to solve {self.task}: take away -, add +", *self.lines()])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        words = f"To solve *{self.task}*: take away `-`, add `+`. The whole solution stands in the cell below, ready to run."
        body = "\n".join(self.lines())
        return {"text/plain": repr(self), "text/markdown": f"{words}\n\n```diff\n{body}\n```"}


def difference(stem: str, task: str) -> Difference:
    """Compare the learner's newest cell for a task with the solution. Raises LookupError for an unknown task."""
    cell = shelf.graded(shelf.root() / "solutions" / f"{stem}.ipynb", task)
    code = answer(cell).rstrip() + "\n"
    mine = _newest_cell(first_line(code)) or starter(cell)
    return Difference(task, mine, code)


def first_line(source: str) -> str:
    """Return the line by which the cells of a task are known: its first, a comment."""
    return source.splitlines()[0].strip() if source.strip() else ""


def _newest_cell(line: str) -> str:
    """Return the newest cell that the learner has run and that begins with this line, or ""."""
    shell = _shell()
    ran = list(shell.user_ns.get("In", [])) if shell is not None else []
    return next((str(text) for text in reversed(ran) if first_line(str(text)) == line), "")


def offer(code: str) -> None:
    """Put code into a new cell beneath the one that is running, where there is a notebook."""
    shell = _shell()
    if shell is not None:
        shell.set_next_input(code)


def _shell() -> Any:
    """Return the running IPython, or None outside one (without importing it)."""
    import sys

    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None
