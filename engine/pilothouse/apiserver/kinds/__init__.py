"""The tables: for each kind its defaults, its rules and its habits. One more kind is one more table, named here.

A table is loaded when the first object of its kind passes the door: most clusters see few of the kinds.
"""

from __future__ import annotations

from importlib import import_module

from pilothouse.apiserver.kind import Kind

_HOMES = {
    "access": ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"),
    "batch": ("Job", "CronJob"),
    "cluster": ("Node", "Namespace", "Lease", "Event"),
    "config": ("ConfigMap", "Secret", "ServiceAccount"),
    "daemonset": ("DaemonSet",),
    "definition": ("CustomResourceDefinition",),
    "deployment": ("Deployment",),
    "extension": (
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ResourceClaim",
        "ResourceClaimTemplate",
        "ResourceSlice",
    ),
    "network": ("Ingress", "IngressClass", "NetworkPolicy"),
    "pod": ("Pod",),
    "policy": ("PodDisruptionBudget", "ResourceQuota", "LimitRange", "HorizontalPodAutoscaler"),
    "priority": ("PriorityClass", "RuntimeClass"),
    "replicaset": ("ReplicaSet", "ReplicationController"),
    "revision": ("ControllerRevision", "PodTemplate"),
    "service": ("Service", "EndpointSlice", "Endpoints"),
    "statefulset": ("StatefulSet",),
    "storage": (
        "PersistentVolume",
        "PersistentVolumeClaim",
        "StorageClass",
        "VolumeAttributesClass",
        "CSIDriver",
    ),
}
HOMES = {kind: module for module, kinds in _HOMES.items() for kind in kinds}


def table_of(kind: str) -> Kind | None:
    """The table of a kind, or None where it has none: such objects are stored as they are, their metadata checked."""
    home = HOMES.get(kind)
    if home is None:
        return None
    tables: tuple[Kind, ...] = import_module(f"{__name__}.{home}").KINDS
    return next(one for one in tables if one.kind == kind)
