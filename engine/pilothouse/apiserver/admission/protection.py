"""Storage that is in use does not vanish, and who names no class gets the default one.

The real plugins are StorageObjectInUseProtection, DefaultStorageClass and DefaultIngressClass.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api import replace
from pilothouse.apiserver.admission.request import Request

_FINALIZERS = {
    "PersistentVolume": "kubernetes.io/pv-protection",
    "PersistentVolumeClaim": "kubernetes.io/pvc-protection",
    "VolumeAttributesClass": "kubernetes.io/vac-protection",
}
_STORAGE = "storageclass.kubernetes.io/is-default-class"
_INGRESS = "ingressclass.kubernetes.io/is-default-class"


def finalizer(request: Request) -> Any:
    """A finalizer that only goes when nobody uses the storage any more."""
    item = request.item
    name = _FINALIZERS[request.info.kind]
    if request.operation != "CREATE" or name in item.metadata.finalizers:
        return item
    return replace(item, metadata=replace(item.metadata, finalizers=[*item.metadata.finalizers, name]))


def _default(request: Request, kind: str, mark: str) -> str | None:
    """The newest class that is marked as default."""
    found = [one for one in request.door.store.list(kind) if one.metadata.annotations.get(mark) == "true"]
    if not found:
        return None
    newest = max(found, key=lambda one: (one.metadata.creationTimestamp, one.metadata.name))
    return str(newest.metadata.name)


def storage_class(request: Request) -> Any:
    """A claim that names no class gets the default one."""
    item = request.item
    if request.operation != "CREATE" or item.spec.storageClassName is not None:
        return item
    if "volume.beta.kubernetes.io/storage-class" in item.metadata.annotations:
        return item
    name = _default(request, "StorageClass", _STORAGE)
    return item if name is None else replace(item, spec=replace(item.spec, storageClassName=name))


def ingress_class(request: Request) -> Any:
    """An ingress that names no class gets the default one."""
    item = request.item
    if request.operation != "CREATE" or item.spec.ingressClassName is not None:
        return item
    if "kubernetes.io/ingress.class" in item.metadata.annotations:
        return item
    name = _default(request, "IngressClass", _INGRESS)
    return item if name is None else replace(item, spec=replace(item.spec, ingressClassName=name))
