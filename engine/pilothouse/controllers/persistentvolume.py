"""Persistent volumes: a claim gets the smallest volume that will do, and keeps it; a volume that is left is kept or
deleted.

A claim whose class says WaitForFirstConsumer waits until the scheduler has chosen a node, or a volume, for its pod.
Where no volume will do, a provisioner makes one. The counterpart is
`pkg/controller/volume/persistentvolume/pv_controller.go`. Simplified: no volumes are recycled, resized or moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pilothouse.api import (
    ObjectReference,
    PersistentVolume,
    PersistentVolumeClaim,
    StorageClass,
    matches,
    replace,
    timestamp,
    whole,
)
from pilothouse.apiserver import ApiError
from pilothouse.kernel import Change, Controller, Key

COMPLETED = "pv.kubernetes.io/bind-completed"
BY_US = "pv.kubernetes.io/bound-by-controller"
PROVISIONER = "volume.kubernetes.io/storage-provisioner"
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
SELECTED_NODE = "volume.kubernetes.io/selected-node"
NO_PROVISIONER = "kubernetes.io/no-provisioner"
LOST = "Bound claim has lost its PersistentVolume. Data on the volume is lost!"
NOTHING = "no persistent volumes available for this claim and no storage class is set"
FIRST_CONSUMER = "waiting for first consumer to be created before binding"


class PersistentVolumeController(Controller):
    """Binds claims and volumes to each other, both ways."""

    name = "persistentvolume-controller"

    @property
    def watches(self) -> dict[str, Any]:
        """Claims, volumes and classes."""
        return {"PersistentVolumeClaim": self.pair, "PersistentVolume": self.pair, "StorageClass": self.waiting}

    def pair(self, change: Change) -> Iterable[Key]:
        """What changed and its other half; for a volume that is free also every claim that looks for one."""
        keys = {change.key: None}
        for item in (change.before, change.after):
            if isinstance(item, PersistentVolumeClaim) and item.spec.volumeName:
                keys[Key("PersistentVolume", "", item.spec.volumeName)] = None
            elif isinstance(item, PersistentVolume) and item.spec.claimRef is not None:
                claim = item.spec.claimRef
                keys[Key("PersistentVolumeClaim", claim.namespace, claim.name)] = None
        if change.key.kind == "PersistentVolume" and change.after is not None and change.after.spec.claimRef is None:
            keys.update(dict.fromkeys(self.unbound()))
        if change.key.kind == "PersistentVolumeClaim" and change.after is None:
            keys.update(dict.fromkeys(self.volumes_of(change.key)))
        return keys

    def waiting(self, change: Change) -> Iterable[Key]:
        """The claims that look for a volume of a class that came or changed."""
        return self.unbound()

    def unbound(self) -> list[Key]:
        """The claims that look for a volume."""
        claims = self.store.list("PersistentVolumeClaim")
        return [
            Key("PersistentVolumeClaim", c.metadata.namespace, c.metadata.name) for c in claims if not c.spec.volumeName
        ]

    def volumes_of(self, claim: Key) -> list[Key]:
        """The volumes that are meant for a claim."""
        return [
            Key("PersistentVolume", "", v.metadata.name)
            for v in self.store.list("PersistentVolume")
            if v.spec.claimRef is not None and (v.spec.claimRef.namespace, v.spec.claimRef.name) == claim[1:]
        ]

    def reconcile(self, key: Key) -> None:
        """Bring a claim to a volume, or see what became of a volume's claim."""
        item = self.store.get(*key)
        if isinstance(item, PersistentVolume):
            self.sync_volume(item)
        elif item is not None and item.spec.volumeName:
            self.sync_bound(item)
        elif item is not None and not item.metadata.deletionTimestamp:
            self.sync_unbound(item)

    # ----------------------------------------------------------------------------------------------------------- claims
    def sync_unbound(self, claim: PersistentVolumeClaim) -> None:
        """Bind the claim to a volume that is there, or see that one is made."""
        kind = self.store.get("StorageClass", "", claim.spec.storageClassName or "")
        waits = kind is not None and kind.volumeBindingMode == "WaitForFirstConsumer"
        waits = waits and SELECTED_NODE not in claim.metadata.annotations
        volume = best(claim, self.store.list("PersistentVolume"), only_reserved=waits)
        if volume is not None:
            self.bind(volume, claim)
        elif waits:
            self.api.event(claim, "Normal", "WaitForFirstConsumer", FIRST_CONSUMER)
        elif not claim.spec.storageClassName:
            self.api.event(claim, "Normal", "FailedBinding", NOTHING)
        else:
            self.provision(claim, kind)

    def provision(self, claim: PersistentVolumeClaim, kind: StorageClass | None) -> None:
        """Ask the class's provisioner for a volume."""
        if kind is None:
            message = f'storageclass.storage.k8s.io "{claim.spec.storageClassName}" not found'
            self.api.event(claim, "Warning", "ProvisioningFailed", message)
        elif kind.provisioner == NO_PROVISIONER:
            message = f"storageclass {kind.metadata.name} has no provisioner: make a PersistentVolume for the claim"
            self.api.event(claim, "Warning", "ProvisioningFailed", message)
        elif claim.metadata.annotations.get(PROVISIONER) != kind.provisioner:
            notes = {**claim.metadata.annotations, PROVISIONER: kind.provisioner}
            claim = self.api.update(replace(claim, metadata=replace(claim.metadata, annotations=notes)))
            message = (
                f"Waiting for a volume to be created either by the external provisioner '{kind.provisioner}' "
                "or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is "
                "running and correctly registered."
            )
            self.api.event(claim, "Normal", "ExternalProvisioning", message)

    def sync_bound(self, claim: PersistentVolumeClaim) -> None:
        """A claim with a volume's name: complete what is half done, or say that the volume is lost."""
        volume = self.store.get("PersistentVolume", "", claim.spec.volumeName)
        was_bound = COMPLETED in claim.metadata.annotations
        holder = volume.spec.claimRef if volume is not None else None
        is_ours = holder is None or is_for(volume, claim)
        if volume is None or not is_ours:
            if was_bound and claim.status.phase != "Lost":
                self.api.event(claim, "Warning", "ClaimLost", LOST)
                self.write_claim(claim, "Lost", None)
            elif not was_bound and volume is not None:
                name = claim.spec.volumeName
                self.api.event(
                    claim, "Warning", "FailedBinding", f'volume "{name}" already bound to a different claim.'
                )
            return
        self.bind(volume, claim)

    def bind(self, volume: PersistentVolume, claim: PersistentVolumeClaim) -> None:
        """Write each on the other, the volume first: then nobody else takes it."""
        if volume.spec.claimRef is None or volume.spec.claimRef.uid != claim.metadata.uid:
            notes = dict(volume.metadata.annotations)
            if volume.spec.claimRef is None:
                notes[BY_US] = "yes"
            volume = self.api.update(
                replace(
                    volume,
                    metadata=replace(volume.metadata, annotations=notes),
                    spec=replace(volume.spec, claimRef=reference_to(claim)),
                )
            )
        self.write_volume(volume, "Bound")
        notes = {**claim.metadata.annotations, COMPLETED: "yes"}
        if not claim.spec.volumeName:
            notes[BY_US] = "yes"
        if (notes, volume.metadata.name) != (claim.metadata.annotations, claim.spec.volumeName):
            claim = self.api.update(
                replace(
                    claim,
                    metadata=replace(claim.metadata, annotations=notes),
                    spec=replace(claim.spec, volumeName=volume.metadata.name),
                )
            )
        self.write_claim(claim, "Bound", volume)

    def write_claim(self, claim: PersistentVolumeClaim, phase: str, volume: PersistentVolume | None) -> None:
        """Write the claim's status, if it says anything new."""
        status = replace(
            claim.status,
            phase=phase,
            accessModes=volume.spec.accessModes if volume else [],
            capacity=volume.spec.capacity if volume else {},
        )
        if status != claim.status:
            self.api.update(replace(claim, status=status), subresource="status")

    # ---------------------------------------------------------------------------------------------------------- volumes
    def sync_volume(self, volume: PersistentVolume) -> None:
        """A volume is available, bound, or left behind by its claim; then its policy says what becomes of it."""
        holder = volume.spec.claimRef
        if holder is None or not holder.uid:
            self.write_volume(volume, "Available")
            return
        claim = self.store.get("PersistentVolumeClaim", holder.namespace, holder.name)
        if claim is not None and claim.metadata.uid == holder.uid:
            if claim.spec.volumeName == volume.metadata.name and COMPLETED in claim.metadata.annotations:
                self.write_volume(volume, "Bound")
            elif not claim.spec.volumeName:
                self.wake(Key("PersistentVolumeClaim", holder.namespace, holder.name))
            return
        volume = self.write_volume(volume, "Released")
        if volume.spec.persistentVolumeReclaimPolicy == "Delete" and not volume.metadata.deletionTimestamp:
            self.delete(volume)

    def delete(self, volume: PersistentVolume) -> None:
        """Delete a volume that was made for a claim that is gone."""
        if PROVISIONED_BY not in volume.metadata.annotations:
            message = "error getting deleter volume plugin for volume: no deletable volume plugin matched"
            self.write_volume(volume, "Failed", message)
            self.api.event(volume, "Warning", "VolumeFailedDelete", message)
            return
        try:
            self.api.delete("PersistentVolume", volume.metadata.name)
        except ApiError as error:
            if error.code != 404:
                raise

    def write_volume(self, volume: PersistentVolume, phase: str, message: str = "") -> PersistentVolume:
        """Write the volume's phase, if it is another."""
        if volume.status.phase == phase or (phase == "Released" and volume.status.phase == "Failed"):
            return volume
        now = timestamp(self.clock.now)
        status = replace(volume.status, phase=phase, message=message, lastPhaseTransitionTime=now)
        return self.api.update(replace(volume, status=status), subresource="status")  # type: ignore[no-any-return]


