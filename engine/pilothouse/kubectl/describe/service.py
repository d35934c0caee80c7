"""`kubectl describe service`."""

from __future__ import annotations

from collections.abc import Sequence

from pilothouse.api import EndpointSlice, Service, ServicePort

from .events import events
from .page import Page
from .surroundings import Surroundings

SHOWN_ENDPOINTS = 3


def describe(service: Service, around: Surroundings, page: Page) -> None:
    """All sections, in kubectl's order."""
    meta, spec = service.metadata, service.spec
    page.line(0, f"Name:\t{meta.name}")
    page.line(0, f"Namespace:\t{meta.namespace}")
    page.pairs("Labels", meta.labels)
    page.annotations(meta.annotations)
    page.line(0, f"Selector:\t{','.join(f'{key}={value}' for key, value in sorted(spec.selector.items())) or '<none>'}")
    page.line(0, f"Type:\t{spec.type}")
    if spec.ipFamilyPolicy is not None:
        page.line(0, f"IP Family Policy:\t{spec.ipFamilyPolicy}")
    page.line(0, f"IP Families:\t{','.join(spec.ipFamilies) or '<none>'}")
    page.line(0, f"IP:\t{spec.clusterIP}")
    page.line(0, f"IPs:\t{','.join(spec.clusterIPs) or '<none>'}")
    _outside(service, page)
    slices = around.api.list(
        "EndpointSlice", namespace=meta.namespace, selector=f"kubernetes.io/service-name={meta.name}"
    )
    for port in spec.ports:
        _port(port, slices, page)
    page.line(0, f"Session Affinity:\t{spec.sessionAffinity or 'None'}")
    if spec.externalTrafficPolicy:
        page.line(0, f"External Traffic Policy:\t{spec.externalTrafficPolicy}")
    if spec.internalTrafficPolicy:
        page.line(0, f"Internal Traffic Policy:\t{spec.internalTrafficPolicy}")
    if spec.healthCheckNodePort:
        page.line(0, f"HealthCheck NodePort:\t{spec.healthCheckNodePort}")
    if spec.loadBalancerSourceRanges:
        page.line(0, f"LoadBalancer Source Ranges:\t{','.join(spec.loadBalancerSourceRanges)}")
    events(page, around.events("Service", meta))


def _outside(service: Service, page: Page) -> None:
    spec = service.spec
    if spec.externalIPs:
        page.line(0, f"External IPs:\t{','.join(spec.externalIPs)}")
    if spec.loadBalancerIP:
        page.line(0, f"Desired LoadBalancer IP:\t{spec.loadBalancerIP}")
    if spec.externalName:
        page.line(0, f"External Name:\t{spec.externalName}")
    balancer = service.status.loadBalancer
    if balancer is not None and balancer.ingress:
        page.line(0, f"LoadBalancer Ingress:\t{', '.join(one.ip or one.hostname for one in balancer.ingress)}")


def _port(port: ServicePort, slices: Sequence[EndpointSlice], page: Page) -> None:
    name = port.name or "<unset>"
    page.line(0, f"Port:\t{name}\t{port.port}/{port.protocol or 'TCP'}")
    page.line(0, f"TargetPort:\t{port.targetPort}/{port.protocol or 'TCP'}")
    if port.nodePort:
        page.line(0, f"NodePort:\t{name}\t{port.nodePort}/{port.protocol or 'TCP'}")
    page.line(0, f"Endpoints:\t{endpoints(port, slices)}")


def endpoints(port: ServicePort, slices: Sequence[EndpointSlice]) -> str:
    """The ready addresses behind one port, the first three in full."""
    found = []
    for piece in slices:
        numbers = [one.port for one in piece.ports if (one.name or "") == port.name]
        for number in numbers:
            for endpoint in piece.endpoints:
                if endpoint.conditions is None or endpoint.conditions.ready is not False:
                    found += [f"{address}:{number}" for address in endpoint.addresses]
    more = len(found) - SHOWN_ENDPOINTS
    return ",".join(found[:SHOWN_ENDPOINTS]) + (f" + {more} more..." if more > 0 else "")
