"""Notebooks as a reader meets them: what there is, and how many words."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

from pilothouse.learn import shelf

PLACE = Path(__file__).parent.parent.parent
COURSE = shelf.notebooks("course", PLACE)
LESSONS = [path for path in COURSE if not path.name.startswith("00-")]
EXERCISES = shelf.notebooks("exercises", PLACE)
SOLUTIONS = shelf.notebooks("solutions", PLACE)
EXECUTED = [*COURSE, *SOLUTIONS]

FENCE = re.compile(r"```.*?```", re.DOTALL)
IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\([^)]*\)")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
WORD = re.compile(r"[^\W_][\w'’-]*")


def prose(text: str) -> str:
    """The words of a Markdown cell that are read as text: no pictures, no addresses, no code blocks."""
    return LINK.sub(r"\1", LINK.sub(r"\1", IMAGE.sub("", FENCE.sub("", text))))


def words(text: str) -> int:
    """How many words of prose a Markdown cell has."""
    return len(WORD.findall(prose(text)))


def of_type(path: Path, kind: str) -> list[dict[str, Any]]:
    """The cells of one type."""
    return [cell for cell in shelf.cells(path) if cell["cell_type"] == kind]


def headings(path: Path) -> list[str]:
    """The headings of the second and third level, in order."""
    found = []
    for cell in of_type(path, "markdown"):
        found += re.findall(r"^##+ (.+)$", cell["source"], re.MULTILINE)
    return found


def lesson_of(path: Path) -> Any:
    """The lesson that a notebook belongs to."""
    return importlib.import_module(f"pilothouse.learn.lesson_{path.name[:2]}").lesson
