"""`pilothouse lab`: the learner's copy of the course, and JupyterLab opened at a lesson.

The course travels inside the package. The copy remembers which bytes it was given (``.pilothouse.json``), so that a
later version of the package can renew what the learner never touched and must leave alone what they did.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import click

FOLDER = "pilothouse-course"
RECORD = ".pilothouse.json"
SETTINGS = Path(__file__).parent / "jupyter"  # defaults of JupyterLab for learners; their own settings win
PARTS = ("course", "exercises", "solutions")


def lab(arguments: Sequence[str], folder: str | None, copy_only: bool) -> int:
    """Copy what is missing, then start JupyterLab; the exit code is JupyterLab's."""
    wanted, options = _split(arguments)
    place = _place(folder)
    lesson = find(place, wanted) if wanted else None
    if copy_only:
        return 0
    return _start(place, lesson, options)


def _split(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The lesson, if the first word is one, and what is meant for JupyterLab."""
    words = [word for word in arguments if word != "--"]
    if words and not words[0].startswith("-"):
        return words[0], words[1:]
    return "", words


def shipped() -> Path | None:
    """The course inside the installed package, if the package carries one."""
    inside = Path(__file__).resolve().parent.parent / "_course"
    return inside if inside.is_dir() else None


def clone() -> Path | None:
    """The clone of the project that this package is imported from, if it is one."""
    root = Path(__file__).resolve().parents[3]
    return root if (root / "course").is_dir() and (root / "pyproject.toml").is_file() else None


def _place(folder: str | None) -> Path:
    """The folder that holds ``course/``: the one asked for, the clone, a copy here, or a new copy."""
    source = shipped() or clone()
    if folder is None and shipped() is None and source is not None:
        return source
    here = Path.cwd()
    place = Path(folder).expanduser() if folder is not None else here if (here / RECORD).is_file() else here / FOLDER
    if source is None:
        if (place / "course").is_dir():
            return place
        raise click.ClickException(
            "this installation of pilothouse carries no course; install the released package (pip install pilothouse), "
            "or run this in a clone of the project after pip install -e ."
        )
    copy(source, place)
    return place


def copy(source: Path, place: Path) -> None:
    """Bring the course to a folder; keep whatever the learner changed, and say so."""
    try:
        known = _read_record(place / RECORD)
        made, renewed, kept = 0, 0, []
        for name, data in _files(source):
            target = place / name
            shape = hashlib.sha256(data).hexdigest()
            if not target.exists():
                made += 1
            else:
                present = hashlib.sha256(target.read_bytes()).hexdigest()
                if present == shape:
                    known[name] = shape
                    continue
                if present != known.get(name):
                    kept.append(name)
                    continue
                renewed += 1
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            known[name] = shape
        (place / RECORD).write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    except OSError as problem:
        raise click.ClickException(
            f"cannot write the course to {place}: {problem.strerror or problem}; name another place with --folder"
        ) from None
    click.echo(f"The course is in {place}: {made} files new, {renewed} renewed, {len(kept)} kept as you left them.")
    for name in kept:
        click.echo(f"  kept {name}")


def _read_record(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        path.parent.mkdir(parents=True, exist_ok=True)
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _files(source: Path) -> Iterator[tuple[str, bytes]]:
    for part in PARTS:
        for path in sorted((source / part).rglob("*")):
            hidden = any(piece.startswith((".", "__pycache__")) for piece in path.relative_to(source).parts)
            if path.is_file() and not hidden:
                yield path.relative_to(source).as_posix(), path.read_bytes()


def find(place: Path, wanted: str) -> Path:
    """The notebook of a lesson, named by number or by the beginning of its name."""
    lessons = sorted((place / "course").glob("[0-9][0-9]-*.ipynb"))
    word = wanted.lower().removesuffix(".ipynb").rpartition("/")[2]
    if word.isdigit():
        word = f"{int(word):02d}-"
    fitting = [one for one in lessons if one.stem.lower().startswith(word)] or [
        one for one in lessons if word in one.stem.lower()
    ]
    if len(fitting) == 1:
        return fitting[0]
    choices = "\n".join(f"  {one.stem}" for one in fitting or lessons) or "  (none: the course folder is empty)"
    what = "several lessons begin so" if fitting else "there is no such lesson"
    raise click.ClickException(f"{wanted}: {what}; choose one of\n{choices}")


def _start(place: Path, lesson: Path | None, options: Sequence[str]) -> int:
    from importlib.util import find_spec

    if find_spec("jupyterlab") is None:
        raise click.ClickException(
            "JupyterLab is not installed in this Python; install it with: pip install jupyterlab"
        )
    first = lesson or next(iter(sorted((place / "course").glob("00-*.ipynb"))), None)
    tree = f"/lab/tree/{quote(first.relative_to(place).as_posix())}" if first is not None else "/lab"
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={place}", f"--LabApp.default_url={tree}"]
    click.echo(f"Opening {first.stem if first is not None else 'JupyterLab'}; stop it here with Ctrl-C.")
    path = os.pathsep.join(filter(None, (os.environ.get("JUPYTER_CONFIG_PATH"), str(SETTINGS))))
    return stay([*command, *options], place, {**os.environ, "JUPYTER_CONFIG_PATH": path})


def stay(command: Sequence[str], place: Path, environment: dict[str, str]) -> int:
    """Run a server until it ends, and end it with us; its exit code.

    Ctrl-C reaches the server too, which asks whether it is meant and shuts its kernels down: so wait for it.
    """
    with subprocess.Popen(command, cwd=place, env=environment) as server:
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        while True:
            try:
                return server.wait()
            except KeyboardInterrupt:
                continue
