"""Columns that followed every change equal columns made anew, and so do the decisions taken from them."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from small_world import HOST, ZONE, a_node, a_pod

from pilothouse.api import Taint, replace
from pilothouse.kernel import Clock, Store
from pilothouse.scheduler.columns import Columns
from pilothouse.scheduler.crowd import Whom
from pilothouse.scheduler.cycle import Cycle
from pilothouse.scheduler.plugin import Rejected
from pilothouse.scheduler.pod_info import PodInfo
from pilothouse.scheduler.profile import Profile

SELECTOR = {"matchLabels": {"app": "web"}}
WISHES: list[dict[str, Any]] = [
    {},
    {
        "affinity": {
            "podAntiAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": HOST, "labelSelector": SELECTOR}]
            }
        }
    },
    {
        "affinity": {
            "podAffinity": {
                "preferredDuringSchedulingIgnoredDuringExecution": [
                    {"weight": 5, "podAffinityTerm": {"topologyKey": ZONE, "labelSelector": SELECTOR}}
                ]
            }
        }
    },
    {
        "topologySpreadConstraints": [
            {"maxSkew": 1, "topologyKey": ZONE, "whenUnsatisfiable": "DoNotSchedule", "labelSelector": SELECTOR}
        ]
    },
    {
        "topologySpreadConstraints": [
            {"maxSkew": 1, "topologyKey": HOST, "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": SELECTOR}
        ]
    },
    {"nodeSelector": {ZONE: "z1"}},
]


def step(store: Store, chance: random.Random, number: int) -> None:
    """One change such as a cluster sees."""
    nodes, pods = store.list("Node"), store.list("Pod")
    what = chance.randrange(10)
    if what == 0 or len(nodes) < 3:
        zone = {"labels": {ZONE: f"z{chance.randrange(3)}"}} if chance.random() < 0.8 else {}
        store.create(a_node(f"n{number}", cpu=str(chance.randrange(2, 9)), **zone))
    elif what == 1:
        node = chance.choice(nodes)
        taints = (
            [Taint(key="k", effect=chance.choice(["NoSchedule", "PreferNoSchedule"]))] if chance.random() < 0.5 else []
        )
        store.update(replace(node, spec=replace(node.spec, taints=taints, unschedulable=chance.random() < 0.2)))
    elif what == 2 and len(nodes) > 4:
        store.delete("Node", "", chance.choice(nodes).metadata.name)
    elif what == 3 and pods:
        pod = chance.choice(pods)
        store.delete("Pod", "default", pod.metadata.name)
    elif what == 4 and pods:
        pod = chance.choice(pods)
        phase = chance.choice(["Running", "Succeeded"])
        store.update(replace(pod, status=replace(pod.status, phase=phase)))
    elif what == 5 and pods:
        pod = chance.choice(pods)
        labels = {"app": chance.choice(["web", "db"])}
        store.update(replace(pod, metadata=replace(pod.metadata, labels=labels)))
    else:
        on = chance.choice(nodes).metadata.name if chance.random() < 0.95 else "nowhere"
        wish = chance.choice(WISHES)
        store.create(a_pod(f"p{number}", cpu=chance.choice(["", "100m", "1"]), on=on, **wish))


def told(columns: Columns, wish: dict[str, Any]) -> Any:
    pod = PodInfo(a_pod("new", **wish))
    cycle = Cycle(Profile(), columns)
    try:
        places = cycle.place(pod)
    except Rejected as rejected:
        return str(rejected)
    return [columns.names[row] for row in places.best], [columns.names[row] for row in np.flatnonzero(places.feasible)]


@pytest.mark.parametrize("seed", range(6))
def test_following_equals_building_anew(seed: int) -> None:
    chance, store = random.Random(seed), Store(Clock())
    columns = Columns(store)
    whom = (Whom(("default",), None),)
    for number in range(150):
        step(store, chance, number)
        if chance.random() < 0.3:
            continue
        columns.catch_up()
        fresh = Columns(store)
        assert columns.names == fresh.names
        for name in (*fresh.requested, *columns.requested):
            np.testing.assert_array_equal(
                columns.requested.get(name, columns.zeros), fresh.requested.get(name, fresh.zeros)
            )
        for mine, theirs in ((columns.scored, fresh.scored), (columns.allocatable, fresh.allocatable)):
            for name in theirs:
                np.testing.assert_array_equal(mine[name], theirs[name])
        np.testing.assert_array_equal(columns.pod_count, fresh.pod_count)
        np.testing.assert_array_equal(columns.crowd.count(whom), fresh.crowd.count(whom))
        wish = chance.choice(WISHES)
        assert told(columns, wish) == told(fresh, wish)


def test_a_heartbeat_touches_nothing() -> None:
    store = Store(Clock())
    store.create(a_node("n1"))
    columns = Columns(store)
    version = columns.node_version
    node = store.get("Node", "", "n1")
    store.update(replace(node, status=replace(node.status, phase="Running")))
    columns.catch_up()
    assert columns.node_version == version
    assert not columns.touched
