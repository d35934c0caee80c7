"""Which objects a list or watch is about: label and field selectors.

The real counterparts are `labels.Parse`, `fields.ParseSelector` and the field label conversions of each kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pilothouse.api import FieldSelector, Selector
from pilothouse.apiserver import status

Fits = Callable[[Any], bool]


def choose(selector: Any, field_selector: str | None, known: dict[str, Callable[[Any], str]]) -> Fits | None:
    """A test for objects, or None where all fit. `known`: the fields that this kind may be chosen by. Raises ApiError
    400.
    """
    labels = _labels(selector)
    named = _fields(field_selector, known) if field_selector else None
    if labels is None and named is None:
        return None
    return lambda item: (labels is None or labels.matches(item.metadata.labels)) and (named is None or named(item))


def _labels(selector: Any) -> Selector | None:
    if selector is None or selector == "":
        return None
    if not isinstance(selector, str):
        return Selector.of(selector)
    try:
        return Selector.parse(selector)
    except ValueError as error:
        raise status.bad_request(
            f"unable to parse requirement: {error}".replace("unable to parse requirement: ", "", 1)
        ) from None


def _fields(text: str, known: dict[str, Callable[[Any], str]]) -> Callable[[Any], bool]:
    try:
        parsed = FieldSelector.parse(text)
    except ValueError as error:
        raise status.bad_request(str(error)) from None
    readers: list[tuple[Callable[[Any], str], str, bool]] = []
    for name, operator, value in parsed.terms:
        reader = _ALWAYS.get(name) or known.get(name)
        if reader is None:
            known_here = f'"{name}" is not a known field selector: only "metadata.name", "metadata.namespace"'
            raise status.bad_request(f"field label not supported: {name}" if known else known_here)
        readers.append((reader, value, operator == "!="))
    return lambda item: all((reader(item) == value) != negated for reader, value, negated in readers)


_ALWAYS: dict[str, Callable[[Any], str]] = {
    "metadata.name": lambda item: str(item.metadata.name),
    "metadata.namespace": lambda item: str(item.metadata.namespace),
}
