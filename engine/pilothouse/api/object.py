"""Objects in and out: plain JSON to a frozen object and back, and what an object's kind is called.

Why it exists: the three functions that everybody uses. The real counterpart is the serializer of apimachinery.
"""

from __future__ import annotations

import warnings
from typing import Any, Literal

import msgspec

from pilothouse.api.custom import ABSENT, Custom
from pilothouse.api.decode import decode, refusal
from pilothouse.api.error import DecodeError
from pilothouse.api.scheme import DEFAULT, Scheme
from pilothouse.api.struct import Base

# Lists that Go encodes as null when there is nothing in them (no omitempty).
_NULLS: dict[str, tuple[tuple[str, ...], ...]] = {
    "ClusterRole": (("rules",),),
    "CSINode": (("spec", "drivers"),),
    "CustomResourceDefinition": (("status", "conditions"), ("status", "storedVersions")),
    "EndpointSlice": (("endpoints",), ("ports",)),
    "Role": (("rules",),),
}


class UnknownFieldWarning(UserWarning):
    """A manifest has fields that its kind does not know; they are dropped."""


def from_dict(data: dict[str, Any], strict: bool | Literal["warn"] = True, scheme: Scheme = DEFAULT) -> Any:
    """The object that a manifest (plain JSON) describes.

    Args:
        data: with `apiVersion` and `kind`.
        strict: refuse unknown and repeated fields (True), drop them with one warning each ("warn"), or in silence.
        scheme: the kinds that exist.

    Raises:
        DecodeError: (a ValueError) naming all unknown fields, or the wrong type, in the server's words.
        UnknownKind: there is no such kind.
    """
    if not isinstance(data, dict):
        raise DecodeError(f"a manifest is a mapping with apiVersion, kind and metadata, not {type(data).__name__}")
    missing = [f"{name} not set" for name in ("apiVersion", "kind") if not data.get(name)]
    if missing:
        words = ", ".join(missing)
        raise DecodeError(f"error validating data: {words if len(missing) == 1 else f'[{words}]'}")
    info = scheme.of(str(data["apiVersion"]), str(data["kind"]))
    found, problems = decode(data, info)
    if problems and strict is True:
        raise refusal(info, f"strict decoding error: {', '.join(problems)}", problems)
    if strict == "warn":
        for problem in problems:
            warnings.warn(problem, UnknownFieldWarning, stacklevel=2)
    return found


def to_dict(obj: Base) -> dict[str, Any]:
    """Plain JSON with the API's field names; empty things are left out as Go's `omitempty` does."""
    if type(obj) is not Custom:
        plain: dict[str, Any] = msgspec.to_builtins(obj)
        for path in _NULLS.get(type(obj).__name__, ()):
            place = plain
            for name in path[:-1]:
                place = place[name]
            place.setdefault(path[-1], None)
        return plain
    found: dict[str, Any] = {
        "apiVersion": obj.apiVersion,
        "kind": obj.kind,
        "metadata": msgspec.to_builtins(obj.metadata),
    }
    for name in ("spec", "status"):
        value = getattr(obj, name)
        if value is not ABSENT:
            found[name] = msgspec.to_builtins(value)
    found.update(msgspec.to_builtins(obj.extra))
    return found


def kind_of(obj: Any) -> str:
    """The kind's name in the store: `Pod`, or `Widget.example.com` for a custom kind."""
    if type(obj) is Custom:
        return f"{obj.kind}.{obj.apiVersion.rpartition('/')[0]}"
    kind: str = obj.kind
    return kind
