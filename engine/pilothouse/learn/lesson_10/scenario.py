"""The situations of lesson 10: a quay full of pods, each of which waits for something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pilothouse.learn import shelf
from pilothouse.learn.scenario import Scenario

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

RESERVED = {"key": "reserved", "value": "training", "effect": "NoSchedule"}
BROKEN = {"key": "fan", "value": "broken", "effect": "NoSchedule"}
STANDARD = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "standard", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
    "provisioner": "pilothouse.io/hold",
}


def manifest(name: str) -> str:
    """Return the text of one of the course's manifests."""
    return (shelf.root() / "course" / "manifests" / name).read_text(encoding="utf-8")


def publish() -> None:
    """Put the image of this lesson's pods into the registry: a stand-in that starts and stays up."""
    from pilothouse.containers import image

    image("line/clerk:1.0", startup="1s", memory="50Mi", size="60Mi")(StandIn)


class StandIn:
    """A program that does nothing but stay up."""

    def start(self) -> None:
        """Start."""


def machine(
    name: str,
    labels: Mapping[str, str] | None = None,
    cpu: int = 4,
    memory: int = 8,
    taint: Mapping[str, str] | None = None,
    cordoned: bool = False,
) -> dict[str, Any]:
    """Return a Node as a manifest; memory in Gi."""
    amounts = {"cpu": str(cpu), "memory": f"{memory}Gi", "pods": "110"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": dict(labels or {})},
        "spec": {"taints": [dict(taint)] if taint else [], "unschedulable": cordoned},
        "status": {"capacity": amounts, "allocatable": amounts},
    }


def pod(
    name: str, cpu: str = "100m", port: int = 0, claim: str = "", labels: Any = None, **spec: Any
) -> dict[str, Any]:
    """Return a pod that wants a place; `spec` is whatever else it asks for."""
    container: dict[str, Any] = {
        "name": "clerk",
        "image": "line/clerk:1.0",
        "resources": {"requests": {"cpu": cpu, "memory": "64Mi"}},
    }
    if port:
        container["ports"] = [{"containerPort": port, "hostPort": port}]
    if claim:
        container["volumeMounts"] = [{"name": "pages", "mountPath": "/pages"}]
        spec["volumes"] = [{"name": "pages", "persistentVolumeClaim": {"claimName": claim}}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels or {"from": "quay"}},
        "spec": {"containers": [container], **spec},
    }


def ballast(name: str, node: str, cpu: str = "100m", port: int = 0, labels: Any = None) -> dict[str, Any]:
    """Return a pod that is aboard a node already."""
    return pod(name, cpu, port, labels={"aboard": "yes", **(labels or {})}, nodeName=node)


def harbour(nodes: list[dict[str, Any]]) -> Cluster:
    """Some machines, with storage for whoever claims it."""
    from pilothouse import Cluster

    publish()
    cluster = Cluster(nodes=nodes, seed=10)
    cluster.apply(STANDARD)
    return cluster


def morning(labels: Mapping[str, str] | None = None) -> Cluster:
    """Four machines with the morning's work aboard; `labels` are those of n3."""
    nodes = [
        machine("gpu1", {"accelerator": "gpu"}, 8, 32, RESERVED),
        machine("n1"),
        machine("n2"),
        machine("n3", labels),
    ]
    cluster = harbour(nodes)
    cluster.apply(manifest("morning-watch.yaml"))
    cluster.run("30s")
    return cluster


def quay() -> Cluster:
    """The morning, and six pods that wait: the start of the lesson."""
    cluster = morning()
    cluster.apply(manifest("quay.yaml"))
    cluster.run("30s")
    return cluster


def wait_an_hour(cluster: Cluster) -> None:
    """An hour passes, and nobody changes anything."""
    cluster.run("1h")


def hold_at_customs(cluster: Cluster) -> None:
    """A pod comes for which every machine has room, and which nobody places; five minutes pass."""
    cluster.apply(pod("tea-clerk", "100m", schedulingGates=[{"name": "customs.line/cleared"}]))
    cluster.run("5m")


