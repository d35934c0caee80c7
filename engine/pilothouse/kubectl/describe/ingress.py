"""`kubectl describe ingress`."""

from __future__ import annotations

from pilothouse.api import Ingress, IngressBackend
from pilothouse.apiserver import ApiError

from .events import events
from .page import Page
from .service import endpoints
from .surroundings import Surroundings


def describe(ingress: Ingress, around: Surroundings, page: Page) -> None:
    """Rules, and behind each path the service with its endpoints."""
    meta, spec = ingress.metadata, ingress.spec
    page.line(0, f"Name:\t{meta.name}")
    page.pairs("Labels", meta.labels)
    page.line(0, f"Namespace:\t{meta.namespace}")
    balancer = ingress.status.loadBalancer
    page.line(0, f"Address:\t{','.join(one.ip or one.hostname for one in balancer.ingress) if balancer else ''}")
    page.line(0, f"Ingress Class:\t{spec.ingressClassName or '<none>'}")
    page.line(
        0, f"Default backend:\t{_backend(spec.defaultBackend, ingress, around) if spec.defaultBackend else '<default>'}"
    )
    if spec.tls:
        page.line(0, "TLS:")
    for tls in spec.tls:
        page.line(1, f"{tls.secretName or 'SNI'} {'terminates' if tls.secretName else 'routes'} {','.join(tls.hosts)}")
    page.line(0, "Rules:\n  Host\tPath\tBackends\n  ----\t----\t--------")
    for rule in spec.rules:
        if rule.http is None:
            continue
        page.line(1, f"{rule.host or '*'}\t")
        for path in rule.http.paths:
            page.line(1, f"  \t{path.path} \t{_backend(path.backend, ingress, around)}")
    if not any(rule.http is not None for rule in spec.rules):
        page.line(1, f"*\t*\t{_backend(spec.defaultBackend, ingress, around) if spec.defaultBackend else '<default>'}")
    page.annotations(meta.annotations)
    events(page, around.events("Ingress", meta))


def _backend(backend: IngressBackend, ingress: Ingress, around: Surroundings) -> str:
    if backend.service is None:
        return f"{backend.resource.kind}/{backend.resource.name}" if backend.resource is not None else ""
    name, wanted = backend.service.name, backend.service.port
    shown = (wanted.name or wanted.number) if wanted is not None else ""
    namespace = ingress.metadata.namespace
    try:
        service = around.api.get("Service", name, namespace=namespace)
    except ApiError as refusal:
        return f"{name}:{shown} (<error: {refusal.message}>)"
    port = next((one for one in service.spec.ports if shown in (one.name, one.port)), None)
    if port is None:
        return f"{name}:{shown} ()"
    slices = around.api.list("EndpointSlice", namespace=namespace, selector=f"kubernetes.io/service-name={name}")
    return f"{name}:{shown} ({endpoints(port, slices)})"
