"""EndpointSlices: which pods a Service leads to, with their addresses, ports and state, at most 100 in a slice.

The counterpart is `pkg/controller/endpointslice` with its reconciler in `k8s.io/endpointslice`. Simplified: IPv4
only, and no topology hints.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pilothouse.api import (
    Endpoint,
    EndpointConditions,
    EndpointSlice,
    ObjectMeta,
    ObjectReference,
    Pod,
    Service,
    replace,
)
from pilothouse.api.types.discovery import EndpointPort
from pilothouse.controllers import claims, pods
from pilothouse.kernel import Change, Controller, Key, itself

MANAGER = "endpointslice-controller.k8s.io"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
SERVICE_NAME = "kubernetes.io/service-name"
HEADLESS = "service.kubernetes.io/headless"
ZONE = "topology.kubernetes.io/zone"
MOST = 100  # endpoints in a slice
SELECTORS = "selectors"  # the index of Services by one of the labels that they ask for
LABELS = "labels"  # the index of pods by each of their labels
SERVICES = "services"  # the index of slices by their Service

Ports = tuple[EndpointPort, ...]


class EndpointSliceController(Controller):
    """Keeps the slices of each Service with a selector."""

    name = "endpointslice-controller"

    @property
    def watches(self) -> dict[str, Any]:
        """Services, the pods that they select, and their slices."""
        return {"Service": itself, "Pod": self.services_of, "EndpointSlice": service_of_slice}

    def start(self) -> None:
        """Have Services, pods and slices found by labels."""
        index_labels(self.store)
        self.store.index("EndpointSlice", SERVICES, service_names)

    def services_of(self, change: Change) -> Iterable[Key]:
        """The Services that select the pod, or did."""
        return selecting(self.store, change)

    def reconcile(self, key: Key) -> None:
        """Write the slices that differ from what the pods say, as few as can be."""
        service = self.store.get(*key)
        if service is None or service.metadata.deletionTimestamp or not has_endpoints(service):
            return
        wanted = self.wanted(service)
        left = [s for s in self.store.by("EndpointSlice", SERVICES, f"{key.namespace}/{key.name}") if is_of(s, service)]
        for ports, endpoints in wanted.items() if wanted else [((), {})]:
            same = [s for s in left if tuple(s.ports) == ports] or left[:1]
            left = [s for s in left if s not in same]
            self.pack(service, ports, endpoints, same)
        for slice_ in left:
            self.api.delete("EndpointSlice", slice_.metadata.name, key.namespace)

    def wanted(self, service: Service) -> dict[Ports, dict[str, Endpoint]]:
        """The endpoints by the ports that they have, each by the uid of its pod."""
        found: dict[Ports, dict[str, Endpoint]] = {}
        for pod in selected(self.store, service):
            if pod.status.podIP and not pods.is_finished(pod):
                node = self.store.get("Node", "", pod.spec.nodeName)
                zone = node.metadata.labels.get(ZONE) if node is not None else None
                found.setdefault(ports_of(service, pod), {})[pod.metadata.uid] = endpoint(service, pod, zone)
        return found

    def pack(self, service: Service, ports: Ports, wanted: dict[str, Endpoint], there: Sequence[EndpointSlice]) -> None:
        """Put the endpoints into slices: each stays where it is, new ones go where there is room."""
        new = dict(wanted)
        kept = [[new.pop(uid) for e in s.endpoints if (uid := uid_of(e)) in new] for s in there]
        fresh = list(new.values())
        for endpoints in kept:
            room = MOST - len(endpoints)
            endpoints.extend(fresh[:room])
            fresh = fresh[room:]
        kept.extend(fresh[start : start + MOST] for start in range(0, len(fresh), MOST))
        full = [number for number, endpoints in enumerate(kept) if endpoints] or [0]
        for number, slice_ in enumerate(there):
            if number not in full:
                self.api.delete("EndpointSlice", slice_.metadata.name, slice_.metadata.namespace)
        for number in full:
            endpoints = kept[number] if kept else []
            self.write(service, ports, endpoints, there[number] if number < len(there) else None)

    def write(self, service: Service, ports: Ports, endpoints: list[Endpoint], there: EndpointSlice | None) -> None:
        """Make a slice, or bring the one that is there up to date."""
        marks = {**service.metadata.labels, MANAGED_BY: MANAGER, SERVICE_NAME: service.metadata.name}
        if service.spec.clusterIP == "None":
            marks[HEADLESS] = ""
        if there is None:
            meta = ObjectMeta(
                generateName=f"{service.metadata.name}-",
                namespace=service.metadata.namespace,
                labels=marks,
                ownerReferences=[claims.reference_to(service)],
            )
            self.api.create(EndpointSlice(metadata=meta, addressType="IPv4", endpoints=endpoints, ports=list(ports)))
        else:
            meta = replace(there.metadata, labels=marks)
            now = replace(there, metadata=meta, endpoints=endpoints, ports=list(ports))
            if now != there:
                self.api.update(now)


def has_endpoints(service: Service) -> bool:
    """The controllers look for the Service's pods; otherwise somebody else writes its endpoints, or it has none."""
    return bool(service.spec.selector) and service.spec.type != "ExternalName"


