"""Claims and volumes: who gets whom, and what becomes of a volume that is left."""

from __future__ import annotations

from typing import Any

import pytest
from rig import Rig

pytestmark = [
    pytest.mark.fidelity(
        "Volumes: binding, reclaim policies, protection",
        "simplified",
        "static and WaitForFirstConsumer binding as in the real binder; nothing is resized, recycled or moved",
    ),
    pytest.mark.fidelity(
        "Volumes: provisioning", "invented", "one provisioner serves every StorageClass and takes a second"
    ),
]


def storage_class(name: str, **more: Any) -> dict[str, Any]:
    body = {"provisioner": "example.com/disk", "volumeBindingMode": "Immediate", **more}
    return {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": name}, **body}


def claim(name: str, size: str = "1Gi", kind: str = "", mode: str = "ReadWriteOnce") -> dict[str, Any]:
    spec = {"accessModes": [mode], "resources": {"requests": {"storage": size}}, "storageClassName": kind}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": spec}


def volume(name: str, size: str, policy: str = "Retain", **spec: Any) -> dict[str, Any]:
    body = {"capacity": {"storage": size}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/x"}, **spec}
    body["persistentVolumeReclaimPolicy"] = policy
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}, "spec": body}


def user(name: str, claimed: str) -> dict[str, Any]:
    mounted = [{"name": "v", "persistentVolumeClaim": {"claimName": claimed}}]
    spec = {"containers": [{"name": "c", "image": "a"}], "volumes": mounted, "schedulerName": "nobody"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def phases(rig: Rig, kind: str) -> dict[str, str]:
    return {item.metadata.name: item.status.phase for item in rig.api.list(kind)}


@pytest.mark.parametrize(
    ("volumes", "wanted", "expected"),
    [
        pytest.param([("big", "9Gi"), ("small", "2Gi")], claim("c"), "small", id="the smallest that will do"),
        pytest.param([("big", "9Gi"), ("tiny", "1Mi")], claim("c"), "big", id="not one that is too small"),
        pytest.param([("big", "9Gi")], claim("c", mode="ReadWriteMany"), "", id="not one of another access mode"),
        pytest.param([("big", "9Gi")], claim("c", kind="fast"), "", id="not one of another class"),
    ],
)
def test_a_claim_gets_a_volume(rig: Rig, volumes: list[tuple[str, str]], wanted: dict[str, Any], expected: str) -> None:
    for name, size in volumes:
        rig.api.create(volume(name, size))
    rig.api.create(wanted)
    rig.run(5)
    assert rig.api.get("pvc", "c").spec.volumeName == expected
    assert phases(rig, "pvc") == {"c": "Bound" if expected else "Pending"}


def test_a_volume_can_be_reserved(rig: Rig) -> None:
    rig.api.create(volume("reserved", "9Gi", claimRef={"namespace": "default", "name": "c"}))
    rig.api.create(volume("small", "1Gi"))
    rig.api.create(claim("other", "5Gi"))
    rig.api.create(claim("c"))
    rig.run(1)
    assert rig.api.get("pvc", "c").spec.volumeName == "reserved"
    assert phases(rig, "pvc") == {"c": "Bound", "other": "Pending"}


@pytest.mark.parametrize(("policy", "left"), [("Retain", {"v": "Released"}), ("Delete", {"v": "Failed"})])
def test_what_becomes_of_a_volume_made_by_hand(rig: Rig, policy: str, left: dict[str, str]) -> None:
    rig.api.create(volume("v", "1Gi", policy))
    rig.api.create(claim("c"))
    rig.settle()
    rig.api.delete("pvc", "c")
    rig.run(1)
    assert phases(rig, "pv") == left


def test_a_volume_is_made_and_goes_with_its_claim(rig: Rig) -> None:
    rig.api.create(storage_class("fast"))
    rig.api.create(claim("c", kind="fast"))
    rig.settle()
    assert phases(rig, "pvc") == {"c": "Pending"}
    rig.run(1)
    assert phases(rig, "pvc") == {"c": "Bound"}
    rig.api.delete("pvc", "c")
    rig.run(1)
    assert phases(rig, "pv") == {}


def test_a_claim_waits_for_its_first_consumer(rig: Rig) -> None:
    rig.api.create(storage_class("late", volumeBindingMode="WaitForFirstConsumer"))
    rig.api.create(claim("c", kind="late"))
    rig.run(60)
    assert phases(rig, "pvc") == {"c": "Pending"}
    chosen = {"metadata": {"annotations": {"volume.kubernetes.io/selected-node": "n2"}}}
    rig.api.patch("pvc", "c", chosen)
    rig.run(2)
    (made,) = rig.api.list("pv")
    assert made.spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values == ["n2"]


def test_a_claim_in_use_outlives_its_deletion(rig: Rig) -> None:
    rig.api.create(volume("v", "1Gi"))
    rig.api.create(claim("c"))
    rig.api.create(user("p", "c"))
    rig.settle()
    rig.api.delete("pvc", "c")
    rig.api.delete("pv", "v")
    rig.run(60)
    assert (phases(rig, "pvc"), phases(rig, "pv")) == ({"c": "Bound"}, {"v": "Bound"})
    rig.api.delete("pod", "p", grace=0)
    rig.settle()
    assert (phases(rig, "pvc"), phases(rig, "pv")) == ({}, {})


def test_a_claim_whose_volume_is_gone_is_lost(rig: Rig) -> None:
    rig.api.create(volume("v", "1Gi"))
    rig.api.create(claim("c"))
    rig.settle()
    rig.store.delete("PersistentVolume", "", "v")
    rig.settle()
    assert phases(rig, "pvc") == {"c": "Lost"}
