"""Nodes: what a machine says about itself, and the lease by which it is known to live.

A node is registered by its kubelet. While the kubelet lives, its lease has no renewTime in the store: heartbeats that
say nothing new are computed by whoever reads them. A kubelet that stops leaves the time of its last heartbeat, so that
whether it lives is told by its lease alone, and survives any restart.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api import (
    DaemonEndpoint,
    Lease,
    LeaseSpec,
    Node,
    NodeAddress,
    NodeCondition,
    NodeDaemonEndpoints,
    NodeSpec,
    NodeStatus,
    NodeSystemInfo,
    ObjectMeta,
    OwnerReference,
    from_dict,
    micro_timestamp,
    replace,
    timestamp,
)
from pilothouse.kernel import Store

LEASES = "kube-node-lease"
HEARTBEAT = 10.0  # seconds between heartbeats
LEASE_SECONDS = 40
CAPACITY = {"cpu": "4", "memory": "8Gi", "pods": "110", "ephemeral-storage": "100Gi"}
VERSION = "v1.36.0"
HEALTHY = (
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
)


def described(given: Node | dict[str, Any] | str, number: int, now: float) -> Node:
    """The Node object of a machine, with everything that was not given filled in.

    Args:
        given: a name, or as much of a Node as one cares about.
        number: how many nodes there were before; addresses follow from it.
    """
    node = _object(given)
    name = node.metadata.name
    labels = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
    }
    annotations = {
        "node.alpha.kubernetes.io/ttl": "0",
        "volumes.kubernetes.io/controller-managed-attach-detach": "true",
    }
    metadata = replace(
        node.metadata, labels=labels | node.metadata.labels, annotations=annotations | node.metadata.annotations
    )
    cidr = node.spec.podCIDR or f"10.{244 + number // 256}.{number % 256}.0/24"
    spec = replace(node.spec, podCIDR=cidr, podCIDRs=[cidr])
    return replace(node, metadata=metadata, spec=spec, status=_status(node, number, now))


def _object(given: Node | dict[str, Any] | str) -> Node:
    if isinstance(given, Node):
        return given
    if isinstance(given, str):
        return Node(metadata=ObjectMeta(name=given), spec=NodeSpec())
    node = from_dict({"apiVersion": "v1", "kind": "Node", **given})
    if not isinstance(node, Node):
        raise ValueError(f"a node is needed here, not a {given.get('kind')}")
    return node


def _status(node: Node, number: int, now: float) -> NodeStatus:
    status = node.status
    capacity = status.capacity or {**CAPACITY, **status.allocatable}
    name = node.metadata.name
    address = f"172.18.{(number + 2) // 250}.{(number + 2) % 250}"
    held = {condition.type: condition for condition in status.conditions}
    healthy = [_condition(said, held.get(said[0]), now) for said in HEALTHY]
    others = [condition for condition in status.conditions if condition.type not in {said[0] for said in HEALTHY}]
    return replace(
        status,
        addresses=status.addresses
        or [NodeAddress(type="InternalIP", address=address), NodeAddress(type="Hostname", address=name)],
        capacity=capacity,
        allocatable=status.allocatable or capacity,
        conditions=others + healthy,
        daemonEndpoints=NodeDaemonEndpoints(kubeletEndpoint=DaemonEndpoint(Port=10250)),
        nodeInfo=status.nodeInfo if status.nodeInfo.kubeletVersion else _info(name),
    )


def _info(name: str) -> NodeSystemInfo:
    return NodeSystemInfo(
        architecture="amd64",
        bootID=f"boot-{name}",
        containerRuntimeVersion="containerd://1.6.36",
        kernelVersion="6.1.0",
        kubeProxyVersion="",
        kubeletVersion=VERSION,
        machineID=f"machine-{name}",
        operatingSystem="linux",
        osImage="Pilothouse",
        systemUUID=f"system-{name}",
    )


def _condition(said: tuple[str, str, str, str], old: NodeCondition | None, now: float) -> NodeCondition:
    type, status, reason, message = said
    if old is not None and old.status:
        return old
    return NodeCondition(
        type=type,
        status=status,
        reason=reason,
        message=message,
        lastHeartbeatTime=timestamp(now),
        lastTransitionTime=timestamp(now),
    )


def recovered(node: Node, now: float) -> Node:
    """The node as its kubelet reports it when it is back: healthy, each change of a condition at this moment."""
    conditions = []
    fresh = {said[0]: said for said in HEALTHY}
    for condition in node.status.conditions:
        said = fresh.get(condition.type)
        if said is None or condition.status != "Unknown":
            conditions.append(condition)
        else:
            conditions.append(_condition(said, None, now))
    return replace(node, status=replace(node.status, conditions=conditions))


def lease_of(node: Node) -> Lease:
    """The lease of a node that lives."""
    owner = OwnerReference(apiVersion="v1", kind="Node", name=node.metadata.name, uid=node.metadata.uid)
    return Lease(
        metadata=ObjectMeta(
            name=node.metadata.name, namespace=LEASES, ownerReferences=[owner] if node.metadata.uid else []
        ),
        spec=LeaseSpec(holderIdentity=node.metadata.name, leaseDurationSeconds=LEASE_SECONDS),
    )


def stopped_lease(lease: Lease, now: float) -> Lease:
    """The lease of a node whose last heartbeat was the last multiple of ten seconds."""
    return replace(lease, spec=replace(lease.spec, renewTime=micro_timestamp(now // HEARTBEAT * HEARTBEAT)))


def living_lease(lease: Lease) -> Lease:
    """The lease of a node that is back."""
    return replace(lease, spec=replace(lease.spec, renewTime=""))


def is_ready(node: Node) -> bool:
    """Whether a node is said to be ready."""
    return any(condition.type == "Ready" and condition.status == "True" for condition in node.status.conditions)


def lives(store: Store, name: str) -> bool:
    """Whether the kubelet of a node lives."""
    lease = store.get("Lease", LEASES, name)
    return lease is not None and not lease.spec.renewTime


def host_address(node: Node | None) -> str:
    """The address of a node in its network."""
    if node is None:
        return ""
    return next((entry.address for entry in node.status.addresses if entry.type == "InternalIP"), "")
