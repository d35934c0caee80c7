"""Validation and rounding of resource amounts: requests, limits, capacity.

The real counterparts are `ValidateContainerResourceRequirements` and `SetDefaults_ResourceList` (amounts finer than a
thousandth are rounded up to one).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pilothouse.api import parse_quantity
from pilothouse.api.name import qualified_name
from pilothouse.api.quantity import canonical_resource
from pilothouse.apiserver.default import defaults, inside
from pilothouse.apiserver.status import Fault, forbidden, invalid, required

_CONTAINER = frozenset(("cpu", "memory", "ephemeral-storage", "storage"))
_STANDARD = _CONTAINER | {
    "pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps", "persistentvolumeclaims",
    "requests.cpu", "requests.memory", "requests.storage", "requests.ephemeral-storage", "limits.cpu", "limits.memory",
    "limits.ephemeral-storage", "services.nodeports", "services.loadbalancers",
}  # fmt: skip
_WHOLE = frozenset(
    ("pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps", "persistentvolumeclaims")
)  # fmt: skip


def is_huge(name: str) -> bool:
    """Huge pages, such as `hugepages-2Mi`."""
    return name.startswith("hugepages-")


def is_extended(name: str) -> bool:
    """A resource that nodes announce and Kubernetes only counts, such as `nvidia.com/gpu`."""
    return "/" in name and "kubernetes.io/" not in name and not name.startswith("requests.")


def may_overcommit(name: str) -> bool:
    """Whether a limit may be above the request."""
    return ("/" not in name or "kubernetes.io/" in name) and not is_huge(name)


@lru_cache(4096)
def amount(text: str) -> Any:
    """The exact number that a quantity stands for."""
    return parse_quantity(text)


def canonical_amounts(amounts: Mapping[str, str]) -> Mapping[str, str]:
    """The same amounts as the server spells them; the very mapping where they are spelt so already."""
    for text in amounts.values():
        if canonical_resource(text) != text:
            return {name: canonical_resource(one) for name, one in amounts.items()}
    return amounts


REQUIREMENTS_DEFAULTS = defaults(limits=inside(canonical_amounts), requests=inside(canonical_amounts))
"""JSON is spelt canonically when it is read; what components hand in typed is spelt so here."""


@lru_cache(1024)
def _name_problems(name: str) -> list[str]:
    found = list(qualified_name(name))
    if found:
        return found
    if "/" not in name:
        if is_huge(name) or name in _CONTAINER:
            return []
        if name not in _STANDARD:
            found.append("must be a standard resource type or fully qualified")
        found.append("must be a standard resource for containers")
    elif not is_extended(name) and "kubernetes.io/" not in name:
        found.append("doesn't follow extended resource name standard")
    return found


def quantity(name: str, text: str, path: str, faults: list[Fault]) -> None:
    """One amount: not negative, and whole where the resource cannot be divided."""
    number = amount(text)
    if number < 0:
        faults.append(invalid(path, text, "must be greater than or equal to 0"))
    if (name in _WHOLE or is_extended(name)) and number != int(number):
        faults.append(invalid(path, text, "must be an integer"))


@lru_cache(4096)
def _fine(name: str, text: str) -> bool:
    faults: list[Fault] = []
    quantity(name, text, "", faults)
    return not faults and not _name_problems(name)


def _amounts(value: Mapping[str, str], path: str, faults: list[Fault]) -> None:
    for name, text in value.items():
        if _fine(name, text):
            continue
        for problem in _name_problems(name):
            faults.append(invalid(f"{path}[{name}]", name, problem))
        quantity(name, text, f"{path}[{name}]", faults)


def requirements(value: Any, path: str, faults: list[Fault]) -> None:
    """Requests and limits of one container, alone and against each other."""
    limits, requests = value.limits, value.requests
    if limits:
        _amounts(limits, f"{path}.limits", faults)
    if requests:
        _amounts(requests, f"{path}.requests", faults)
        _against(requests, limits, path, faults)
    names = {**limits, **requests} if limits or requests else {}
    if any(map(is_huge, names)) and "cpu" not in names and "memory" not in names:
        faults.append(forbidden(path, "HugePages require cpu or memory"))


def _against(requests: Mapping[str, str], limits: Mapping[str, str], path: str, faults: list[Fault]) -> None:
    for name, text in requests.items():
        limit = limits.get(name)
        if limit is None:
            if not may_overcommit(name):
                faults.append(required(f"{path}.limits", "Limit must be set for non overcommitable resources"))
        elif limit == text:
            continue
        elif not may_overcommit(name):
            if amount(text) != amount(limit):
                faults.append(invalid(f"{path}.requests", text, f"must be equal to {name} limit of {limit}"))
        elif amount(text) > amount(limit):
            faults.append(invalid(f"{path}.requests", text, f"must be less than or equal to {name} limit of {limit}"))


def _total(amounts: list[Mapping[str, str]]) -> dict[str, Any]:
    total: dict[str, Any] = {}
    for one in amounts:
        for name, text in one.items():
            total[name] = total.get(name, 0) + amount(text)
    return total


def pod_amounts(spec: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a whole pod asks for and is limited to: its containers together, or its largest init container; plus
    overhead.

    Sidecars count beside the containers, and beside the init containers that start after them. The real counterpart
    is `PodRequests` and `PodLimits` of component-helpers.
    """
    found = []
    for field in ("requests", "limits"):
        total = _total([getattr(one.resources, field) for one in spec.containers])
        beside: dict[str, Any] = {}
        largest: dict[str, Any] = {}
        for one in spec.initContainers:
            own = _total([getattr(one.resources, field)])
            if one.restartPolicy == "Always":
                for name, number in own.items():
                    total[name] = total.get(name, 0) + number
                    beside[name] = beside.get(name, 0) + number
                own = {}
            for name in {**own, **beside}:
                largest[name] = max(largest.get(name, 0), own.get(name, 0) + beside.get(name, 0))
        for name, number in largest.items():
            total[name] = max(total.get(name, 0), number)
        whole = getattr(spec.resources, field) if spec.resources is not None else {}
        total |= _total([whole])
        if spec.overhead:
            for name, number in _total([spec.overhead]).items():
                if field == "requests" or name in total:
                    total[name] = total.get(name, 0) + number
        found.append(total)
    return found[0], found[1]
