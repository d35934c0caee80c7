"""`kubectl describe persistentvolumeclaim`."""

from __future__ import annotations

from pilothouse.api import PersistentVolumeClaim

from .events import events
from .page import Page
from .surroundings import Surroundings

SHORT = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"}


def describe(claim: PersistentVolumeClaim, around: Surroundings, page: Page) -> None:
    """What was asked for, what was given, and which pods use it."""
    meta, spec, status = claim.metadata, claim.spec, claim.status
    page.line(0, f"Name:\t{meta.name}")
    page.line(0, f"Namespace:\t{meta.namespace}")
    page.line(0, f"StorageClass:\t{spec.storageClassName or ''}")
    page.line(
        0,
        f"Status:\t{'Terminating (lasts ' + page.since(meta.deletionTimestamp) + ')' if meta.deletionTimestamp else status.phase}",
    )
    page.line(0, f"Volume:\t{spec.volumeName}")
    page.pairs("Labels", meta.labels)
    page.annotations(meta.annotations)
    page.line(0, f"Finalizers:\t[{' '.join(meta.finalizers)}]")
    bound = bool(spec.volumeName)
    page.line(0, f"Capacity:\t{status.capacity.get('storage', '') if bound else ''}")
    page.line(0, f"Access Modes:\t{','.join(SHORT.get(mode, mode) for mode in status.accessModes) if bound else ''}")
    if spec.volumeMode is not None:
        page.line(0, f"VolumeMode:\t{spec.volumeMode}")
    users = [
        pod.metadata.name
        for pod in around.api.list("Pod", namespace=meta.namespace)
        if any(
            one.persistentVolumeClaim and one.persistentVolumeClaim.claimName == meta.name for one in pod.spec.volumes
        )
    ] or ["<none>"]
    page.raw("Used By:\t" + "".join(("\t" if number else "") + name + "\n" for number, name in enumerate(users)))
    events(page, around.events("PersistentVolumeClaim", meta))
