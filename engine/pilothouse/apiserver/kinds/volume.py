"""Volumes of a pod: their defaults and their validation.

The real counterparts are `SetDefaults_Volume` and `validateVolumeSource`. Sources of vendors that no longer work in
1.36 are stored untouched.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from pilothouse.api import EmptyDirVolumeSource, canonical, replace
from pilothouse.api.name import dns_label
from pilothouse.apiserver.default import Fill, computed, defaults, each, inside, pointer
from pilothouse.apiserver.kinds.container import inner_path
from pilothouse.apiserver.kinds.env import field_ref
from pilothouse.apiserver.kinds.image import pull_policy
from pilothouse.apiserver.kinds.resources import amount
from pilothouse.apiserver.rule import Rule, at, between, fields, need, one_of, words
from pilothouse.apiserver.rule import each as every
from pilothouse.apiserver.status import Fault, duplicate, forbidden, invalid, required

# ------------------ defaults

_MODE = pointer(0o644)
_FILES = defaults(defaultMode=_MODE)
_FIELD_ITEMS = each(defaults(fieldRef=inside(defaults(apiVersion="v1"))))
_FILLED = defaults(
    serviceAccountToken=inside(defaults(expirationSeconds=pointer(3600))),
    downwardAPI=inside(defaults(items=_FIELD_ITEMS)),
)


def _projection(source: Any) -> Any:
    """Sources behind feature gates that are off are dropped, as the real server drops them."""
    if source.clusterTrustBundle is not None or source.podCertificate is not None:
        source = replace(source, clusterTrustBundle=None, podCertificate=None)
    return _FILLED(source)


_CLAIM_TEMPLATE = defaults(volumeClaimTemplate=inside(defaults(spec=inside(defaults(volumeMode="Filesystem")))))

VOLUME_SOURCES: tuple[str, ...] = (
    "emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi", "glusterfs",
    "persistentVolumeClaim", "rbd", "cinder", "cephfs", "flocker", "downwardAPI", "fc", "azureFile", "configMap", "vsphereVolume",
    "quobyte", "azureDisk", "photonPersistentDisk", "projected", "portworxVolume", "scaleIO", "storageos", "csi", "ephemeral",
    "image", "flexVolume",
)  # fmt: skip

_READ = attrgetter(*VOLUME_SOURCES)

_VOLUME: Fill = defaults(
    emptyDir=inside(defaults(sizeLimit=inside(canonical))),
    secret=inside(_FILES),
    configMap=inside(_FILES),
    downwardAPI=inside(defaults(defaultMode=_MODE, items=_FIELD_ITEMS)),
    projected=inside(defaults(defaultMode=_MODE, sources=each(_projection))),
    hostPath=inside(defaults(type=computed(lambda source: "" if source.type is None else None))),
    iscsi=inside(defaults(iscsiInterface="default")),
    rbd=inside(defaults(pool="rbd", user="admin", keyring="/etc/ceph/keyring")),
    azureDisk=inside(defaults(cachingMode="ReadWrite", kind="Shared", fsType="ext4", readOnly=pointer(False))),
    scaleIO=inside(defaults(storageMode="ThinProvisioned", fsType="xfs")),
    ephemeral=inside(_CLAIM_TEMPLATE),
    image=inside(defaults(pullPolicy=computed(lambda source: pull_policy(source.reference)))),
)


def volume_defaults(volume: Any) -> Any:
    """A volume without a source is an empty directory."""
    if _READ(volume).count(None) == len(VOLUME_SOURCES):
        return replace(volume, emptyDir=EmptyDirVolumeSource())
    return _VOLUME(volume)


# ------------------ validation

_OCTAL = "must be a number between 0 and 0777 (octal), both inclusive"


def _mode(value: Any, path: str, faults: list[Fault]) -> None:
    if not 0 <= value <= 0o777:
        faults.append(invalid(path, value, _OCTAL))


_ITEM = fields(at("key", need()), at("path", need(inner_path)), at("mode", _mode))
_ITEMS = every(_ITEM)


def _downward_item(value: Any, path: str, faults: list[Fault]) -> None:
    if not value.path:
        faults.append(required(f"{path}.path"))
    else:
        inner_path(value.path, f"{path}.path", faults)
    if value.fieldRef is not None:
        _VOLUME_FIELD(value.fieldRef, f"{path}.fieldRef", faults)
        if value.resourceFieldRef is not None:
            faults.append(
                invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously")
            )
    elif value.resourceFieldRef is None:
        faults.append(required(path, "one of fieldRef and resourceFieldRef is required"))
    if value.mode is not None:
        _mode(value.mode, f"{path}.mode", faults)


_VOLUME_FIELD = field_ref(
    ("metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations", "metadata.uid")
)
_DOWNWARD_ITEMS = every(_downward_item)


def _size_limit(value: Any, path: str, faults: list[Fault]) -> None:
    if amount(value) < 0:
        faults.append(forbidden(path, "SizeLimit field must be a valid resource quantity"))


_SOURCES: dict[str, Rule] = {
    "emptyDir": fields(at("sizeLimit", _size_limit)),
    "hostPath": fields(
        at("path", need()),
        at(
            "type",
            one_of("", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"),
        ),
    ),
    "secret": fields(at("secretName", need()), at("defaultMode", _mode), at("items", _ITEMS)),
    "configMap": fields(at("name", need()), at("defaultMode", _mode), at("items", _ITEMS)),
    "downwardAPI": fields(at("defaultMode", _mode), at("items", _DOWNWARD_ITEMS)),
    "persistentVolumeClaim": fields(at("claimName", need())),
    "nfs": fields(at("server", need()), at("path", need())),
    "csi": fields(at("driver", need())),
    "image": fields(at("reference", need())),
    "projected": fields(
        at("defaultMode", _mode),
        at(
            "sources",
            every(
                fields(
                    at("secret", fields(at("name", need()), at("items", _ITEMS))),
                    at("configMap", fields(at("name", need()), at("items", _ITEMS))),
                    at("downwardAPI", fields(at("items", _DOWNWARD_ITEMS))),
                    at(
                        "serviceAccountToken",
                        fields(at("path", need()), at("expirationSeconds", between(600, 1 << 32))),
                    ),
                )
            ),
        ),
    ),
}


def volumes(value: list[Any], path: str, faults: list[Fault]) -> dict[str, Any]:
    """All volumes of a pod; answers with them by name."""
    named: dict[str, Any] = {}
    for index, volume in enumerate(value):
        here = f"{path}[{index}]"
        source(volume, here, faults)
        if not volume.name:
            faults.append(required(f"{here}.name"))
        else:
            _NAME(volume.name, f"{here}.name", faults)
        if volume.name in named:
            faults.append(duplicate(f"{here}.name", volume.name))
        named[volume.name] = volume
    return named


_NAME = words(dns_label)


def source(volume: Any, path: str, faults: list[Fault]) -> None:
    """Where a volume's content comes from: one place."""
    found = 0
    for name, got in zip(VOLUME_SOURCES, _READ(volume), strict=True):
        if got is None:
            continue
        if found:
            faults.append(forbidden(f"{path}.{name}", "may not specify more than 1 volume type"))
            continue
        found += 1
        rule = _SOURCES.get(name)
        if rule:
            rule(got, f"{path}.{name}", faults)
    if not found:
        faults.append(required(path, "must specify a volume type"))
