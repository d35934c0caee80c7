"""Custom kinds: what a CustomResourceDefinition makes of the door.

A definition in the store is a kind that is served: the table, the names and the columns of the kind are read from it,
and from nowhere else, so a fork or a jump in time serves exactly the kinds that were defined then. The real
counterpart is the apiextensions-apiserver. Simplified: versions differ in name only (conversion "None"), as without a
webhook in a real cluster.
"""

from __future__ import annotations

import re
from typing import Any

from pilothouse.api import ResourceInfo, Scheme, replace, to_dict
from pilothouse.api.decode import decode
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.schema import Schema, check, fill, prune
from pilothouse.apiserver.status import Fault

DEFINITIONS = "CustomResourceDefinition"


def infos(definition: Any) -> list[ResourceInfo]:
    """The kind in each version that is served, the stored one first."""
    spec, names = definition.spec, definition.spec.names
    found = []
    for version in sorted(spec.versions, key=lambda one: not one.storage):
        if not version.served:
            continue
        given = version.subresources
        subresources = [name for name in ("scale", "status") if given is not None and getattr(given, name) is not None]
        found.append(
            ResourceInfo(
                kind=names.kind,
                group=spec.group,
                version=version.name,
                plural=names.plural,
                singular=names.singular or names.kind.lower(),
                short_names=tuple(names.shortNames),
                namespaced=spec.scope == "Namespaced",
                categories=tuple(names.categories),
                subresources=tuple(subresources),
                custom=True,
            )
        )
    return found


def register(scheme: Scheme, definition: Any, before: Any = None) -> None:
    """Serve what a definition says, and no longer what it said before."""
    if before is not None:
        for info in infos(before):
            scheme.unregister(info.api_version, info.kind)
    if definition is not None:
        for info in infos(definition):
            scheme.register(info)


def schema_of(definition: Any, version: str) -> Schema:
    """The schema of one version as plain JSON; without one everything is kept."""
    for one in definition.spec.versions:
        if one.name == version and one.schema is not None and one.schema.openAPIV3Schema is not None:
            return to_dict(one.schema.openAPIV3Schema)
    return {"x-kubernetes-preserve-unknown-fields": True}


def pruned(definition: Any, data: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """An object as the schema of its version knows it, and what was dropped."""
    problems: list[str] = []
    schema = schema_of(definition, str(data["apiVersion"]).rpartition("/")[2])
    return prune(schema, data, "", problems, root=True), problems


def table_of(definition: Any) -> Kind:
    """The table of a custom kind."""
    info = infos(definition)[0] if infos(definition) else None
    schemas = {one.name: schema_of(definition, one.name) for one in definition.spec.versions}
    split = info is not None and "status" in info.subresources

    def schema(item: Any) -> Schema:
        return schemas.get(item.apiVersion.rpartition("/")[2], {})

    def filled(item: Any) -> Any:
        before = to_dict(item)
        after = fill(schema(item), before)
        return item if after == before or info is None else decode(after, info)[0]

    def rules(item: Any, path: str, faults: list[Fault]) -> None:
        check(schema(item), to_dict(item), "", faults)

    def bare(item: Any) -> Any:
        plain = to_dict(item)
        if not split or "status" not in plain or info is None:
            return item
        return decode({key: value for key, value in plain.items() if key != "status"}, info)[0]

    return Kind(definition.spec.names.kind, defaults=filled, rules=rules, prepare=bare, status=split, generation=True)


# ------------------ columns


def columns(definition: Any, version: str) -> list[tuple[str, str, int, str]]:
    """Name, type, priority and path of the printer columns of one version."""
    found = next((one for one in definition.spec.versions if one.name == version), None)
    given = found.additionalPrinterColumns if found is not None else []
    return [(one.name, one.type, one.priority, one.jsonPath) for one in given]


_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\*)\]|\[\?\(@\.([^=!<>]+)==[\"']?([^\"')]*)[\"']?\)\]|\['([^']+)'\]")


def look(path: str, value: Any) -> Any:
    """What a JSON path of a printer column finds, or None."""
    values = [value]
    for name, index, key, wanted, quoted in _STEP.findall(path.replace("\\.", "\x00")):
        after: list[Any] = []
        for one in values:
            if index == "*" or key:
                after += (
                    [inner for inner in one if not key or str(inner.get(key)) == wanted]
                    if isinstance(one, list)
                    else []
                )
            elif index:
                after += one[int(index) : int(index) + 1] if isinstance(one, list) else []
            elif isinstance(one, dict) and (found := one.get((name or quoted).replace("\x00", "."))) is not None:
                after.append(found)
        values = after
    if not values:
        return None
    return values[0] if len(values) == 1 else ",".join(str(one) for one in values)


def replicas(definition: Any, version: str, item: Any) -> tuple[int, int, str]:
    """Wished and seen replicas and the selector of an object that can be scaled."""
    found = next(one for one in definition.spec.versions if one.name == version)
    scale, plain = found.subresources.scale, to_dict(item)
    selector = look(scale.labelSelectorPath, plain) if scale.labelSelectorPath else ""
    return look(scale.specReplicasPath, plain) or 0, look(scale.statusReplicasPath, plain) or 0, str(selector or "")


def scaled(definition: Any, version: str, item: Any, wanted: int) -> Any:
    """The object with another number of replicas wished for."""
    found = next(one for one in definition.spec.versions if one.name == version)
    path = found.subresources.scale.specReplicasPath.lstrip(".").split(".")
    plain: dict[str, Any] = to_dict(item)
    inner = plain
    for name in path[:-1]:
        inner[name] = dict(inner.get(name) or {})
        inner = inner[name]
    inner[path[-1]] = wanted
    info = next(one for one in infos(definition) if one.version == version)
    return replace(decode(plain, info)[0], metadata=item.metadata)
