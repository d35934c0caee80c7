"""What each field of a type is: its shape, its Go type, how it is merged.

Why it exists: the walker that decodes, strategic-merge patch, server-side apply and ``explain`` all go through an object
field by field; here they ask. It is read from the generated types once a type, when first asked. The real counterpart
is the OpenAPI schema that the API server publishes.
"""

from __future__ import annotations

import types
import typing
from functools import cache
from typing import Any, NamedTuple

import msgspec

from pilothouse.api.struct import Base
from pilothouse.api.types.merge_keys import MERGE

_GO = {"bool": "bool", "float": "float64", "int": "int64", "int32": "int32", "str": "string", "bytes": "[]uint8"}
_GO |= {
    "quantity": "resource.Quantity",
    "time": "v1.Time",
    "microtime": "v1.MicroTime",
    "intorstring": "intstr.IntOrString",
}
# Named string types that the real server's messages mention.
_NAMED = {
    "Container.imagePullPolicy": "v1.PullPolicy",
    "Container.terminationMessagePolicy": "v1.TerminationMessagePolicy",
    "ContainerPort.protocol": "v1.Protocol",
    "ServicePort.protocol": "v1.Protocol",
    "PodSpec.restartPolicy": "v1.RestartPolicy",
    "PodSpec.dnsPolicy": "v1.DNSPolicy",
    "ServiceSpec.type": "v1.ServiceType",
    "ServiceSpec.sessionAffinity": "v1.ServiceAffinity",
    "Secret.type": "v1.SecretType",
    "Toleration.effect": "v1.TaintEffect",
    "Toleration.operator": "v1.TolerationOperator",
    "Taint.effect": "v1.TaintEffect",
    "LabelSelectorRequirement.operator": "v1.LabelSelectorOperator",
    "NodeSelectorRequirement.operator": "v1.NodeSelectorOperator",
    "DeploymentStrategy.type": "v1.DeploymentStrategyType",
    "HTTPGetAction.scheme": "v1.URIScheme",
    "EmptyDirVolumeSource.medium": "v1.StorageMedium",
    "JobSpec.completionMode": "v1.CompletionMode",
    "CronJobSpec.concurrencyPolicy": "v1.ConcurrencyPolicy",
}


class Shape(NamedTuple):
    """The type of a value: a scalar's name, or `struct`, `list`, `map`, `raw`, and what is inside."""

    kind: str
    go: str
    struct: type[Base] | None = None
    item: Shape | None = None


class Merge(NamedTuple):
    """How two versions of a field become one."""

    strategy: str = ""
    key: str = ""
    type: str = ""
    keys: tuple[str, ...] = ()


class Field(NamedTuple):
    """One field of a type: its name in JSON and in Python, its shape, its merge rule."""

    name: str
    attribute: str
    shape: Shape
    merge: Merge


_AMOUNT = Shape("quantity", _GO["quantity"])
_RESOURCES = Shape("map", "v1.ResourceList", item=Shape("resource", _GO["quantity"]))


@cache
def fields(owner: type[Base]) -> dict[str, Field]:
    """The fields of a type by their JSON name."""
    hints = typing.get_type_hints(owner, include_extras=True)
    rules = MERGE.get(f"{owner.__module__.rpartition('.')[2]}.{owner.__name__}", {})
    found = {}
    for field in msgspec.structs.fields(owner):
        name = field.encode_name
        strategy, key, kind, *keys = rules.get(name, ("", "", ""))
        shape = _shape(hints[field.name])
        named = _NAMED.get(f"{owner.__name__}.{name}")
        if named is not None:
            shape = shape._replace(go=named)
        elif shape.kind == "map" and shape.item == _AMOUNT and owner.__module__.endswith((".core", ".node")):
            shape = _RESOURCES
        found[name] = Field(name, field.name, shape, Merge(strategy, key, kind, tuple(keys)))
    return found


def _shape(hint: Any) -> Shape:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return Shape(arguments[1], _GO[arguments[1]])
    if origin in (typing.Union, types.UnionType):
        inner = [argument for argument in arguments if argument is not type(None)]
        return _shape(inner[0]) if len(inner) == 1 else Shape("intorstring", _GO["intorstring"])
    if origin is list:
        item = _shape(arguments[0])
        return Shape("list", f"[]{item.go}", item=item)
    if origin is dict:
        item = _shape(arguments[1])
        return Shape("map", f"map[string]{item.go}", item=item)
    if hint is Any:
        return Shape("raw", "interface {}")
    if isinstance(hint, type) and issubclass(hint, Base):
        return Shape("struct", f"{_version(hint)}.{hint.__name__}", struct=hint)
    return Shape(hint.__name__, _GO[hint.__name__])


def _version(owner: type[Base]) -> str:
    return "v2" if owner.__module__.endswith(".autoscaling") else "v1"
