"""Faults: what is broken in a cluster on purpose, and how it is mended.

A node fails with its kubelet and its containers; a component stops acting, as when its process is gone. The
counterpart is pulling a plug, or a chaos tool that does it for you.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilothouse.api.error import Absent, Misuse
from pilothouse.kernel import Controller

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster


class Faults:
    """The faults of one cluster: a failed node is known by its lease, a failed component is kept here."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.stopped: dict[str, Controller] = {}

    def fail(self, what: str) -> None:
        """Break "node/NAME" or "component/NAME". Raises Misuse, Absent or ApiError where there is no such thing."""
        kind, name = self._target(what)
        if kind == "node":
            self.cluster.machines.fail(name)
        else:
            self.stopped[name] = self.cluster.remove(name)

    def recover(self, what: str) -> None:
        """Mend what failed; a component starts afresh, knowing only what is written."""
        kind, name = self._target(what)
        if kind == "node":
            self.cluster.machines.recover(name)
        elif name not in self.stopped:
            raise Absent(f"component {name!r} did not fail; failed are: {', '.join(self.stopped) or 'none'}")
        else:
            component = self.stopped.pop(name)
            component.reset()
            self.cluster.add(component)

    def fork(self, cluster: Cluster) -> Faults:
        """The same faults in a forked cluster."""
        twin = Faults(cluster)
        twin.stopped = {name: component.fork() for name, component in self.stopped.items()}
        return twin

    def _target(self, what: str) -> tuple[str, str]:
        kind, _, name = what.partition("/")
        if kind not in ("node", "component") or not name:
            raise Misuse(f'cannot fail or recover {what!r}; give "node/NAME" or "component/NAME"')
        if kind == "node":
            self.cluster.api.get("node", name)
        return kind, name
