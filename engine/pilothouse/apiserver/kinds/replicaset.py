"""ReplicaSet and its elder, ReplicationController, at the door.

The real counterparts are `pkg/apis/apps`, `pkg/apis/core` and their registry strategies.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api import (
    ReplicaSetStatus,
    ReplicationControllerStatus,
    replace,
)
from pilothouse.apiserver.default import defaults, inside, pointer
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.kinds.podspec import TEMPLATE, template_defaults
from pilothouse.apiserver.kinds.workload import (
    EMPTY,
    REPLICAS,
    always_restart,
    selection,
    template_remarks,
)
from pilothouse.apiserver.metadata import labels
from pilothouse.apiserver.rule import NOT_NEGATIVE, at, fields, frozen, sees_unset
from pilothouse.apiserver.status import Fault, invalid, required

_FRESH_SET = ReplicaSetStatus()


def _set_defaults(spec: Any) -> Any:
    spec = _SET(spec)
    found = spec.template.metadata.labels
    if (spec.selector is None or spec.selector == EMPTY) and found:
        return spec  # apps/v1 wants the selector said
    return spec


_SET = defaults(replicas=pointer(1), template=inside(template_defaults))

REPLICA_SET = Kind(
    "ReplicaSet",
    defaults=defaults(spec=inside(_set_defaults)),
    rules=fields(
        at(
            "spec",
            fields(
                REPLICAS,
                at("minReadySeconds", NOT_NEGATIVE),
                selection(),
                at("template", sees_unset(TEMPLATE)),
                always_restart("ReplicaSet"),
            ),
        )
    ),
    changes=frozen("spec.selector"),
    prepare=lambda item: replace(item, status=_FRESH_SET),
    status=True,
    generation=True,
    fields={"status.replicas": lambda item: str(item.status.replicas)},
    warnings=template_remarks,
)


def _controller_defaults(item: Any) -> Any:
    spec = item.spec
    if spec.template is None:
        return replace(item, spec=replace(spec, replicas=1)) if spec.replicas is None else item
    template = template_defaults(spec.template)
    found = template.metadata.labels
    spec = replace(
        spec,
        template=template,
        replicas=1 if spec.replicas is None else spec.replicas,
        selector=spec.selector or found,
    )
    metadata = item.metadata if item.metadata.labels or not found else replace(item.metadata, labels=found)
    return replace(item, spec=spec, metadata=metadata)


def _controller_selection(spec: Any, path: str, faults: list[Fault]) -> None:
    if not spec.selector:
        faults.append(required(f"{path}.selector"))
    if spec.template is None:
        faults.append(required(f"{path}.template"))
        return
    found = spec.template.metadata.labels
    if spec.selector and any(found.get(key) != value for key, value in spec.selector.items()):
        told = "`selector` does not match template `labels`"
        faults.append(invalid(f"{path}.template.metadata.labels", found or None, told))


_FRESH_CONTROLLER = ReplicationControllerStatus()
REPLICATION_CONTROLLER = Kind(
    "ReplicationController",
    defaults=_controller_defaults,
    rules=fields(
        at(
            "spec",
            fields(
                at("minReadySeconds", NOT_NEGATIVE),
                at("selector", labels),
                REPLICAS,
                _controller_selection,
                at("template", TEMPLATE),
            ),
        )
    ),
    prepare=lambda item: replace(item, status=_FRESH_CONTROLLER),
    status=True,
    generation=True,
    orphans=True,
    fields={"status.replicas": lambda item: str(item.status.replicas)},
)

KINDS = (REPLICA_SET, REPLICATION_CONTROLLER)
