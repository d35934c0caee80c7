"""What a pod asks for in sum, as `kubectl describe node` adds it up.

Containers count together; an init container counts alone, beside the sidecars started before it; the larger of the
two is what the pod needs. Overhead comes on top. The real counterpart is ``resourcehelper.PodRequests``.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

from pilothouse.api import Container, Pod, parse_quantity

Amounts = dict[str, Fraction]
Which = Literal["requests", "limits"]


def total(pod: Pod, which: Which) -> Amounts:
    """Requests or limits of a whole pod, by resource name."""
    spec = pod.spec
    running: Amounts = {}
    for container in spec.containers:
        _add(running, asked(container, which))
    sidecars: Amounts = {}
    peak: Amounts = {}
    for container in spec.initContainers:
        own = asked(container, which)
        if container.restartPolicy == "Always":
            _add(sidecars, own)
            _add(running, own)
            own = {}
        for name in sorted({*own, *sidecars}):
            together = own.get(name, Fraction(0)) + sidecars.get(name, Fraction(0))
            peak[name] = max(peak.get(name, Fraction(0)), together)
    for name, amount in peak.items():
        running[name] = max(running.get(name, Fraction(0)), amount)
    _add(running, {name: Fraction(parse_quantity(text)) for name, text in spec.overhead.items()})
    return running


def asked(container: Container, which: Which) -> Amounts:
    """Requests or limits of one container."""
    wanted = container.resources
    if wanted is None:
        return {}
    amounts: Mapping[str, str] = wanted.requests if which == "requests" else wanted.limits
    return {name: Fraction(parse_quantity(text)) for name, text in amounts.items()}


def _add(into: Amounts, more: Amounts) -> None:
    for name, amount in more.items():
        into[name] = into.get(name, Fraction(0)) + amount


def quality(pod: Pod) -> str:
    """The quality of service that a pod's requests and limits give it, where its status does not say yet."""
    every = [*pod.spec.containers, *pod.spec.initContainers]
    wanted = [(asked(one, "requests"), asked(one, "limits")) for one in every]
    if not any(amounts.get(name) for pair in wanted for amounts in pair for name in ("cpu", "memory")):
        return "BestEffort"
    for requests, limits in wanted:
        for name in ("cpu", "memory"):
            if not limits.get(name) or requests.get(name, limits[name]) != limits[name]:
                return "Burstable"
    return "Guaranteed"
