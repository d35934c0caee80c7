"""What every new cluster has from the first moment.

In a real cluster the server's start-up hooks write these. Simplified: the default access roles and flow schemas are
not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilothouse.api import Namespace, ObjectMeta, PriorityClass

if TYPE_CHECKING:
    from pilothouse.apiserver.door import Door

NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
_CRITICAL = "Used for system critical pods that must "
_CLASSES = (
    (
        "system-cluster-critical",
        2000000000,
        f"{_CRITICAL}run in the cluster, but can be moved to another node if necessary.",
    ),
    ("system-node-critical", 2000001000, f"{_CRITICAL}not be moved from their current node."),
)


def bootstrap(door: Door) -> None:
    """Write the namespaces and priority classes that are always there."""
    for name in NAMESPACES:
        door.create(Namespace(metadata=ObjectMeta(name=name)), user="system:apiserver")
    for name, value, description in _CLASSES:
        door.create(
            PriorityClass(metadata=ObjectMeta(name=name), value=value, description=description), user="system:apiserver"
        )
