"""A stand-in for the kubelets of a cluster without any: it keeps nodes alive and touches no pod.

With it the control plane runs alone, as on a test bed of hollow nodes: bound pods stay as they are until the caller
writes their status.
"""

from __future__ import annotations

from collections.abc import Mapping

from pilothouse.kernel import Key
from pilothouse.kernel.loop import Watch
from pilothouse.kubelet.nodekeeper import NodeKeeper, of_lease, of_node


class Heartbeat(NodeKeeper):
    """Registers nodes, keeps their leases, and lets them fail and recover."""

    name = "kubelet"
    watches: Mapping[str, Watch] = {"Lease": of_lease, "Node": of_node}

    def reconcile(self, key: Key) -> None:
        """A node that lives is healthy."""
        self.look_after(key.name)
