"""The language in which default tables are written.

`defaults(field=value, …)` becomes a plain function that answers the same structure with what was not set filled in,
or the very structure when nothing was missing. Structures are frozen: nothing is changed in place. The real
counterparts are the `SetDefaults_*` functions.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from msgspec.structs import replace

Fill = Callable[[Any], Any]
"""From a structure to the same with its defaults."""


class Filler:
    """A line of a table that is more than a value."""

    def __init__(self, fill: Fill, inside: bool = False, keeps_zero: bool = False) -> None:
        self.fill = fill
        self.inside = inside
        self.keeps_zero = keeps_zero


def computed(compute: Fill) -> Filler:
    """A default computed from the structure it stands in; None leaves the field unset."""
    return Filler(compute)


def pointer(value: Any) -> Filler:
    """The default of a field in which 0 is a value of its own (a pointer in Go)."""
    return Filler(lambda _: value, keeps_zero=True)


def _constant(value: Any) -> Filler:
    return Filler(lambda _: value)


def inside(fill: Fill) -> Filler:
    """Defaults of a nested structure, when it is there."""
    return Filler(fill, inside=True)


def each(fill: Fill) -> Filler:
    """Defaults of every item of a list."""

    def fill_all(items: Any) -> Any:
        filled = [fill(item) for item in items]
        for before, after in zip(items, filled, strict=True):
            if before is not after:
                return filled
        return items

    return Filler(fill_all, inside=True)


def defaults(**table: Any) -> Fill:
    """The function that fills a structure by this table. Unset is what Go takes for it: nil, "", empty, and 0 unless
    `pointer`.
    """
    read = attrgetter(*table, "__class__", "__class__")
    plan = [(name, line if isinstance(line, Filler) else _constant(line)) for name, line in table.items()]
    lines = [(name, line.fill, line.inside, line.keeps_zero) for name, line in plan]

    def fill(value: Any) -> Any:
        changes: dict[str, Any] | None = None
        for (name, make, nested, keeps_zero), got in zip(lines, read(value), strict=False):
            if nested:
                if not got:
                    continue
                new = make(got)
                if new is got:
                    continue
            elif got or got is False or (keeps_zero and got == 0 and got is not None):
                continue
            else:
                new = make(value)
                if new is None:
                    continue
            if changes is None:
                changes = {}
            changes[name] = new
        return value if changes is None else replace(value, **changes)

    return fill


def then(*fills: Fill) -> Fill:
    """One after the other."""

    def fill(value: Any) -> Any:
        for one in fills:
            value = one(value)
        return value

    return fill