def late_orders() -> Cluster:
    """Three pods wait; n3 has the camera, and is the fullest of the small machines: the start of exercise 1."""
    cluster = morning({"camera": "quay"})
    cluster.apply(ballast("ferry-list", "n3", "1"))
    cluster.run("30s")
    cluster.apply(manifest("late-orders.yaml"))
    cluster.run("2m")
    return cluster


def night_shift() -> Cluster:
    """Five machines, each with something amiss, and five pods that each could have one of them: exercise 2."""
    cluster = harbour(
        [
            machine("n1", {"deck": "lower"}, cordoned=True),
            machine("n2", {"deck": "lower", "hold": "dry"}, taint=BROKEN),
            machine("n3", {"deck": "upper"}),
            machine("n4", {"deck": "upper"}),
            machine("n5", {"deck": "open"}),
        ]
    )
    radio = {"app": "radio"}
    aboard = [
        ballast("engine-log", "n2", "2500m"),
        ballast("ship-list", "n3", "3"),
        ballast("spare-gauge", "n3", "100m", port=9100),
        ballast("radio-east", "n3", "500m", labels=radio),
        ballast("old-gauge", "n4", "500m", port=9100),
        ballast("radio-west", "n4", "500m", labels=radio),
        ballast("harbour-map", "n5", "2"),
    ]
    cluster.apply(aboard)
    cluster.run("30s")
    cluster.apply(night_pods())
    cluster.run("2m")
    return cluster


def night_pods() -> list[dict[str, Any]]:
    """The five pods of exercise 2."""
    term = {"labelSelector": {"matchLabels": {"app": "radio"}}, "topologyKey": "kubernetes.io/hostname"}
    alone = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    return [
        pod("ferry-plan", "2", nodeSelector={"deck": "lower"}),
        pod("rope-count", "1", nodeSelector={"hold": "dry"}),
        pod("new-gauge", "1", port=9100, nodeSelector={"deck": "upper"}),
        pod("crew-list", "3", nodeSelector={"deck": "open"}),
        pod("radio-new", "2500m", nodeSelector={"deck": "upper"}, affinity=alone),
    ]


def noon_tide() -> Cluster:
    """Five machines, one of them empty and closed, and nine pods that wait: the start of the stretch."""
    cluster = harbour(
        [
            machine("n1", {"deck": "lower"}),
            machine("n2", {"deck": "lower"}),
            machine("n3", {"deck": "upper"}),
            machine("n4", {"deck": "open"}, cordoned=True),
            machine("n5", {"deck": "open", "hold": "cold"}, taint=BROKEN),
        ]
    )
    aboard = [ballast(f"gauge-{number}", f"n{number}", "100m", port=9100) for number in (1, 2, 3, 5)]
    aboard += [ballast(f"loader-{number}", f"n{number}", "3300m") for number in (1, 2, 3)]
    cluster.apply(aboard)
    cluster.run("30s")
    cold = {"hold": "cold"}
    cluster.apply(
        [
            pod("grain", "1"),
            pod("steel", "1"),
            pod("timber", "1"),
            pod("pilot-radio", "100m", port=9100),
            pod("fish", "500m", nodeSelector=cold),
            pod("flowers", "500m", nodeSelector=cold),
            pod("crane-one", "100m", nodeSelector={"rail": "east"}),
            pod("crane-two", "100m", nodeSelector={"rail": "east"}),
            pod("log-book", "100m", claim="log-book"),
        ]
    )
    cluster.run("2m")
    return cluster


SCENARIO = Scenario(
    begin=quay,
    steps={"hour-later": wait_an_hour, "held": hold_at_customs},
    faults={"customs": hold_at_customs},
    tasks={"late-orders": late_orders, "night-shift": night_shift, "noon-tide": noon_tide},
)
