"""Protection of data: a claim that a pod uses outlives its deletion until the pod is gone, a volume until its claim
is.

The counterparts are `pkg/controller/volume/pvcprotection` and `pvprotection`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from pilothouse.api import Pod, replace
from pilothouse.controllers import pods
from pilothouse.kernel import Change, Controller, Key, itself
from pilothouse.kernel.loop import Watch

CLAIM_FINALIZER = "kubernetes.io/pvc-protection"
VOLUME_FINALIZER = "kubernetes.io/pv-protection"
USERS = "claims"  # the index of pods by the claims that they use, namespace/name


class ClaimProtection(Controller):
    """Keeps the finalizer on claims, and takes it off a deleted one that no pod uses."""

    name = "persistentvolumeclaim-protection-controller"

    @property
    def watches(self) -> dict[str, Any]:
        """Claims, and the pods that use some."""
        return {"PersistentVolumeClaim": itself, "Pod": self.claims_of}

    def start(self) -> None:
        """Have pods indexed by their claims."""
        self.store.index("Pod", USERS, used_claims)

    def claims_of(self, change: Change) -> Iterable[Key]:
        """The claims of a pod that went or ended."""
        pod = change.object
        if change.after is not None and not pods.is_finished(pod):
            return []
        return [Key("PersistentVolumeClaim", pod.metadata.namespace, n.partition("/")[2]) for n in used_claims(pod)]

    def reconcile(self, key: Key) -> None:
        """Let a deleted claim go if no pod uses it; protect any other."""
        claim = self.store.get(*key)
        if claim is None:
            return
        finalizers = claim.metadata.finalizers
        if claim.metadata.deletionTimestamp:
            users = self.store.by("Pod", USERS, f"{key.namespace}/{key.name}")
            if any(not pods.is_finished(pod) for pod in users):
                return
            finalizers = [name for name in finalizers if name != CLAIM_FINALIZER]
        elif CLAIM_FINALIZER not in finalizers:
            finalizers = [*finalizers, CLAIM_FINALIZER]
        if finalizers != claim.metadata.finalizers:
            self.api.update(replace(claim, metadata=replace(claim.metadata, finalizers=finalizers)))


class VolumeProtection(Controller):
    """Keeps the finalizer on volumes, and takes it off a deleted one that is not bound."""

    name = "persistentvolume-protection-controller"
    watches: ClassVar[dict[str, Watch]] = {"PersistentVolume": itself}

    def reconcile(self, key: Key) -> None:
        """Let a deleted volume go if no claim has it; protect any other."""
        volume = self.store.get(*key)
        if volume is None:
            return
        finalizers = volume.metadata.finalizers
        if volume.metadata.deletionTimestamp and volume.status.phase != "Bound":
            finalizers = [name for name in finalizers if name != VOLUME_FINALIZER]
        elif not volume.metadata.deletionTimestamp and VOLUME_FINALIZER not in finalizers:
            finalizers = [*finalizers, VOLUME_FINALIZER]
        if finalizers != volume.metadata.finalizers:
            self.api.update(replace(volume, metadata=replace(volume.metadata, finalizers=finalizers)))


def used_claims(pod: Pod) -> list[str]:
    """The formula of the index of users."""
    return [
        f"{pod.metadata.namespace}/{volume.persistentVolumeClaim.claimName}"
        for volume in pod.spec.volumes
        if volume.persistentVolumeClaim is not None
    ]