def reference_to(claim: PersistentVolumeClaim) -> ObjectReference:
    """The claim as its volume names it."""
    return ObjectReference(
        kind="PersistentVolumeClaim",
        apiVersion="v1",
        namespace=claim.metadata.namespace,
        name=claim.metadata.name,
        uid=claim.metadata.uid,
        resourceVersion=claim.metadata.resourceVersion,
    )


def is_for(volume: PersistentVolume, claim: PersistentVolumeClaim) -> bool:
    """The volume is meant for this claim, and for no other of the same name."""
    holder = volume.spec.claimRef
    if holder is None:
        return False
    is_named = (holder.namespace, holder.name) == (claim.metadata.namespace, claim.metadata.name)
    return is_named and holder.uid in ("", claim.metadata.uid)


def best(
    claim: PersistentVolumeClaim, volumes: Sequence[PersistentVolume], only_reserved: bool
) -> PersistentVolume | None:
    """The volume for the claim: one that is reserved for it, else the smallest that will do."""
    fitting = [volume for volume in volumes if fits(volume, claim)]
    reserved = [volume for volume in fitting if is_for(volume, claim)]
    free = [] if only_reserved else [volume for volume in fitting if volume.spec.claimRef is None]
    smallest = sorted(free, key=lambda volume: (size(volume), volume.metadata.name))
    return next(iter([*reserved, *smallest]), None)


def size(volume: PersistentVolume) -> int:
    """How many bytes the volume holds."""
    return whole(volume.spec.capacity.get("storage", "0"))


def fits(volume: PersistentVolume, claim: PersistentVolumeClaim) -> bool:
    """The volume offers what the claim asks for."""
    asked = claim.spec
    if volume.metadata.deletionTimestamp or (volume.spec.claimRef is not None and not is_for(volume, claim)):
        return False
    if volume.status.phase in ("Released", "Failed") or (asked.volumeMode or "Filesystem") != (
        volume.spec.volumeMode or "Filesystem"
    ):
        return False
    return (
        volume.spec.storageClassName == (asked.storageClassName or "")
        and set(asked.accessModes) <= set(volume.spec.accessModes)
        and whole(asked.resources.requests.get("storage", "0")) <= size(volume)
        and (asked.selector is None or matches(asked.selector, volume.metadata.labels))
    )
