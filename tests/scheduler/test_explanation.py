"""Explanations: of pods placed, pending and imagined; as text, as HTML and as data."""

from __future__ import annotations

import json
import time

import pytest
from small_world import a_node, a_pod, node, place_of, pod, typed

from pilothouse import Cluster
from pilothouse.scheduler import Profile, explain, snapshot_of


@pytest.mark.fidelity(
    "Scheduler: explanations", "invented", "The same plugins are asked again about the moment of the decision."
)
def test_the_past_is_explained_as_it_was() -> None:
    cluster = Cluster(nodes=[node("n1", cpu="1"), node("n2", cpu="1")], kubelet=False)
    cluster.apply(pod("first", cpu="1"))
    cluster.settle()
    before = cluster.explain(pod("second")).to_dict()
    cluster.apply(pod("second"))
    cluster.settle()
    cluster.apply([pod(f"more-{number}") for number in range(5)])
    cluster.run("1m")
    found = cluster.explain("pod/second")
    assert found.to_dict() == before | {"chosen": place_of(cluster, "second")}
    assert found.chosen in found.best


def test_it_is_found_in_the_log_when_the_scheduler_has_forgotten() -> None:
    cluster = Cluster(nodes=2, kubelet=False)
    cluster.apply(pod("web"))
    cluster.settle()
    known = cluster.explain("pod/web").to_dict()
    cluster.scheduler.decisions.clear()
    assert cluster.explain("pod/web").to_dict() == known


def test_a_pod_of_a_dump_is_explained_as_if_it_came_now() -> None:
    placed = pod("web", on="n2", uid="7")
    cluster = Cluster.load([node("n1"), node("n2"), placed], kubelet=False)
    found = cluster.explain("pod/web")
    assert found.best == ["n1", "n2"]
    assert found.chosen == "n2"


def test_a_pending_pod_and_an_imagined_one_get_the_same_words() -> None:
    cluster = Cluster(nodes=3)
    cluster.apply(pod("big", cpu="64"))
    cluster.settle()
    event = next(each for each in cluster.api.list("events") if each.reason == "FailedScheduling")
    assert cluster.explain("pod/big").message == event.message == cluster.explain(pod("imagined", cpu="64")).message


def test_priority_is_that_of_the_class() -> None:
    cluster = Cluster(nodes=[node("n1", cpu="1")], kubelet=False)
    cluster.apply(
        {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "high"}, "value": 9}
    )
    cluster.apply(pod("low", cpu="1"))
    cluster.settle()
    found = cluster.explain(pod("vip", cpu="1", priorityClassName="high"))
    assert found.to_dict()["preemption"]["nominated"] == ["n1"]
    assert "DefaultPreemption: there would be room on n1 without low" in str(found)


def world() -> list[object]:
    taints = [{"key": "k", "effect": "NoSchedule"}]
    return [typed(node("n1", cpu="100m")), typed(node("n2", taints=taints)), typed(node("n3"))]


def test_text_marks_what_decides() -> None:
    lines = str(explain(Profile(), snapshot_of(world()), a_pod())).splitlines()
    assert lines[0].startswith("default/p: 1 of 3 nodes can take it; best is n3, with ")
    rows = {line.split()[0]: line.split()[1:] for line in lines if line[:2] in ("n1", "n2", "n3")}
    assert rows["n1"] == ["ok", "»no"]
    assert rows["n2"] == ["»no", "ok"]
    assert rows["n3"][:2] == ["ok", "ok"]
    assert rows["n3"][-1].startswith("»")
    assert "NodeResourcesFit: Insufficient cpu: n1" in lines


def test_html_is_a_table_with_headers_for_every_reader() -> None:
    html = explain(Profile(), snapshot_of(world()), a_pod())._repr_html_()
    assert html.count('<th scope="row"') == 3
    assert html.count("<strong>»") == 3
    assert "<caption" in html
    assert "<script" not in html


def test_data_is_json() -> None:
    found = explain(Profile(), snapshot_of(world()), a_pod()).to_dict()
    assert json.loads(json.dumps(found)) == found
    assert found["totals"]["n3"] == sum(by["n3"]["weighted"] for by in found["scores"].values())


def test_a_thousand_nodes_are_explained_in_no_time() -> None:
    columns = snapshot_of([a_node(f"n{number:04}") for number in range(1000)])
    columns.build()
    begin = time.process_time()
    explain(Profile(), columns, a_pod()).to_dict()
    assert time.process_time() - begin < 0.2  # 0.05 on a quiet machine
