"""ResourceQuota: nobody takes more than the namespace has been given.

The real plugin has the same name. What is used is counted from the objects themselves, so it can never lag behind.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pilothouse.api import format_quantity
from pilothouse.apiserver import status
from pilothouse.apiserver.admission.request import Request
from pilothouse.apiserver.kinds.resources import amount
from pilothouse.apiserver.quota import COMPUTE, Use, covers, use, used


def enough(request: Request) -> None:
    """Refuse an object that does not fit into every quota of its namespace."""
    if request.operation == "DELETE" or not request.info.namespaced or request.subresource is not None:
        return
    door, item, info = request.door, request.item, request.info
    quotas = door.store.list("ResourceQuota", item.metadata.namespace)
    if not quotas or info.kind in ("Event", "ResourceQuota"):
        return
    wanted = use(item, info)
    before = use(request.old, info) if request.old is not None else {}
    more = {name: number - before.get(name, Fraction(0)) for name, number in wanted.items()}
    for quota in quotas:
        if not covers(quota, item, info.kind):
            continue
        if info.kind == "Pod" and request.operation == "CREATE":
            _all_named(request, quota)
        _fits(request, quota, {name: number for name, number in more.items() if number > 0})


def _all_named(request: Request, quota: Any) -> None:
    """Where a quota counts cpu or memory, every container must say how much."""
    spec = request.item.spec
    missing: dict[str, list[str]] = {}
    for container in [*spec.containers, *spec.initContainers]:
        given = container.resources
        for name in COMPUTE:
            if name not in quota.spec.hard:
                continue
            sort, _, bare = name.rpartition(".")
            if bare not in (given.limits if sort == "limits" else given.requests):
                missing.setdefault(name, []).append(container.name)
    if missing:
        told = "; ".join(f"{name} for: {','.join(sorted(missing[name]))}" for name in sorted(missing))
        _deny(request, f"failed quota: {quota.metadata.name}: must specify {told}")


def _fits(request: Request, quota: Any, more: Use) -> None:
    hard = quota.spec.hard
    more = {name: number for name, number in more.items() if name in hard}
    if not more:
        return
    now = used(request.door.store, request.door.scheme, quota)
    over = sorted(name for name in more if now[name] + more[name] > amount(hard[name]))
    if not over:
        return

    def told(amounts: Use) -> str:
        return ",".join(f"{name}={format_quantity(amounts[name], hard[name])}" for name in over)

    limited = ",".join(f"{name}={hard[name]}" for name in over)
    words = f"requested: {told(more)}, used: {told(now)}, limited: {limited}"
    _deny(request, f"exceeded quota: {quota.metadata.name}, {words}")


def _deny(request: Request, told: str) -> None:
    raise status.denied(request.info.plural, request.info.group, request.name, told)
