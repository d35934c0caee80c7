"""Where the notebooks are: the learner's own folder first, then the course that came with the package.

Read as JSON, without nbformat, so that a hint or a solution costs no import.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pilothouse

FOLDERS = ("course", "exercises", "solutions")


def root() -> Path:
    """Return the folder that holds `course/`, `exercises/` and `solutions/`, beginning at the current folder.

    Raises FileNotFoundError where there is neither a working copy nor a packaged course.
    """
    here, package = Path.cwd(), Path(pilothouse.__file__).parent
    for place in (here, here.parent, package / "_course", package.parent.parent):
        if all((place / folder).is_dir() for folder in FOLDERS):
            return place
    raise FileNotFoundError("no course here: start with `pilothouse lab`, which lays out a copy of it to work in")


def notebooks(folder: str, place: Path | None = None) -> list[Path]:
    """List the notebooks of one folder, sorted by name."""
    return sorted(path for path in ((place or root()) / folder).glob("*.ipynb") if not path.name.startswith("."))


def cells(path: Path) -> list[dict[str, Any]]:
    """Read the cells of a notebook; each `source` is one string."""
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for cell in found:
        if isinstance(cell["source"], list):
            cell["source"] = "".join(cell["source"])
    return found


def graded(path: Path, task: str) -> str:
    """Return the source of the cell that holds the answer to a task. Raises LookupError."""
    for cell in cells(path):
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == task:
            return str(cell["source"])
    raise LookupError(f'{path.name} has no cell for "{task}"')
