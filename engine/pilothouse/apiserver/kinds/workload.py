"""Deployment, ReplicaSet, StatefulSet, DaemonSet and ReplicationController at the door.

The real counterparts are `pkg/apis/apps` (defaults, validation) and the strategies of `pkg/registry/apps`. Spelling and order follow the server.
"""

from __future__ import annotations

import re
from typing import Any

from pilothouse.api import (
    DaemonSetStatus,
    DaemonSetUpdateStrategy,
    DeploymentStatus,
    EmptyDirVolumeSource,
    LabelSelector,
    ReplicaSetStatus,
    ReplicationControllerStatus,
    RollingUpdateDaemonSet,
    RollingUpdateDeployment,
    RollingUpdateStatefulSetStrategy,
    StatefulSetPersistentVolumeClaimRetentionPolicy,
    StatefulSetStatus,
    Volume,
    matches,
    replace,
)

from ..default import defaults, each, inside, pointer
from ..kind import Kind
from ..metadata import labels
from ..name import dns_subdomain
from ..rule import NOT_NEGATIVE, Rule, at, at_least, fields, frozen, one_of, sees_unset
from ..status import Fault, forbidden, invalid, required, unsupported
from .pod import template_warnings
from .podspec import TEMPLATE, template_defaults
from .selector import LABEL_SELECTOR, broken

# ------------------------------------------------------------------------------------------------------------ common rules

_EMPTY = LabelSelector()


def count_or_share(value: Any, path: str, faults: list[Fault]) -> None:
    """A count, or a share such as "25%"."""
    if isinstance(value, int):
        if value < 0:
            faults.append(invalid(path, value, "must be greater than or equal to 0"))
    elif not re.fullmatch(r"[0-9]+%", value):
        told = "must be an integer or percentage (e.g '5' or '5%')"
        problem = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', "
        faults.append(invalid(path, value, problem + "regex used for validation is '[0-9]+%')" if value else told))


def _share(value: Any) -> int | None:
    return int(value[:-1]) if isinstance(value, str) and re.fullmatch(r"[0-9]+%", value) else None


def nothing_above_all(value: Any, path: str, faults: list[Fault]) -> None:
    share = _share(value)
    if share is not None and share > 100:
        faults.append(invalid(path, value, "must not be greater than 100%"))


def _nothing(value: Any) -> bool:
    return (_share(value) if isinstance(value, str) else value) == 0


def selection(kind: str) -> Rule:
    """The selector: there, sound, and one that takes the pods of the template."""

    def check(spec: Any, path: str, faults: list[Fault]) -> None:
        selector, here = spec.selector, f"{path}.selector"
        unsound = False
        if selector is None or selector == _EMPTY:
            faults.append(required(here))
        else:
            LABEL_SELECTOR(selector, here, faults)
            unsound = broken(selector)
            if unsound:
                faults.append(invalid(here, selector, "invalid label selector"))
        if unsound:
            return
        found = spec.template.metadata.labels
        if selector is None or selector == _EMPTY or not matches(selector, found):
            told = "`selector` does not match template `labels`"
            faults.append(invalid(f"{path}.template.metadata.labels", found or None, told))

    return check


def always_restart(spec: Any, path: str, faults: list[Fault]) -> None:
    """Pods of a set are restarted always, and live without a deadline."""
    inner, here = spec.template.spec, f"{path}.template.spec"
    if inner.restartPolicy not in ("", "Always"):
        faults.append(unsupported(f"{here}.restartPolicy", inner.restartPolicy, ("Always",)))
    if inner.activeDeadlineSeconds is not None:
        faults.append(forbidden(f"{here}.activeDeadlineSeconds", "activeDeadlineSeconds in a set is not Supported"))


REPLICAS = at("replicas", NOT_NEGATIVE)


def _warn(item: Any) -> list[str]:
    return template_warnings(item.spec.template.spec, item.spec.template.metadata, "spec.template.")


_NAME = {"metadata.name": lambda item: item.metadata.name}

# -------------------------------------------------------------------------------------------------------------- Deployment


def _strategy_defaults(strategy: Any) -> Any:
    strategy = strategy if strategy.type else replace(strategy, type="RollingUpdate")
    if strategy.type != "RollingUpdate":
        return strategy
    rolling = strategy.rollingUpdate or RollingUpdateDeployment()
    filled = _ROLLING(rolling)
    return strategy if filled is strategy.rollingUpdate else replace(strategy, rollingUpdate=filled)


_ROLLING = defaults(maxUnavailable=pointer("25%"), maxSurge=pointer("25%"))


