"""NodeVolumeLimits: a node can attach only so many volumes of one driver, as its CSINode says."""

from __future__ import annotations

from collections.abc import Iterable

from pilothouse.api import PersistentVolumeClaim, Pod
from pilothouse.scheduler.columns import Objects
from pilothouse.scheduler.nodes import Nodes
from pilothouse.scheduler.plugin import Plugin, Refusal
from pilothouse.scheduler.pod_info import PodInfo, claim_names

Attached = dict[tuple[str, str], None]  # (driver, volume): each volume counts once, however many pods mount it


class NodeVolumeLimits(Plugin):
    """Refuses nodes on which the pod's volumes would pass the limit of their driver."""

    name = "NodeVolumeLimits"

    def filter(self, pod: PodInfo, nodes: Nodes) -> Iterable[Refusal]:
        """The nodes that are full, or all of them while a claim is missing."""
        if not pod.claims:
            return ()
        for name in pod.claims:
            if nodes.objects.get("PersistentVolumeClaim", pod.namespace, name) is None:
                missing = f'looking up PVC {pod.namespace}/{name}: persistentvolumeclaim "{name}" not found'
                return [Refusal(~nodes.nothing(), missing, resolvable=False)]
        wanted = attached_by(pod.pod, nodes.objects)
        full = [row for row in range(len(nodes.columns.names)) if wanted and self._is_full(row, wanted, nodes)]
        return [Refusal(nodes.marked(full), "node(s) exceed max volume count")]

    def _is_full(self, row: int, wanted: Attached, nodes: Nodes) -> bool:
        limits = limits_of(nodes.columns.names[row], nodes.objects)
        if not limits:
            return False
        there: Attached = {}
        for pod in nodes.columns.pods[row].values():
            there.update(attached_by(pod, nodes.objects))
        new = [driver for driver, volume in wanted if (driver, volume) not in there]
        old = [driver for driver, _ in there]
        return any(old.count(driver) + new.count(driver) > limits.get(driver, 1 << 31) for driver in new)


def limits_of(node: str, objects: Objects) -> dict[str, int]:
    """How many volumes of each driver the node can attach."""
    described = objects.get("CSINode", "", node)
    if described is None:
        return {}
    return {
        driver.name: driver.allocatable.count
        for driver in described.spec.drivers
        if driver.allocatable is not None and driver.allocatable.count is not None
    }


def attached_by(pod: Pod, objects: Objects) -> Attached:
    """The CSI volumes that the pod makes a node attach; a claim not yet bound counts as a volume of its own."""
    found: Attached = {}
    for name in claim_names(pod):
        claim = objects.get("PersistentVolumeClaim", pod.metadata.namespace, name)
        if claim is not None and (identity := _volume(claim, objects)) is not None:
            found[identity] = None
    return found


def _volume(claim: PersistentVolumeClaim, objects: Objects) -> tuple[str, str] | None:
    bound = objects.get("PersistentVolume", "", claim.spec.volumeName) if claim.spec.volumeName else None
    if bound is not None:
        csi = bound.spec.csi
        return (csi.driver, csi.volumeHandle) if csi is not None else None
    storage = objects.get("StorageClass", "", claim.spec.storageClassName or "")
    if storage is None:
        return None
    return storage.provisioner, f"claim {claim.metadata.namespace}/{claim.metadata.name}"
