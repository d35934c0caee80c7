"""The situations of lesson 08: one pool of four machines, full on paper and idle in fact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pilothouse.learn import shelf
from pilothouse.learn.scenario import Scenario

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

RESERVED = {"key": "reserved", "value": "training", "effect": "NoSchedule"}
MENDING = {"key": "fan", "value": "broken", "effect": "NoSchedule"}


def manifest(name: str) -> str:
    """Return the text of one of the course's manifests."""
    return (shelf.root() / "course" / "manifests" / name).read_text(encoding="utf-8")


def publish() -> None:
    """Put the images of this lesson into the registry: stand-ins that start and stay up."""
    from pilothouse.containers import image

    for name, size in {"trainer": "900Mi", "port-report": "90Mi", "customs": "60Mi"}.items():
        image(f"line/{name}:1.0", startup="1s", memory="100Mi", size=size)(StandIn)


class StandIn:
    """A program that does nothing but stay up."""

    def start(self) -> None:
        """Start."""


def machine(
    name: str, labels: Mapping[str, str], cpu: int = 4, memory: int = 8, taint: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return a Node as a manifest; memory in Gi."""
    amounts = {"cpu": str(cpu), "memory": f"{memory}Gi", "pods": "110"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": dict(labels)},
        "spec": {"taints": [dict(taint)]} if taint else {},
        "status": {"capacity": amounts, "allocatable": amounts},
    }


def pool() -> Cluster:
    """Four machines, the models of the night, and a training on the reserved machine with the GPU."""
    from pilothouse import Cluster

    publish()
    nodes = [
        machine("gpu1", {"deck": "lower", "accelerator": "gpu"}, 8, 32, RESERVED),
        machine("n1", {"deck": "lower"}),
        machine("n2", {"deck": "lower"}),
        machine("n3", {"deck": "open"}),
    ]
    cluster = Cluster(nodes=nodes, seed=8)
    cluster.apply(manifest("night-pool.yaml"))
    cluster.run("60s")
    return cluster


def ask_for_the_report(cluster: Cluster) -> None:
    """Apply the report, for which no machine has room."""
    cluster.apply(manifest("port-report.yaml"))
    cluster.run("30s")


def train(cluster: Cluster) -> None:
    """Apply a small training that tolerates the taint."""
    cluster.apply(manifest("train-eta.yaml"))
    cluster.run("30s")


def cordon_by_mistake(cluster: Cluster) -> None:
    """Somebody cordons n2 and forgets it; then the copy on it sinks, and its replacement finds no place."""
    cluster.api.patch("node", "n2", {"spec": {"unschedulable": True}})
    cluster.run("10s")
    for pod in cluster.list("pods", selector="app=eta-model"):
        if pod.spec.nodeName == "n2":
            cluster.api.delete("pod", pod.metadata.name)
    cluster.run("60s")


def forget_the_cordon(cluster: Cluster) -> None:
    """The report is cancelled, n2 is cordoned and its copy sinks."""
    cluster.api.delete("pod", "port-report")
    cordon_by_mistake(cluster)


def lift_the_cordon(cluster: Cluster) -> None:
    """An hour passes, then the cordon is lifted."""
    cluster.run("1h")
    cluster.api.patch("node", "n2", {"spec": {"unschedulable": False}})
    cluster.run("30s")


def berth() -> Cluster:
    """A machine with a GPU that anybody may use, and two trainings that run anywhere: the start of exercise 1."""
    from pilothouse import Cluster

    publish()
    nodes = [machine("gpu1", {"accelerator": "gpu"}, 8, 32), *(machine(name, {}) for name in ("n1", "n2", "n3"))]
    cluster = Cluster(nodes=nodes, seed=8)
    cluster.apply(manifest("eta-model.yaml"))
    cluster.apply(manifest("training.yaml"))
    cluster.run("60s")
    return cluster


def sealed() -> Cluster:
    """The customs service waits: its only machine carries an old taint, and could give its port only once."""
    from pilothouse import Cluster

    publish()
    nodes = [
        machine("gpu1", {"accelerator": "gpu"}, 8, 32, RESERVED),
        machine("n1", {}),
        machine("n2", {}),
        machine("n3", {"seal": "customs"}, taint=MENDING),
    ]
    cluster = Cluster(nodes=nodes, seed=8)
    cluster.apply(manifest("eta-model.yaml"))
    cluster.apply(manifest("customs.yaml"))
    cluster.run("2m")
    return cluster


def hold() -> Cluster:
    """Three machines with nothing aboard, for twelve calculations that fill them to the last byte."""
    from pilothouse import Cluster

    return Cluster(nodes=3, seed=8)


SCENARIO = Scenario(
    begin=pool,
    steps={
        "report": ask_for_the_report,
        "training": train,
        "cordoned": forget_the_cordon,
        "open-again": lift_the_cordon,
    },
    faults={"night": cordon_by_mistake},
    tasks={"gpu-berth": berth, "customs": sealed, "stowage": hold},
)
