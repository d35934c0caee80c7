"""Plain JSON to objects: one walk that finds everything that is wrong.

Why it exists: a manifest with three misspelt fields deserves one answer that names all three. Unknown and repeated
fields are collected, the first wrong type and a bad quantity are refused, all in the words of the real server. The
real counterparts are ``sigs.k8s.io/json`` and the strict decoders of apimachinery.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from pilothouse.api.custom import ABSENT, Custom, Tree, tree
from pilothouse.api.error import DecodeError as DecodeError
from pilothouse.api.field import Shape, fields
from pilothouse.api.quantity import QuantityError, canonical, canonical_resource
from pilothouse.api.scheme import ResourceInfo
from pilothouse.api.struct import Base
from pilothouse.api.time import normal_micro_time, normal_time
from pilothouse.api.types.meta import ObjectMeta

MAX_PROBLEMS = 100  # like the real decoder: ten thousand misspelt fields do not make a long answer
MAX_DEPTH = 200

# Where we are: (the path above, a field's name or an index or a map's key, the type whose field it is or None).
Path: TypeAlias = "tuple[Path | None, str | int, type[Base] | None]"
Struct = TypeVar("Struct", bound=Base)


class Repeated(dict[str, Any]):
    """A JSON object in which keys came more than once; the last value counts."""

    keys_repeated: tuple[str, ...] = ()


class _Stop(Exception):
    """A value that ends the walk at once."""


class Walk:
    """One pass over one object."""

    def __init__(self) -> None:
        self.problems: dict[str, None] = {}
        self.mismatch = ""
        self.depth = 0

    def problem(self, what: str, path: Path) -> None:
        """Note an unknown or duplicate field."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems[f'{what} field "{spell(path)}"'] = None

    def wrong(self, value: object, go: str, path: Path | None) -> None:
        """Note a value of the wrong type; the first is what the server answers."""
        if not self.mismatch:
            self.mismatch = f"json: cannot unmarshal {describe(value, go)} into Go {_place(path)} of type {go}"

    def struct(self, owner: type[Struct], data: dict[str, Any], path: Path | None) -> Struct:
        """An object of type `owner`, whatever was wrong with some of its fields."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Stop("exceeded max depth")
        known = fields(owner)
        values: dict[str, Any] = {}
        if data.__class__ is Repeated:
            self.repeated(data, path, owner)
        for name, value in data.items():
            field = known.get(name)
            if field is None:
                self.problem("unknown", (path, name, owner))
            elif value is not None:
                shape = field.shape
                values[field.attribute] = _READ[shape.kind](self, shape, value, (path, name, owner))
        self.depth -= 1
        return owner(**values)

    def repeated(self, data: dict[str, Any], path: Path | None, owner: type[Base] | None) -> None:
        """Note the keys that came twice."""
        for name in getattr(data, "keys_repeated", ()):
            self.problem("duplicate", (path, name, owner))


def spell(path: Path | None) -> str:
    """`spec.containers[0].image`."""
    parts: list[str] = []
    while path is not None:
        above, key, _ = path
        parts.append(f"[{key}]" if isinstance(key, int) else f".{key}")
        path = above
    return "".join(reversed(parts)).lstrip(".")


def _place(path: Path | None) -> str:
    """How Go names the place: the innermost struct, then the names of fields without indexes and keys."""
    names: list[str] = []
    owner = ""
    while path is not None:
        above, key, struct = path
        if struct is not None:
            owner = owner or struct.__name__
            names.append(str(key))
        path = above
    return f"struct field {owner}.{'.'.join(reversed(names))}" if owner else "value"


def describe(value: object, go: str) -> str:
    """What Go calls a JSON value; a number is spelt out where a number was wanted."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return f"number {literal(value)}" if go.startswith(("int", "float")) else "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, (list, tuple)) else "object"


def literal(value: int | float) -> str:
    """A number as text; Python refuses to spell out thousands of digits, and nobody wants to read them."""
    return repr(value) if isinstance(value, float) or abs(value) < 10**100 else f"of {value.bit_length()} bits"


def _struct(walk: Walk, shape: Shape, value: Any, path: Path) -> Any:
    if not isinstance(value, dict) or shape.struct is None:
        return walk.wrong(value, shape.go, path)
    return walk.struct(shape.struct, value, path)


def _list(walk: Walk, shape: Shape, value: Any, path: Path) -> Any:
    item = shape.item
    if not isinstance(value, (list, tuple)) or item is None:
        return walk.wrong(value, shape.go, path)
    read = _READ[item.kind]
    return [
        zero(item) if each is None else read(walk, item, each, (path, index, None)) for index, each in enumerate(value)
    ]


def _map(walk: Walk, shape: Shape, value: Any, path: Path) -> Any:
    item = shape.item
    if not isinstance(value, dict) or item is None:
        return walk.wrong(value, shape.go, path)
    if value.__class__ is Repeated:
        walk.repeated(value, path, None)
    read = _READ[item.kind]
    return {
        str(key): zero(item) if each is None else read(walk, item, each, (path, str(key), None))
        for key, each in value.items()
    }


def zero(shape: Shape) -> Any:
    """What Go makes of a null inside a list or map."""
    if shape.struct is not None:
        return shape.struct()
    values = {"list": [], "map": {}, "bool": False, "float": 0.0, "int": 0, "int32": 0, "intorstring": 0, "raw": None}
    return values.get(shape.kind, "0" if shape.kind in ("quantity", "resource") else "")


def _str(walk: Walk, shape: Shape, value: Any, path: Path) -> Any:
    return value if value.__class__ is str or isinstance(value, str) else walk.wrong(value, shape.go, path)


