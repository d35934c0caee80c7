"""The schema of a custom kind at work: pruning, defaulting, validation.

A CustomResourceDefinition brings an OpenAPI schema; what it does not name is dropped, what it gives defaults for is
filled in, and what it forbids is refused. The real counterparts are the `structural` package of
apiextensions-apiserver and kube-openapi's validators. Simplified: rules in CEL are stored, not run.
"""

from __future__ import annotations

import re
from typing import Any

from pilothouse.apiserver.status import Fault, invalid, required, too_long, too_many, unsupported

Schema = dict[str, Any]
_KEEP, _INT_OR_STRING = "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string"
_EMBEDDED = "x-kubernetes-embedded-resource"
_META = ("apiVersion", "kind", "metadata")


def prune(schema: Schema, value: Any, path: str, problems: list[str], root: bool = False) -> Any:
    """The value without what the schema does not name; each thing dropped is noted as an unknown field."""
    if isinstance(value, dict):
        known = schema.get("properties") or {}
        extra = schema.get("additionalProperties")
        kept: dict[str, Any] = {}
        free = schema.get(_KEEP)
        for key, inner in value.items():
            here = f"{path}.{key}" if path else key
            if (root or schema.get(_EMBEDDED)) and key in _META:
                kept[key] = inner
            elif key in known:
                kept[key] = prune(known[key], inner, here, problems)
            elif isinstance(extra, dict):
                kept[key] = prune(extra, inner, here, problems)
            elif extra is True or free:
                kept[key] = inner
            else:
                problems.append(f'unknown field "{here}"')
        return kept
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [prune(schema["items"], inner, f"{path}[{index}]", problems) for index, inner in enumerate(value)]
    return value


def fill(schema: Schema, value: Any) -> Any:
    """The value with the defaults of the schema, at every depth that is there."""
    if isinstance(value, dict):
        filled = dict(value)
        for key, inner in (schema.get("properties") or {}).items():
            if key not in filled and inner.get("default") is not None:
                filled[key] = inner["default"]
            if filled.get(key) is None and key in filled and not inner.get("nullable"):
                if inner.get("default") is None:
                    del filled[key]
                    continue
                filled[key] = inner["default"]
            if key in filled:
                filled[key] = fill(inner, filled[key])
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict):
            named = schema.get("properties") or {}
            filled = {key: inner if key in named else fill(extra, inner) for key, inner in filled.items()}
        return filled
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [fill(schema["items"], inner) for inner in value]
    return value


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "null" if value is None else "array" if isinstance(value, list) else "object"


def _is(value: Any, wanted: str) -> bool:
    kind = _kind(value)
    if kind == wanted or (kind == "integer" and wanted == "number"):
        return True
    return wanted == "integer" and kind == "number" and float(value).is_integer()


def check(schema: Schema, value: Any, path: str, faults: list[Fault]) -> None:
    """What is wrong with the value, in the server's words."""
    if value is None and schema.get("nullable"):
        return
    wanted = schema.get("type")
    if schema.get(_INT_OR_STRING):
        if _kind(value) not in ("integer", "string"):
            faults.append(
                invalid(path, _kind(value), f'{path} in body must be of type integer,string: "{_kind(value)}"')
            )
            return
    elif wanted and not _is(value, wanted):
        faults.append(invalid(path, _kind(value), f'{path} in body must be of type {wanted}: "{_kind(value)}"'))
        return
    if schema.get("enum") and value not in schema["enum"]:
        faults.append(unsupported(path, value, tuple(schema["enum"])))
    _SHAPES.get(_kind(value), _nothing)(schema, value, path, faults)
    _combined(schema, value, path, faults)


def _nothing(schema: Schema, value: Any, path: str, faults: list[Fault]) -> None:
    return None


def _number(schema: Schema, value: Any, path: str, faults: list[Fault]) -> None:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and (value < least or (schema.get("exclusiveMinimum") and value == least)):
        word = "greater than" if schema.get("exclusiveMinimum") else "greater than or equal to"
        faults.append(invalid(path, value, f"{path} in body should be {word} {_short(least)}"))
    if most is not None and (value > most or (schema.get("exclusiveMaximum") and value == most)):
        word = "less than" if schema.get("exclusiveMaximum") else "less than or equal to"
        faults.append(invalid(path, value, f"{path} in body should be {word} {_short(most)}"))
    step = schema.get("multipleOf")
    if step and value % step:
        faults.append(invalid(path, value, f"{path} in body should be a multiple of {_short(step)}"))


def _short(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else str(number)


def _text(schema: Schema, value: str, path: str, faults: list[Fault]) -> None:
    least, most, pattern = schema.get("minLength"), schema.get("maxLength"), schema.get("pattern")
    if most is not None and len(value) > most:
        faults.append(too_long(path, most))
    if least is not None and len(value) < least:
        faults.append(invalid(path, value, f"{path} in body should be at least {least} chars long"))
    if pattern and not re.search(pattern, value):
        faults.append(invalid(path, value, f"{path} in body should match '{pattern}'"))


def _list(schema: Schema, value: list[Any], path: str, faults: list[Fault]) -> None:
    least, most = schema.get("minItems"), schema.get("maxItems")
    if most is not None and len(value) > most:
        faults.append(too_many(path, len(value), most))
    if least is not None and len(value) < least:
        faults.append(invalid(path, len(value), f"{path} in body should have at least {least} items"))
    inner = schema.get("items")
    if isinstance(inner, dict):
        for index, item in enumerate(value):
            check(inner, item, f"{path}[{index}]", faults)


def _map(schema: Schema, value: dict[str, Any], path: str, faults: list[Fault]) -> None:
    for name in schema.get("required") or []:
        if name not in value:
            faults.append(required(f"{path}.{name}" if path else name))
    most = schema.get("maxProperties")
    if most is not None and len(value) > most:
        faults.append(too_many(path, len(value), most))
    known, extra = schema.get("properties") or {}, schema.get("additionalProperties")
    for key, inner in value.items():
        here = f"{path}.{key}" if path else key
        if not path and key in _META:
            continue
        if key in known:
            check(known[key], inner, here, faults)
        elif isinstance(extra, dict):
            check(extra, inner, here, faults)


_SHAPES: dict[str, Any] = {"integer": _number, "number": _number, "string": _text, "array": _list, "object": _map}


def _combined(schema: Schema, value: Any, path: str, faults: list[Fault]) -> None:
    def fits(one: Schema) -> bool:
        found: list[Fault] = []
        check(one, value, path, found)
        return not found

    for one in schema.get("allOf") or []:
        check(one, value, path, faults)
    some, single = schema.get("anyOf") or [], schema.get("oneOf") or []
    if some and not schema.get(_INT_OR_STRING) and not any(fits(one) for one in some):
        faults.append(invalid(path, value, f"{path} in body must validate at least one schema (anyOf)"))
    if single and sum(fits(one) for one in single) != 1:
        faults.append(invalid(path, value, f"{path} in body must validate one and only one schema (oneOf)"))
    if schema.get("not") and fits(schema["not"]):
        faults.append(invalid(path, value, f"{path} in body must not validate the schema (not)"))
