"""Lesson 10: what its questions read from a cluster, and what its bill counts."""

from __future__ import annotations

from random import Random

import pytest

from pilothouse.learn.lesson_10 import lesson
from pilothouse.learn.lesson_10.bill import bill
from pilothouse.learn.lesson_10.scenario import SCENARIO, machine, manifest
from pilothouse.learn.lesson_10.trial import MENDS, mend


@pytest.mark.parametrize(
    ("checkpoint", "question", "right"),
    [("start", "soon", None), ("hour-later", "soon", "c"), ("start", "number", "c"), ("start", "machine", None)],
)
def test_what_happened_is_read_from_the_log(checkpoint: str, question: str, right: str | None) -> None:
    outcome = lesson.questions[question].outcome(lesson.scenario(checkpoint))
    assert (outcome.answer if outcome is not None else None) == right


@pytest.mark.parametrize(
    ("rented", "right"),
    [
        (manifest("rented-machine.yaml"), "c"),
        (machine("n4", {"deck": "lower"}, cpu=1, memory=1, cordoned=True), "d"),
        (machine("n4", {"camera": "berth"}, cpu=8, memory=32), "b"),
    ],
)
def test_who_goes_to_a_rented_machine_depends_on_the_machine(rented: object, right: str) -> None:
    cluster = lesson.scenario()
    cluster.apply(rented)
    cluster.run("30s")
    outcome = lesson.questions["machine"].outcome(cluster)
    assert outcome is not None
    assert outcome.answer == right


def test_the_bill_counts_what_hands_did() -> None:
    cluster = lesson.scenario("noon-tide")
    began = cluster.store.revision
    assert bill(cluster, began) == {}
    cluster.api.patch("node", "n4", {"spec": {"unschedulable": False}})
    cluster.api.delete("pod", "loader-1")
    cluster.apply(machine("n9"))
    cluster.run("60s")
    found = bill(cluster, began)
    assert found == {"node/n4 cordon": 1, "aboard/loader-1": 3, "node/n9": 5}


@pytest.mark.parametrize("task", SCENARIO.tasks)
def test_everybody_on_the_quay_waits(task: str) -> None:
    cluster = lesson.scenario(task)
    assert {pod.spec.nodeName for pod in cluster.list("pods", selector="from=quay")} == {""}


def test_each_pod_of_the_night_has_one_cause_and_one_machine() -> None:
    """Tried with every cause at every machine: one pair lets the pod in, or the task would not be fair."""
    cluster = lesson.scenario("night-shift")
    for name in [pod.metadata.name for pod in cluster.list("pods", selector="from=quay")]:
        pairs = []
        for node in ("n1", "n2", "n3", "n4", "n5"):
            for cause in MENDS:
                fork = cluster.fork()
                fork.api.patch("pod", name, {"metadata": {"labels": {"cause": cause, "node": node}}})
                mend(name, fork, Random(0))
                fork.run("60s")
                if fork.get("pod", name).spec.nodeName == node:
                    pairs.append((cause, node))
        assert len(pairs) == 1, (name, pairs)
