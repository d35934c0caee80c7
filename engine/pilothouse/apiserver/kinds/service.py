"""Service, Endpoints and EndpointSlice at the door.

The real counterparts are `SetDefaults_Service`, `ValidateService` and the allocators of the service registry.
Simplified: the cluster speaks IPv4 only, and addresses come from 10.0.0.0/16, node ports from 30000-32767.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from pilothouse.api import ClientIPConfig, ServicePort, ServiceStatus, SessionAffinityConfig, replace
from pilothouse.api.name import dns_label, dns_subdomain, port_name, qualified_name
from pilothouse.apiserver import internal
from pilothouse.apiserver.default import computed, defaults, each, inside
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.metadata import labels
from pilothouse.apiserver.rule import PORT, at, fields, need, one_of, words
from pilothouse.apiserver.rule import each as every
from pilothouse.apiserver.status import Fault, duplicate, forbidden, invalid, required

NETWORK = ipaddress.ip_network("10.0.0.0/16")
NODE_PORTS = range(30000, 32768)
_WITH_ADDRESS = ("ClusterIP", "NodePort", "LoadBalancer")
_OUTSIDE = ("NodePort", "LoadBalancer")

# ------------------ defaults


def _port(port: Any) -> Any:
    port = _PORT_DEFAULTS(port)
    return replace(port, targetPort=port.port) if port.targetPort in (None, "", 0) else port


_PORT_DEFAULTS = defaults(protocol="TCP")
_AFFINITY = SessionAffinityConfig(clientIP=ClientIPConfig(timeoutSeconds=10800))


def _traffic(spec: Any) -> str | None:
    outside = spec.type in _OUTSIDE or (spec.type in ("ClusterIP", "") and spec.externalIPs)
    return "Cluster" if outside else None


def _families(spec: Any) -> Any:
    """Address families of a cluster that has one of them."""
    if spec.type == "ExternalName":
        return spec
    changes: dict[str, Any] = {}
    lone = spec.clusterIP == "None" and not spec.selector
    if not spec.ipFamilyPolicy:
        changes["ipFamilyPolicy"] = "RequireDualStack" if lone and not spec.ipFamilies else "SingleStack"
    if not spec.ipFamilies:
        changes["ipFamilies"] = ["IPv4", "IPv6"] if lone and not spec.ipFamilyPolicy else ["IPv4"]
    if spec.clusterIP and not spec.clusterIPs:
        changes["clusterIPs"] = [spec.clusterIP]
    return replace(spec, **changes) if changes else spec


_SPEC = defaults(
    sessionAffinity="None",
    type="ClusterIP",
    sessionAffinityConfig=computed(lambda spec: _AFFINITY if spec.sessionAffinity == "ClientIP" else None),
    ports=each(_port),
    externalTrafficPolicy=computed(_traffic),
    internalTrafficPolicy=computed(lambda spec: "Cluster" if (spec.type or "ClusterIP") in _WITH_ADDRESS else None),
    allocateLoadBalancerNodePorts=computed(
        lambda spec: True if spec.type == "LoadBalancer" and spec.allocateLoadBalancerNodePorts is None else None
    ),
)

# ------------------ validation


def _target(value: Any, path: str, faults: list[Fault]) -> None:
    if isinstance(value, int):
        PORT(value, path, faults)
        return
    for problem in port_name(value):
        faults.append(invalid(path, value, problem))


_PORT = fields(
    at("name", words(dns_label)),
    at("port", PORT),
    at("protocol", need(one_of("SCTP", "TCP", "UDP"))),
    at("targetPort", _target),
    at("appProtocol", words(qualified_name)),
)


def _ports(spec: Any, path: str, faults: list[Fault]) -> None:
    if not spec.ports and spec.clusterIP != "None" and spec.type != "ExternalName":
        faults.append(required(f"{path}.ports"))
    if spec.type == "ExternalName":
        if not spec.externalName:
            faults.append(required(f"{path}.externalName"))
        else:
            for problem in dns_subdomain(spec.externalName.removesuffix(".")):
                faults.append(invalid(f"{path}.externalName", spec.externalName, problem))
    names: dict[str, None] = {}
    for index, port in enumerate(spec.ports):
        here = f"{path}.ports[{index}]"
        if not port.name and len(spec.ports) > 1:
            faults.append(required(f"{here}.name"))
        elif port.name in names and port.name:
            faults.append(duplicate(f"{here}.name", port.name))
        names[port.name] = None
        _PORT(port, here, faults)


def _address(spec: Any, path: str, faults: list[Fault]) -> None:
    for index, family in enumerate(spec.ipFamilies):
        if family == "IPv6" and not (spec.clusterIP == "None" and not spec.selector):
            faults.append(invalid(f"{path}.ipFamilies[{index}]", family, "not configured on this cluster"))
        elif family not in ("IPv4", "IPv6"):
            faults.append(invalid(f"{path}.ipFamilies[{index}]", family, "must be IPv4 or IPv6"))
    if spec.clusterIPs and spec.clusterIPs[0] != spec.clusterIP:
        faults.append(invalid(f"{path}.clusterIPs", spec.clusterIPs, "first value must match `clusterIP`"))
    for index, text in enumerate(spec.clusterIPs):
        if text not in ("None", "") and not _is_address(text):
            told = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
            faults.append(invalid(f"{path}.clusterIPs[{index}]", text, told))
    for index, text in enumerate(spec.externalIPs):
        if not _is_address(text):
            told = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
            faults.append(invalid(f"{path}.externalIPs[{index}]", text, told))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _node_ports(spec: Any, path: str, faults: list[Fault]) -> None:
    seen: dict[tuple[str, int], None] = {}
    for index, port in enumerate(spec.ports):
        here = f"{path}.ports[{index}].nodePort"
        if not port.nodePort:
            continue
        if spec.type not in _OUTSIDE:
            faults.append(forbidden(here, f"may not be used when `type` is '{spec.type}'"))
        if (port.protocol, port.nodePort) in seen:
            faults.append(duplicate(here, port.nodePort))
        seen[port.protocol, port.nodePort] = None
    known: dict[tuple[str, int], None] = {}
    for index, port in enumerate(spec.ports):
        if (port.protocol, port.port) in known:
            twin = internal.shown(ServicePort(port=port.port, protocol=port.protocol), "ServicePort")
            faults.append(duplicate(f"{path}.ports[{index}]", twin))
        known[port.protocol, port.port] = None
    if spec.type == "ExternalName" and spec.clusterIP and spec.clusterIP != "None":
        faults.append(forbidden(f"{path}.clusterIPs[0]", "may not be set when `type` is 'ExternalName'"))


_SERVICE_SPEC = fields(
    _ports,
    at("selector", labels),
    at("sessionAffinity", need(one_of("ClientIP", "None"))),
    _address,
    at("type", need(one_of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"))),
    _node_ports,
    at("externalTrafficPolicy", one_of("Cluster", "Local")),
    at("internalTrafficPolicy", one_of("Cluster", "Local")),
)

# ------------------ addresses and node ports


def _taken_ports(door: Any, but: Any) -> set[int]:
    own = (but.metadata.namespace, but.metadata.name)
    return {
        port.nodePort
        for service in door.store.all("Service")
        if (service.metadata.namespace, service.metadata.name) != own
        for port in service.spec.ports
        if port.nodePort
    }


def _permit(request: Any) -> list[Fault]:
    """What the allocators would refuse: an address or node port that is taken or out of range."""
    door, item = request.door, request.item
    faults: list[Fault] = []
    spec = item.spec
    if spec.clusterIP not in ("", "None") and spec.type != "ExternalName":
        address = ipaddress.ip_address(spec.clusterIP)
        told = f"failed to allocate IP {spec.clusterIP}: "
        if address not in NETWORK:
            told += "the provided network does not match the current range"
            faults.append(invalid("spec.clusterIPs", spec.clusterIPs, told))
        elif any(
            one.spec.clusterIP == spec.clusterIP and one.metadata.uid != item.metadata.uid
            for one in door.store.all("Service")
        ):
            faults.append(invalid("spec.clusterIPs", spec.clusterIPs, told + "provided IP is already allocated"))
    wanted = [port.nodePort for port in spec.ports]
    if any(wanted):
        taken = _taken_ports(door, item)
        for index, number in enumerate(wanted):
            here = f"spec.ports[{index}].nodePort"
            if number in taken:
                faults.append(invalid(here, number, "provided port is already allocated"))
            elif number and number not in NODE_PORTS:
                told = f"provided port is not in the valid range. The range of valid ports is {NODE_PORTS.start}-{NODE_PORTS.stop - 1}"
                faults.append(invalid(here, number, told))
    return faults


def _finish(door: Any, item: Any) -> Any:
    """A free address and free node ports, where they are needed and not given."""
    spec = item.spec
    changes: dict[str, Any] = {}
    if spec.type in _WITH_ADDRESS and not spec.clusterIP:
        used = {service.spec.clusterIP for service in door.store.all("Service")}
        while (address := f"10.0.{door.random.randrange(1, 256)}.{door.random.randrange(1, 255)}") in used:
            pass
        changes |= {"clusterIP": address, "clusterIPs": [address]}
    outside = spec.type == "NodePort" or (spec.type == "LoadBalancer" and spec.allocateLoadBalancerNodePorts)
    health = spec.type == "LoadBalancer" and spec.externalTrafficPolicy == "Local" and not spec.healthCheckNodePort
    if health or (outside and not all(port.nodePort for port in spec.ports)):
        used_ports = _taken_ports(door, item) | {port.nodePort for port in spec.ports}
        if outside:
            changes["ports"] = [
                port if port.nodePort else replace(port, nodePort=_free(door, used_ports)) for port in spec.ports
            ]
        if health:
            changes["healthCheckNodePort"] = _free(door, used_ports)
    return replace(item, spec=replace(spec, **changes)) if changes else item


def _free(door: Any, used: set[int]) -> int:
    while (number := door.random.choice(NODE_PORTS)) in used:
        pass
    used.add(number)
    return int(number)


def _update(new: Any, old: Any) -> Any:
    """What was allocated stays, although a manifest does not say it."""
    now, before = new.spec, old.spec
    changes: dict[str, Any] = {}
    if now.type in _WITH_ADDRESS and before.type in _WITH_ADDRESS and not now.clusterIP:
        changes |= {"clusterIP": before.clusterIP, "clusterIPs": before.clusterIPs}
    if now.type in _OUTSIDE and before.type in _OUTSIDE:
        known = {(port.protocol, port.port): port.nodePort for port in before.ports}
        changes["ports"] = [
            port if port.nodePort else replace(port, nodePort=known.get((port.protocol, port.port), 0))
            for port in now.ports
        ]
    elif before.type in _OUTSIDE and now.type == "ClusterIP":
        same = {port.nodePort for port in before.ports}
        changes["ports"] = [replace(port, nodePort=0) if port.nodePort in same else port for port in now.ports]
    return replace(new, spec=replace(now, **changes)) if changes else new


def _changes(new: Any, old: Any, path: str, faults: list[Fault]) -> None:
    now, before = new.spec, old.spec
    if before.type == "ExternalName" or now.type == "ExternalName":
        return
    if before.clusterIP and now.clusterIP != before.clusterIP:
        faults.append(invalid("spec.clusterIPs[0]", now.clusterIPs, "may not change once set"))


def _warnings(item: Any) -> list[str]:
    if item.spec.externalIPs:
        return ["spec.externalIPs is deprecated and may no longer be implemented in some clusters"]
    return []


_FRESH = ServiceStatus()
SERVICE = Kind(
    "Service",
    name=dns_label,
    defaults=defaults(spec=inside(lambda spec: _families(_SPEC(spec)))),
    rules=fields(at("spec", _SERVICE_SPEC)),
    prepare=lambda item: replace(item, status=_FRESH),
    permit=_permit,
    finish=_finish,
    update=_update,
    changes=_changes,
    status=True,
    warnings=_warnings,
    fields={"spec.clusterIP": lambda item: item.spec.clusterIP, "spec.type": lambda item: item.spec.type},
)

# ------------------ endpoints

_SLICE_PORT = defaults(protocol="TCP", name=computed(lambda port: "" if port.name is None else None))

ENDPOINT_SLICE = Kind(
    "EndpointSlice",
    defaults=defaults(ports=each(_SLICE_PORT)),
    rules=fields(
        at("addressType", need(one_of("FQDN", "IPv4", "IPv6"))),
        at("endpoints", every(fields(at("addresses", need())))),
    ),
    generation=True,
)

ENDPOINTS = Kind(
    "Endpoints",
    defaults=defaults(subsets=each(defaults(ports=each(defaults(protocol="TCP"))))),
    warnings=lambda item: ["v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"],
)

KINDS = (SERVICE, ENDPOINT_SLICE, ENDPOINTS)
