"""Objects as YAML text, as kubectl prints it.

Why it exists: what a learner sees here and what a real ``kubectl get -o yaml`` shows should be the same text. The real
counterpart is ``sigs.k8s.io/yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

import msgspec

from pilothouse.api.object import to_dict
from pilothouse.api.scalar import format_number, needs_quotes
from pilothouse.api.struct import Base

if TYPE_CHECKING:
    from yaml import Node

WIDTH = 80
_TAG = "tag:yaml.org,2002:str"


def dump(value: Base | Mapping[str, Any] | Iterable[Base | Mapping[str, Any]]) -> str:
    """YAML text of an object or of plain JSON; several objects become one `kind: List`, as with kubectl."""
    import yaml

    plain = _plain(value)
    if isinstance(plain, list):
        plain = {"apiVersion": "v1", "items": plain, "kind": "List", "metadata": {"resourceVersion": ""}}
    dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(yaml.serialize(_node(plain), Dumper=_without_guessing(dumper), width=WIDTH, allow_unicode=True))


def _plain(value: Any) -> Any:
    if isinstance(value, Base):
        return to_dict(value)
    if isinstance(value, Mapping):
        return msgspec.to_builtins(value)
    return [_plain(item) for item in value]


def _without_guessing(dumper: Any) -> Any:
    """A dumper for which every plain word is what our nodes say it is."""
    return type("_Dumper", (dumper,), {"yaml_implicit_resolvers": {}})


def _node(value: Any) -> Node:
    from yaml import MappingNode, ScalarNode, SequenceNode

    if isinstance(value, dict):
        pairs = [(_node(name), _node(value[name])) for name in sorted(value, key=cmp_to_key(_compare))]
        return MappingNode("tag:yaml.org,2002:map", pairs, flow_style=not pairs)
    if isinstance(value, list):
        items = [_node(item) for item in value]
        return SequenceNode("tag:yaml.org,2002:seq", items, flow_style=not items)
    if isinstance(value, str):
        return ScalarNode(_TAG, value, style=_style(value))
    word = (
        {True: "true", False: "false", None: "null"}[value] if value is None or value is True or value is False else ""
    )
    return ScalarNode(_TAG, word or format_number(value), style="")


def _style(text: str) -> str:
    if "\n" in text:
        return "|"
    return '"' if needs_quotes(text) else ""


def _compare(left: str, right: str) -> int:
    """The order of keys: numbers inside a word count as numbers, and letters come last."""
    for index, (a, b) in enumerate(zip(left, right, strict=False)):
        if a == b:
            continue
        if a.isalpha() and b.isalpha():
            return -1 if a < b else 1
        if a.isalpha() or b.isalpha():
            return -1 if b.isalpha() else 1
        x, y = _digits(left, index), _digits(right, index)
        if (x or y) and int(x or 0) != int(y or 0):
            return -1 if int(x or 0) < int(y or 0) else 1
        return -1 if (len(x), a) < (len(y), b) else 1
    return len(left) - len(right)


def _digits(text: str, index: int) -> str:
    end = index
    while end < len(text) and text[end] in "0123456789":
        end += 1
    return text[index:end]
