"""Environment variables of a container: names, values, and where values come from.

The real counterparts are `ValidateEnv` and `ValidateEnvFrom`.
"""

from __future__ import annotations

import re
from typing import Any

from pilothouse.api.name import config_key, env_name, qualified_name
from pilothouse.apiserver.rule import Rule, at, fields, need, words
from pilothouse.apiserver.status import Fault, invalid, required, unsupported

_DOWNWARD = ("metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP",
             "status.hostIPs", "status.podIP", "status.podIPs")  # fmt: skip
_DOWNWARD_RESOURCES = ("limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage",
                       "requests.memory")  # fmt: skip
_SUBSCRIPT = re.compile(r"(metadata\.(?:labels|annotations))\['(.*)'\]")


def field_ref(supported: tuple[str, ...], maps: tuple[str, ...] = ()) -> Rule:
    """A reference to a field of the pod itself, out of those that are `supported` here (`maps` whole)."""

    def check(value: Any, path: str, faults: list[Fault]) -> None:
        if not value.apiVersion:
            faults.append(required(f"{path}.apiVersion"))
        if not value.fieldPath:
            faults.append(required(f"{path}.fieldPath"))
            return
        subscript = _SUBSCRIPT.fullmatch(value.fieldPath)
        if subscript:
            key = subscript[2] if subscript[1].endswith("labels") else subscript[2].lower()
            for problem in qualified_name(key):
                faults.append(invalid(path, subscript[2], problem))
        elif value.fieldPath not in supported:
            if value.fieldPath in _DOWNWARD or value.fieldPath in ("metadata.labels", "metadata.annotations"):
                faults.append(unsupported(f"{path}.fieldPath", value.fieldPath, tuple(sorted(supported))))
            else:
                told = f"error converting fieldPath: field label not supported: {value.fieldPath}"
                faults.append(invalid(f"{path}.fieldPath", value.fieldPath, told))

    return check


def _resource_field(value: Any, path: str, faults: list[Fault]) -> None:
    if not value.resource:
        faults.append(required(f"{path}.resource"))
    elif value.resource not in _DOWNWARD_RESOURCES and "hugepages-" not in value.resource:
        faults.append(unsupported(f"{path}.resource", value.resource, _DOWNWARD_RESOURCES))


_KEY_REF = fields(at("key", need(words(config_key))))
_SOURCES: dict[str, Rule] = {
    "fieldRef": field_ref(_DOWNWARD),
    "resourceFieldRef": _resource_field,
    "configMapKeyRef": _KEY_REF,
    "secretKeyRef": _KEY_REF,
    "fileKeyRef": lambda value, path, faults: None,
}


def _value_from(value: Any, path: str, faults: list[Fault]) -> None:
    source, here, found = value.valueFrom, f"{path}.valueFrom", 0
    for name, rule in _SOURCES.items():
        got = getattr(source, name)
        if got is not None:
            found += 1
            rule(got, f"{here}.{name}", faults)
    if not found:
        told = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        faults.append(invalid(here, "", told))
    if value.value:
        faults.append(invalid(here, "", "may not be specified when `value` is not empty"))
    elif found > 1:
        faults.append(invalid(here, "", "may not have more than one field specified at a time"))


def env(value: list[Any], path: str, faults: list[Fault]) -> None:
    """The variables of a container."""
    for index, one in enumerate(value):
        if not one.name:
            faults.append(required(f"{path}[{index}].name"))
        else:
            for problem in env_name(one.name):
                faults.append(invalid(f"{path}[{index}].name", one.name, problem))
        if one.valueFrom is not None:
            _value_from(one, f"{path}[{index}]", faults)


def env_from(value: Any, path: str, faults: list[Fault]) -> None:
    """A whole ConfigMap or Secret as variables."""
    if value.prefix:
        for problem in env_name(value.prefix):
            faults.append(invalid(f"{path}.prefix", value.prefix, problem))
    sources = [name for name in ("configMapRef", "secretRef") if getattr(value, name) is not None]
    if not sources:
        faults.append(invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"))
    elif len(sources) > 1:
        faults.append(invalid(path, "", "may not have more than one field specified at a time"))
    for name in sources:
        if not getattr(value, name).name:
            faults.append(required(f"{path}.{name}.name"))
