"""NodeUnschedulable: keeps pods off cordoned nodes (`kubectl cordon`)."""

from __future__ import annotations

from collections.abc import Iterable

from pilothouse.api import Taint
from pilothouse.scheduler.nodes import Nodes
from pilothouse.scheduler.plugin import Plugin, Refusal
from pilothouse.scheduler.pod_info import PodInfo
from pilothouse.scheduler.toleration import tolerates

CORDON = Taint(key="node.kubernetes.io/unschedulable", effect="NoSchedule")


class NodeUnschedulable(Plugin):
    """Refuses nodes with `spec.unschedulable`, unless the pod tolerates the taint that stands for it."""

    name = "NodeUnschedulable"
    filter_scope = "node"

    def filter(self, pod: PodInfo, nodes: Nodes) -> Iterable[Refusal]:
        """The cordoned nodes."""
        if any(tolerates(toleration, CORDON) for toleration in pod.spec.tolerations):
            return ()
        return [Refusal(nodes.unschedulable, "node(s) were unschedulable", resolvable=False)]
