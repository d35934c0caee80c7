"""VolumeRestrictions: some volumes cannot be mounted twice, on one node or at all."""

from __future__ import annotations

from collections.abc import Iterable

from pilothouse.api import Pod, Volume
from pilothouse.scheduler.nodes import Nodes
from pilothouse.scheduler.plugin import Plugin, Refusal, Rejected
from pilothouse.scheduler.pod_info import PodInfo

IN_USE = (
    "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod"
)


class VolumeRestrictions(Plugin):
    """Refuses a second pod on a ReadWriteOncePod claim anywhere, and a second writer of one disk on a node."""

    name = "VolumeRestrictions"

    def filter(self, pod: PodInfo, nodes: Nodes) -> Iterable[Refusal]:
        """All nodes while another pod has the claim; the nodes where a disk is mounted. Rejects a missing claim."""
        if not pod.spec.volumes:
            return ()
        disks = [volume for volume in pod.spec.volumes if _is_disk(volume)]
        conflict = nodes.nothing()
        if disks:
            rows = [row for row, pods in enumerate(nodes.columns.pods) if _mounts(disks, list(pods.values()))]
            conflict = nodes.marked(rows)
        refusals = [Refusal(conflict, "node(s) had no available disk")]
        if self._is_taken(pod, nodes):
            refusals.append(Refusal(~nodes.nothing() & ~conflict, IN_USE))
        return refusals

    def _is_taken(self, pod: PodInfo, nodes: Nodes) -> bool:
        taken = False
        for volume in pod.spec.volumes:
            if volume.persistentVolumeClaim is None:
                continue
            name = volume.persistentVolumeClaim.claimName
            claim = nodes.objects.get("PersistentVolumeClaim", pod.namespace, name)
            if claim is None:
                raise Rejected(f'persistentvolumeclaim "{name}" not found')
            if "ReadWriteOncePod" in claim.spec.accessModes:
                taken = taken or any(nodes.columns.claims.get((pod.namespace, name), {}).values())
        return taken


def _is_disk(volume: Volume) -> bool:
    return bool(volume.gcePersistentDisk or volume.awsElasticBlockStore or volume.rbd or volume.iscsi)


def _mounts(disks: list[Volume], pods: list[Pod]) -> bool:
    return any(_clash(disk, volume) for pod in pods for volume in pod.spec.volumes for disk in disks)


def _clash(ours: Volume, theirs: Volume) -> bool:
    """Whether both are the same disk and at least one of them writes (an AWS disk never has two mounts)."""
    gce, other_gce = ours.gcePersistentDisk, theirs.gcePersistentDisk
    if gce is not None and other_gce is not None and gce.pdName == other_gce.pdName:
        return not (gce.readOnly and other_gce.readOnly)
    aws, other_aws = ours.awsElasticBlockStore, theirs.awsElasticBlockStore
    if aws is not None and other_aws is not None and aws.volumeID == other_aws.volumeID:
        return True
    iscsi, other_iscsi = ours.iscsi, theirs.iscsi
    if iscsi is not None and other_iscsi is not None and iscsi.iqn == other_iscsi.iqn:
        return not (iscsi.readOnly and other_iscsi.readOnly)
    rbd, other_rbd = ours.rbd, theirs.rbd
    if rbd is None or other_rbd is None:
        return False
    same = (rbd.pool or "rbd", rbd.image) == (other_rbd.pool or "rbd", other_rbd.image)
    return (
        same and any(each in other_rbd.monitors for each in rbd.monitors) and not (rbd.readOnly and other_rbd.readOnly)
    )
