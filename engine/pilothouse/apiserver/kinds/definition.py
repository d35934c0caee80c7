"""CustomResourceDefinition at the door: the kind of kinds.

The real counterparts are `pkg/apis/apiextensions/validation` and the naming and establishing controllers, whose work
is done here at once.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api import (
    CustomResourceConversion,
    CustomResourceDefinitionCondition,
    CustomResourceDefinitionStatus,
    replace,
    to_dict,
)
from pilothouse.api.name import dns_1035_label, dns_subdomain
from pilothouse.apiserver.default import computed, defaults, inside
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.rule import at, fields, need, one_of, words
from pilothouse.apiserver.status import Fault, duplicate, forbidden, invalid, required, unsupported

_TYPES = ("array", "boolean", "integer", "number", "object", "string")

# ------------------ defaults

_CONVERSION = CustomResourceConversion(strategy="None")
_NAMES = defaults(
    singular=computed(lambda names: names.kind.lower() or None),
    listKind=computed(lambda names: f"{names.kind}List" if names.kind else None),
)

# ------------------ validation


def _versions(value: list[Any], path: str, faults: list[Fault]) -> None:
    seen: dict[str, None] = {}
    for index, version in enumerate(value):
        here = f"{path}[{index}]"
        for problem in dns_1035_label(version.name):
            faults.append(invalid(f"{here}.name", version.name, problem))
        if version.name in seen:
            faults.append(duplicate(f"{here}.name", version.name))
        seen[version.name] = None
        given = version.schema.openAPIV3Schema if version.schema is not None else None
        if given is None:
            faults.append(required(f"{here}.schema.openAPIV3Schema", "schemas are required"))
        else:
            _structural(to_dict(given), f"{here}.schema.openAPIV3Schema", faults, root=True)
    stored = [version.name for version in value if version.storage]
    if len(stored) != 1:
        told = "must have exactly one version marked as storage version"
        faults.append(invalid(path, [to_dict(one) for one in value], told))


def _structural(schema: dict[str, Any], path: str, faults: list[Fault], root: bool = False) -> None:
    """Every node says its type; that is what makes pruning and defaulting possible."""
    if root and schema.get("type") != "object":
        faults.append(invalid(f"{path}.type", schema.get("type", ""), "must be object at the root"))
    kind = schema.get("type")
    free = schema.get("x-kubernetes-preserve-unknown-fields") or schema.get("x-kubernetes-int-or-string")
    if not kind and not free and not root:
        faults.append(required(f"{path}.type", "must not be empty for specified object fields"))
    elif kind and kind not in _TYPES:
        faults.append(unsupported(f"{path}.type", kind, _TYPES))
    if kind == "array" and not isinstance(schema.get("items"), dict):
        faults.append(required(f"{path}.items", "must be specified"))
    if schema.get("properties") and schema.get("additionalProperties"):
        faults.append(
            forbidden(f"{path}.additionalProperties", "additionalProperties and properties are mutual exclusive")
        )
    for name, inner in (schema.get("properties") or {}).items():
        if not (root and name in ("metadata", "apiVersion", "kind")):
            _structural(inner, f"{path}.properties[{name}]", faults)
    if isinstance(schema.get("items"), dict):
        _structural(schema["items"], f"{path}.items", faults)
    if isinstance(schema.get("additionalProperties"), dict):
        _structural(schema["additionalProperties"], f"{path}.additionalProperties", faults)


def _name(item: Any, path: str, faults: list[Fault]) -> None:
    wanted = f"{item.spec.names.plural}.{item.spec.group}"
    if item.metadata.name != wanted:
        faults.append(invalid("metadata.name", item.metadata.name, 'must be spec.names.plural+"."+spec.group'))


_LABEL = words(dns_1035_label)
_SPEC = fields(
    at("group", need(words(dns_subdomain))),
    at("scope", need(one_of("Cluster", "Namespaced"))),
    at("versions", need(_versions)),
    at(
        "names",
        fields(
            at("plural", need(_LABEL)),
            at("singular", _LABEL),
            at("kind", need(words(lambda value: dns_1035_label(value.lower())))),
        ),
    ),
)


def _changes(new: Any, old: Any, path: str, faults: list[Fault]) -> None:
    for name, now, before in (
        ("group", new.spec.group, old.spec.group),
        ("scope", new.spec.scope, old.spec.scope),
        ("names.kind", new.spec.names.kind, old.spec.names.kind),
        ("names.plural", new.spec.names.plural, old.spec.names.plural),
    ):
        if now != before:
            faults.append(invalid(f"spec.{name}", now, "field is immutable"))


# ------------------ status


def _finish(door: Any, item: Any) -> Any:
    """Its names are accepted and it is served at once; a real cluster takes a moment."""
    since = item.metadata.creationTimestamp
    conditions = [
        CustomResourceDefinitionCondition(
            type=kind, status="True", reason=reason, message=message, lastTransitionTime=since
        )
        for kind, reason, message in (
            ("NamesAccepted", "NoConflicts", "no conflicts found"),
            ("Established", "InitialNamesAccepted", "the initial names have been accepted"),
        )
    ]
    stored = [version.name for version in item.spec.versions if version.storage]
    known = item.status.storedVersions
    state = CustomResourceDefinitionStatus(
        acceptedNames=item.spec.names,
        conditions=conditions,
        storedVersions=[*known, *[name for name in stored if name not in known]],
    )
    return item if state == item.status else replace(item, status=state)


DEFINITION = Kind(
    "CustomResourceDefinition",
    defaults=defaults(spec=inside(defaults(conversion=_CONVERSION, names=inside(_NAMES)))),
    rules=fields(_name, at("spec", _SPEC)),
    changes=_changes,
    prepare=lambda item: replace(item, status=CustomResourceDefinitionStatus()),
    finish=_finish,
    status=True,
    generation=True,
)

KINDS = (DEFINITION,)