def _strategy(value: Any, path: str, faults: list[Fault]) -> None:
    rolling = value.rollingUpdate
    if value.type == "Recreate":
        if rolling is not None:
            told = "may not be specified when strategy `type` is 'Recreate'"
            faults.append(forbidden(f"{path}.rollingUpdate", told))
    elif value.type == "RollingUpdate":
        if rolling is None:
            faults.append(required(f"{path}.rollingUpdate", "this should be defaulted and never be nil"))
            return
        here = f"{path}.rollingUpdate"
        count_or_share(rolling.maxUnavailable, f"{here}.maxUnavailable", faults)
        count_or_share(rolling.maxSurge, f"{here}.maxSurge", faults)
        if _nothing(rolling.maxUnavailable) and _nothing(rolling.maxSurge):
            told = "may not be 0 when `maxSurge` is 0"
            faults.append(invalid(f"{here}.maxUnavailable", rolling.maxUnavailable, told))
        nothing_above_all(rolling.maxUnavailable, f"{here}.maxUnavailable", faults)
    else:
        faults.append(unsupported(f"{path}.type", value.type, ("Recreate", "RollingUpdate")))


def _deadline(spec: Any, path: str, faults: list[Fault]) -> None:
    if spec.progressDeadlineSeconds is None:
        return
    here = f"{path}.progressDeadlineSeconds"
    if spec.progressDeadlineSeconds < 0:
        faults.append(invalid(here, spec.progressDeadlineSeconds, "must be greater than or equal to 0"))
    if spec.progressDeadlineSeconds <= spec.minReadySeconds:
        faults.append(invalid(here, spec.progressDeadlineSeconds, "must be greater than minReadySeconds"))


_DEPLOYMENT_SPEC = fields(
    REPLICAS,
    selection("deployment"),
    at("template", sees_unset(TEMPLATE)),
    always_restart,
    at("strategy", _strategy),
    at("minReadySeconds", NOT_NEGATIVE),
    at("revisionHistoryLimit", NOT_NEGATIVE),
    _deadline,
)

_FRESH_DEPLOYMENT = DeploymentStatus()
DEPLOYMENT = Kind(
    "Deployment",
    defaults=defaults(
        spec=inside(
            defaults(
                replicas=pointer(1),
                strategy=inside(_strategy_defaults),
                revisionHistoryLimit=pointer(10),
                progressDeadlineSeconds=pointer(600),
                template=inside(template_defaults),
            )
        )
    ),
    rules=fields(at("spec", _DEPLOYMENT_SPEC)),
    changes=frozen("spec.selector"),
    prepare=lambda item: replace(item, status=_FRESH_DEPLOYMENT),
    status=True,
    generation=True,
    annotations=True,
    warnings=_warn,
)

# -------------------------------------------------------------------------------------------------------------- ReplicaSet

_FRESH_SET = ReplicaSetStatus()


def _set_defaults(spec: Any) -> Any:
    spec = _SET(spec)
    found = spec.template.metadata.labels
    if (spec.selector is None or spec.selector == _EMPTY) and found:
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
                selection("replica set"),
                at("template", sees_unset(TEMPLATE)),
                always_restart,
            ),
        )
    ),
    changes=frozen("spec.selector"),
    prepare=lambda item: replace(item, status=_FRESH_SET),
    status=True,
    generation=True,
    fields={"status.replicas": lambda item: str(item.status.replicas)},
    warnings=_warn,
)

# ---------------------------------------------------------------------------------------------------- ReplicationController


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

# ------------------------------------------------------------------------------------------------------------- StatefulSet


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


def _ordered(value: Any, path: str, faults: list[Fault]) -> None:
    if value.type == "OnDelete":
        if value.rollingUpdate is not None:
            told = f'only allowed for updateStrategy "RollingUpdate"'  # noqa: F541
            faults.append(invalid(f"{path}.rollingUpdate", value.rollingUpdate, told))
    elif value.type == "RollingUpdate":
        partition = value.rollingUpdate.partition if value.rollingUpdate else None
        if partition is not None and partition < 0:
            faults.append(invalid(f"{path}.rollingUpdate.partition", partition, "must be greater than or equal to 0"))
    else:
        faults.append(invalid(path, value, "must be 'RollingUpdate' or 'OnDelete'"))


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
                at("podManagementPolicy", one_of("OrderedReady", "Parallel")),
                at("updateStrategy", _ordered),
                at("persistentVolumeClaimRetentionPolicy", _retention),
                REPLICAS,
                at("minReadySeconds", NOT_NEGATIVE),
                at("ordinals", fields(at("start", NOT_NEGATIVE))),
                selection("statefulset"),
                _template_with_claims,
                always_restart,
            ),
        )
    ),
    changes=_stateful_changes,
    prepare=lambda item: replace(item, status=_FRESH_STATEFUL),
    status=True,
    generation=True,
    warnings=_warn,
)

