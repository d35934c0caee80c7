"""A plugin in a cell: it takes part, it can be removed, and nothing that it does wrong stops the scheduler."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_world import node, place_of, pod, said

from pilothouse import Cluster
from pilothouse.scheduler import Plugin, Refusal, filter, score


@pytest.mark.fidelity(
    "Scheduler: plugins",
    "simplified",
    "A plugin is asked once for all nodes, at two extension points instead of a dozen.",
)
def test_a_filter_takes_part_and_is_explained() -> None:
    @filter(reason="node(s) are odd")
    def even(pod: Any, nodes: Any) -> Any:
        return [int(name[1:]) % 2 == 0 for name in nodes.names]

    cluster = Cluster(nodes=3)
    cluster.scheduler.add(even)
    cluster.apply(pod("web"))
    cluster.settle()
    assert place_of(cluster, "web") == "n2"
    found = cluster.explain(pod("other"))
    assert found.feasible == ["n2"]
    assert found.to_dict()["filters"]["even"]["n1"] == {"code": "Unschedulable", "reasons": ["node(s) are odd"]}
    assert "even" in str(found)


def test_a_score_is_weighted_and_can_be_removed() -> None:
    @score(weight=1000)
    def last(pod: Any, nodes: Any) -> Any:
        return np.arange(len(nodes))

    cluster = Cluster(nodes=3)
    cluster.scheduler.add(last)
    assert cluster.explain(pod()).best == ["n3"]
    cluster.scheduler.remove("last")
    assert cluster.explain(pod()).best == ["n1", "n2", "n3"]
    assert "last" not in cluster.explain(pod()).scores


def test_a_plugin_added_later_gives_pending_pods_another_chance() -> None:
    @filter
    def nobody(pod: Any, nodes: Any) -> Any:
        return False

    cluster = Cluster(nodes=1)
    cluster.scheduler.add(nobody)
    cluster.apply(pod("web"))
    cluster.settle()
    assert said(cluster, "web", "FailedScheduling") == [
        "0/1 nodes are available: 1 node(s) didn't pass nobody. no new claims to deallocate, "
        "preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod."
    ]
    cluster.scheduler.remove("nobody")
    cluster.run("2s")
    assert place_of(cluster, "web") == "n1"


@pytest.mark.parametrize(
    ("make", "answer", "problem"),
    [
        (filter, lambda pod, nodes: 1 / 0, "raised ZeroDivisionError: division by zero"),
        (filter, lambda pod, nodes: [True], "answered with shape (1,); it must be one entry for each of 3 nodes"),
        (filter, lambda pod, nodes: [0.5, 1.0, 0.0], "answered with float64 numbers; a filter answers True or False"),
        (
            score,
            lambda pod, nodes: pod.spec.nothing,
            "raised AttributeError: 'PodSpec' object has no attribute 'nothing'",
        ),
        (score, lambda pod, nodes: [1, 2], "answered with shape (2,); it must be one entry for each of 3 nodes"),
        (
            score,
            lambda pod, nodes: nodes.allocatable("cpu") / 2,
            "answered with float64 numbers; a score is whole numbers (use // or .astype(int))",
        ),
    ],
)
def test_a_plugin_that_fails_is_an_event_and_no_more(make: Any, answer: Any, problem: str) -> None:
    cluster = Cluster(nodes=3)
    cluster.scheduler.add(make(answer, name="mine"))
    cluster.apply(pod("web"))
    cluster.settle()
    assert place_of(cluster, "web")
    assert said(cluster, "web", "PluginFailed") == [f"plugin mine {problem}; decided without it"]
    assert cluster.explain(pod()).to_dict()["failures"] == {"mine": problem}


def test_a_fork_has_plugins_of_its_own() -> None:
    @score(weight=1000)
    def last(pod: Any, nodes: Any) -> Any:
        return np.arange(len(nodes))

    cluster = Cluster(nodes=[node("a"), node("b")])
    fork = cluster.fork()
    fork.scheduler.add(last)
    assert fork.explain(pod()).best == ["b"]
    assert cluster.explain(pod()).best == ["a", "b"]


def test_the_columns_that_a_plugin_sees() -> None:
    seen: dict[str, Any] = {}

    @score
    def look(pod: Any, nodes: Any) -> Any:
        seen["gpu"] = nodes.allocatable("nvidia.com/gpu").tolist()
        seen["cpu"] = nodes.requested("cpu").tolist()
        seen["zone"] = nodes.label("zone").tolist()
        seen["pods"] = nodes.pod_count.tolist()
        seen["name"] = pod.metadata.name
        return 0

    cluster = Cluster(nodes=[node("a", labels={"zone": "z"}), node("b", resources={"nvidia.com/gpu": "2"})])
    cluster.apply(pod("old", on="a"))
    cluster.scheduler.add(look)
    cluster.explain(pod("new"))
    assert seen == {"gpu": [0, 2], "cpu": [500, 0], "zone": ["z", None], "pods": [1, 0], "name": "new"}


class Picky(Plugin):
    """A plugin written as a class, with a mistake to choose."""

    name = "Picky"

    def __init__(self, mistake: str) -> None:
        self.mistake = mistake

    def filter(self, pod: Any, nodes: Any) -> Any:
        if self.mistake == "raises":
            raise KeyError("disk")
        mask = np.zeros(len(nodes) + (self.mistake == "length"), dtype=np.bool_)
        mask[0] = True
        return [Refusal(mask, "node(s) are first")]


def test_a_plugin_as_a_class_takes_part_too() -> None:
    cluster = Cluster(nodes=3)
    cluster.scheduler.add(Picky(""))
    assert cluster.explain(pod()).feasible == ["n2", "n3"]


@pytest.mark.parametrize(
    ("mistake", "problem"),
    [("raises", "raised KeyError: 'disk'"), ("length", "must refuse with a mask of True and False for 3 nodes")],
)
def test_its_mistakes_are_told_as_well(mistake: str, problem: str) -> None:
    cluster = Cluster(nodes=3)
    cluster.scheduler.add(Picky(mistake))
    cluster.apply(pod("web"))
    cluster.settle()
    assert place_of(cluster, "web")
    assert said(cluster, "web", "PluginFailed") == [f"plugin Picky {problem}; decided without it"]
