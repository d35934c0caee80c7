"""The situations of lesson 09: a ship of three compartments, and more than one machine that could take a pod."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import TYPE_CHECKING, Any

from pilothouse.learn import shelf
from pilothouse.learn.scenario import Scenario

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

ZONE, GPU = "topology.kubernetes.io/zone", "nvidia.com/gpu"
RESERVED = {"key": "reserved", "value": "training", "effect": "NoSchedule"}
BOW = ("n1", "n2")


def manifest(name: str) -> str:
    """Return the text of one of the course's manifests."""
    return (shelf.root() / "course" / "manifests" / name).read_text(encoding="utf-8")


def publish() -> None:
    """Put the images of this lesson into the registry: stand-ins that start and stay up."""
    from pilothouse.containers import image

    for name, size in {"trainer": "900Mi", "sea-charts": "120Mi", "booking": "80Mi", "storm": "40Mi"}.items():
        image(f"line/{name}:1.0", startup="1s", memory="100Mi", size=size)(StandIn)


class StandIn:
    """A program that does nothing but stay up."""

    def start(self) -> None:
        """Start."""


def machine(
    name: str, zone: str, cpu: int = 4, memory: int = 8, gpus: int = 0, taint: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return a Node in a compartment as a manifest; memory in Gi."""
    amounts = {"cpu": str(cpu), "memory": f"{memory}Gi", "pods": "110", **({GPU: str(gpus)} if gpus else {})}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {ZONE: zone}},
        "spec": {"taints": [dict(taint)]} if taint else {},
        "status": {"capacity": amounts, "allocatable": amounts},
    }


# ---- the lesson


def morning() -> Cluster:
    """Six machines in three compartments; two copies of the model, the sea charts, a training that can wait."""
    from pilothouse import Cluster

    publish()
    nodes = [
        machine("n1", "bow"),
        machine("n2", "bow"),
        machine("n3", "mid"),
        machine("n4", "stern"),
        machine("gpu1", "mid", 8, 32, 2, RESERVED),
        machine("gpu2", "stern", 8, 32, 2, RESERVED),
    ]
    cluster = Cluster(nodes=nodes, seed=9)
    cluster.apply(manifest("morning-pool.yaml"))
    cluster.apply(manifest("eta-spread.yaml"))
    cluster.run("60s")
    return cluster


def third_copy(cluster: Cluster) -> None:
    """Ask for a third copy of the model."""
    cluster.apply(manifest("eta-spread.yaml").replace("replicas: 2", "replicas: 3"))
    cluster.run("30s")


def train(cluster: Cluster) -> None:
    """Two more trainings come; the scheduler has spread the small ones, so the big one finds no machine."""
    cluster.apply(manifest("trainings.yaml"))
    cluster.run("60s")


def hurry(cluster: Cluster) -> None:
    """The big training comes again, and is urgent."""
    cluster.api.delete("pod", "train-storm")
    cluster.apply(manifest("trainings.yaml").partition("---\n")[2].replace("spare", "urgent"))
    cluster.run("60s")


def flood_the_bow(cluster: Cluster) -> None:
    """The two machines of the bow are lost, and ten minutes pass."""
    for name in BOW:
        cluster.fail(f"node/{name}")
    cluster.run("10m")


def pump_the_bow(cluster: Cluster) -> None:
    """The machines of the bow come back, and ten minutes pass."""
    for name in BOW:
        cluster.recover(f"node/{name}")
    cluster.run("10m")


# ---- the exercises


def booking() -> Cluster:
    """Four empty machines in the bow; one in mid and one in stern, which carry something already: exercise 1."""
    from pilothouse import Cluster

    publish()
    nodes = [machine(name, "bow") for name in ("b1", "b2", "b3", "b4")]
    nodes += [machine("m1", "mid"), machine("s1", "stern")]
    cluster = Cluster(nodes=nodes, seed=9)
    for name in ("m1", "s1"):
        cluster.apply(charts(f"charts-{name}", name))
    cluster.run("60s")
    return cluster


def charts(name: str, node: str) -> dict[str, Any]:
    """Return a pod that has its place on a machine and takes half of it."""
    container = {
        "name": "charts",
        "image": "line/sea-charts:1.0",
        "resources": {"requests": {"cpu": "2", "memory": "4Gi"}},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": "charts"}},
        "spec": {"nodeSelector": {"kubernetes.io/hostname": node}, "containers": [container]},
    }


def who_went() -> Cluster:
    """A busy night: the mate wrote a priority for everybody, and then the sea charts came: exercise 2."""
    from pilothouse import Cluster

    publish()
    cluster = Cluster(nodes=[machine("n1", "bow"), machine("n2", "mid"), machine("n3", "stern")], seed=9)
    cluster.apply(manifest("eta-full.yaml"))
    cluster.run("60s")
    cluster.apply(manifest("storm-class.yaml"))
    cluster.run("10m")
    cluster.apply(manifest("night-charts.yaml"))
    cluster.run("2m")
    return cluster


def dock() -> Cluster:
    """Four machines with four GPUs each and three without, nothing aboard: the stretch."""
    from pilothouse import Cluster

    publish()
    nodes = [machine(f"gpu{number}", "mid", 16, 64, 4) for number in range(1, 5)]
    nodes += [machine(f"n{number}", "bow", 8, 32) for number in range(1, 4)]
    return Cluster(nodes=nodes, seed=9)


def job(number: int, gpus: int) -> dict[str, Any]:
    """Return a training with some GPUs, three processors for each; with none, a clerk's pod with four processors."""
    cpu = 3 * gpus if gpus else 4
    resources: dict[str, Any] = {"requests": {"cpu": str(cpu), "memory": f"{cpu}Gi"}}
    if gpus:
        resources["limits"] = {GPU: str(gpus)}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"train-{number:02}-with-{gpus}" if gpus else f"clerk-{number:02}",
            "labels": {"work": "training" if gpus else "clerk"},
        },
        "spec": {"containers": [{"name": "work", "image": "line/trainer:1.0", "resources": resources}]},
    }


def stream(cluster: Cluster, chance: Random) -> None:
    """A morning's work: six small trainings and six clerks in any order, then two trainings that want four GPUs each.

    What is left of another morning goes first.
    """
    for pod in cluster.list("pods"):
        if "work" in pod.metadata.labels:
            cluster.api.delete("pod", pod.metadata.name, grace=0)
    cluster.run("1s")
    first = [1, 1, 1, 1, 2, 2, 0, 0, 0, 0, 0, 0]
    chance.shuffle(first)
    for number, gpus in enumerate([*first, 4, 4], start=1):
        cluster.apply(job(number, gpus))
        cluster.run("1s")


def one_morning(cluster: Cluster) -> None:
    """The work of one morning, always in the same order."""
    stream(cluster, Random(1))
    cluster.run("30s")


SCENARIO = Scenario(
    begin=morning,
    steps={
        "third-copy": third_copy,
        "trainings": train,
        "storm": hurry,
        "flooded": flood_the_bow,
        "pumped": pump_the_bow,
    },
    faults={"flood": flood_the_bow, "morning": one_morning},
    tasks={"three-zones": booking, "who-went": who_went, "gpu-stream": dock},
)
