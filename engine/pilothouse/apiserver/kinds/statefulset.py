"""StatefulSet at the door: pods with names, an order and claims of their own.

The real counterparts are `SetDefaults_StatefulSet` and `ValidateStatefulSet`.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api import (
    EmptyDirVolumeSource,
    RollingUpdateStatefulSetStrategy,
    StatefulSetPersistentVolumeClaimRetentionPolicy,
    StatefulSetStatus,
    Volume,
    replace,
)
from pilothouse.api.name import dns_subdomain
from pilothouse.apiserver import internal
from pilothouse.apiserver.default import defaults, each, inside, pointer
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.kinds.podspec import TEMPLATE, template_defaults
from pilothouse.apiserver.kinds.workload import (
    REPLICAS,
    always_restart,
    selection,
    template_remarks,
)
from pilothouse.apiserver.rule import NOT_NEGATIVE, at, fields
from pilothouse.apiserver.status import Fault, forbidden, invalid, unsupported


def _ordered_defaults(strategy: Any) -> Any:
    if not strategy.type:
        rolling = strategy.rollingUpdate or RollingUpdateStatefulSetStrategy()
        strategy = replace(strategy, type="RollingUpdate", rollingUpdate=rolling)
    rolling = strategy.rollingUpdate
    if strategy.type != "RollingUpdate" or rolling is None:
        return strategy
    if rolling.partition is None:
        rolling = replace(rolling, partition=0)
    if rolling.maxUnavailable is not None:
        rolling = replace(rolling, maxUnavailable=None)  # behind a feature gate that is off
    return strategy if rolling is strategy.rollingUpdate else replace(strategy, rollingUpdate=rolling)


def _claim_defaults(claim: Any) -> Any:
    spec = claim.spec if claim.spec.volumeMode else replace(claim.spec, volumeMode="Filesystem")
    return replace(
        claim,
        apiVersion="v1",
        kind="PersistentVolumeClaim",
        spec=spec,
        status=replace(claim.status, phase=claim.status.phase or "Pending"),
    )


_RETENTION = StatefulSetPersistentVolumeClaimRetentionPolicy(whenDeleted="Retain", whenScaled="Retain")


def _stateful_defaults(spec: Any) -> Any:
    strategy = _ordered_defaults(spec.updateStrategy)
    if strategy is not spec.updateStrategy:
        spec = replace(spec, updateStrategy=strategy)
    return _STATEFUL(spec)


_STATEFUL = defaults(
    podManagementPolicy="OrderedReady",
    replicas=pointer(1),
    revisionHistoryLimit=pointer(10),
    persistentVolumeClaimRetentionPolicy=_RETENTION,
    template=inside(template_defaults),
    volumeClaimTemplates=each(_claim_defaults),
)


def _retention(value: Any, path: str, faults: list[Fault]) -> None:
    for name in ("whenDeleted", "whenScaled"):
        if getattr(value, name) not in ("Retain", "Delete"):
            faults.append(unsupported(f"{path}.{name}", getattr(value, name), ("Retain", "Delete")))


def _management(value: Any, path: str, faults: list[Fault]) -> None:
    if value not in ("OrderedReady", "Parallel"):
        faults.append(invalid(path, value, "must be 'OrderedReady' or 'Parallel'"))


def _ordered(value: Any, path: str, faults: list[Fault]) -> None:
    if value.type == "OnDelete":
        if value.rollingUpdate is not None:
            told = "only allowed for updateStrategy 'RollingUpdate'"
            faults.append(invalid(f"{path}.rollingUpdate", internal.shown(value.rollingUpdate, "Ordered"), told))
    elif value.type == "RollingUpdate":
        partition = value.rollingUpdate.partition if value.rollingUpdate else None
        if partition is not None and partition < 0:
            faults.append(invalid(f"{path}.rollingUpdate.partition", partition, "must be greater than or equal to 0"))
    else:
        faults.append(invalid(path, internal.shown(value, "OrderedStrategy"), "must be 'RollingUpdate' or 'OnDelete'"))


def _template_with_claims(spec: Any, path: str, faults: list[Fault]) -> None:
    """The template may mount volumes that only come into being with each pod's claims."""
    template = spec.template
    present = {volume.name for volume in template.spec.volumes}
    claimed = [Volume(name=one.metadata.name, emptyDir=_EMPTY_DIR) for one in spec.volumeClaimTemplates]
    extra = [volume for volume in claimed if volume.name not in present]
    if extra:
        template = replace(template, spec=replace(template.spec, volumes=[*template.spec.volumes, *extra]))
    TEMPLATE(template, f"{path}.template", faults)


_EMPTY_DIR = EmptyDirVolumeSource()
_STATEFUL_MAY = (
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
    "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
)


def _stateful_changes(new: Any, old: Any, path: str, faults: list[Fault]) -> None:
    free = ("replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy", "minReadySeconds")  # fmt: skip
    if replace(new.spec, **{name: getattr(old.spec, name) for name in free}) != old.spec:
        faults.append(forbidden("spec", _STATEFUL_MAY))


_FRESH_STATEFUL = StatefulSetStatus()
STATEFUL_SET = Kind(
    "StatefulSet",
    name=dns_subdomain,
    defaults=defaults(spec=inside(_stateful_defaults)),
    rules=fields(
        at(
            "spec",
            fields(
                at("podManagementPolicy", _management),
                at("updateStrategy", _ordered),
                at("persistentVolumeClaimRetentionPolicy", _retention),
                REPLICAS,
                at("minReadySeconds", NOT_NEGATIVE),
                at("ordinals", fields(at("start", NOT_NEGATIVE))),
                selection(unsound_words=""),
                _template_with_claims,
                always_restart("StatefulSet"),
            ),
        )
    ),
    changes=_stateful_changes,
    prepare=lambda item: replace(item, status=_FRESH_STATEFUL),
    status=True,
    generation=True,
    warnings=template_remarks,
)

KINDS = (STATEFUL_SET,)
