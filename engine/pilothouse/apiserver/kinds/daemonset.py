"""DaemonSet at the door: one pod on each node.

The real counterparts are `SetDefaults_DaemonSet` and `ValidateDaemonSet`.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api import (
    DaemonSetStatus,
    DaemonSetUpdateStrategy,
    RollingUpdateDaemonSet,
    replace,
)
from pilothouse.apiserver import internal
from pilothouse.apiserver.default import defaults, inside, pointer
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.kinds.podspec import TEMPLATE, template_defaults
from pilothouse.apiserver.kinds.workload import (
    always_restart,
    count_or_share,
    nothing,
    nothing_above_all,
    selection,
    template_remarks,
)
from pilothouse.apiserver.rule import NOT_NEGATIVE, at, fields, frozen, sees_unset
from pilothouse.apiserver.status import Fault, invalid, required, unsupported


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
        faults.append(unsupported(path, internal.shown(value, "Strategy"), ("RollingUpdate", "OnDelete")))
        return
    rolling, here = value.rollingUpdate, f"{path}.rollingUpdate"
    count_or_share(rolling.maxUnavailable, f"{here}.maxUnavailable", faults)
    nothing_above_all(rolling.maxUnavailable, f"{here}.maxUnavailable", faults)
    count_or_share(rolling.maxSurge, f"{here}.maxSurge", faults)
    nothing_above_all(rolling.maxSurge, f"{here}.maxSurge", faults)
    if nothing(rolling.maxUnavailable) and nothing(rolling.maxSurge):
        faults.append(required(f"{here}.maxUnavailable", "cannot be 0 when maxSurge is 0"))
    elif not nothing(rolling.maxUnavailable) and not nothing(rolling.maxSurge):
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
                selection(needed=False),
                at("template", sees_unset(TEMPLATE)),
                always_restart("DaemonSet"),
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
    warnings=template_remarks,
)

KINDS = (DAEMON_SET,)
