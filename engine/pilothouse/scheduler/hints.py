"""Which change may help which pod: the requeueing hints of the plugins.

A pod that was refused is tried again only when something changes that a plugin which refused it cares about. The
counterpart are ``EventsToRegister`` and the ``QueueingHintFn`` of each plugin. Simplified: a hint looks at what kind of
thing changed and whether it concerns the pod at all, not at every number; a hint too many costs one attempt.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pilothouse.api import Pod
from pilothouse.kernel import Change
from pilothouse.scheduler.columns import FINISHED
from pilothouse.scheduler.pod_info import claim_names

Hint = Callable[[Change, Pod], bool]
KINDS = ("Pod", "Node", "PersistentVolumeClaim", "PersistentVolume", "StorageClass", "CSINode", "Namespace")


def helps(plugins: tuple[str, ...], change: Change, pod: Pod) -> bool:
    """Whether the change may make one of the plugins let the pod pass; unknown plugins care about everything."""
    return any(any(hint(change, pod) for hint in HINTS.get(plugin, (anything,))) for plugin in plugins)


def anything(change: Change, pod: Pod) -> bool:
    """Any change of a kind that the scheduler watches, but for pods that themselves wait."""
    return change.kind != "Pod" or bool(change.object.spec.nodeName)


def node_came(change: Change, pod: Pod) -> bool:
    """A node joined."""
    return change.kind == "Node" and change.verb == "ADDED"


def _changed(field: Callable[[Any], Any]) -> Hint:
    def changed(change: Change, pod: Pod) -> bool:
        if change.kind != "Node" or change.verb != "MODIFIED":
            return False
        return bool(field(change.before) != field(change.after))

    return changed


labels_changed = _changed(lambda node: node.metadata.labels)
taints_changed = _changed(lambda node: (node.spec.taints, node.spec.unschedulable))
room_changed = _changed(lambda node: node.status.allocatable)


def node_left(change: Change, pod: Pod) -> bool:
    """A node is gone, and with it a place that had to be kept level with."""
    return change.kind == "Node" and change.verb == "DELETED"


def is_placed(pod: Any) -> bool:
    """Whether the pod takes up room on a node."""
    return pod is not None and bool(pod.spec.nodeName) and pod.status.phase not in FINISHED


def pod_left(change: Change, pod: Pod) -> bool:
    """A pod no longer takes up room."""
    return change.kind == "Pod" and is_placed(change.before) and not is_placed(change.after)


def pod_came(change: Change, pod: Pod) -> bool:
    """A pod got a node."""
    return change.kind == "Pod" and is_placed(change.after) and not is_placed(change.before)


def company_changed(change: Change, pod: Pod) -> bool:
    """A placed pod is another now: its labels changed, or it is being deleted."""
    if change.kind != "Pod" or not (is_placed(change.before) and is_placed(change.after)):
        return False
    old, new = change.before.metadata, change.after.metadata
    return bool(old.labels != new.labels or old.deletionTimestamp != new.deletionTimestamp)


def own_claim(change: Change, pod: Pod) -> bool:
    """A claim of the pod was made or changed."""
    if change.kind != "PersistentVolumeClaim" or change.verb == "DELETED":
        return False
    return change.namespace == pod.metadata.namespace and change.name in claim_names(pod)


def storage(change: Change, pod: Pod) -> bool:
    """A volume or a storage class was made or changed."""
    return change.kind in ("PersistentVolume", "StorageClass", "CSINode") and change.verb != "DELETED"


def spaces(change: Change, pod: Pod) -> bool:
    """A namespace came or changed its labels, which a term may select by."""
    if change.kind != "Namespace" or change.after is None:
        return False
    return change.before is None or bool(change.before.metadata.labels != change.after.metadata.labels)


HINTS: dict[str, tuple[Hint, ...]] = {
    "NodeUnschedulable": (node_came, taints_changed),
    "NodeName": (node_came,),
    "TaintToleration": (node_came, taints_changed),
    "NodeAffinity": (node_came, labels_changed),
    "NodePorts": (node_came, pod_left),
    "NodeResourcesFit": (node_came, room_changed, pod_left),
    "VolumeRestrictions": (own_claim, pod_left),
    "NodeVolumeLimits": (node_came, own_claim, storage, pod_left),
    "VolumeBinding": (node_came, labels_changed, own_claim, storage),
    "VolumeZone": (node_came, labels_changed, own_claim, storage),
    "PodTopologySpread": (node_came, node_left, labels_changed, taints_changed, pod_came, pod_left, company_changed),
    "InterPodAffinity": (node_came, labels_changed, pod_came, pod_left, company_changed, spaces),
}


def is_progress(change: Change) -> bool:
    """Whether a pod's change, such as a container becoming ready, concerns no other pod."""
    before, after = change.before, change.after
    if before is None or after is None:
        return not change.object.spec.nodeName
    return bool(
        before.spec is after.spec
        and before.metadata.labels is after.metadata.labels
        and before.metadata.deletionTimestamp == after.metadata.deletionTimestamp
        and before.status.phase == after.status.phase
    )
