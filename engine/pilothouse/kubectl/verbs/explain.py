"""`kubectl explain`: the fields of a kind.

Simplified: names and types, which the published schema gives; the real one adds the documentation of each field.
"""

from __future__ import annotations

import types
import typing
from typing import Any

from pilothouse.api import Base, ObjectMeta, ResourceInfo, to_dict

from ..call import Call
from ..failure import error
from ..flags import Flag
from ..targets import kind

USAGE = "explain TYPE[.FIELD...] [--recursive]"
ABOUT = "List the fields of a kind, with their types."
FLAGS = (
    Flag("recursive", type="bool", default=False, help="fields of fields too"),
    Flag("api-version", help="accepted"),
)


def run(call: Call) -> None:
    """Print the fields of a kind, or of one of its fields."""
    if not call.args:
        raise error(
            'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.'
        )
    if len(call.args) > 1:
        raise error("We accept only this format: explain RESOURCE")
    word, *path = call.args[0].split(".")
    resource = kind(call, word)
    lines = [f"GROUP:      {resource.group}"] if resource.group else []
    lines += [f"KIND:       {resource.kind}", f"VERSION:    {resource.version}", ""]
    shape: Any = _schema(call, resource) if resource.custom else resource.type
    for name in path:
        known = fields(shape)
        if name not in known:
            raise error(f'field "{name}" does not exist')
        shape = known[name]
    if path:
        lines += [f"FIELD: {path[-1]} <{_title(shape)}>", ""]
    known = fields(shape)
    if known:
        lines.append("FIELDS:")
        lines += _lines(known, call.flags.on("recursive"), 1, (_struct(shape),))
    call.say("\n".join([*lines, ""]) + "\n")


def _lines(known: dict[str, Any], recursive: bool, level: int, above: tuple[Any, ...]) -> list[str]:
    lines = []
    for name in sorted(known):
        lines.append(f"{'  ' * level}{name}\t<{_title(known[name])}>")
        inner = _struct(known[name])
        if isinstance(known[name], dict) and recursive:
            lines += _lines(fields(known[name]), True, level + 1, above)
        elif recursive and inner is not None and inner not in above:
            lines += _lines(fields(known[name]), True, level + 1, (*above, inner))
    return lines


def _schema(call: Call, resource: ResourceInfo) -> dict[str, Any]:
    """The fields of a custom kind, from its definition."""
    found = to_dict(call.api.get("customresourcedefinitions", resource.qualified))
    version = next(one for one in found["spec"]["versions"] if one["name"] == resource.version)
    schema: dict[str, Any] = version.get("schema", {}).get("openAPIV3Schema", {})
    own = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": ObjectMeta}
    return {**schema, "properties": {**own, **schema.get("properties", {})}}


def fields(shape: Any) -> dict[str, Any]:
    """API field names and their types, of a type, of what it holds, or of a schema."""
    if isinstance(shape, dict):
        inner = shape.get("items", shape)
        found: dict[str, Any] = inner.get("properties", {})
        return found
    struct = _struct(shape)
    if struct is None:
        return {}
    hints = typing.get_type_hints(struct, include_extras=False)
    names = dict(zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True))
    return {names[one]: hints[one] for one in struct.__struct_fields__}


def _struct(shape: Any) -> Any:
    """The struct inside ``X | None``, ``list[X]`` or ``dict[str, X]``; None for plain values and schemas."""
    if isinstance(shape, dict):
        return None
    for part in _parts(shape):
        if isinstance(part, type) and issubclass(part, Base):
            return part
        if typing.get_origin(part) in (list, dict):
            return _struct(typing.get_args(part)[-1])
    return None


def _parts(shape: Any) -> list[Any]:
    if isinstance(shape, types.UnionType) or typing.get_origin(shape) is typing.Union:
        return [part for part in typing.get_args(shape) if part is not type(None)]
    return [shape]


WORDS = {str: "string", int: "integer", bool: "boolean", float: "number"}


def _title(shape: Any) -> str:
    if isinstance(shape, dict):
        inner = shape.get("items")
        return f"[]{_title(inner)}" if inner is not None else str(shape.get("type", "Object"))
    parts = _parts(shape)
    if len(parts) > 1 and set(parts) == {int, str}:
        return "IntOrString"
    part = parts[0]
    if typing.get_origin(part) is list:
        return f"[]{_title(typing.get_args(part)[0])}"
    if typing.get_origin(part) is dict:
        return f"map[string]{_title(typing.get_args(part)[1])}"
    return WORDS.get(part, getattr(part, "__name__", "Object"))
