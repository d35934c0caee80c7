"""NodeName: a pod that names its node goes there or nowhere."""

from __future__ import annotations

from collections.abc import Iterable

from pilothouse.scheduler.nodes import Nodes
from pilothouse.scheduler.plugin import Plugin, Refusal
from pilothouse.scheduler.pod_info import PodInfo


class NodeName(Plugin):
    """Refuses every node but the one in `spec.nodeName`."""

    name = "NodeName"
    filter_scope = "node"

    def filter(self, pod: PodInfo, nodes: Nodes) -> Iterable[Refusal]:
        """All nodes of another name."""
        wanted = pod.spec.nodeName
        if not wanted:
            return ()
        row = nodes.columns.rows.get(wanted)
        named = nodes.marked([] if row is None else [row])
        return [Refusal(~named, "node(s) didn't match the requested node name", resolvable=False)]
