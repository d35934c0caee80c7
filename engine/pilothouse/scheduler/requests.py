"""What a pod asks a node for: the sum of its containers, counted the way the real scheduler counts.

Every number is a whole one: cpu in thousandths of a core, memory and storage in bytes, everything else in units.
The counterpart is ``PodRequests`` in ``k8s.io/component-helpers/resource`` and ``NodeInfo.calculateResource``.

Simplified: a limit without a request counts as the request, which the API server fills in for every pod that goes
through it; so a pod that was never sent to it gets the same answer.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import msgspec

from pilothouse.api import Container, Pod, ResourceRequirements, milli, whole

BUILT_IN = ("cpu", "memory", "ephemeral-storage")  # counted for every node; other resources where a node has them
DEFAULT_CPU = 100  # a container that asks for nothing is scored as if it asked for 100m
DEFAULT_MEMORY = 200 * 1024 * 1024

Amounts = dict[str, int]


class Requests(NamedTuple):
    """What one pod asks for.

    `cpu` and `memory` are for scoring: a container that asks for none counts as small. `own_cpu` and `own_memory` are
    the same without what the pod asks for as a whole, which the real NodeResourcesFit overlooks in the arriving pod.
    """

    amounts: Amounts
    cpu: int
    memory: int
    own_cpu: int
    own_memory: int


@lru_cache(maxsize=65_536)
def amount(resource: str, quantity: str) -> int:
    """A quantity as a whole number: cpu in thousandths, anything else in units, rounded up."""
    return milli(quantity) if resource == "cpu" else whole(quantity)


def is_countable(resource: str) -> bool:
    """Whether nodes keep count of a resource that is not one of the four built in (an extended one, or huge pages)."""
    return "/" in resource or resource.startswith(("hugepages-", "attachable-volumes-"))


def requests_of(pod: Pod) -> Requests:
    """What the pod asks for, from its specification and, for a resized pod, from what its containers hold."""
    spec, held = pod.spec, pod.status.containerStatuses
    essence = msgspec.json.encode(
        (
            [container.resources for container in spec.containers],
            [(container.restartPolicy, container.resources) for container in spec.initContainers],
            spec.resources,
            spec.overhead,
            [(one.name, one.allocatedResources, one.resources) for one in held if one.allocatedResources],
        )
    )
    found = _known.get(essence)
    if found is None:
        if len(_known) > 10_000:
            _known.clear()
        found = _known[essence] = _count(pod)
    return found


_known: dict[bytes, Requests] = {}


def _count(pod: Pod) -> Requests:
    plain = _total(pod, {})
    spec = pod.spec.resources
    if spec is not None and _pod_level(spec):  # a pod that asks as a whole is small only in what nobody in it asks for
        missing = {name: size for name, size in _SMALL.items() if name not in plain}
    else:
        missing = _SMALL
    scored = _total(pod, missing)
    own = _total(pod, _SMALL, as_a_whole=False)
    return Requests(plain, scored.get("cpu", 0), scored.get("memory", 0), own.get("cpu", 0), own.get("memory", 0))


_SMALL = {"cpu": DEFAULT_CPU, "memory": DEFAULT_MEMORY}


def _total(pod: Pod, missing: Amounts, as_a_whole: bool = True) -> Amounts:
    held = {status.name: status for status in pod.status.containerStatuses if status.allocatedResources}
    total: Amounts = {}
    for container in pod.spec.containers:
        asked = _asked(container.resources, missing)
        if (status := held.get(container.name)) is not None:
            _raise_to(asked, {name: amount(name, size) for name, size in status.allocatedResources.items()})
            if status.resources is not None:
                _raise_to(asked, {name: amount(name, size) for name, size in status.resources.requests.items()})
        _add(total, asked)
    _raise_to(total, _while_starting(pod.spec.initContainers, missing, total))
    if pod.spec.resources is not None and as_a_whole:
        total.update(_pod_level(pod.spec.resources, total))
    _add(total, {name: amount(name, size) for name, size in pod.spec.overhead.items()})
    return total


def _while_starting(starters: list[Container], missing: Amounts, total: Amounts) -> Amounts:
    """The most that init containers need at one time; sidecars among them stay, and so are added to `total` too."""
    staying: Amounts = {}
    most: Amounts = {}
    for container in starters:
        asked = _asked(container.resources, missing)
        if container.restartPolicy == "Always":
            _add(total, asked)
            _add(staying, asked)
            _raise_to(most, staying)
        else:
            _add(asked, staying)
            _raise_to(most, asked)
    return most


def _asked(resources: ResourceRequirements, missing: Amounts) -> Amounts:
    sizes = {**resources.limits, **resources.requests} if resources.limits else resources.requests
    asked = {name: amount(name, size) for name, size in sizes.items()}
    return {**missing, **asked} if missing else asked


def _pod_level(resources: ResourceRequirements, containers: Amounts | None = None) -> Amounts:
    """What the pod asks for as a whole, which replaces the sum of its containers."""
    given = {
        name: amount(name, size)
        for name, size in resources.requests.items()
        if name in _SMALL or name.startswith("hugepages-")
    }
    for name, size in resources.limits.items():
        if name in _SMALL and name not in given:
            given[name] = (containers or {}).get(name) or amount(name, size)
    return given


def _add(total: Amounts, more: Amounts) -> None:
    for name, size in more.items():
        total[name] = total.get(name, 0) + size


def _raise_to(total: Amounts, least: Amounts) -> None:
    for name, size in least.items():
        total[name] = max(total.get(name, 0), size)
