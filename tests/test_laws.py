"""The laws of the house, held over the whole cluster: crashes, forks, replay, quiet, and nothing changed in place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilothouse import Cluster
from pilothouse.api.error import Misuse

COMPONENTS = list(Cluster(nodes=0).components)


def deployment(replicas: int = 3, image: str = "line/eta-model:1.0") -> dict[str, Any]:
    template = {
        "metadata": {"labels": {"app": "eta"}},
        "spec": {"containers": [{"name": "model", "image": image, "resources": {"requests": {"cpu": "500m"}}}]},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "eta"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "eta"}}, "template": template},
    }


CALLS = {
    "three": lambda c: c.apply(deployment(3)),
    "five": lambda c: c.apply(deployment(5)),
    "new version": lambda c: c.apply(deployment(4, "line/eta-model:1.1")),
    "typo": lambda c: c.apply(deployment(3, "line/eta-modle:1.0")),
    "lose n1": lambda c: c.fail("node/n1"),
    "wait": lambda c: c.run("7s"),
    "wait long": lambda c: c.run("6m"),
    "delete a pod": lambda c: [c.api.delete("pod", p.metadata.name) for p in c.list("pods")[:1]],
    "delete all": lambda c: [c.api.delete("deployment", d.metadata.name) for d in c.list("deployments")],
}
SCRIPTS = st.lists(st.sampled_from(list(CALLS)), max_size=5)


def play(cluster: Cluster, script: list[str]) -> None:
    for call in script:
        CALLS[call](cluster)


def shape(cluster: Cluster) -> list[Any]:
    """What a user would call the same state: no names drawn by chance, no times."""
    pods = [
        (p.metadata.labels.get("app"), p.spec.containers[0].image, p.status.phase, bool(p.metadata.deletionTimestamp))
        for p in cluster.list("pods")
    ]
    sets = [
        (r.spec.replicas, r.status.readyReplicas, r.spec.template.spec.containers[0].image) for r in cluster.list("rs")
    ]
    deployments = [
        (d.spec.replicas, d.status.readyReplicas, d.status.updatedReplicas) for d in cluster.list("deployments")
    ]
    return [sorted(pods, key=str), sorted(sets, key=str), deployments]


@pytest.mark.parametrize("victim", COMPONENTS)
@given(data=st.data())
@settings(max_examples=6, deadline=None)
def test_any_component_may_crash_at_any_moment(victim: str, data: st.DataObject) -> None:
    calm, shaken = Cluster(nodes=3, guard=True), Cluster(nodes=3, guard=True)
    for call in ("three", "wait", "new version"):
        CALLS[call](calm)
        CALLS[call](shaken)
        for _ in range(data.draw(st.integers(0, 3), label="crashes")):
            for _ in range(data.draw(st.integers(0, 40), label="turns before the crash")):
                shaken.loop.turn(shaken.now + 10)
            shaken.loop.restart(victim)
    calm.run("10m")
    shaken.run("10m")
    assert shape(shaken) == shape(calm)
    shaken.store.verify()


@given(SCRIPTS, SCRIPTS, st.integers(0, 3))
@settings(max_examples=25, deadline=None)
def test_a_fork_given_the_same_calls_writes_the_same_log(before: list[str], after: list[str], seed: int) -> None:
    parent = Cluster(nodes=3, seed=seed, guard=True)
    play(parent, before)
    digest = parent.digest()
    twin = parent.fork()
    play(twin, after)
    twin.run("2m")
    assert parent.digest() == digest
    play(parent, after)
    parent.run("2m")
    assert str(parent.diff(twin)) == "no difference: both logs are the same"
    assert parent.digest() == twin.digest()
    parent.store.verify()


@given(SCRIPTS)
@settings(max_examples=15, deadline=None)
def test_an_exported_history_is_replayed_to_the_same_log(script: list[str]) -> None:
    cluster = Cluster(nodes=2, seed=4)
    play(cluster, script)
    text = cluster.export()
    json.loads(text)
    again = Cluster.replay(text)
    assert again.digest() == cluster.digest()
    assert again.now == cluster.now
    assert again.export() == text


def test_a_history_with_other_users_and_forks_is_replayed_too() -> None:
    cluster = Cluster(nodes=2)
    play(cluster, ["three", "wait"])
    other = cluster.fork(seed=9)
    other.api.as_("alice", ("system:masters",)).patch("deployment", "eta", {"spec": {"replicas": 5}})
    play(other, ["wait", "lose n1", "wait long"])
    with pytest.raises(Misuse, match="cannot fail or recover"):
        other.fail("n1")  # what was refused is not repeated
    assert Cluster.replay(other.export()).digest() == other.digest()
    with pytest.raises(Misuse, match="export the cluster that it was forked from"):
        cluster.at("1s").fork().export()


@given(SCRIPTS, st.floats(0, 1))
@settings(max_examples=15, deadline=None)
def test_a_fork_of_then_comes_to_the_same_end(script: list[str], where: float) -> None:
    cluster = Cluster(nodes=3)
    play(cluster, ["three", "wait", *script])
    told = cluster.store.revision
    cluster.run("15m")
    then = cluster.at(revision=told + int(where * (cluster.store.revision - told))).fork()
    then.run("20m")
    assert shape(then) == shape(cluster)


def test_a_quiet_cluster_costs_nothing() -> None:
    cluster = Cluster(nodes=50)
    cluster.apply(deployment(20))
    cluster.run("20m")  # rollouts are done, deadlines have passed
    turns, revision = cluster.loop.turns, cluster.store.revision
    cluster.run("24h")
    assert (cluster.loop.turns - turns, cluster.store.revision - revision) == (0, 0)
