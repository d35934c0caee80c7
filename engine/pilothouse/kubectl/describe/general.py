"""`kubectl describe` of every other kind: all fields, titled in words.

The real counterpart is kubectl's ``genericDescriber``, which describes custom resources: field names become titles
(``storageClassName`` → ``Storage Class Name``), lists and maps are indented.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pilothouse.api import to_dict

from .events import events
from .page import Page
from .surroundings import Surroundings

LEFT_OUT = {
    "managedFields",
    "name",
    "namespace",
    "labels",
    "annotations",
}


def describe(thing: Any, around: Surroundings, page: Page) -> None:
    """Name, namespace, labels, annotations; then every field; then the events."""
    data = to_dict(thing)
    meta = thing.metadata
    page.line(0, f"Name:\t{meta.name}")
    page.line(0, f"Namespace:\t{meta.namespace}")
    page.pairs("Labels", meta.labels)
    page.annotations(meta.annotations)
    page.line(0, f"API Version:\t{data.get('apiVersion', '')}")
    page.line(0, f"Kind:\t{data.get('kind', '')}")
    rest = {key: value for key, value in data.items() if key not in ("apiVersion", "kind")}
    rest["metadata"] = {key: value for key, value in rest.get("metadata", {}).items() if key not in LEFT_OUT}
    _fields(page, 0, rest)
    events(page, around.events(str(data.get("kind", "")), meta))


def _fields(page: Page, level: int, fields: Mapping[str, Any]) -> None:
    for key in sorted(fields):
        value = fields[key]
        title = words(key)
        if isinstance(value, Mapping):
            page.line(level, f"{title}:")
            _fields(page, level + 1, value)
        elif isinstance(value, list):
            page.line(level, f"{title}:")
            _items(page, level + 1, value)
        else:
            page.line(level, f"{title}:\t{_scalar(value)}")


def _items(page: Page, level: int, items: Sequence[Any]) -> None:
    for item in items:
        if isinstance(item, Mapping):
            _fields(page, level, item)
        elif isinstance(item, list):
            _items(page, level + 1, item)
        else:
            page.line(level, _scalar(item))


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "<nil>" if value is None else str(value)


def words(name: str) -> str:
    """A field name as a title: ``podIP`` → ``Pod IP``."""
    if "." in name or "/" in name or not name[:1].isalpha():
        return name
    pieces = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+|[0-9]+|[^A-Za-z0-9]+", name)
    return " ".join(piece[:1].upper() + piece[1:] for piece in pieces)
