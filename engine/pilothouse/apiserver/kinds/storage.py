"""PersistentVolume, PersistentVolumeClaim, StorageClass and their kin at the door.

The real counterparts are `SetDefaults_PersistentVolume`, `ValidatePersistentVolume` and
`ValidatePersistentVolumeClaim`.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from pilothouse.api import PersistentVolumeClaimStatus, PersistentVolumeStatus, replace
from pilothouse.api.name import dns_subdomain, qualified_name
from pilothouse.apiserver import internal
from pilothouse.apiserver.default import computed, defaults, inside, pointer
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.kinds.resources import amount
from pilothouse.apiserver.kinds.selector import LABEL_SELECTOR, NODE_SELECTOR
from pilothouse.apiserver.rule import at, fields, need, one_of, words
from pilothouse.apiserver.status import Fault, forbidden, invalid, required, unsupported

MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")


def _modes(value: list[str], path: str, faults: list[Fault]) -> None:
    for mode in value:
        if mode not in MODES:
            faults.append(unsupported(path, mode, MODES))
        if mode == "ReadWriteOncePod" and len(value) > 1:
            faults.append(forbidden(path, "may not use ReadWriteOncePod with other access modes"))
            return


# ------------------ PersistentVolume

_SOURCES = (
    "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume", "flocker", "gcePersistentDisk",
    "glusterfs", "hostPath", "iscsi", "local", "nfs", "photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO",
    "storageos", "vsphereVolume",
)  # fmt: skip
_READ = attrgetter(*_SOURCES)
_VOLUME = defaults(
    persistentVolumeReclaimPolicy="Retain",
    volumeMode="Filesystem",
    hostPath=inside(defaults(type=computed(lambda source: "" if source.type is None else None))),
    iscsi=inside(defaults(iscsiInterface="default")),
    rbd=inside(defaults(pool="rbd", user="admin", keyring="/etc/ceph/keyring")),
    azureDisk=inside(defaults(cachingMode="ReadWrite", kind="Shared", fsType="ext4", readOnly=pointer(False))),
)


def _capacity(spec: Any, path: str, faults: list[Fault]) -> None:
    here = f"{path}.capacity"
    if not spec.capacity:
        faults.append(required(here))
    if "storage" not in spec.capacity or len(spec.capacity) > 1:
        faults.append(unsupported(here, spec.capacity or None, ("storage",)))
    for name, text in spec.capacity.items():
        if amount(text) <= 0:
            faults.append(invalid(f"{here}[{name}]", text, "must be greater than zero"))


def _source(spec: Any, path: str, faults: list[Fault]) -> None:
    given = [name for name, got in zip(_SOURCES, _READ(spec), strict=True) if got is not None]
    for name in given[1:]:
        faults.append(forbidden(f"{path}.{name}", "may not specify more than 1 volume type"))
    if not given:
        faults.append(required(path, "must specify a volume type"))
    if spec.local is not None:
        if not spec.local.path:
            faults.append(required(f"{path}.local.path"))
        if spec.nodeAffinity is None:
            faults.append(required(f"{path}.nodeAffinity", "Local volume requires node affinity"))


_PV_SPEC = fields(
    at("accessModes", need(_modes)),
    _capacity,
    at("nodeAffinity", fields(at("required", NODE_SELECTOR))),
    at("persistentVolumeReclaimPolicy", one_of("Delete", "Recycle", "Retain")),
    _source,
    at("storageClassName", words(dns_subdomain)),
    at("volumeMode", one_of("Block", "Filesystem")),
)


def _pv_changes(new: Any, old: Any, path: str, faults: list[Fault]) -> None:
    if _READ(new.spec) != _READ(old.spec):
        faults.append(
            forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation")
        )
    if new.spec.volumeMode != old.spec.volumeMode:
        faults.append(invalid("spec.volumeMode", new.spec.volumeMode, "field is immutable"))


def _pv_warnings(item: Any) -> list[str]:
    if item.spec.persistentVolumeReclaimPolicy != "Recycle":
        return []
    told = "The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning."
    return [f"spec.persistentVolumeReclaimPolicy: {told}"]


PERSISTENT_VOLUME = Kind(
    "PersistentVolume",
    defaults=defaults(spec=inside(_VOLUME)),
    rules=fields(at("spec", _PV_SPEC)),
    changes=_pv_changes,
    prepare=lambda item: replace(item, status=PersistentVolumeStatus(phase="Pending")),
    status=True,
    warnings=_pv_warnings,
)

# ------------------ PersistentVolumeClaim


def _request(spec: Any, path: str, faults: list[Fault]) -> None:
    text = spec.resources.requests.get("storage")
    if text is None:
        faults.append(required(f"{path}.resources[storage]"))
    elif amount(text) <= 0:
        faults.append(invalid(f"{path}.resources[storage]", text, "must be greater than zero"))


CLAIM_SPEC = fields(
    at("accessModes", need(_modes, detail="at least 1 access mode is required")),
    at("selector", LABEL_SELECTOR),
    _request,
    at("storageClassName", words(dns_subdomain)),
    at("volumeMode", one_of("Block", "Filesystem")),
)


_KEPT = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"


def _claim_changes(new: Any, old: Any, path: str, faults: list[Fault]) -> None:
    now, before = new.spec, old.spec
    free: dict[str, Any] = {"volumeAttributesClassName": before.volumeAttributesClassName}
    if old.status.phase == "Bound":
        free["resources"] = before.resources
    if not before.volumeName:
        free["volumeName"] = ""
    if before.storageClassName is None:
        free["storageClassName"] = None
    munged = replace(now, **free)
    if munged != before:
        faults.append(forbidden("spec", f"{_KEPT}\n{internal.difference(before, munged, 'ClaimSpec')}"))
    size, least = now.resources.requests.get("storage", "0"), before.resources.requests.get("storage", "0")
    if old.status.phase == "Bound" and amount(size) < amount(least):
        faults.append(forbidden("spec.resources.requests.storage", "field can not be less than status.capacity"))


CLAIM = Kind(
    "PersistentVolumeClaim",
    defaults=defaults(spec=inside(defaults(volumeMode="Filesystem"))),
    rules=fields(at("spec", CLAIM_SPEC)),
    changes=_claim_changes,
    prepare=lambda item: replace(item, status=PersistentVolumeClaimStatus(phase="Pending")),
    status=True,
)

# ------------------ classes


def _class_changes(new: Any, old: Any, path: str, faults: list[Fault]) -> None:
    if new.parameters != old.parameters:
        faults.append(forbidden("parameters", "updates to parameters are forbidden."))
    if new.provisioner != old.provisioner:
        faults.append(forbidden("provisioner", "updates to provisioner are forbidden."))
    for name in ("reclaimPolicy", "volumeBindingMode"):
        if getattr(new, name) != getattr(old, name):
            faults.append(invalid(name, getattr(new, name), "field is immutable"))


STORAGE_CLASS = Kind(
    "StorageClass",
    defaults=defaults(reclaimPolicy="Delete", volumeBindingMode="Immediate"),
    rules=fields(
        at("provisioner", need(words(lambda value: qualified_name(value.lower())))),
        at("reclaimPolicy", one_of("Delete", "Retain")),
        at("volumeBindingMode", need(one_of("Immediate", "WaitForFirstConsumer"))),
    ),
    changes=_class_changes,
)


def _attributes_changes(new: Any, old: Any, path: str, faults: list[Fault]) -> None:
    for name in ("driverName", "parameters"):
        if getattr(new, name) != getattr(old, name):
            faults.append(invalid(name, getattr(new, name), "field is immutable"))


ATTRIBUTES_CLASS = Kind(
    "VolumeAttributesClass",
    rules=fields(at("driverName", need()), at("parameters", need(detail="must contain at least one key/value pair"))),
    changes=_attributes_changes,
)

CSI_DRIVER = Kind(
    "CSIDriver",
    defaults=defaults(
        spec=inside(
            defaults(
                attachRequired=computed(lambda spec: True if spec.attachRequired is None else None),
                podInfoOnMount=computed(lambda spec: False if spec.podInfoOnMount is None else None),
                storageCapacity=computed(lambda spec: False if spec.storageCapacity is None else None),
                requiresRepublish=computed(lambda spec: False if spec.requiresRepublish is None else None),
                fsGroupPolicy="ReadWriteOnceWithFSType",
                volumeLifecycleModes=computed(lambda spec: ["Persistent"]),
                seLinuxMount=computed(lambda spec: False if spec.seLinuxMount is None else None),
            )
        )
    ),
)

KINDS = (PERSISTENT_VOLUME, CLAIM, STORAGE_CLASS, ATTRIBUTES_CLASS, CSI_DRIVER)
