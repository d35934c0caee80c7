"""The trial of exercise 2: the named cause is taken away at the named machine, in a fork, and nothing else.

If the pod then runs there, this was what kept it. A selector that does not match is never taken away: a machine's
labels are true, so it keeps pods off the wrong machines, and rightly.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from pilothouse.api import Pod

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

Mend = Callable[["Cluster", Pod, str], None]
PLENTY = {"cpu": "64", "memory": "256Gi", "pods": "110"}


def uncordon(cluster: Cluster, pod: Pod, node: str) -> None:
    """Open the machine."""
    cluster.api.patch("node", node, {"spec": {"unschedulable": False}})


def untaint(cluster: Cluster, pod: Pod, node: str) -> None:
    """Take away the taints of the machine."""
    cluster.api.patch("node", node, {"spec": {"taints": None}})


def enlarge(cluster: Cluster, pod: Pod, node: str) -> None:
    """Give the machine as much as anybody could want."""
    cluster.api.patch("node", node, {"status": {"capacity": PLENTY, "allocatable": PLENTY}}, subresource="status")


def free_ports(cluster: Cluster, pod: Pod, node: str) -> None:
    """Send away whoever holds a port that the pod wants."""
    leave(cluster, node, lambda other: bool(host_ports(other) & host_ports(pod)))


def send_off(cluster: Cluster, pod: Pod, node: str) -> None:
    """Send away the company that the pod refuses."""
    leave(cluster, node, lambda other: other.metadata.labels.get("app") == "radio")


def host_ports(pod: Pod) -> set[int]:
    """Return the ports of the machine that a pod asks for."""
    return {port.hostPort for container in pod.spec.containers for port in container.ports if port.hostPort}


def leave(cluster: Cluster, node: str, whom: Callable[[Pod], bool]) -> None:
    """Delete pods that are aboard a machine."""
    for other in cluster.list("pods"):
        if other.spec.nodeName == node and whom(other):
            cluster.api.delete("pod", other.metadata.name, grace=0)


MENDS: dict[str, Mend] = {
    "NodeUnschedulable": uncordon,
    "TaintToleration": untaint,
    "NodeResourcesFit": enlarge,
    "NodePorts": free_ports,
    "InterPodAffinity": send_off,
}
CAUSES = {name.lower(): name for name in (*MENDS, "NodeAffinity")}


def named(pod: Pod) -> tuple[str, str]:
    """Return the cause and the machine that the learner wrote on a pod, "" where there is none or none of that name."""
    labels = pod.metadata.labels
    return CAUSES.get(labels.get("cause", "").lower(), ""), labels.get("node", "")


def mend(name: str, cluster: Cluster, chance: Random) -> None:
    """Take away what the learner named as the cause of one pod."""
    pod = next((each for each in cluster.list("pods") if each.metadata.name == name), None)
    if pod is None:
        return
    cause, node = named(pod)
    if cause in MENDS and any(each.metadata.name == node for each in cluster.list("nodes")):
        MENDS[cause](cluster, pod, node)
