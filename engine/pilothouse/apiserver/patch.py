"""JSON patch and JSON merge patch on plain JSON.

The real counterparts are RFC 6902 and RFC 7386 as the server applies them. Nothing is changed in place: what a patch
does not touch is shared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pilothouse.api.error import Clear
from pilothouse.apiserver import strategic
from pilothouse.apiserver.status import ApiError

if TYPE_CHECKING:
    from pilothouse.api.scheme import ResourceInfo


class PatchError(Clear, ValueError):
    """A JSON patch that does not fit the object."""


def merge(target: Any, patch: Any) -> Any:
    """RFC 7386: maps are merged, null removes, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            result[key] = merge(result.get(key), value)
        else:
            result[key] = value
    return result


def json_patch(target: Any, operations: Any) -> Any:
    """RFC 6902: a list of operations, all of them or none. Raises ApiError 422 or 400."""
    if not isinstance(operations, list):
        raise ApiError(
            400,
            "BadRequest",
            "error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch",
        )
    try:
        for operation in operations:
            target = _apply(target, operation)
    except PatchError:
        raise ApiError(422, "Invalid", "the server rejected our request due to an error in our request") from None
    return target


def _apply(target: Any, operation: dict[str, Any]) -> Any:
    kind = operation.get("op")
    path = _split(operation.get("path"))
    if kind == "test":
        if _read(target, path, missing=None) != operation.get("value"):
            raise PatchError("test failed")
        return target
    if kind in ("add", "replace"):
        if "value" not in operation:
            raise PatchError("no value")
        if kind == "replace":
            _read(target, path)
        return _write(target, path, operation["value"], insert=kind == "add")
    if kind == "remove":
        return _remove(target, path)
    if kind in ("move", "copy"):
        source = _split(operation.get("from"))
        value = _read(target, source)
        return _write(_remove(target, source) if kind == "move" else target, path, value, insert=True)
    raise PatchError(f"unexpected kind: {kind}")


def _split(pointer: Any) -> list[str]:
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise PatchError("missing path")
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


_RAISE = object()
_DEEPEST = 200


def _read(target: Any, path: list[str], missing: Any = _RAISE) -> Any:
    for part in path:
        if isinstance(target, dict) and part in target:
            target = target[part]
        elif isinstance(target, list) and part.lstrip("-").isdigit() and -len(target) <= int(part) < len(target):
            target = target[int(part)]
        elif missing is _RAISE:
            raise PatchError(f"missing {part}")
        else:
            return missing
    return target


def _write(target: Any, path: list[str], value: Any, insert: bool) -> Any:
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(target, dict):
        if rest and head not in target:
            raise PatchError(f"missing {head}")
        return {**target, head: _write(target.get(head), rest, value, insert)}
    if not isinstance(target, list):
        raise PatchError(f"cannot go into {head}")
    if head == "-" and not rest and insert:
        return [*target, value]
    if not head.isdigit() or int(head) > len(target) - (0 if insert and not rest else 1):
        raise PatchError(f"no index {head}")
    at = int(head)
    if rest:
        return [*target[:at], _write(target[at], rest, value, insert), *target[at + 1 :]]
    return [*target[:at], value, *target[at if insert else at + 1 :]]


def _remove(target: Any, path: list[str]) -> Any:
    if not path:
        raise PatchError("cannot remove the whole")
    head, rest = path[0], path[1:]
    if isinstance(target, dict):
        if head not in target:
            raise PatchError(f"missing {head}")
        if rest:
            return {**target, head: _remove(target[head], rest)}
        return {key: value for key, value in target.items() if key != head}
    if isinstance(target, list) and head.isdigit() and int(head) < len(target):
        at = int(head)
        return [*target[:at], *([_remove(target[at], rest)] if rest else []), *target[at + 1 :]]
    raise PatchError(f"missing {head}")


def tidy(value: Any, depth: int = 0) -> Any:
    """A body as JSON has it: keys are texts, and there is a bottom. Raises ApiError 400 where there is none."""
    if depth > _DEEPEST:
        raise ApiError(400, "BadRequest", "error decoding patch: exceeded max depth")
    if isinstance(value, dict):
        return {str(key): tidy(inner, depth + 1) for key, inner in value.items()}
    return [tidy(inner, depth + 1) for inner in value] if isinstance(value, (list, tuple)) else value


def patched(before: dict[str, Any], body: Any, type: str, info: ResourceInfo) -> Any:
    """A plain object with a patch of any type applied. Raises ApiError 415 for a type that is not known."""
    body = tidy(body)
    if type == "merge":
        return merge(before, body)
    if type == "json":
        return json_patch(before, body)
    if type == "strategic":
        if info.custom:
            raise ApiError(415, "UnsupportedMediaType", _NO_STRATEGIC)
        return strategic.merge(before, body, info.type)
    raise ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type")


_NO_STRATEGIC = (
    "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, "
    "application/merge-patch+json, application/apply-patch+yaml"
)