def _int32(walk: Walk, shape: Shape, value: Any, path: Path) -> Any:
    if value.__class__ is int and -(2**31) <= value < 2**31:
        return value
    return walk.wrong(value, shape.go, path)


def _int(walk: Walk, shape: Shape, value: Any, path: Path) -> Any:
    if value.__class__ is int and -(2**63) <= value < 2**63:
        return value
    return walk.wrong(value, shape.go, path)


def _bool(walk: Walk, shape: Shape, value: Any, path: Path) -> Any:
    return value if value.__class__ is bool else walk.wrong(value, shape.go, path)


def _float(walk: Walk, shape: Shape, value: Any, path: Path) -> Any:
    return value if value.__class__ in (int, float) else walk.wrong(value, shape.go, path)


def _int_or_string(walk: Walk, shape: Shape, value: Any, path: Path) -> Any:
    if isinstance(value, str) or (value.__class__ is int and -(2**31) <= value < 2**31):
        return value
    raise _Stop(f"json: cannot unmarshal {describe(value, 'int32')} into Go {_place(path)} of type int32")


def _quantity(walk: Walk, shape: Shape, value: Any, path: Path) -> Any:
    print_ = canonical if shape.kind == "quantity" else canonical_resource
    try:
        return print_(
            value.strip() if isinstance(value, str) else literal(value) if isinstance(value, (int, float)) else ""
        )
    except QuantityError as error:
        raise _Stop(str(error)) from None


def _time(walk: Walk, shape: Shape, value: Any, path: Path) -> Any:
    if not isinstance(value, str):
        raise _Stop(f"json: cannot unmarshal {describe(value, 'string')} into Go {_place(path)} of type string")
    try:
        return normal_time(value) if shape.kind == "time" else normal_micro_time(value)
    except ValueError as error:
        raise _Stop(str(error)) from None


def _bytes(walk: Walk, shape: Shape, value: Any, path: Path) -> Any:
    if not isinstance(value, str):
        return walk.wrong(value, shape.go, path)
    wrong = illegal_base64(value)
    if wrong is not None and not walk.mismatch:
        walk.mismatch = f"illegal base64 data at input byte {wrong}"
    return value.replace("\r", "").replace("\n", "")


def illegal_base64(text: str) -> int | None:
    """Where Go's decoder stumbles over text that should be base64, or None."""
    try:
        base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
        return None
    except (binascii.Error, ValueError):
        pass
    match = re.match(r"[A-Za-z0-9+/\r\n]*", text)
    return match.end() if match else 0


def _raw(walk: Walk, shape: Shape, value: Any, path: Path) -> Any:
    return plain(value)


def plain(value: Any, depth: int = 0) -> Any:
    """A copy of any JSON value that shares nothing with what the caller holds."""
    if depth > MAX_DEPTH:
        raise _Stop("exceeded max depth")
    if isinstance(value, dict):
        return {str(key): plain(each, depth + 1) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each, depth + 1) for each in value]
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    raise _Stop(f"json: unsupported type: {type(value).__name__}; give text, numbers, true/false, lists or dicts")


_READ: dict[str, Callable[[Walk, Shape, Any, Path], Any]] = {
    "struct": _struct,
    "list": _list,
    "map": _map,
    "str": _str,
    "int32": _int32,
    "int": _int,
    "bool": _bool,
    "float": _float,
    "intorstring": _int_or_string,
    "quantity": _quantity,
    "resource": _quantity,
    "time": _time,
    "microtime": _time,
    "bytes": _bytes,
    "raw": _raw,
}


def decode(data: dict[str, Any], info: ResourceInfo) -> tuple[Base, tuple[str, ...]]:
    """The object in `data`, and every unknown or repeated field (which a strict caller refuses).

    Raises:
        DecodeError: a wrong type or a bad quantity, in the server's words.
    """
    walk = Walk()
    try:
        found: Base = custom(walk, data) if info.custom else walk.struct(info.type, data, None)
        detail = walk.mismatch
    except _Stop as stop:
        detail = str(stop)
    if detail:
        raise refusal(info, detail)
    return found, tuple(walk.problems)


def wrong_type(owner: type[Base], data: dict[str, Any], name: str) -> str:
    """The first value of a wrong type in a part of an object that stands under `name`, in Go's words; "" if none."""
    walk = Walk()
    try:
        walk.struct(owner, data, (None, name, owner))
    except _Stop as stop:
        return str(stop)
    return walk.mismatch


def refusal(info: ResourceInfo, detail: str, problems: tuple[str, ...] = ()) -> DecodeError:
    """The error of a manifest that cannot be read as `info.kind`."""
    text = f'{info.kind} in version "{info.version}" cannot be handled as a {info.kind}: {detail}'
    return DecodeError(text, detail, problems)


def custom(walk: Walk, data: dict[str, Any]) -> Custom:
    """An object of a custom kind: its metadata is walked, the rest is kept as it is."""
    metadata = data.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        walk.wrong(metadata, "v1.ObjectMeta", (None, "metadata", Custom))
        metadata = None
    found = walk.struct(ObjectMeta, metadata or {}, (None, "metadata", Custom))
    rest = {key: tree(plain(value)) for key, value in data.items() if key not in ("apiVersion", "kind", "metadata")}
    if data.__class__ is Repeated:
        walk.repeated(data, None, None)
    return Custom(
        apiVersion=str(data.get("apiVersion", "")),
        kind=str(data.get("kind", "")),
        metadata=found,
        spec=rest.pop("spec", ABSENT),
        status=rest.pop("status", ABSENT),
        extra=Tree(rest) if rest else ABSENT,
    )
