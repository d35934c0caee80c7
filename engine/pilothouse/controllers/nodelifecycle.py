"""Node lifecycle: notices that a kubelet has fallen silent and says so, on the node and on its pods.

A kubelet renews the Lease of its node every ten seconds. After 50 seconds without, the node's Ready becomes
Unknown, its pods are no longer ready, and taints keep new pods away and let the taint eviction controller remove
old ones. The same taints follow whatever else the kubelet reports: not ready, short of memory, disk or process
numbers.

The counterpart is `pkg/controller/nodelifecycle`. Simplified: the Lease of a living node carries no time (a
heartbeat that changes nothing costs nothing), so only a written `renewTime` starts the count; and there is no brake
on evictions when many nodes fail at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pilothouse.api import Node, NodeCondition, Taint, replace, since_epoch, timestamp
from pilothouse.controllers import conditions, pods
from pilothouse.kernel import Change, Controller, Key, itself

LEASES = "kube-node-lease"  # the namespace of the nodes' Leases
GRACE = 50.0  # seconds without a heartbeat until nobody knows how the node is
STARTUP_GRACE = 60.0  # the same for a node that never said anything
REPORTED = ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")
NOT_READY = "node.kubernetes.io/not-ready"
UNREACHABLE = "node.kubernetes.io/unreachable"
TAINT_OF = {  # condition and status: the taint that tells schedulers of it
    ("Ready", "False"): NOT_READY,
    ("Ready", "Unknown"): UNREACHABLE,
    ("MemoryPressure", "True"): "node.kubernetes.io/memory-pressure",
    ("DiskPressure", "True"): "node.kubernetes.io/disk-pressure",
    ("PIDPressure", "True"): "node.kubernetes.io/pid-pressure",
    ("NetworkUnavailable", "True"): "node.kubernetes.io/network-unavailable",
}
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
OURS = {(key, "NoSchedule") for key in (*TAINT_OF.values(), UNSCHEDULABLE)} | {
    (NOT_READY, "NoExecute"),
    (UNREACHABLE, "NoExecute"),
}


class NodeLifecycleController(Controller):
    """Turns silence into conditions, and conditions into taints."""

    name = "node-lifecycle-controller"

    @property
    def watches(self) -> dict[str, Any]:
        """Nodes, and the Leases that are their heartbeats."""
        return {"Node": itself, "Lease": node_of_lease}

    def reconcile(self, key: Key) -> float | None:
        """Judge the node's silence, and let conditions, taints and pods say what came of it."""
        node = self.store.get(*key)
        if node is None:
            return None
        patience = self.patience(node)
        if patience == 0.0:
            node = self.mark_unknown(node)
        self.taint(node)
        if not is_ready(node):
            self.mark_pods(node)
        return patience or None

    def patience(self, node: Node) -> float | None:
        """Seconds until the node's silence is too long: 0 if it is, None while the kubelet lives."""
        lease = self.store.get("Lease", LEASES, node.metadata.name)
        if lease is not None and lease.spec.renewTime:
            return max(0.0, since_epoch(lease.spec.renewTime) + GRACE - self.clock.now)
        if lease is None and conditions.find(node.status.conditions, "Ready") is None:
            return max(0.0, since_epoch(node.metadata.creationTimestamp) + STARTUP_GRACE - self.clock.now)
        return None

    def mark_unknown(self, node: Node) -> Node:
        """Write that nobody knows how the node is."""
        now, told = timestamp(self.clock.now), list(node.status.conditions)
        for type in REPORTED:
            known = conditions.find(told, type)
            if known is None:
                reason, message = "NodeStatusNeverUpdated", "Kubelet never posted node status."
                told.append(
                    NodeCondition(type=type, status="Unknown", reason=reason, message=message, lastTransitionTime=now)
                )
            elif known.status != "Unknown":
                reason, message = "NodeStatusUnknown", "Kubelet stopped posting node status."
                unknown = replace(known, status="Unknown", reason=reason, message=message, lastTransitionTime=now)
                told[told.index(known)] = unknown
        if told == node.status.conditions:
            return node
        if is_ready(node):
            message = f"Node {node.metadata.name} status is now: NodeNotReady"
            self.api.event(node, "Normal", "NodeNotReady", message, component="node-controller")
        status = replace(node.status, conditions=told)
        return self.api.update(replace(node, status=status), subresource="status")  # type: ignore[no-any-return]

    def taint(self, node: Node) -> None:
        """Let the node's taints say what its conditions say; taints that others gave it stay."""
        wanted = taints(node, timestamp(self.clock.now))
        if wanted != node.spec.taints:
            self.api.update(replace(node, spec=replace(node.spec, taints=wanted)))

    def mark_pods(self, node: Node) -> None:
        """Write that the node's pods are not ready; nobody can know better."""
        for pod in self.store.by("Pod", "node", node.metadata.name):
            if pods.is_ready(pod):
                told = [
                    replace(c, status="False", lastTransitionTime=timestamp(self.clock.now)) if c.type == "Ready" else c
                    for c in pod.status.conditions
                ]
                self.api.update(replace(pod, status=replace(pod.status, conditions=told)), subresource="status")
                self.api.event(pod, "Warning", "NodeNotReady", "Node is not ready", component="node-controller")


def node_of_lease(change: Change) -> Iterable[Key]:
    """The node whose heartbeat the Lease is."""
    return (Key("Node", "", change.key.name),) if change.key.namespace == LEASES else ()


def is_ready(node: Node) -> bool:
    """The kubelet says that the node can run pods, or has said nothing yet."""
    ready = conditions.find(node.status.conditions, "Ready")
    return ready is None or ready.status == "True"


def taints(node: Node, now: str) -> list[Taint]:
    """The taints that the node should have."""
    wanted = []
    for condition in node.status.conditions:
        key = TAINT_OF.get((condition.type, condition.status))
        if key is not None:
            wanted.append((key, "NoSchedule"))
            if key in (NOT_READY, UNREACHABLE):
                wanted.append((key, "NoExecute"))
    if node.spec.unschedulable:
        wanted.append((UNSCHEDULABLE, "NoSchedule"))
    there = [(taint.key, taint.effect) for taint in node.spec.taints]
    kept = [taint for taint in node.spec.taints if (taint.key, taint.effect) not in OURS - set(wanted)]
    return kept + [Taint(key=key, effect=effect, timeAdded=now) for key, effect in wanted if (key, effect) not in there]
