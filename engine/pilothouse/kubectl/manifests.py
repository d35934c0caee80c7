"""Manifests for ``-f``: a file, a folder, or standard input, as a list of documents with their origin.

What cannot be read is reported in kubectl's words; documents that can be read are used all the same, as kubectl does.
The real counterpart is the file visitor of ``cli-runtime``. Simplified: no URLs (the simulation has no network).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .failure import Failure, error

SUFFIXES = (".json", ".yaml", ".yml")


class Document(NamedTuple):
    """One object as written, and the name of where it was written (``STDIN`` or a path)."""

    data: dict[str, Any]
    source: str


def documents(names: Sequence[str], stdin: str | None, recursive: bool = False) -> Iterator[Document | Failure]:
    """The documents of all ``-f`` arguments, in order; a `Failure` in place of what could not be read.

    Raises `Failure` for a path that is not there, before anything was used.
    """
    found = [(name, path) for name in names for path in _paths(name, recursive)]
    for _, path in found:
        if path is None:
            yield from _read("STDIN", stdin or "")
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            yield error(f"error reading {path}: {problem}")
            continue
        yield from _read(str(path), text)


def _paths(name: str, recursive: bool) -> list[Path | None]:
    if name == "-":
        return [None]
    if name.startswith(("http://", "https://")):
        raise error(
            f'unable to read URL "{name}": this simulated kubectl has no network; save the file and name its path'
        )
    path = Path(name).expanduser()
    if path.is_dir():
        inside = sorted(path.rglob("*") if recursive else path.iterdir())
        return [one for one in inside if one.is_file() and one.suffix in SUFFIXES]
    if not path.exists():
        matched = sorted(Path().glob(name)) if any(sign in name for sign in "*?[") and not path.is_absolute() else []
        if not matched:
            raise error(f'the path "{name}" does not exist')
        return list(matched)
    return [path]


def _read(source: str, text: str) -> Iterator[Document | Failure]:
    from pilothouse.api import manifest

    try:
        loaded = manifest.load_all(text, source=source)
    except ValueError as problem:
        yield error(str(problem))
        return
    for data in loaded:
        if not data.get("kind"):
            yield _unnamed(source, data, "Kind", "kind")
        elif not data.get("apiVersion"):
            yield _unnamed(source, data, "apiVersion", "apiVersion")
        else:
            yield Document(data, source)


def _unnamed(source: str, data: dict[str, Any], missing: str, key: str) -> Failure:
    from json import dumps

    written = dumps(data, separators=(",", ":"), sort_keys=True)
    if missing == "Kind":
        return error(f"unable to decode \"{source}\": Object 'Kind' is missing in '{written}'")
    return error(
        f'error validating "{source}": error validating data: apiVersion not set; '
        "if you choose to ignore these errors, turn validation off with --validate=false"
    )
