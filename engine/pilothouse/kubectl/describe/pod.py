"""`kubectl describe pod`."""

from __future__ import annotations

from pilothouse.api import Pod

from .containers import containers
from .events import events
from .page import Page, date
from .requests import quality
from .surroundings import Surroundings, controlled_by
from .template import spread, tolerations
from .volumes import volumes


def describe(pod: Pod, around: Surroundings, page: Page) -> None:
    """All sections, in kubectl's order."""
    _head(pod, page)
    _state(pod, page)
    _addresses(pod, page)
    spec, status = pod.spec, pod.status
    if spec.initContainers:
        containers(page, "Init Containers", spec.initContainers, status.initContainerStatuses, pod)
    containers(page, "Containers", spec.containers, status.containerStatuses, pod)
    if spec.ephemeralContainers:
        containers(page, "Ephemeral Containers", spec.ephemeralContainers, status.ephemeralContainerStatuses, pod)
    _conditions(pod, page)
    volumes(page, spec.volumes)
    page.line(0, f"QoS Class:\t{status.qosClass or quality(pod)}")
    page.pairs("Node-Selectors", spec.nodeSelector)
    tolerations(page, spec.tolerations)
    spread(page, spec.topologySpreadConstraints)
    events(page, around.events("Pod", pod.metadata, pod.metadata.annotations.get("kubernetes.io/config.mirror")))


def _head(pod: Pod, page: Page) -> None:
    meta, spec = pod.metadata, pod.spec
    page.line(0, f"Name:\t{meta.name}")
    page.line(0, f"Namespace:\t{meta.namespace}")
    if spec.priority is not None:
        page.line(0, f"Priority:\t{spec.priority}")
    if spec.priorityClassName:
        page.line(0, f"Priority Class Name:\t{spec.priorityClassName}")
    if spec.runtimeClassName:
        page.line(0, f"Runtime Class Name:\t{spec.runtimeClassName}")
    if spec.serviceAccountName:
        page.line(0, f"Service Account:\t{spec.serviceAccountName}")
    page.line(0, f"Node:\t{spec.nodeName}/{pod.status.hostIP}" if spec.nodeName else "Node:\t<none>")
    if pod.status.startTime:
        page.line(0, f"Start Time:\t{date(pod.status.startTime)}")
    page.pairs("Labels", meta.labels)
    page.annotations(meta.annotations)


def _state(pod: Pod, page: Page) -> None:
    status = pod.status
    if pod.metadata.deletionTimestamp and status.phase not in ("Failed", "Succeeded"):
        page.line(0, f"Status:\tTerminating (lasts {page.since(pod.metadata.deletionTimestamp)})")
        page.line(0, f"Termination Grace Period:\t{pod.metadata.deletionGracePeriodSeconds}s")
    else:
        page.line(0, f"Status:\t{status.phase}")
    if status.reason:
        page.line(0, f"Reason:\t{status.reason}")
    if status.message:
        page.line(0, f"Message:\t{status.message}")
    context = pod.spec.securityContext
    if context is not None and context.seccompProfile is not None:
        page.line(0, f"SeccompProfile:\t{context.seccompProfile.type}")
        if context.seccompProfile.localhostProfile:
            page.line(0, f"LocalhostProfile:\t{context.seccompProfile.localhostProfile}")


def _addresses(pod: Pod, page: Page) -> None:
    page.line(0, f"IP:\t{pod.status.podIP}")
    page.line(0, "IPs:" if pod.status.podIPs else "IPs:\t<none>")
    for address in pod.status.podIPs:
        page.line(1, f"IP:\t{address.ip}")
    owner = controlled_by(pod.metadata)
    if owner:
        page.line(0, f"Controlled By:\t{owner}")
    if pod.status.nominatedNodeName:
        page.line(0, f"NominatedNodeName:\t{pod.status.nominatedNodeName}")


def _conditions(pod: Pod, page: Page) -> None:
    if pod.spec.readinessGates:
        page.line(0, "Readiness Gates:\n  Type\tStatus")
    for gate in pod.spec.readinessGates:
        found = next((one.status for one in pod.status.conditions if one.type == gate.conditionType), "<none>")
        page.line(1, f"{gate.conditionType} \t{found} ")
    if pod.status.conditions:
        page.line(0, "Conditions:\n  Type\tStatus")
    for condition in pod.status.conditions:
        page.line(1, f"{condition.type} \t{condition.status} ")
