"""What a learner has answered and passed, in a file beside the course.

One JSON object a line, appended and never rewritten, so that a crash loses at most the last line. Two files merge
without a network and in any order: of predictions the first counts (it was made before the run), of verdicts the
best. There is no time of day in it and no name: whose file it is, the folder says.

    python -m pilothouse.learn.progress anna.jsonl bo.jsonl      who is where, for an instructor

`PILOTHOUSE_PROGRESS` names another file; `off` keeps nothing (tests and the rebuilding of notebooks use that).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FILE = "progress.jsonl"
BETTER = ("untouched", "error", "fail", "partial", "pass")
COURSE_FOLDERS = ("course", "exercises", "solutions")


def place() -> Path | None:
    """Return the progress file of the current folder: beside `course/` inside a course, else here; None if off."""
    named = os.environ.get("PILOTHOUSE_PROGRESS", "")
    if named == "off":
        return None
    if named:
        return Path(named)
    here = Path.cwd()
    return (here.parent if here.name in COURSE_FOLDERS else here) / FILE


class Progress:
    """The lines of one progress file; `path=None` remembers only until the kernel stops."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.trouble = ""
        self.entries = read(path) if path is not None else []

    def note(self, lesson: str, kind: str, name: str, value: str) -> None:
        """Append one line. `kind` is "prediction", "verdict" or "hint"; a folder that is read-only costs nothing."""
        entry = {"lesson": lesson, "kind": kind, "name": name, "value": value}
        if entry in self.entries:
            return
        self.entries.append(entry)
        if self.path is None:
            return
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        except OSError as error:
            self.trouble = f"your progress is not kept: {error}"

    def prediction(self, lesson: str, name: str) -> str:
        """Return the first answer that was given to a question, or ""."""
        return merge(self.entries).get((lesson, "prediction", name), "")

    def verdict(self, lesson: str, name: str) -> str:
        """Return the best verdict that a task has had, or "untouched"."""
        return merge(self.entries).get((lesson, "verdict", name), "untouched")


def read(path: Path) -> list[dict[str, str]]:
    """Read a progress file; a line that cannot be read (a crash, a half-written merge) is skipped."""
    if not path.exists():
        return []
    entries = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        entry = _entry(line)
        if entry is not None:
            entries.append(entry)
    return entries


def _entry(line: str) -> dict[str, str] | None:
    try:
        entry: Any = json.loads(line)
    except ValueError:
        return None
    fields = ("lesson", "kind", "name", "value")
    if not isinstance(entry, dict) or not all(isinstance(entry.get(field), str) for field in fields):
        return None
    return {field: entry[field] for field in fields}


def merge(entries: Iterable[dict[str, str]]) -> dict[tuple[str, str, str], str]:
    """Fold entries of one or several files into one value for each (lesson, kind, name)."""
    merged: dict[tuple[str, str, str], str] = {}
    for entry in entries:
        key = (entry["lesson"], entry["kind"], entry["name"])
        value = entry["value"]
        if key not in merged or (entry["kind"] == "verdict" and _rank(value) > _rank(merged[key])):
            merged[key] = value
    return merged


def _rank(status: str) -> int:
    return BETTER.index(status) if status in BETTER else -1


def standing(files: Iterable[Path]) -> list[str]:
    """Return one line for each file and lesson in it: how many predictions were made, and the tasks passed."""
    lines = []
    for file in files:
        merged = merge(read(file))
        for lesson in sorted({key[0] for key in merged}):
            asked = sum(key[:2] == (lesson, "prediction") for key in merged)
            verdicts = {key[2]: value for key, value in merged.items() if key[:2] == (lesson, "verdict")}
            tasks = ", ".join(f"{name} {value}" for name, value in verdicts.items()) or "no task yet"
            lines.append(f"{file.stem}: lesson {lesson}: {asked} predictions; {tasks}")
    return lines


if __name__ == "__main__":
    print("\n".join(standing(map(Path, sys.argv[1:]))) or "give the progress files of the learners")
