"""Deployment at the door: replicas of a pod, replaced step by step.

The real counterparts are `SetDefaults_Deployment` and `ValidateDeployment`.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api import (
    DeploymentStatus,
    RollingUpdateDeployment,
    replace,
)
from pilothouse.apiserver import internal
from pilothouse.apiserver.default import defaults, inside, pointer
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.kinds.podspec import TEMPLATE, template_defaults
from pilothouse.apiserver.kinds.workload import (
    REPLICAS,
    always_restart,
    count_or_share,
    nothing,
    nothing_above_all,
    selection,
    template_remarks,
)
from pilothouse.apiserver.rule import NOT_NEGATIVE, at, fields, frozen, sees_unset
from pilothouse.apiserver.status import Fault, forbidden, invalid, required, unsupported


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
        if nothing(rolling.maxUnavailable) and nothing(rolling.maxSurge):
            told = "may not be 0 when `maxSurge` is 0"
            faults.append(invalid(f"{here}.maxUnavailable", rolling.maxUnavailable, told))
        nothing_above_all(rolling.maxUnavailable, f"{here}.maxUnavailable", faults)
    else:
        faults.append(unsupported(path, internal.shown(value, "Strategy"), ("Recreate", "RollingUpdate")))


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
    selection(),
    at("template", sees_unset(TEMPLATE)),
    always_restart("ReplicaSet"),
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
    warnings=template_remarks,
)

KINDS = (DEPLOYMENT,)
