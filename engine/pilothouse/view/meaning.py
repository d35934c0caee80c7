"""What a change of the log means to somebody who watches: which sentence it is, and what the picture shows afterwards.

One reader for each kind of object that the picture knows, in a table; every other kind has the general reader. What the
picture cannot show (a lease renewed, an endpoint slice written) has no meaning here and costs next to nothing.
"""

from __future__ import annotations

from pilothouse.kernel import Change
from pilothouse.view.node import read_lease, read_node
from pilothouse.view.pod import read_event, read_pod
from pilothouse.view.thing import Reader, Reading, Thing
from pilothouse.view.word import CODE
from pilothouse.view.work import COUNTS, read_work


def read_other(thing: Thing, change: Change) -> Reading | None:
    """Any other object: that it came, went or was given a new specification."""
    before, after = change.before, change.after
    if after is None:
        return Reading(CODE["work-deleted"], 0)
    if before is None:
        return Reading(CODE["work-created"], 1)
    if after.metadata.generation != before.metadata.generation:
        return Reading(CODE["work-changed"], 1)
    if thing.kind in ("ConfigMap", "Secret") and after.data != before.data:
        return Reading(CODE["work-changed"], 1)
    return None


READERS: dict[str, Reader] = {
    "Pod": read_pod,
    "Node": read_node,
    "Lease": read_lease,
    "Event": read_event,
    **dict.fromkeys(COUNTS, read_work),
}
QUIET = {
    "Lease",  # but that of a node: see Story
    "Event",  # but one about a pod: see Story
    "Endpoints",
    "EndpointSlice",
    "ControllerRevision",
    "Namespace",
    "ServiceAccount",
    "PriorityClass",
    "StorageClass",
    "CSINode",
    "FlowSchema",
    "PriorityLevelConfiguration",
    "ClusterRole",
    "ClusterRoleBinding",
    "APIService",
}
