"""Refusals: every "no" of the door is a Kubernetes `Status` with code, reason, message and causes.

The real counterparts are `metav1.Status`, `apimachinery/pkg/api/errors` and `field.Error`. Nothing is simplified; the
words are the API's own, so that a search engine finds them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from pilothouse.api.error import Clear

_WORDS = {
    "FieldValueRequired": "Required value",
    "FieldValueInvalid": "Invalid value",
    "FieldValueNotSupported": "Unsupported value",
    "FieldValueForbidden": "Forbidden",
    "FieldValueDuplicate": "Duplicate value",
    "FieldValueNotFound": "Not found",
    "FieldValueTooLong": "Too long",
    "FieldValueTooMany": "Too many",
    "FieldValueTypeInvalid": "Invalid value",
    "InternalError": "Internal error",
}


class Fault(NamedTuple):
    """One thing wrong with one field: `spec.replicas`, FieldValueInvalid, `Invalid value: -1: must be …`."""

    field: str
    reason: str
    message: str


def spell(value: Any) -> str:
    """A value as it stands in a message: texts quoted, structures as JSON with sorted maps."""
    return msgspec.json.encode(value, order="deterministic").decode()


def fault(reason: str, field: str, detail: str = "") -> Fault:
    """A fault that names no value."""
    word = _WORDS[reason]
    return Fault(field, reason, f"{word}: {detail}" if detail else word)


def required(field: str, detail: str = "") -> Fault:
    """The field must be set."""
    return fault("FieldValueRequired", field, detail)


def forbidden(field: str, detail: str) -> Fault:
    """The field must not be set, or not changed."""
    return fault("FieldValueForbidden", field, detail)


def too_long(field: str, limit: int) -> Fault:
    """More than `limit` bytes."""
    return fault("FieldValueTooLong", field, f"may not be more than {limit} bytes")


def too_many(field: str, count: int, limit: int) -> Fault:
    """A list with too many items."""
    items = "item" if limit == 1 else "items"
    return Fault(field, "FieldValueTooMany", f"Too many: {count}: must have at most {limit} {items}")


def invalid(field: str, value: Any, detail: str) -> Fault:
    """A value that the field cannot have."""
    told = f"Invalid value: {spell(value)}"
    return Fault(field, "FieldValueInvalid", f"{told}: {detail}" if detail else told)


def duplicate(field: str, value: Any) -> Fault:
    """A value that is there twice."""
    return Fault(field, "FieldValueDuplicate", f"Duplicate value: {spell(value)}")


def not_known(field: str, value: Any) -> Fault:
    """A name that stands for nothing."""
    return Fault(field, "FieldValueNotFound", f"Not found: {spell(value)}")


def unsupported(field: str, value: Any, supported: tuple[str, ...]) -> Fault:
    """A value outside a closed list."""
    choices = ", ".join(spell(choice) for choice in supported)
    return Fault(field, "FieldValueNotSupported", f"Unsupported value: {spell(value)}: supported values: {choices}")


class ApiError(Clear):
    """A request that the door refused. `str(error)` is the message that kubectl shows.

    `code` is the HTTP status, `reason` the machine word ("NotFound"), `details` kind, name and causes of the refusal.
    """

    def __init__(self, code: int, reason: str, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details

    def to_dict(self) -> dict[str, Any]:
        """The `Status` object as JSON."""
        status: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
        }
        if self.reason:
            status["reason"] = self.reason
        if self.details:
            status["details"] = self.details
        status["code"] = self.code
        return status


def _details(group: str, kind: str, name: str, causes: list[dict[str, str]] | None = None) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if name:
        details["name"] = name
    if group:
        details["group"] = group
    details["kind"] = kind
    if causes:
        details["causes"] = causes
    return details


def qualified(plural: str, group: str) -> str:
    """`deployments.apps`, `pods`: how messages name a resource."""
    return f"{plural}.{group}" if group else plural


def not_found(plural: str, group: str, name: str) -> ApiError:
    """404: there is no such object."""
    message = f'{qualified(plural, group)} "{name}" not found'
    return ApiError(404, "NotFound", message, _details(group, plural, name))


def already_exists(plural: str, group: str, name: str) -> ApiError:
    """409: there is such an object already."""
    message = f'{qualified(plural, group)} "{name}" already exists'
    return ApiError(409, "AlreadyExists", message, _details(group, plural, name))


def conflict(plural: str, group: str, name: str, detail: str = "") -> ApiError:
    """409: somebody was quicker, or a precondition does not hold."""
    detail = detail or "the object has been modified; please apply your changes to the latest version and try again"
    message = f'Operation cannot be fulfilled on {qualified(plural, group)} "{name}": {detail}'
    return ApiError(409, "Conflict", message, _details(group, plural, name))


def denied(plural: str, group: str, name: str, detail: str, causes: list[dict[str, str]] | None = None) -> ApiError:
    """403: admission or access said no."""
    message = f'{qualified(plural, group)} "{name}" is forbidden: {detail}'
    return ApiError(403, "Forbidden", message, _details(group, plural, name, causes))


def bad_request(message: str) -> ApiError:
    """400: the request makes no sense."""
    return ApiError(400, "BadRequest", message)


def undecodable(kind: str, version: str, detail: str) -> ApiError:
    """400: the body is no object of this kind."""
    return bad_request(f'{kind} in version "{version}" cannot be handled as a {kind}: {detail}')


def unprocessable(kind: str, group: str, name: str, faults: list[Fault]) -> ApiError:
    """422 Invalid with all faults at once."""
    causes = [{"reason": f.reason, "message": f.message, "field": f.field} for f in faults]
    texts: list[str] = []
    for one in faults:
        text = f"{one.field}: {one.message}"
        if text not in texts:
            texts.append(text)
    told = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    message = f'{qualified(kind, group)} "{name}" is invalid: {told}'
    return ApiError(422, "Invalid", message, _details(group, kind, name, causes))
