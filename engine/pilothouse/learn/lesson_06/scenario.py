"""The situations of lesson 06: three copies afloat, a script that listens, and a captain who changes his mind."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from pilothouse.learn import shelf
from pilothouse.learn.lesson_06.helmsman import Helmsman
from pilothouse.learn.lesson_06.listener import Listener
from pilothouse.learn.moments import is_ready
from pilothouse.learn.scenario import Scenario

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

ETA = "app=eta-model"
HELM = "replicaset-controller"
WAVES = 6  # of the storm, 40 s each


def afloat() -> Cluster:
    """Three machines with three copies of the arrival-time model; the built-in controller is on watch."""
    from pilothouse import Cluster

    cluster = Cluster(nodes=3, seed=6)
    cluster.apply((shelf.root() / "course" / "manifests" / "eta-model.yaml").read_text(encoding="utf-8"))
    cluster.run("30s")
    return cluster


def sink(cluster: Cluster, chance: Random | None = None) -> None:
    """Delete one ready copy: the first, or the one that chance chooses."""
    names = [pod.metadata.name for pod in cluster.list("pods", selector=ETA) if is_ready(pod)]
    if names:
        cluster.api.delete("pod", chance.choice(names) if chance else names[0])


def declare(cluster: Cluster, number: int) -> None:
    """Ask for so many copies."""
    cluster.api.patch("deployment", "eta-model", {"spec": {"replicas": number}})


def hand_over(cluster: Cluster) -> None:
    """Put the lesson's own controller on watch, and sink one copy."""
    cluster.add(Helmsman())
    cluster.run("10s")
    sink(cluster)
    cluster.run("30s")


def listen(cluster: Cluster) -> None:
    """Put the script on watch; one copy sinks, then another while the script restarts; five minutes pass."""
    cluster.add(Listener())
    sink(cluster)
    cluster.run("60s")
    cluster.fail(f"component/{HELM}")
    sink(cluster)
    cluster.run("10s")
    cluster.recover(f"component/{HELM}")
    cluster.run("5m")


def relieve(cluster: Cluster) -> None:
    """One more copy sinks before the script's ears; then the lesson's own controller takes over again."""
    sink(cluster)
    cluster.run("60s")
    cluster.add(Helmsman())
    cluster.run("30s")


def unmanned() -> Cluster:
    """Three copies are declared, and no controller is there to make them."""
    from pilothouse import Cluster

    cluster = Cluster(nodes=3, seed=6)
    cluster.remove(HELM)
    cluster.apply((shelf.root() / "course" / "manifests" / "eta-model.yaml").read_text(encoding="utf-8"))
    cluster.run("10s")
    return cluster


def silent() -> Cluster:
    """The script is on watch, and the machine of one copy has fallen silent twenty minutes ago."""
    cluster = afloat()
    cluster.add(Listener())
    cluster.run("30s")
    cluster.fail(f"node/{cluster.list('pods', selector=ETA)[0].spec.nodeName}")
    cluster.run("20m")
    return cluster


def storm(cluster: Cluster, chance: Random) -> None:
    """Orders for six copies, taken back three seconds later; between them two copies sink, and the helm is restarted."""
    for wave in range(WAVES):
        began = cluster.now
        cluster.run(chance.randrange(10))
        if wave in (2, 4):
            sink(cluster, chance)
        elif wave == 5 and HELM in cluster.components:
            cluster.loop.restart(HELM)
        if wave not in (2, 4):
            declare(cluster, 6)
            cluster.run("3s")
            declare(cluster, 3)
        cluster.run(began + 40 - cluster.now)


SCENARIO = Scenario(
    begin=afloat,
    steps={"own-helmsman": hand_over, "listener": listen, "relieved": relieve},
    faults={"night": listen},
    tasks={"helmsman": unmanned, "silent-machine": silent, "nervous-captain": afloat},
)
