"""NodePorts: two pods cannot both have the same port of a node."""

from __future__ import annotations

from collections.abc import Iterable

from pilothouse.scheduler.nodes import Nodes
from pilothouse.scheduler.plugin import Plugin, Refusal
from pilothouse.scheduler.pod_info import PodInfo

EVERY = "0.0.0.0"


class NodePorts(Plugin):
    """Refuses nodes on which a host port that the pod wants is taken, on the same address or on all of them."""

    name = "NodePorts"
    filter_scope = "pods"

    def filter(self, pod: PodInfo, nodes: Nodes) -> Iterable[Refusal]:
        """The nodes where a port is taken."""
        if not pod.host_ports:
            return ()
        taken = [
            row
            for protocol, address, number in pod.host_ports
            for row, addresses in nodes.columns.ports.get((protocol, number), {}).items()
            if addresses and (address == EVERY or EVERY in addresses or address in addresses)
        ]
        return [Refusal(nodes.marked(taken), "node(s) didn't have free ports for the requested pod ports")]
