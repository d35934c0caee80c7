"""A dump of a real cluster, taken in as it is: without admission, and before anything has run.

The counterpart is restoring an etcd snapshot, from which the components of a new control plane go on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilothouse.api import replace, timestamp
from pilothouse.kernel import key_of
from pilothouse.source import Objects, healthy_nodes, newest_time, placed, plain, read

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster


def take_in(cluster: Cluster, source: Objects) -> None:
    """Fill an empty cluster; now becomes the newest time among the objects.

    What a file written by hand lacks, a uid and a time of creation, is given. Kinds come before their objects.
    """
    found = sorted(read(source), key=lambda item: plain(item).get("kind") != "CustomResourceDefinition")
    cluster.options["load"] = [plain(item) for item in found]
    cluster.clock.pass_to(max(map(newest_time, found), default=0.0))
    healthy = healthy_nodes(found)
    for item in found:
        taken = placed(item, cluster.door.scheme, healthy)
        meta = taken.metadata
        birth = {
            "creationTimestamp": meta.creationTimestamp or timestamp(cluster.now),
            "uid": meta.uid or cluster.door.uid(),
        }
        write = cluster.store.create if cluster.store.get(*key_of(taken)) is None else cluster.store.update
        write(replace(taken, metadata=replace(meta, resourceVersion="", **birth)))
        if taken.kind == "CustomResourceDefinition":
            cluster.door.refresh()
