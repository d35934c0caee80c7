"""What `kubectl get` shows: columns and rows of a list of objects.

The real counterpart is the server-side printing of `pkg/printers/internalversion`; the columns of a kind are in
`columns.py`. Rows are computed at a moment of virtual time, because ages are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from pilothouse.api import age, since_epoch


class Column(NamedTuple):
    """One column: `priority` 0 is always shown, 1 only with `-o wide`."""

    name: str
    type: str = "string"
    priority: int = 0
    format: str = ""

    def __str__(self) -> str:
        """Its name."""
        return self.name


class Table(NamedTuple):
    """Columns and rows, every cell as text."""

    columns: list[Column]
    rows: list[list[str]]


def table(kind: str, objects: Iterable[Any], wide: bool = False, now: float = 0.0, definition: Any = None) -> Table:
    """The table of `objects`, all of the kind called `kind` in the store. `now`: virtual seconds, for ages.

    A kind without columns of its own shows name and age; a custom one those of its `definition`.
    """
    from pilothouse.apiserver.columns import COLUMNS, GENERAL, declared

    spec = COLUMNS.get(kind, GENERAL) if definition is None else declared(definition)
    columns = spec.columns if wide else [one for one in spec.columns if not one.priority]
    shown = [index for index, one in enumerate(spec.columns) if wide or not one.priority]
    rows = []
    for item in objects:
        cells = spec.row(item, now)
        rows.append([_text(cells[index]) for index in shown])
    return Table(list(columns), rows)


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(cell)


def since(stamp: str | None, now: float) -> str:
    """How long ago a moment was, as kubectl says it."""
    return age(now - since_epoch(stamp)) if stamp else "<unknown>"


def old(item: Any, now: float) -> str:
    """The age of an object."""
    return since(item.metadata.creationTimestamp, now)


NONE, UNKNOWN, UNSET = "<none>", "<unknown>", "<unset>"
