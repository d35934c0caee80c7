"""Probes and hooks of a container.

The real counterparts are `validateProbe` and `validateLifecycle`.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api.name import port_name
from pilothouse.apiserver.rule import NOT_NEGATIVE, PORT, Rule, at, fields, need, one_of
from pilothouse.apiserver.status import Fault, forbidden, invalid, required


def port_or_name(value: Any, path: str, faults: list[Fault]) -> None:
    """A port by number or by the name it has in the container."""
    if isinstance(value, int):
        PORT(value, path, faults)
        return
    for problem in port_name(value):
        faults.append(invalid(path, value, problem))


_HTTP_GET = fields(
    at("path", need()),
    at("port", port_or_name),
    at("scheme", one_of("HTTP", "HTTPS")),
)
_HANDLERS: dict[str, Rule] = {
    "exec": fields(at("command", need())),
    "httpGet": _HTTP_GET,
    "tcpSocket": fields(at("port", port_or_name)),
    "grpc": fields(at("port", PORT)),
    "sleep": lambda value, path, faults: None,
}


def handler(names: tuple[str, ...]) -> Rule:
    """What a probe or hook does: exactly one of `names`."""

    def check(value: Any, path: str, faults: list[Fault]) -> None:
        found = 0
        for name in names:
            got = getattr(value, name)
            if got is None:
                continue
            if found:
                faults.append(forbidden(f"{path}.{name}", "may not specify more than 1 handler type"))
            else:
                found += 1
                _HANDLERS[name](got, f"{path}.{name}", faults)
        if not found:
            faults.append(required(path, "must specify a handler type"))

    return check


PROBE = fields(
    handler(("exec", "httpGet", "tcpSocket", "grpc")),
    at("initialDelaySeconds", NOT_NEGATIVE),
    at("timeoutSeconds", NOT_NEGATIVE),
    at("periodSeconds", NOT_NEGATIVE),
    at("successThreshold", NOT_NEGATIVE),
    at("failureThreshold", NOT_NEGATIVE),
)


def _one_success(value: Any, path: str, faults: list[Fault]) -> None:
    if value.terminationGracePeriodSeconds is not None and value.terminationGracePeriodSeconds <= 0:
        told = "must be greater than 0"
        faults.append(invalid(f"{path}.terminationGracePeriodSeconds", value.terminationGracePeriodSeconds, told))
    if value.successThreshold != 1:
        faults.append(invalid(f"{path}.successThreshold", value.successThreshold, "must be 1"))


def _readiness(value: Any, path: str, faults: list[Fault]) -> None:
    if value.terminationGracePeriodSeconds is not None:
        told = "must not be set for readinessProbes"
        faults.append(invalid(f"{path}.terminationGracePeriodSeconds", value.terminationGracePeriodSeconds, told))


_HOOK = handler(("exec", "httpGet", "tcpSocket", "sleep"))
LIFE = fields(
    at("lifecycle", fields(at("postStart", _HOOK), at("preStop", _HOOK))),
    at("livenessProbe", PROBE, _one_success),
    at("readinessProbe", PROBE, _readiness),
    at("startupProbe", PROBE, _one_success),
)
