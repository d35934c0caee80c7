"""What a command printed: exact text for people and tests, a real table for the notebook.

A terminal mixes standard output and standard error in the order of writing; `Output` keeps that order and still knows
which is which. In a notebook, tables become HTML tables (escaped), and the plain text travels beside them in the mime
bundle, for saved notebooks, for tests and for screen readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

SHOWN_ROWS = 500  # rows of an HTML table; a browser draws no more with ease
Stream = Literal["out", "err"]


@dataclass(frozen=True)
class Grid:
    """Header and rows of a printed table."""

    header: tuple[str, ...]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Part:
    """One piece of output: its stream, its exact text, and the table it was printed from, if any."""

    stream: Stream
    text: str
    grid: Grid | None = None


@dataclass
class Output:
    """The result of one kubectl command.

    ``code`` is the exit code; ``stdout`` and ``stderr`` are the two streams, ``text`` both in the order of writing.
    """

    parts: list[Part] = field(default_factory=list)
    code: int = 0

    @property
    def stdout(self) -> str:
        """What went to standard output."""
        return "".join(part.text for part in self.parts if part.stream == "out")

    @property
    def stderr(self) -> str:
        """What went to standard error."""
        return "".join(part.text for part in self.parts if part.stream == "err")

    @property
    def text(self) -> str:
        """Both streams, in the order of writing."""
        return "".join(part.text for part in self.parts)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text.rstrip("\n")

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        bundle = {"text/plain": repr(self)}
        if any(part.grid for part in self.parts):
            bundle["text/html"] = "".join(_html(part) for part in self.parts)
        return bundle


def _html(part: Part) -> str:
    if part.grid is None:
        return f"<pre>{escape(part.text)}</pre>" if part.text.strip() else ""
    head = "".join(f'<th scope="col" style="text-align:left">{escape(name)}</th>' for name in part.grid.header)
    left_out = len(part.grid.rows) - SHOWN_ROWS
    more = f"<p>and {left_out:,} more rows, in the text of this output</p>" if left_out > 0 else ""
    body = "".join(
        "<tr>" + "".join(f'<td style="text-align:left">{escape(cell)}</td>' for cell in row) + "</tr>"
        for row in part.grid.rows[:SHOWN_ROWS]
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"
