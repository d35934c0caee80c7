"""What every kubelet does for its node, whether or not it runs pods: register it, and let it live or fail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pilothouse.api import Node
from pilothouse.apiserver import ApiError
from pilothouse.kernel import Change, Controller, Key
from pilothouse.kubelet import node as nodes


class NodeKeeper(Controller):
    """The part of a kubelet that stands for the node. Its name is the first part of the actor of its writes."""

    def register(self, given: Node | dict[str, Any] | str) -> Node:
        """Add a machine to the cluster: its Node object and its lease.

        Raises ApiError where there is such a node already, ValueError where `given` is no node.
        """
        number = sum(1 for _ in self.store.all("Node"))
        node = nodes.described(given, number, self.clock.now)
        with _As(self, node.metadata.name):
            created: Node = self.api.create(node)
            if self.store.get("Lease", nodes.LEASES, node.metadata.name) is None:
                self.api.create(nodes.lease_of(created))
        return created

    def fail(self, name: str) -> None:
        """The machine dies: no heartbeat any more, its containers are gone. Raises ApiError where there is none."""
        node = self.api.get("Node", name)
        lease = self.store.get("Lease", nodes.LEASES, node.metadata.name)
        if lease is not None and not lease.spec.renewTime:
            with _As(self, name):
                self.api.update(nodes.stopped_lease(lease, self.clock.now))

    def recover(self, name: str) -> None:
        """The machine is back, as after a reboot. Raises ApiError where there is none."""
        node = self.api.get("Node", name)
        lease = self.store.get("Lease", nodes.LEASES, node.metadata.name)
        if lease is not None and lease.spec.renewTime:
            with _As(self, name):
                self.api.update(nodes.living_lease(lease))
        self.wake(Key("Node", "", name))

    def lives(self, name: str) -> bool:
        """Whether the kubelet of a node lives."""
        return nodes.lives(self.store, name)

    def logs(
        self, pod: str, container: str = "", namespace: str = "default", previous: bool = False
    ) -> list[tuple[float, str]]:
        """The log of a container. Raises ApiError: without a kubelet there are none."""
        self.api.get("Pod", pod, namespace)
        raise ApiError(500, "", "this cluster was made with kubelet=False: it has pods, but no containers")

    def unsimulated(self) -> list[str]:
        """What containers were asked to do and only seem to do: without a kubelet there are none."""
        return []

    def look_after(self, name: str) -> None:
        """Report a node as healthy that others have given up, if its kubelet lives.

        A node that somebody else has written down as ready has a machine behind it, too: it gets its lease.
        """
        node = self.store.get("Node", "", name)
        if node is None:
            return
        if self.store.get("Lease", nodes.LEASES, name) is None and nodes.is_ready(node):
            self.api.create(nodes.lease_of(node))
        if not self.lives(name):
            return
        healthy = nodes.recovered(node, self.clock.now)
        if healthy != node:
            self.api.update(healthy, subresource="status")


class _As:
    """Writes made meanwhile bear the name of a node's kubelet."""

    def __init__(self, keeper: NodeKeeper, name: str) -> None:
        self.store, self.actor = keeper.store, f"{keeper.name}/{name}"

    def __enter__(self) -> None:
        self.before = self.store.actor
        self.store.actor = self.actor

    def __exit__(self, *_: object) -> None:
        self.store.actor = self.before


def of_lease(change: Change) -> Iterable[Key]:
    """Wake for the node whose lease has changed."""
    if change.namespace == nodes.LEASES and change.verb == "MODIFIED":
        yield Key("Node", "", change.name)


def of_node(change: Change) -> Iterable[Key]:
    """Wake for a node that is new, or whose conditions have changed."""
    if change.after is not None and (
        change.before is None or change.before.status.conditions != change.after.status.conditions
    ):
        yield Key("Node", "", change.name)