# --------------------------------------------------------------------------------------------------------------- DaemonSet


def _everywhere_defaults(strategy: Any) -> Any:
    strategy = strategy or DaemonSetUpdateStrategy()
    if not strategy.type:
        strategy = replace(strategy, type="RollingUpdate")
    if strategy.type != "RollingUpdate":
        return strategy
    rolling = _DAEMON_ROLLING(strategy.rollingUpdate or RollingUpdateDaemonSet())
    return strategy if rolling is strategy.rollingUpdate else replace(strategy, rollingUpdate=rolling)


_DAEMON_ROLLING = defaults(maxUnavailable=pointer(1), maxSurge=pointer(0))


def _daemon_defaults(item: Any) -> Any:
    strategy = _everywhere_defaults(item.spec.updateStrategy)
    spec = item.spec if strategy is item.spec.updateStrategy else replace(item.spec, updateStrategy=strategy)
    spec = _DAEMON(spec)
    return item if spec is item.spec else replace(item, spec=spec)


_DAEMON = defaults(revisionHistoryLimit=pointer(10), template=inside(template_defaults))


def _everywhere(value: Any, path: str, faults: list[Fault]) -> None:
    if value.type == "OnDelete":
        return
    if value.type != "RollingUpdate":
        faults.append(unsupported(f"{path}.type", value.type, ("RollingUpdate", "OnDelete")))
        return
    rolling, here = value.rollingUpdate, f"{path}.rollingUpdate"
    count_or_share(rolling.maxUnavailable, f"{here}.maxUnavailable", faults)
    nothing_above_all(rolling.maxUnavailable, f"{here}.maxUnavailable", faults)
    count_or_share(rolling.maxSurge, f"{here}.maxSurge", faults)
    nothing_above_all(rolling.maxSurge, f"{here}.maxSurge", faults)
    if _nothing(rolling.maxUnavailable) and _nothing(rolling.maxSurge):
        faults.append(required(f"{here}.maxUnavailable", "cannot be 0 when maxSurge is 0"))
    elif not _nothing(rolling.maxUnavailable) and not _nothing(rolling.maxSurge):
        faults.append(invalid(f"{here}.maxSurge", rolling.maxSurge, "may not be set when maxUnavailable is non-zero"))


_TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"


def _daemon_prepare(item: Any) -> Any:
    metadata = replace(item.metadata, annotations={**item.metadata.annotations, _TEMPLATE_GENERATION: "1"})
    return replace(item, metadata=metadata, status=_FRESH_DAEMON)


def _daemon_update(new: Any, old: Any) -> Any:
    count = int(old.metadata.annotations.get(_TEMPLATE_GENERATION, "1"))
    if new.spec.template != old.spec.template:
        count += 1
    if new.metadata.annotations.get(_TEMPLATE_GENERATION) == str(count):
        return new
    annotations = {**new.metadata.annotations, _TEMPLATE_GENERATION: str(count)}
    return replace(new, metadata=replace(new.metadata, annotations=annotations))


_FRESH_DAEMON = DaemonSetStatus()
DAEMON_SET = Kind(
    "DaemonSet",
    defaults=_daemon_defaults,
    rules=fields(
        at(
            "spec",
            fields(
                selection("daemonset"),
                at("template", sees_unset(TEMPLATE)),
                always_restart,
                at("minReadySeconds", NOT_NEGATIVE),
                at("updateStrategy", _everywhere),
                at("revisionHistoryLimit", NOT_NEGATIVE),
            ),
        )
    ),
    changes=frozen("spec.selector"),
    prepare=_daemon_prepare,
    update=_daemon_update,
    status=True,
    generation=True,
    warnings=_warn,
)

# ------------------------------------------------------------------------------------------------ ControllerRevision, PodTemplate


def _data_frozen(new: Any, old: Any, path: str, faults: list[Fault]) -> None:
    if new.data != old.data:
        faults.append(invalid("data", new.data, "field is immutable"))


CONTROLLER_REVISION = Kind(
    "ControllerRevision",
    rules=fields(at("revision", at_least(0))),
    changes=_data_frozen,
)

POD_TEMPLATE = Kind(
    "PodTemplate",
    defaults=defaults(template=inside(template_defaults)),
    rules=fields(at("template", TEMPLATE)),
    generation=True,
)

WORKLOADS = (
    DEPLOYMENT,
    REPLICA_SET,
    REPLICATION_CONTROLLER,
    STATEFUL_SET,
    DAEMON_SET,
    CONTROLLER_REVISION,
    POD_TEMPLATE,
)
