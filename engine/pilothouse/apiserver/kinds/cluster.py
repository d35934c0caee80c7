"""Node, Namespace, Lease and Event at the door: what the cluster itself is made of.

The real counterparts are `nodeStrategy`, `namespaceStrategy` and their validation. Simplified: admission does not
taint new nodes as not ready.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api import NamespaceStatus, replace
from pilothouse.api.name import dns_label, label_value
from pilothouse.apiserver import internal
from pilothouse.apiserver.default import defaults, inside
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.kinds.podspec import EFFECTS
from pilothouse.apiserver.kinds.resources import amount
from pilothouse.apiserver.kinds.selector import LABEL_NAME
from pilothouse.apiserver.rule import at, at_least, fields
from pilothouse.apiserver.status import Fault, duplicate, invalid, required, unsupported

# ------------------ Node


def _taints(value: list[Any], path: str, faults: list[Fault]) -> None:
    seen: dict[str, dict[str, None]] = {}
    for index, taint in enumerate(value):
        here = f"metadata.taints[{index}]"  # the server's own slip: taints are in spec
        LABEL_NAME(taint.key, f"{here}.key", faults)
        problems = label_value(taint.value)
        if problems:
            faults.append(invalid(f"{here}.value", taint.value, ";".join(problems)))
        if not taint.effect:
            faults.append(required(f"{here}.effect"))
        elif taint.effect not in EFFECTS:
            faults.append(unsupported(f"{here}.effect", taint.effect, EFFECTS))
        keys = seen.setdefault(taint.effect, {})
        if taint.key in keys:
            faults.append(duplicate(here, internal.shown(taint, "Taint")))
        keys[taint.key] = None


def _amounts(value: dict[str, str], path: str, faults: list[Fault]) -> None:
    for name, text in value.items():
        if amount(text) < 0:
            faults.append(invalid(f"{path}[{name}]", text, "must be greater than or equal to 0"))


def _node_defaults(status: Any) -> Any:
    if status.allocatable or not status.capacity:
        return status
    return replace(status, allocatable=status.capacity)


NODE = Kind(
    "Node",
    defaults=defaults(status=inside(_node_defaults)),
    rules=fields(
        at("spec", fields(at("taints", _taints))),
        at("status", fields(at("capacity", _amounts), at("allocatable", _amounts))),
    ),
    status=True,
    create_status=True,
    fields={"spec.unschedulable": lambda node: str(node.spec.unschedulable).lower()},
)

# ------------------ Namespace

NAME_LABEL = "kubernetes.io/metadata.name"


def _namespace_prepare(item: Any) -> Any:
    spec = (
        replace(item.spec, finalizers=[*item.spec.finalizers, "kubernetes"]) if not item.spec.finalizers else item.spec
    )
    return replace(item, spec=spec, status=NamespaceStatus(phase="Active"))


def _named(item: Any) -> Any:
    meta = item.metadata
    if not meta.name or meta.labels.get(NAME_LABEL) == meta.name:
        return item
    return replace(item, metadata=replace(meta, labels={**meta.labels, NAME_LABEL: meta.name}))


def _namespace_update(new: Any, old: Any) -> Any:
    return replace(new, spec=replace(new.spec, finalizers=old.spec.finalizers))


NAMESPACE = Kind(
    "Namespace",
    name=dns_label,
    defaults=_named,
    prepare=_namespace_prepare,
    update=_namespace_update,
    status=True,
    fields={"status.phase": lambda item: item.status.phase},
)

# ------------------ Lease, Event

LEASE = Kind(
    "Lease",
    rules=fields(
        at(
            "spec",
            fields(
                at("leaseDurationSeconds", at_least(1, "must be greater than 0")),
                at("leaseTransitions", at_least(0)),
            ),
        )
    ),
)


def _event(value: Any, path: str, faults: list[Fault]) -> None:
    about = value.involvedObject.namespace
    if about and about != value.metadata.namespace:
        faults.append(invalid("involvedObject.namespace", about, "does not match event.namespace"))


EVENT = Kind(
    "Event",
    rules=_event,
    fields={
        "involvedObject.kind": lambda item: item.involvedObject.kind,
        "involvedObject.namespace": lambda item: item.involvedObject.namespace,
        "involvedObject.name": lambda item: item.involvedObject.name,
        "involvedObject.uid": lambda item: item.involvedObject.uid,
        "involvedObject.apiVersion": lambda item: item.involvedObject.apiVersion,
        "involvedObject.resourceVersion": lambda item: item.involvedObject.resourceVersion,
        "involvedObject.fieldPath": lambda item: item.involvedObject.fieldPath,
        "reason": lambda item: item.reason,
        "reportingComponent": lambda item: item.reportingComponent or item.source.component,
        "source": lambda item: item.source.component or item.reportingComponent,
        "type": lambda item: item.type,
    },
)

KINDS = (NODE, NAMESPACE, LEASE, EVENT)
