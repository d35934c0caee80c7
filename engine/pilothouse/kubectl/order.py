"""The order of ``kubectl get --sort-by``, and the loosely written paths that it shares with custom columns.

The real counterpart is kubectl's ``sorter``: numbers as numbers, quantities as quantities, what is absent first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from .failure import error
from .jsonpath import JSONPath

T = TypeVar("T")


def relaxed(expression: str) -> str:
    """The template of a loosely written path: ``metadata.name``, ``.metadata.name`` or ``{.metadata.name}``."""
    match = re.fullmatch(r"\{\.?([^{}]+)\}|\.?([^{}]+)", expression)
    if not expression or match is None:
        raise error(
            "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'"
        )
    return "{." + (match[1] or match[2]).removeprefix(".") + "}"


def order(things: Sequence[T], expression: str, of: Callable[[T], Any]) -> list[T]:
    """Sort things by a field, as ``--sort-by`` does: numbers as numbers, quantities as quantities, absent first."""
    from pilothouse.api import to_dict

    path = JSONPath(relaxed(expression))
    keyed = [(path.values(to_dict(of(thing)), strict=False), thing) for thing in things]
    if keyed and not any(found for found, _ in keyed):
        raise error(f'couldn\'t find any field with path "{path.template}" in the list of objects')
    return [thing for _, thing in sorted(keyed, key=lambda pair: _rank(pair[0]))]


def _rank(found: list[Any]) -> tuple[int, float, str]:
    value = found[0] if found else None
    if value is None:
        return (0, 0.0, "")
    if isinstance(value, bool | int | float):
        return (1, float(value), "")
    text = JSONPath.text(value)
    if re.match(r"\d", text) and not re.match(r"\d{4}-", text):
        from pilothouse.api import parse_quantity

        try:
            return (1, float(parse_quantity(text)), "")
        except ValueError:
            pass
    return (2, 0.0, text)
