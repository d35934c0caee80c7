"""Rebuild the notebooks: exercises from solutions, every output from a fresh run, nothing that changes by itself.

    python -m pilothouse.learn.rebuild              all of them
    python -m pilothouse.learn.rebuild 05           the notebooks of lesson 05

Run it after a change of a lesson or of the engine, and read the difference before committing it: it is what learners
will see. Needs nbformat and nbclient, which come with JupyterLab.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from pilothouse.learn import shelf
from pilothouse.learn.exercise import exercise

TIMEOUT = 120  # seconds of one cell
VOLATILE = "application/vnd.jupyter.widget-view+json"  # names a widget that is gone when the kernel is
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
COVER = "<!-- Run this cell to see what happened. -->"
KEPT = ("nbgrader", "tags")  # of a cell's metadata; the rest is about windows and times


def execute(path: Path) -> dict[str, Any]:
    """Run a notebook in its own folder, as a learner who answers nothing, and return it with its outputs.

    Raises nbclient's CellExecutionError where a cell raises.
    """
    from nbclient import NotebookClient

    notebook = _nbformat().read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=TIMEOUT, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    )
    client.execute()
    ran: dict[str, Any] = json.loads(_nbformat().writes(notebook, split_lines=False))
    return ran


def clean(notebook: dict[str, Any]) -> dict[str, Any]:
    """Take out what changes from run to run and says nothing to a reader, in place; return the notebook."""
    notebook["metadata"] = json.loads(json.dumps(METADATA))
    for cell in notebook["cells"]:
        cell["metadata"] = {name: value for name, value in cell["metadata"].items() if name in KEPT}
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(VOLATILE, None)
            if "metadata" in output:
                output["metadata"] = described(output)
            if output.get("execution_count") is not None:
                output["execution_count"] = cell["execution_count"]
    cover(notebook)
    return notebook


def cover(notebook: dict[str, Any]) -> None:
    """Fold away, in place, the outputs that answer a prediction, until the learner runs their cells.

    JupyterLab folds an output by `outputs_hidden` and unfolds it when the cell runs; elsewhere it is shown as it is. Of
    a folded output it shows the first line, which must give nothing away.
    """
    asked = False
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if asked and cell.get("outputs"):
            cell["metadata"]["jupyter"] = {"outputs_hidden": True}
            for data in (output["data"] for output in cell["outputs"] if "text/html" in output.get("data", {})):
                data["text/html"] = f"{COVER}\n{''.join(data['text/html']).removeprefix(COVER).lstrip()}"
        if cell["cell_type"] == "code":
            asked = "lesson.predict(" in source or (asked and "lesson.compare(" not in source)


def described(output: dict[str, Any]) -> dict[str, Any]:
    """Return the metadata of an output: the alternative text of its picture, which is its first line of text."""
    data = output["data"]
    given = output["metadata"].get("image/png", {})
    if "image/png" not in data:
        return {}
    text = "".join(data.get("text/plain", "")).splitlines()
    return {"image/png": {**given, "alt": given.get("alt") or (text[0] if text else "")}}


def written(notebook: dict[str, Any]) -> str:
    """Write a notebook as text, always in the same way; sources and outputs as lines, so that differences read well."""
    nbformat = _nbformat()
    return str(nbformat.writes(nbformat.from_dict(notebook), version=4)).rstrip("\n") + "\n"


def _nbformat() -> Any:
    import nbformat

    return nbformat


def make_exercises(place: Path, wanted: str = "") -> list[Path]:
    """Write the exercise notebook of every solution; return those whose text is new."""
    changed = []
    for solution in shelf.notebooks("solutions", place):
        if not solution.name.startswith(wanted):
            continue
        path = place / "exercises" / solution.name
        text = written(clean(exercise(json.loads(solution.read_text(encoding="utf-8")))))
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def rebuild(place: Path, wanted: str = "") -> list[Path]:
    """Execute and clean the lessons and solutions whose names begin with `wanted`; return the files that changed."""
    os.environ["PILOTHOUSE_PROGRESS"] = "off"
    changed = []
    for path in [*shelf.notebooks("course", place), *shelf.notebooks("solutions", place)]:
        if path.name.startswith(wanted):
            text = written(clean(execute(path)))
            if text != path.read_text(encoding="utf-8"):
                path.write_text(text, encoding="utf-8")
                changed.append(path)
    return changed + make_exercises(place, wanted)


def main() -> None:
    """Rebuild what the command line names, and say what is new."""
    place = shelf.root()
    for path in rebuild(place, sys.argv[1] if len(sys.argv) > 1 else ""):
        print(f"rebuilt {path.relative_to(place).as_posix()}")


if __name__ == "__main__":
    main()
