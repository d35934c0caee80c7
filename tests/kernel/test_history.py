"""History: moments of the past, chains of causes, forks held against each other, a fingerprint."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pilothouse.api import Node, ObjectMeta, Pod, PodSpec, replace
from pilothouse.kernel import (
    Clock,
    Compacted,
    NotFound,
    Store,
    causes,
    diff,
    digest,
    restore,
    revision_at,
    rewind,
)


def pod(name: str, node: str = "") -> Pod:
    return Pod(metadata=ObjectMeta(name=name, namespace="default"), spec=PodSpec(nodeName=node))


@pytest.fixture
def store() -> Store:
    """Three changes at 0, 10 and 20 s: a pod comes, is bound because it came, and goes."""
    made = Store(Clock())
    item = made.create(pod("a"))
    made.clock.now, made.actor, made.cause = 10.0, "scheduler", 1
    made.update(replace(item, spec=PodSpec(nodeName="n1")))
    made.clock.now, made.cause = 20.0, 2
    made.delete("Pod", "default", "a")
    return made


@pytest.mark.parametrize(("revision", "node"), [(0, None), (1, ""), (2, "n1"), (3, None)])
def test_a_moment_of_the_past_is_what_was_there(store: Store, revision: int, node: str | None) -> None:
    found = rewind(store, revision).get("Pod", "default", "a")
    assert (found.spec.nodeName if found else None) == node


@pytest.mark.parametrize(("time", "revision"), [(-1.0, 0), (0.0, 1), (9.9, 1), (10.0, 2), (1e9, 3)])
def test_a_time_is_the_newest_revision_not_after_it(store: Store, time: float, revision: int) -> None:
    assert revision_at(store, time) == revision


def test_causes_lead_back_to_the_call_from_outside(store: Store) -> None:
    assert [(c.revision, c.actor) for c in causes(store, 3)] == [(3, "scheduler"), (2, "scheduler"), (1, "user")]
    with pytest.raises(NotFound, match="there is no revision 9"):
        causes(store, 9)


def test_two_forks_are_told_apart(store: Store) -> None:
    left, right = store.fork(Clock(20.0)), store.fork(Clock(20.0))
    assert not diff(left, right)
    assert str(diff(left, right)) == "no difference: both logs are the same"
    left.create(pod("b"))
    right.create(pod("b", "n2"))
    right.create(Node(metadata=ObjectMeta(name="n9")))
    found = diff(left, right)
    assert [str(d.key) for d in found.objects] == ["Node n9", "Pod default/b"]
    assert str(found) == (
        "first difference:\n"
        "  left: user ADDED Pod default/b at 20 s\n"
        "  right: user ADDED Pod default/b at 20 s\n"
        "objects that differ: 2\n"
        "  Node n9 (right only)\n"
        "  Pod default/b"
    )


def test_a_store_restored_to_then_has_the_past_up_to_then(store: Store) -> None:
    then = restore(store, 2, Clock(10.0))
    assert then.revision == 2
    assert then.log.changes == store.log.changes[:2]
    then.delete("Pod", "default", "a")
    assert store.log.at(3).time == 20.0


def test_the_past_beyond_the_window_is_refused() -> None:
    store = Store(Clock(), window=4)
    for number in range(9):
        store.create(pod(f"p{number}"))
    assert rewind(store, 9).count("Pod") == 9
    with pytest.raises(Compacted, match="older than the history kept"):
        rewind(store, 1)


def test_the_fingerprint_is_of_content_and_order(store: Store) -> None:
    same, other = Store(Clock()), Store(Clock())
    same.log, other.log = store.log.copy(), store.log.copy()
    other.log.changes.reverse()
    assert digest(same) == digest(store) != digest(other)


PROGRAM = """
import sys
from pilothouse import Cluster
cluster = Cluster(nodes=4, seed=5)
cluster.apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "eta"}, "spec": {"replicas": 6,
  "selector": {"matchLabels": {"app": "eta"}}, "template": {"metadata": {"labels": {"app": "eta", "tier": "api"}},
  "spec": {"containers": [{"name": "model", "image": "line/eta-model:1.0"}]}}}})
cluster.run("30s")
cluster.fail("node/n2")
cluster.run("10m")
print(cluster.digest())
"""


def test_the_log_is_the_same_in_processes_with_different_hash_seeds() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(digests) == 1
    assert len(digests.pop().strip()) == 64
