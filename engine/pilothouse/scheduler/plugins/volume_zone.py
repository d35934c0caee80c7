"""VolumeZone: a pod must run in the zone and region of its volumes, as their labels say."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from operator import contains

from pilothouse.api import PersistentVolume
from pilothouse.scheduler.nodes import Nodes
from pilothouse.scheduler.plugin import Plugin, Refusal, Rejected
from pilothouse.scheduler.pod_info import PodInfo

LABELS = {  # the label of a volume, and its newer name
    "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone": "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region": "topology.kubernetes.io/region",
}


class VolumeZone(Plugin):
    """Refuses nodes in another zone than a bound volume; nodes without any zone label take all volumes."""

    name = "VolumeZone"

    def filter(self, pod: PodInfo, nodes: Nodes) -> Iterable[Refusal]:
        """The nodes elsewhere. Rejects a pod whose claim or volume is missing, or should have been bound by now."""
        if not pod.claims:
            return ()
        refused, zoned = nodes.whole.nothing(), nodes.whole.nothing()
        for label in LABELS:
            zoned |= nodes.domain(label).present
        found = False
        for volume in _volumes(pod, nodes):
            for label, newer in LABELS.items():
                zones = volume.metadata.labels.get(label)
                if zones is None or "" in zones.split("__"):
                    continue
                found = True
                allowed = zones.split("__")
                fits = partial(contains, allowed)
                there = nodes.domain(label).where(fits)
                if newer != label:
                    there |= ~nodes.domain(label).present & nodes.domain(newer).where(fits)
                refused |= zoned & ~there
        return [Refusal(refused[nodes.rows], "node(s) had no available volume zone", resolvable=False)] if found else ()


def _volumes(pod: PodInfo, nodes: Nodes) -> list[PersistentVolume]:
    """The volumes bound to the pod's claims. Raises Rejected."""
    found = []
    for mount in pod.spec.volumes:
        if mount.persistentVolumeClaim is None:
            continue
        name = mount.persistentVolumeClaim.claimName
        claim = nodes.objects.get("PersistentVolumeClaim", pod.namespace, name)
        if claim is None:
            raise Rejected(f'persistentvolumeclaim "{name}" not found')
        if not claim.spec.volumeName:
            storage = claim.spec.storageClassName or ""
            if not storage:
                raise Rejected("PersistentVolumeClaim had no pv name and storageClass name")
            kind = nodes.objects.get("StorageClass", "", storage)
            if kind is None:
                raise Rejected(f'storageclass.storage.k8s.io "{storage}" not found')
            if kind.volumeBindingMode != "WaitForFirstConsumer":
                raise Rejected("PersistentVolume had no name")
            continue
        volume = nodes.objects.get("PersistentVolume", "", claim.spec.volumeName)
        if volume is None:
            raise Rejected(f'persistentvolume "{claim.spec.volumeName}" not found')
        found.append(volume)
    return found
