"""Columns of one's own: ``-o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName``.

The real counterpart is kubectl's ``customcolumn`` printer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .failure import error
from .jsonpath import JSONPath
from .order import relaxed
from .output import Grid


class Columns:
    """Headers and paths, read once."""

    def __init__(self, spec: str) -> None:
        if not spec:
            raise error("custom-columns format specified but no custom columns given")
        self.header: list[str] = []
        self.paths: list[JSONPath] = []
        for part in spec.split(","):
            header, colon, path = part.partition(":")
            if not colon or not header or not path:
                raise error(f"unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>")
            self.header.append(header)
            self.paths.append(JSONPath(relaxed(path)))

    def grid(self, things: Sequence[dict[str, Any]]) -> Grid:
        """One row an object; what is not there reads ``<none>``."""
        rows = [
            [
                ",".join(path.text(value) for value in path.values(thing, strict=False)) or "<none>"
                for path in self.paths
            ]
            for thing in things
        ]
        return Grid(tuple(self.header), rows)
