"""Validation of what every object has: its metadata.

The real counterpart is `apimachinery/pkg/api/validation/objectmeta.go`. `managedFields` are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pilothouse.api.name import finalizer, label_value, qualified_name
from pilothouse.apiserver.status import Fault, invalid, required, too_long

_ANNOTATION_BYTES = 256 * 1024


def labels(value: dict[str, str], path: str, faults: list[Fault]) -> None:
    """A map of labels: keys are qualified names, values label values."""
    for key, text in value.items():
        for problem in qualified_name(key):
            faults.append(invalid(path, key, problem))
        for problem in label_value(text):
            faults.append(invalid(path, text, problem))


def annotation_map(value: dict[str, str], path: str, faults: list[Fault]) -> None:
    """A map of annotations: keys like labels', values anything, 256 KiB together."""
    size = 0
    for key, text in value.items():
        for problem in qualified_name(key.lower()):
            faults.append(invalid(path, key, problem))
        size += len(key) + len(text)
    if size > _ANNOTATION_BYTES:
        faults.append(too_long(path, _ANNOTATION_BYTES))


def owners(value: list[Any], path: str, faults: list[Fault]) -> None:
    """Owner references: complete, and at most one of them the controller."""
    controller = ""
    for index, owner in enumerate(value):
        here = f"{path}[{index}]"
        for field, told in (("apiVersion", "version must not be empty"), ("kind", ""), ("name", ""), ("uid", "")):
            if not getattr(owner, field):
                faults.append(invalid(f"{here}.{field}", "", told or "must not be empty"))
        if owner.controller:
            told = f"{owner.kind}/{owner.name}"
            if controller:
                detail = 'Only one reference can have Controller set to true. Found "true" in references for '
                faults.append(invalid(path, controller, f"{detail}{controller} and {told}"))
            controller = told


def check(
    meta: Any,
    path: str,
    faults: list[Fault],
    problems: Callable[[str], list[str]],
    namespaced: bool,
    kept: bool = False,
) -> None:
    """All of an object's metadata. `problems` judges the name; `kept` says that the name was accepted before."""
    if not kept:
        if meta.generateName:
            # a generated name may end in the dash that the random letters follow
            base = meta.generateName[:-1] + "a" if meta.generateName.endswith("-") else meta.generateName
            for problem in problems(base):
                faults.append(invalid(f"{path}.generateName", meta.generateName, problem))
        if meta.name:
            for problem in problems(meta.name):
                faults.append(invalid(f"{path}.name", meta.name, problem))
        elif not meta.generateName:
            faults.append(required(f"{path}.name", "name or generateName is required"))
        if namespaced and not meta.namespace:
            faults.append(required(f"{path}.namespace"))
    if meta.labels:
        labels(meta.labels, f"{path}.labels", faults)
    if meta.annotations:
        annotation_map(meta.annotations, f"{path}.annotations", faults)
    if meta.ownerReferences:
        owners(meta.ownerReferences, f"{path}.ownerReferences", faults)
    if meta.finalizers:
        for index, name in enumerate(meta.finalizers):
            for problem in finalizer(name):
                faults.append(invalid(f"{path}.finalizers[{index}]", name, problem))


def template_metadata(value: Any, path: str, faults: list[Fault]) -> None:
    """Metadata of a pod template: labels, annotations and finalizers only. The server leaves `metadata` out of the
    path.
    """
    path = path.removesuffix(".metadata")
    if value.labels:
        labels(value.labels, f"{path}.labels", faults)
    if value.annotations:
        annotation_map(value.annotations, f"{path}.annotations", faults)
    for index, name in enumerate(value.finalizers):
        for problem in finalizer(name):
            faults.append(invalid(f"{path}.finalizers[{index}]", name, problem))
