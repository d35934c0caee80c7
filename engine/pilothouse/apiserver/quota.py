"""Quotas: what the objects of a namespace use, and which of it a quota counts.

The real counterparts are the evaluators of `pkg/quota/v1`. Admission asks here before it lets an object in; the quota
controller asks here to write `status.used`. Amounts are exact numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from pilothouse import kernel
from pilothouse.api import format_quantity
from pilothouse.api.scheme import ResourceInfo, Scheme
from pilothouse.apiserver.kinds.pod import qos_class
from pilothouse.apiserver.kinds.resources import amount, is_extended, is_huge, pod_amounts

Use = dict[str, Fraction]
_COUNTED = {
    "ConfigMap": "configmaps",
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "Pod": "pods",
    "ReplicationController": "replicationcontrollers",
    "ResourceQuota": "resourcequotas",
    "Secret": "secrets",
    "Service": "services",
}
_BARE = ("cpu", "memory", "ephemeral-storage")
_CLASS = ".storageclass.storage.k8s.io/"
COMPUTE = ("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory")
"""Amounts that every container must name where a quota counts them."""


def use(item: Any, info: ResourceInfo) -> Use:
    """What one object uses, by the names that quotas have for it."""
    found: Use = {f"count/{info.qualified}": Fraction(1)}
    if info.kind == "Pod":
        if item.status.phase in ("Succeeded", "Failed"):
            return found
        found |= _pod(item.spec)
    elif info.kind == "Service":
        found |= _service(item.spec)
    elif info.kind == "PersistentVolumeClaim":
        found |= _claim(item.spec)
    if info.kind in _COUNTED:
        found[_COUNTED[info.kind]] = Fraction(1)
    return found


def _pod(spec: Any) -> Use:
    requests, limits = pod_amounts(spec)
    found: Use = {}
    for name, number in requests.items():
        found[f"requests.{name}"] = Fraction(number)
        if name in _BARE or is_huge(name):
            found[name] = Fraction(number)
    for name, number in limits.items():
        if not is_extended(name):
            found[f"limits.{name}"] = Fraction(number)
    return found


def _service(spec: Any) -> Use:
    outside = spec.type == "NodePort" or (
        spec.type == "LoadBalancer" and spec.allocateLoadBalancerNodePorts is not False
    )
    return {
        "services.nodeports": Fraction(len(spec.ports) if outside else 0),
        "services.loadbalancers": Fraction(spec.type == "LoadBalancer"),
    }


def _claim(spec: Any) -> Use:
    size = Fraction(amount(spec.resources.requests.get("storage", "0")))
    found = {"requests.storage": size}
    if spec.storageClassName:
        found[f"{spec.storageClassName}{_CLASS}requests.storage"] = size
        found[f"{spec.storageClassName}{_CLASS}persistentvolumeclaims"] = Fraction(1)
    return found


# ------------------ scopes


def covers(quota: Any, item: Any, kind: str) -> bool:
    """Whether the scopes of a quota take this object in. Only pods can be told apart by scopes."""
    wanted = list(quota.spec.scopes)
    selector = quota.spec.scopeSelector
    expressions = list(selector.matchExpressions) if selector is not None else []
    if not wanted and not expressions:
        return True
    if kind != "Pod":
        return False
    return all(_in_scope(scope, "Exists", [], item) for scope in wanted) and all(
        _in_scope(one.scopeName, one.operator, one.values, item) for one in expressions
    )


def _in_scope(scope: str, operator: str, values: list[str], pod: Any) -> bool:
    spec = pod.spec
    if scope in ("Terminating", "NotTerminating"):
        return bool(spec.activeDeadlineSeconds is not None) is (scope == "Terminating")
    if scope in ("BestEffort", "NotBestEffort"):
        return (qos_class(spec) == "BestEffort") is (scope == "BestEffort")
    if scope == "CrossNamespacePodAffinity":
        return _across(spec)
    name = spec.priorityClassName
    if operator in ("In", "NotIn"):
        return (name in values) is (operator == "In")
    return bool(name) is (operator == "Exists")


def _across(spec: Any) -> bool:
    """Whether an affinity term looks into other namespaces."""
    if spec.affinity is None:
        return False
    for field in ("podAffinity", "podAntiAffinity"):
        terms = getattr(spec.affinity, field)
        if terms is None:
            continue
        required = terms.requiredDuringSchedulingIgnoredDuringExecution
        preferred = [one.podAffinityTerm for one in terms.preferredDuringSchedulingIgnoredDuringExecution]
        if any(one.namespaces or one.namespaceSelector is not None for one in [*required, *preferred]):
            return True
    return False


# ------------------ usage


def used(store: kernel.Store, scheme: Scheme, quota: Any) -> Use:
    """What a quota's namespace uses now, of everything that the quota counts."""
    total: Use = {name: Fraction(0) for name in quota.spec.hard}
    for info in _kinds(scheme, total):
        for item in store.list(info.store_name, quota.metadata.namespace):
            if covers(quota, item, info.kind):
                for name, number in use(item, info).items():
                    if name in total:
                        total[name] += number
    return total


def _kinds(scheme: Scheme, names: Iterable[str]) -> list[ResourceInfo]:
    """The kinds whose objects can count for these names."""
    wanted = dict.fromkeys(names)
    found: dict[str, ResourceInfo] = {}
    for info in scheme:
        if info.store_name in found or not info.namespaced:
            continue
        if (
            f"count/{info.qualified}" in wanted
            or _COUNTED.get(info.kind) in wanted
            or (
                info.kind in ("Pod", "Service", "PersistentVolumeClaim")
                and any(_measures(info.kind, name) for name in wanted)
            )
        ):
            found[info.store_name] = info
    return list(found.values())


def _measures(kind: str, name: str) -> bool:
    if kind == "Service":
        return name.startswith("services.")
    if kind == "PersistentVolumeClaim":
        return name == "requests.storage" or _CLASS in name
    return name in _BARE or name.startswith(("requests.", "limits.", "hugepages-"))


def spell(amounts: Use, like: dict[str, str]) -> dict[str, str]:
    """Amounts as canonical text, each in the style of the quota's own."""
    return {name: format_quantity(number, like.get(name, "")) for name, number in amounts.items()}