def index_labels(store: Any) -> None:
    """Have pods found by their labels, and Services by what they ask for."""
    store.index("Service", SELECTORS, asked_labels)
    store.index("Pod", LABELS, pod_labels)


def asked_labels(service: Service) -> list[str]:
    """The formula of the index of Services: any one label does, since a pod that they select has them all."""
    first = next(iter(service.spec.selector.items()), None)
    return [f"{service.metadata.namespace}/{first[0]}={first[1]}"] if first else []


def pod_labels(pod: Pod) -> list[str]:
    """The formula of the index of pods."""
    return [f"{pod.metadata.namespace}/{name}={value}" for name, value in pod.metadata.labels.items()]


def service_names(slice_: EndpointSlice) -> list[str]:
    """The formula of the index of slices."""
    return [f"{slice_.metadata.namespace}/{slice_.metadata.labels.get(SERVICE_NAME, '')}"]


def selected(store: Any, service: Service) -> list[Pod]:
    """The pods that the Service selects."""
    selector = service.spec.selector.items()
    return [
        pod
        for label in asked_labels(service)
        for pod in store.by("Pod", LABELS, label)
        if selector <= pod.metadata.labels.items()
    ]


def selecting(store: Any, change: Change) -> list[Key]:
    """The Services that select the pod that changed, before or after; none where nothing that they tell of changed."""
    before, after = change.before, change.after
    given = [pod for pod in (before, after) if pod is not None and pod.status.podIP]  # no address, no endpoint
    if not given or (len(given) == 2 and told(before) == told(after)):
        return []
    found = [
        Key("Service", service.metadata.namespace, service.metadata.name)
        for label in dict.fromkeys(label for pod in given for label in pod_labels(pod))
        for service in store.by("Service", SELECTORS, label)
        if has_endpoints(service) and any(service.spec.selector.items() <= pod.metadata.labels.items() for pod in given)
    ]
    return sorted(found)


def told(pod: Pod) -> tuple[Any, ...]:
    """All of a pod that an endpoint tells."""
    going = pods.is_deleting(pod), pods.is_finished(pod)
    return pod.metadata.labels, pod.status.podIP, pods.is_ready(pod), pod.spec.nodeName, going


def service_of_slice(change: Change) -> Iterable[Key]:
    """The Service of a slice that somebody changed or deleted."""
    name = change.object.metadata.labels.get(SERVICE_NAME)
    return (Key("Service", change.key.namespace, name),) if name and change.before is not None else ()


def is_of(slice_: EndpointSlice, service: Service) -> bool:
    """The slice is the Service's, and ours to write."""
    labels = slice_.metadata.labels
    return labels.get(SERVICE_NAME) == service.metadata.name and labels.get(MANAGED_BY) == MANAGER


def ports_of(service: Service, pod: Pod) -> Ports:
    """The Service's ports as the pod has them; a port that it has no such name for is left out."""
    found = []
    for port in service.spec.ports:
        number = target_port(pod, port)
        if number:
            found.append(
                EndpointPort(name=port.name, port=number, protocol=port.protocol, appProtocol=port.appProtocol)
            )
    return tuple(found)


def target_port(pod: Pod, port: Any) -> int | None:
    """The number of the pod's port that a Service's port leads to; a name is looked up in the pod's containers."""
    if not isinstance(port.targetPort, str):
        return int(port.targetPort or port.port)
    for container in pod.spec.containers:
        for offered in container.ports:
            if offered.name == port.targetPort and (offered.protocol or "TCP") == (port.protocol or "TCP"):
                return offered.containerPort
    return None


def endpoint(service: Service, pod: Pod, zone: str | None) -> Endpoint:
    """What a slice says of one pod."""
    serving, going = pods.is_ready(pod), pods.is_deleting(pod)
    is_named = pod.spec.hostname and pod.spec.subdomain == service.metadata.name
    return Endpoint(
        addresses=[pod.status.podIP],
        conditions=EndpointConditions(
            ready=service.spec.publishNotReadyAddresses or (serving and not going), serving=serving, terminating=going
        ),
        hostname=pod.spec.hostname if is_named else None,
        nodeName=pod.spec.nodeName or None,
        targetRef=reference_to(pod),
        zone=zone,
    )


def reference_to(pod: Pod) -> ObjectReference:
    """The pod as an endpoint names it."""
    return ObjectReference(kind="Pod", name=pod.metadata.name, namespace=pod.metadata.namespace, uid=pod.metadata.uid)


def uid_of(endpoint: Endpoint) -> str:
    """The uid of the endpoint's pod, "" where it is of none."""
    return endpoint.targetRef.uid if endpoint.targetRef else ""
