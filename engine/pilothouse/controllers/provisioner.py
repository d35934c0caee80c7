"""A provisioner: makes a volume for each claim that asks for one.

Invented: it stands for the provisioner of every StorageClass, whatever its name, and takes a second. In a real
cluster each storage system brings its own; this one resembles sig-storage-lib-external-provisioner, on which most
of them are built.
"""

from __future__ import annotations

from typing import ClassVar

from pilothouse.api import (
    HostPathVolumeSource,
    NodeSelector,
    NodeSelectorRequirement,
    NodeSelectorTerm,
    ObjectMeta,
    PersistentVolume,
    PersistentVolumeClaim,
    PersistentVolumeSpec,
    StorageClass,
    VolumeNodeAffinity,
)
from pilothouse.controllers.persistentvolume import PROVISIONED_BY, PROVISIONER, SELECTED_NODE, reference_to
from pilothouse.kernel import Controller, Key, itself
from pilothouse.kernel.loop import Watch

SECONDS = 1.0  # that it takes to make a volume
HOSTNAME = "kubernetes.io/hostname"


class Provisioner(Controller):
    """Makes PersistentVolumes for claims that a StorageClass serves."""

    name = "volume-provisioner"
    watches: ClassVar[dict[str, Watch]] = {"PersistentVolumeClaim": itself}
    declares = ("begun",)

    def __init__(self) -> None:
        self.begun: dict[str, float] = {}  # uid of a claim: when its volume was begun

    def reconcile(self, key: Key) -> float | None:
        """Make the claim's volume, if it was asked for and the time has passed."""
        claim = self.store.get(*key)
        if claim is None or claim.spec.volumeName or claim.metadata.deletionTimestamp:
            self.begun.pop(claim.metadata.uid if claim is not None else "", None)
            return None
        kind = self.store.get("StorageClass", "", claim.spec.storageClassName or "")
        name = f"pvc-{claim.metadata.uid}"
        if kind is None or claim.metadata.annotations.get(PROVISIONER) != kind.provisioner:
            return None
        if self.store.get("PersistentVolume", "", name) is not None:
            return None
        if claim.metadata.uid not in self.begun:
            self.begun[claim.metadata.uid] = self.clock.now
            what = f'External provisioner is provisioning volume for claim "{key.namespace}/{key.name}"'
            self.api.event(claim, "Normal", "Provisioning", what, component=kind.provisioner)
        wait = self.begun[claim.metadata.uid] + SECONDS - self.clock.now
        if wait > 0:
            return wait
        self.api.create(blueprint(claim, kind, name))
        done = f"Successfully provisioned volume {name}"
        self.api.event(claim, "Normal", "ProvisioningSucceeded", done, component=kind.provisioner)
        return None


def blueprint(claim: PersistentVolumeClaim, kind: StorageClass, name: str) -> PersistentVolume:
    """The volume for the claim, on the node that the scheduler chose if it did."""
    node = claim.metadata.annotations.get(SELECTED_NODE)
    here = NodeSelectorRequirement(key=HOSTNAME, operator="In", values=[node or ""])
    terms = NodeSelector(nodeSelectorTerms=[NodeSelectorTerm(matchExpressions=[here])])
    return PersistentVolume(
        metadata=ObjectMeta(name=name, annotations={PROVISIONED_BY: kind.provisioner}),
        spec=PersistentVolumeSpec(
            accessModes=claim.spec.accessModes,
            capacity={"storage": claim.spec.resources.requests.get("storage", "0")},
            claimRef=reference_to(claim),
            hostPath=HostPathVolumeSource(path=f"/var/lib/volumes/{name}", type="DirectoryOrCreate"),
            nodeAffinity=VolumeNodeAffinity(required=terms) if node else None,
            persistentVolumeReclaimPolicy=kind.reclaimPolicy or "Delete",
            storageClassName=kind.metadata.name,
            volumeMode=claim.spec.volumeMode,
        ),
    )
