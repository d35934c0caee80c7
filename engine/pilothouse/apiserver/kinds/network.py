"""Ingress, IngressClass and NetworkPolicy at the door.

The real counterparts are `pkg/apis/networking` (defaults and validation).
"""

from __future__ import annotations

import ipaddress
from typing import Any

from pilothouse.api import IngressStatus, replace
from pilothouse.api.name import dns_label, dns_subdomain, port_name, wildcard_subdomain
from pilothouse.apiserver.default import computed, defaults, each, inside
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.kinds.probe import port_or_name
from pilothouse.apiserver.kinds.selector import LABEL_SELECTOR
from pilothouse.apiserver.rule import PORT, at, fields, need, one_of, sees_unset, words
from pilothouse.apiserver.rule import each as every
from pilothouse.apiserver.status import Fault, forbidden, invalid, required, unsupported

# ------------------ Ingress

_PATH_TYPES = ("Exact", "ImplementationSpecific", "Prefix")
_SIGNS = ("//", "/./", "/../", "%2f", "%2F")
_ENDS = ("/..", "/.")


def _path(value: Any, path: str, faults: list[Fault]) -> None:
    if not value.pathType:
        faults.append(required(f"{path}.pathType", "pathType must be specified"))
    elif value.pathType in ("Exact", "Prefix"):
        here = f"{path}.path"
        if not value.path.startswith("/"):
            faults.append(invalid(here, value.path, "must be an absolute path"))
        for sign in _SIGNS:
            if sign in value.path:
                faults.append(invalid(here, value.path, f"must not contain '{sign}'"))
        for sign in _ENDS:
            if value.path.endswith(sign):
                faults.append(invalid(here, value.path, f"cannot end with '{sign}'"))
    elif value.pathType == "ImplementationSpecific":
        if value.path and not value.path.startswith("/"):
            faults.append(invalid(f"{path}.path", value.path, "must be an absolute path"))
    else:
        faults.append(unsupported(f"{path}.pathType", value.pathType, _PATH_TYPES))
    _backend(value.backend, f"{path}.backend", faults)


def _backend(value: Any, path: str, faults: list[Fault]) -> None:
    service = value.service
    if value.resource is not None and service is not None:
        faults.append(invalid(path, "", "cannot set both resource and service backends"))
    elif value.resource is None and service is None:
        faults.append(required(path, "resource or service backend is required"))
    elif service is not None:
        if not service.name:
            faults.append(required(f"{path}.service.name"))
        else:
            for problem in dns_label(service.name):
                faults.append(invalid(f"{path}.service.name", service.name, problem))
        port = service.port
        if port is None or (not port.name and not port.number):
            faults.append(required(f"{path}.service", "port name or number is required"))
        elif port.name and port.number:
            faults.append(invalid(path, "", "cannot set both port name & port number"))
        elif port.name:
            for problem in port_name(port.name):
                faults.append(invalid(f"{path}.service.port.name", port.name, problem))
        else:
            PORT(port.number, f"{path}.service.port.number", faults)


def _host(value: str, path: str, faults: list[Fault]) -> None:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        pass
    else:
        faults.append(invalid(path, value, "must be a DNS name, not an IP address"))
    for problem in (wildcard_subdomain if "*" in value else dns_subdomain)(value):
        faults.append(invalid(path, value, problem))


def _some_backend(spec: Any, path: str, faults: list[Fault]) -> None:
    if not spec.rules and spec.defaultBackend is None:
        faults.append(invalid(path, None, "either `defaultBackend` or `rules` must be specified"))


_INGRESS_SPEC = fields(
    _some_backend,
    at("defaultBackend", _backend),
    at("rules", every(fields(at("host", _host), at("http", fields(at("paths", need(every(_path)))))))),
    at("tls", every(fields(at("hosts", every(_host))))),
    at("ingressClassName", words(dns_subdomain)),
)

INGRESS = Kind(
    "Ingress",
    rules=fields(at("spec", sees_unset(_INGRESS_SPEC))),
    prepare=lambda item: replace(item, status=IngressStatus()),
    status=True,
    generation=True,
)


def _scope(value: Any, path: str, faults: list[Fault]) -> None:
    if value.apiGroup:
        for problem in dns_subdomain(value.apiGroup):
            faults.append(invalid(f"{path}.apiGroup", value.apiGroup, problem))
    if not value.kind:
        faults.append(required(f"{path}.kind", "kind is required"))
    if not value.name:
        faults.append(required(f"{path}.name", "name is required"))
    if value.scope == "Namespace" and not value.namespace:
        faults.append(required(f"{path}.namespace", "`parameters.scope` is set to 'Namespace'"))
    if value.scope == "Cluster" and value.namespace:
        faults.append(forbidden(f"{path}.namespace", "`parameters.scope` is set to 'Cluster'"))


INGRESS_CLASS = Kind(
    "IngressClass",
    defaults=defaults(spec=inside(defaults(parameters=inside(defaults(scope="Cluster"))))),
    rules=fields(at("spec", fields(at("controller", need()), at("parameters", _scope)))),
    generation=True,
)

# ------------------ NetworkPolicy


def _policy_types(spec: Any) -> list[str]:
    return ["Ingress", "Egress"] if spec.egress else ["Ingress"]


_PORT_DEFAULTS = each(defaults(protocol="TCP"))


def _peer(value: Any, path: str, faults: list[Fault]) -> None:
    if value.podSelector is not None:
        LABEL_SELECTOR(value.podSelector, f"{path}.podSelector", faults)
    if value.namespaceSelector is not None:
        LABEL_SELECTOR(value.namespaceSelector, f"{path}.namespaceSelector", faults)
    if value.ipBlock is not None:
        if value.podSelector is not None or value.namespaceSelector is not None:
            faults.append(forbidden(path, "may not specify both ipBlock and another peer"))
        _block(value.ipBlock, f"{path}.ipBlock", faults)
    elif value.podSelector is None and value.namespaceSelector is None:
        faults.append(required(path, "must specify a peer"))


def _block(value: Any, path: str, faults: list[Fault]) -> None:
    told = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
    outer: Any = None
    for index, text in [(-1, value.cidr), *enumerate(value.except_)]:
        here = f"{path}.cidr" if index < 0 else f"{path}.except[{index}]"
        try:
            inner = ipaddress.ip_network(text, strict=False)
        except ValueError:
            faults.append(invalid(here, text, told))
            continue
        if index < 0:
            outer = inner
        elif outer is not None and (inner.version != outer.version or not inner.subnet_of(outer)):
            faults.append(invalid(here, text, f"must be a strict subset of `cidr`: {value.cidr}"))


_PORTS = every(fields(at("protocol", one_of("SCTP", "TCP", "UDP")), at("port", port_or_name)))

NETWORK_POLICY = Kind(
    "NetworkPolicy",
    defaults=defaults(
        spec=inside(
            defaults(
                policyTypes=computed(_policy_types),
                ingress=each(defaults(ports=_PORT_DEFAULTS)),
                egress=each(defaults(ports=_PORT_DEFAULTS)),
            )
        )
    ),
    rules=fields(
        at(
            "spec",
            fields(
                at("podSelector", LABEL_SELECTOR),
                at("ingress", every(fields(at("ports", _PORTS), at("from_", every(_peer))))),
                at("egress", every(fields(at("ports", _PORTS), at("to", every(_peer))))),
                at("policyTypes", every(one_of("Egress", "Ingress"))),
            ),
        )
    ),
    generation=True,
)

KINDS = (INGRESS, INGRESS_CLASS, NETWORK_POLICY)
