"""Claim protection: a PersistentVolumeClaim that a pod still uses outlives its deletion until the pod is gone.

The counterpart is `pkg/controller/volume/pvcprotection`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pilothouse.api import Pod, replace
from pilothouse.controllers import pods
from pilothouse.kernel import Change, Controller, Key, itself

FINALIZER = "kubernetes.io/pvc-protection"
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
            finalizers = [name for name in finalizers if name != FINALIZER]
        elif FINALIZER not in finalizers:
            finalizers = [*finalizers, FINALIZER]
        if finalizers != claim.metadata.finalizers:
            self.api.update(replace(claim, metadata=replace(claim.metadata, finalizers=finalizers)))


def used_claims(pod: Pod) -> list[str]:
    """The formula of the index of users."""
    return [
        f"{pod.metadata.namespace}/{volume.persistentVolumeClaim.claimName}"
        for volume in pod.spec.volumes
        if volume.persistentVolumeClaim is not None
    ]
