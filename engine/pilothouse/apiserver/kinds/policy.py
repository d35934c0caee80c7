"""Budgets, quotas, limits and autoscalers at the door: the rules by which a cluster is shared.

The real counterparts are `pkg/apis/policy`, `autoscaling` and the quota and limit kinds of core.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api import (
    HorizontalPodAutoscalerStatus,
    HPAScalingPolicy,
    MetricSpec,
    MetricTarget,
    PodDisruptionBudgetStatus,
    ResourceMetricSource,
    ResourceQuotaStatus,
    replace,
)
from pilothouse.api.name import qualified_name
from pilothouse.apiserver import internal
from pilothouse.apiserver.default import computed, defaults, inside, pointer
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.kinds.resources import amount, quantity
from pilothouse.apiserver.kinds.selector import LABEL_SELECTOR
from pilothouse.apiserver.kinds.workload import count_or_share, nothing_above_all
from pilothouse.apiserver.rule import NOT_NEGATIVE, Rule, at, at_least, fields, need, one_of, sees_unset
from pilothouse.apiserver.rule import each as every
from pilothouse.apiserver.status import Fault, duplicate, invalid, required, unsupported

# ------------------ PodDisruptionBudget


def _either(spec: Any, path: str, faults: list[Fault]) -> None:
    if spec.minAvailable is not None and spec.maxUnavailable is not None:
        faults.append(
            invalid(path, internal.shown(spec, "Budget"), "minAvailable and maxUnavailable cannot be both set")
        )


BUDGET = Kind(
    "PodDisruptionBudget",
    rules=fields(
        at(
            "spec",
            fields(
                _either,
                at("minAvailable", count_or_share, nothing_above_all),
                at("maxUnavailable", count_or_share, nothing_above_all),
                at("selector", LABEL_SELECTOR),
                at("unhealthyPodEvictionPolicy", one_of("AlwaysAllow", "IfHealthyBudget")),
            ),
        )
    ),
    prepare=lambda item: replace(item, status=PodDisruptionBudgetStatus()),
    status=True,
    generation=True,
)

# ------------------ ResourceQuota, LimitRange

_SCOPES = ("BestEffort", "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating", "PriorityClass", "Terminating",
           "VolumeAttributesClass")  # fmt: skip


def _hard(value: dict[str, str], path: str, faults: list[Fault]) -> None:
    for name, text in value.items():
        here = f"{path}[{name}]"
        for problem in qualified_name(name):
            faults.append(invalid(here, name, problem))
        quantity(name, text, here, faults)


_OPPOSITES = (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating"))
_OF_PODS = ("pods", "count/pods", "cpu", "memory", "requests.", "limits.", "hugepages-")


def _scopes(spec: Any, path: str, faults: list[Fault]) -> None:
    """Scopes tell pods apart: they fit only what pods use, and best effort only the number of pods."""
    scopes, here = spec.scopes, f"{path}.scopes"
    if not scopes:
        return
    for scope in scopes:
        if scope not in _SCOPES:
            faults.append(invalid(here, scopes, "unsupported scope"))
    counted = ("pods", "count/pods") if "BestEffort" in scopes else _OF_PODS
    for name in spec.hard:
        if not name.startswith(counted):
            faults.append(invalid(here, scopes, "unsupported scope applied to resource"))
    if any(one in scopes and other in scopes for one, other in _OPPOSITES):
        faults.append(invalid(here, scopes, "conflicting scopes"))


QUOTA = Kind(
    "ResourceQuota",
    rules=fields(at("spec", fields(at("hard", _hard), _scopes))),
    prepare=lambda item: replace(item, status=ResourceQuotaStatus()),
    status=True,
)


def _limit_defaults(item: Any) -> Any:
    if item.type != "Container":
        return item
    default = {**{name: text for name, text in item.max.items() if name not in item.default}, **item.default}
    requested = {**item.defaultRequest}
    for source in (default, item.min):
        for name, text in source.items():
            requested.setdefault(name, text)
    if default == item.default and requested == item.defaultRequest:
        return item
    return replace(item, default=default, defaultRequest=requested)


def _limit(item: Any, path: str, faults: list[Fault]) -> None:
    if not item.type:
        faults.append(required(f"{path}.type"))
    names = dict.fromkeys([*item.max, *item.min, *item.default, *item.defaultRequest, *item.maxLimitRequestRatio])
    for name in sorted(names):
        _bounds(item, name, path, faults)


def _bounds(item: Any, name: str, path: str, faults: list[Fault]) -> None:
    """Smallest, requested, default and largest amount, each no larger than the next."""
    least, most = item.min.get(name), item.max.get(name)
    default, asked = item.default.get(name), item.defaultRequest.get(name)
    ratio = item.maxLimitRequestRatio.get(name)

    def above(one: str | None, other: str | None) -> bool:
        return one is not None and other is not None and amount(one) > amount(other)

    if above(least, most):
        faults.append(invalid(f"{path}.min[{name}]", least, f"min value {least} is greater than max value {most}"))
    if above(least, asked):
        told = f"min value {least} is greater than default request value {asked}"
        faults.append(invalid(f"{path}.defaultRequest[{name}]", asked, told))
    if above(asked, most):
        told = f"default request value {asked} is greater than max value {most}"
        faults.append(invalid(f"{path}.defaultRequest[{name}]", asked, told))
    if above(asked, default):
        told = f"default request value {asked} is greater than default limit value {default}"
        faults.append(invalid(f"{path}.defaultRequest[{name}]", asked, told))
    if above(least, default):
        told = f"min value {least} is greater than default value {default}"
        faults.append(invalid(f"{path}.default[{name}]", least, told))
    if above(default, most):
        told = f"default value {default} is greater than max value {most}"
        faults.append(invalid(f"{path}.default[{name}]", most, told))
    if ratio is not None and amount(ratio) < 1:
        told = f"ratio {ratio} is less than 1"
        faults.append(invalid(f"{path}.maxLimitRequestRatio[{name}]", ratio, told))


def _limit_range(spec: Any) -> Any:
    limits = [_limit_defaults(item) for item in spec.limits]
    return (
        spec if all(new is old for new, old in zip(limits, spec.limits, strict=True)) else replace(spec, limits=limits)
    )


def _limits(value: list[Any], path: str, faults: list[Fault]) -> None:
    seen: dict[str, None] = {}
    for index, item in enumerate(value):
        if item.type in seen:
            faults.append(duplicate(f"{path}[{index}].type", item.type))
        seen[item.type] = None
        _limit(item, f"{path}[{index}]", faults)


LIMIT_RANGE = Kind(
    "LimitRange",
    defaults=defaults(spec=inside(_limit_range)),
    rules=fields(at("spec", fields(at("limits", _limits)))),
)

# ------------------ HorizontalPodAutoscaler

_CPU = MetricSpec(
    type="Resource",
    resource=ResourceMetricSource(name="cpu", target=MetricTarget(type="Utilization", averageUtilization=80)),
)
_UP = [
    HPAScalingPolicy(type="Pods", value=4, periodSeconds=15),
    HPAScalingPolicy(type="Percent", value=100, periodSeconds=15),
]
_DOWN = [HPAScalingPolicy(type="Percent", value=100, periodSeconds=15)]
_BEHAVIOUR = defaults(
    scaleUp=inside(
        defaults(
            policies=computed(lambda rules: _UP),
            selectPolicy="Max",
            stabilizationWindowSeconds=pointer(0),
        )
    ),
    scaleDown=inside(defaults(policies=computed(lambda rules: _DOWN), selectPolicy="Max")),
)


def _scaler_defaults(spec: Any) -> Any:
    spec = _SCALER(spec)
    behaviour = spec.behavior
    if behaviour is None:
        return spec
    rules = type(behaviour.scaleUp or behaviour.scaleDown or _no_rules())
    whole = replace(behaviour, scaleUp=behaviour.scaleUp or rules(), scaleDown=behaviour.scaleDown or rules())
    filled = _BEHAVIOUR(whole)
    return spec if filled == behaviour else replace(spec, behavior=filled)


def _no_rules() -> Any:
    from pilothouse.api import HPAScalingRules

    return HPAScalingRules()


_SCALER = defaults(minReplicas=pointer(1), metrics=computed(lambda spec: [_CPU]))


def _target(value: Any, path: str, faults: list[Fault]) -> None:
    if not value.kind:
        faults.append(required(f"{path}.kind"))
    if not value.name:
        faults.append(required(f"{path}.name"))
    if "/" not in value.apiVersion and value.kind != "ReplicationController":
        faults.append(invalid(f"{path}.apiVersion", value.apiVersion, "apiVersion must specify API group"))


def _replicas(spec: Any, path: str, faults: list[Fault]) -> None:
    if spec.minReplicas is not None and spec.minReplicas < 1:
        faults.append(invalid(f"{path}.minReplicas", spec.minReplicas, "must be greater than or equal to 1"))
    if spec.maxReplicas < 1:
        faults.append(required(f"{path}.maxReplicas", "must be set and greater than 0"))
    if spec.minReplicas is not None and spec.maxReplicas < spec.minReplicas:
        faults.append(
            invalid(f"{path}.maxReplicas", spec.maxReplicas, "must be greater than or equal to `minReplicas`")
        )


_SORTS = ("ContainerResource", "External", "Object", "Pods", "Resource")


def _metric(value: Any, path: str, faults: list[Fault]) -> None:
    if not value.type:
        faults.append(required(f"{path}.type", "must specify a metric source type"))
    elif value.type not in _SORTS:
        faults.append(unsupported(f"{path}.type", value.type, _SORTS))
    else:
        name = value.type[0].lower() + value.type[1:]
        if getattr(value, name) is None:
            faults.append(required(f"{path}.{name}", "must populate information for the given metric source"))


_POLICY = fields(
    at("type", need(one_of("Percent", "Pods"))),
    at("value", at_least(1, "must be greater than zero")),
    at("periodSeconds", at_least(1, "must be greater than zero")),
)
_RULES = fields(
    at("stabilizationWindowSeconds", NOT_NEGATIVE),
    at("selectPolicy", one_of("Disabled", "Max", "Min")),
    at("policies", every(_POLICY)),
)

AUTOSCALER_SPEC: Rule = fields(
    _replicas,
    at("scaleTargetRef", sees_unset(_target)),
    at("metrics", every(_metric)),
    at("behavior", fields(at("scaleUp", _RULES), at("scaleDown", _RULES))),
)

AUTOSCALER = Kind(
    "HorizontalPodAutoscaler",
    defaults=defaults(spec=inside(_scaler_defaults)),
    rules=fields(at("spec", AUTOSCALER_SPEC)),
    prepare=lambda item: replace(item, status=HorizontalPodAutoscalerStatus()),
    status=True,
)

KINDS = (BUDGET, QUOTA, LIMIT_RANGE, AUTOSCALER)
