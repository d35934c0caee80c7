"""Endpoints: the older form of EndpointSlices, one object with all addresses of a Service, under the Service's own
name.

The counterpart is `pkg/controller/endpoint`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pilothouse.api import EndpointAddress, Endpoints, EndpointSubset, ObjectMeta, Pod, Service, replace
from pilothouse.api.types.core import EndpointPort
from pilothouse.apiserver import ApiError
from pilothouse.controllers import pods
from pilothouse.controllers.endpointslice import (
    HEADLESS,
    has_endpoints,
    index_labels,
    ports_of,
    reference_to,
    selected,
    selecting,
)
from pilothouse.kernel import Change, Controller, Key, itself

MANAGED_BY = "endpoints.kubernetes.io/managed-by"
MANAGER = "endpoint-controller"


class EndpointsController(Controller):
    """Keeps one Endpoints object for each Service with a selector."""

    name = "endpoints-controller"

    @property
    def watches(self) -> dict[str, Any]:
        """Services, and the pods that they select."""
        return {"Service": itself, "Pod": self.services_of}

    def start(self) -> None:
        """Have Services and pods found by labels."""
        index_labels(self.store)

    def services_of(self, change: Change) -> Iterable[Key]:
        """The Services that select the pod, or did."""
        return selecting(self.store, change)

    def reconcile(self, key: Key) -> None:
        """Write the addresses if they differ; without the Service the object goes too."""
        service, there = self.store.get(*key), self.store.get("Endpoints", key.namespace, key.name)
        if service is None:
            if there is not None and there.metadata.labels.get(MANAGED_BY) == MANAGER:
                self.api.delete("Endpoints", key.name, key.namespace)
            return
        if not has_endpoints(service) or service.metadata.deletionTimestamp:
            return
        marks = {**service.metadata.labels, MANAGED_BY: MANAGER}
        if service.spec.clusterIP == "None":
            marks[HEADLESS] = ""
        subsets = subsets_of(service, selected(self.store, service))
        try:
            if there is None:
                meta = ObjectMeta(name=key.name, namespace=key.namespace, labels=marks)
                self.api.create(Endpoints(metadata=meta, subsets=subsets))
            elif (marks, subsets) != (there.metadata.labels, there.subsets):
                meta = replace(there.metadata, labels=marks)
                self.api.update(replace(there, metadata=meta, subsets=subsets))
        except ApiError as error:
            if error.code != 403:  # the namespace is going
                raise


def subsets_of(service: Service, found: Iterable[Pod]) -> list[EndpointSubset]:
    """The addresses, grouped by the ports that they have."""
    groups: dict[tuple[Any, ...], tuple[list[EndpointAddress], list[EndpointAddress]]] = {}
    for pod in found:
        is_going = pods.is_deleting(pod) and not service.spec.publishNotReadyAddresses
        if not pod.status.podIP or pods.is_finished(pod) or is_going:
            continue
        is_named = pod.spec.hostname and pod.spec.subdomain == service.metadata.name
        address = EndpointAddress(
            ip=pod.status.podIP,
            hostname=pod.spec.hostname if is_named else "",
            nodeName=pod.spec.nodeName,
            targetRef=reference_to(pod),
        )
        ready, not_ready = groups.setdefault(ports_of(service, pod), ([], []))
        (ready if service.spec.publishNotReadyAddresses or pods.is_ready(pod) else not_ready).append(address)
    return [
        EndpointSubset(
            addresses=sorted(ready, key=lambda address: address.ip),
            notReadyAddresses=sorted(not_ready, key=lambda address: address.ip),
            ports=[
                EndpointPort(name=p.name or "", port=p.port or 0, protocol=p.protocol, appProtocol=p.appProtocol or "")
                for p in ports
            ],
        )
        for ports, (ready, not_ready) in groups.items()
    ]
