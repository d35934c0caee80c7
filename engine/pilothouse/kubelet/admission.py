"""Whether a node takes a pod that was given to it: the kubelet looks for itself.

A pod normally comes from the scheduler and fits; one that names its node itself may not. The counterpart is the
kubelet's predicate admission handler. Simplified: node selector, resources, host ports and sysctls.
"""

from __future__ import annotations

from pilothouse.api import Pod, milli, whole
from pilothouse.kernel import Store

SAFE_SYSCTLS = (
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
)


def refusal(store: Store, pod: Pod) -> tuple[str, str] | None:
    """The (reason, message) with which the node refuses the pod, None where it takes it.

    What the scheduler has looked at is not looked at again.
    """
    for sysctl in pod.spec.securityContext.sysctls if pod.spec.securityContext else []:
        if sysctl.name not in SAFE_SYSCTLS:
            return "SysctlForbidden", f'forbidden sysctl: "{sysctl.name}" not allowlisted'
    node = store.get("Node", "", pod.spec.nodeName)
    if node is None or any(c.type == "PodScheduled" and c.status == "True" for c in pod.status.conditions):
        return None
    for name, value in sorted(pod.spec.nodeSelector.items()):
        if node.metadata.labels.get(name) != value:
            return "NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"
    others = [other for other in store.by("Pod", "node", node.metadata.name) if _counts(other, pod)]
    ports = _ports(pod)
    if any(ports & _ports(other) for other in others):
        return "NodePorts", "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"
    return _resources(node.status.allocatable, pod, others)


def _counts(other: Pod, pod: Pod) -> bool:
    done = other.status.phase in ("Succeeded", "Failed")
    return other.metadata.uid != pod.metadata.uid and bool(other.status.startTime) and not done


def _ports(pod: Pod) -> frozenset[tuple[str, int]]:
    return frozenset(
        (port.protocol or "TCP", port.hostPort)
        for container in pod.spec.containers
        for port in container.ports
        if port.hostPort
    )


def _resources(allocatable: dict[str, str], pod: Pod, others: list[Pod]) -> tuple[str, str] | None:
    for name, amount in (("cpu", milli), ("memory", whole)):
        if name not in allocatable:
            continue
        requested = _request(pod, name)
        used = sum(_request(other, name) for other in others)
        capacity = amount(allocatable[name])
        if requested and requested + used > capacity:
            told = f"requested: {requested}, used: {used}, capacity: {capacity}"
            return f"OutOf{name}", f"Node didn't have enough resource: {name}, {told}"
    return None


def _request(pod: Pod, name: str) -> int:
    amount = milli if name == "cpu" else whole
    return sum(
        amount(container.resources.requests[name])
        for container in pod.spec.containers
        if container.resources is not None and name in container.resources.requests
    )
