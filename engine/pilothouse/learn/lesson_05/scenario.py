"""The situations of lesson 05: the new cargo ship with three machines, and three nights aboard it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilothouse.learn import shelf
from pilothouse.learn.scenario import Scenario

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

ETA = "app=eta-model"


def manifest(name: str) -> str:
    """Return the text of one of the course's manifests."""
    return (shelf.root() / "course" / "manifests" / name).read_text(encoding="utf-8")


def empty() -> Cluster:
    """Three machines, nothing aboard."""
    from pilothouse import Cluster

    return Cluster(nodes=3, seed=5)


def declare(cluster: Cluster) -> None:
    """Hand over the declaration and wait until three copies are ready."""
    cluster.apply(manifest("eta-model.yaml"))
    cluster.run("30s")


def sink_one(cluster: Cluster) -> None:
    """Delete the first pod and let a minute pass."""
    cluster.api.delete("pod", names(cluster)[0])
    cluster.run("60s")


def lose_the_helmsman(cluster: Cluster) -> None:
    """Stop the replica set controller, sink two pods, let five minutes pass."""
    cluster.fail("component/replicaset-controller")
    for name in names(cluster)[:2]:
        cluster.api.delete("pod", name)
    cluster.run("5m")


def find_the_helmsman(cluster: Cluster) -> None:
    """Start the replica set controller again."""
    cluster.recover("component/replicaset-controller")
    cluster.run("60s")


def names(cluster: Cluster, selector: str = ETA) -> list[str]:
    """Return the names of the pods that carry the labels."""
    return [pod.metadata.name for pod in cluster.list("pods", selector=selector)]


def afloat() -> Cluster:
    """Three machines with three copies of the arrival-time model: the start of the first exercise and the stretch."""
    cluster = empty()
    declare(cluster)
    return cluster


def typo() -> Cluster:
    """Somebody declared the arrival-time model at night, with a letter wrong in the image: nothing comes up."""
    cluster = empty()
    cluster.apply(manifest("night-watch.yaml"))
    cluster.run("2m")
    return cluster


SCENARIO = Scenario(
    begin=empty,
    steps={
        "declared": declare,
        "repaired": sink_one,
        "helmsman-lost": lose_the_helmsman,
        "helmsman-found": find_the_helmsman,
    },
    faults={"night": lose_the_helmsman},
    tasks={"damage-model": afloat, "night-watch": typo, "sick-pod": afloat},
)
