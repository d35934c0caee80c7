"""The scheduler as a component: what it writes, what it waits for, and what it survives."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from small_world import HOST, ZONE, a_pod, node, place_of, pod, said

from pilothouse import Cluster
from pilothouse.api import Toleration, replace
from pilothouse.kernel import Key, causes
from pilothouse.scheduler import Profile, Scheduler


@pytest.mark.fidelity("Scheduler: binding", "faithful", "Event, condition and topology labels as recorded.")
def test_a_pod_gets_a_node_with_event_condition_and_labels() -> None:
    cluster = Cluster(nodes=[node("n1", labels={ZONE: "z1"})])
    cluster.apply(pod("web"))
    cluster.settle()
    found = cluster.get("pod", "web")
    assert found.spec.nodeName == "n1"
    assert found.metadata.labels == {"app": "web", ZONE: "z1"}
    assert {each.type: each.status for each in found.status.conditions}["PodScheduled"] == "True"
    assert said(cluster, "web", "Scheduled") == ["Successfully assigned default/web to n1"]


def test_a_pod_without_a_place_says_why_and_again_after_five_minutes() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(pod("big", cpu="64"))
    cluster.settle()
    words = (
        "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, "
        "preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
    )
    assert said(cluster, "big", "FailedScheduling") == [words]
    condition = next(each for each in cluster.get("pod", "big").status.conditions if each.type == "PodScheduled")
    assert (condition.status, condition.reason, condition.message) == ("False", "Unschedulable", words)
    revision = cluster.store.revision
    cluster.run("4m")
    assert cluster.store.revision == revision
    cluster.run("2m")
    event = next(each for each in cluster.api.list("events") if each.reason == "FailedScheduling")
    assert event.count == 2


def test_equals_are_drawn_from_the_schedulers_own_stream() -> None:
    places = []
    for seed in (1, 1, 2):
        cluster = Cluster(nodes=20, seed=seed)
        cluster.apply([pod(f"web-{number}") for number in range(5)])
        cluster.settle()
        places.append([place_of(cluster, f"web-{number}") for number in range(5)])
        decision = cluster.scheduler.decisions["default", "web-0"]
        assert decision.equals == 20
        assert f"n{decision.draw}" in [f"n{number}" for number in range(20)]
    assert places[0] == places[1] != places[2]


def test_the_cause_of_a_binding_is_the_pod_itself() -> None:
    cluster = Cluster(nodes=2)
    cluster.apply([pod(f"web-{number}") for number in range(3)])
    cluster.settle()
    for number in range(3):
        chain = causes(cluster.store, cluster.scheduler.decisions["default", f"web-{number}"].revision + 1)
        assert {change.key for change in chain[:2]} == {Key("Pod", "default", f"web-{number}")}


def test_priority_goes_first_then_age() -> None:
    cluster = Cluster(nodes=[node("n1", cpu="1")])
    cluster.apply(
        {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "high"}, "value": 9}
    )
    cluster.apply([pod("first", cpu="1"), pod("second", cpu="1"), pod("vip", cpu="1", priorityClassName="high")])
    cluster.settle()
    assert [place_of(cluster, name) for name in ("first", "second", "vip")] == ["", "", "n1"]


def tolerate(cluster: Cluster) -> None:
    found = cluster.get("pod", "web")
    tolerations = [*found.spec.tolerations, Toleration(key="k", operator="Exists")]
    cluster.api.update(replace(found, spec=replace(found.spec, tolerations=tolerations)))


@pytest.mark.parametrize(
    ("world", "wish", "help_"),
    [
        ([node("n1", cpu="100m")], {}, lambda c: c.apply(node("n2"))),
        ([node("n1", unschedulable=True)], {}, lambda c: c.api.patch("Node", "n1", {"spec": {"unschedulable": None}})),
        (
            [node("n1")],
            {"nodeSelector": {"disk": "ssd"}},
            lambda c: c.api.patch("Node", "n1", {"metadata": {"labels": {"disk": "ssd"}}}),
        ),
        (
            [node("n1", taints=[{"key": "k", "effect": "NoSchedule"}])],
            {},
            tolerate,
        ),
        ([node("n1", cpu="1"), pod("old", cpu="1", on="n1")], {}, lambda c: c.api.delete("Pod", "old", grace=0)),
        (
            [node("n1")],
            {
                "affinity": {
                    "podAffinity": {
                        "requiredDuringSchedulingIgnoredDuringExecution": [
                            {"topologyKey": HOST, "labelSelector": {"matchLabels": {"app": "db"}}}
                        ]
                    }
                }
            },
            lambda c: c.apply(pod("db", labels={"app": "db"})),
        ),
    ],
)
def test_a_waiting_pod_is_tried_again_when_something_that_matters_changes(world: Any, wish: Any, help_: Any) -> None:
    cluster = Cluster(nodes=[each for each in world if each["kind"] == "Node"], kubelet=False)
    cluster.apply([each for each in world if each["kind"] == "Pod"])
    cluster.apply(pod("web", **wish))
    cluster.run("30s")
    assert place_of(cluster, "web") == ""
    assert cluster.scheduler.entries["default", "web"].state == "unschedulable"
    help_(cluster)
    cluster.run("1s")
    assert place_of(cluster, "web")


def test_what_does_not_matter_is_no_reason_to_try_again() -> None:
    cluster = Cluster(nodes=[node("n1")], kubelet=False)
    cluster.apply(pod("web", nodeSelector={"disk": "ssd"}))
    cluster.run("30s")
    cluster.apply([pod("other"), {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}])
    cluster.api.delete("Pod", "other", grace=0)
    cluster.run("10s")
    assert cluster.scheduler.entries["default", "web"].attempts == 1


@pytest.mark.fidelity(
    "Scheduler: queue",
    "simplified",
    "Active, back-off and unschedulable as in the real one; hints look at what changed, not at every number, and a pod "
    "in back-off waits even when nothing else is to do.",
)
def test_back_off_doubles_up_to_ten_seconds() -> None:
    cluster = Cluster(nodes=[node("n1", cpu="100m")], kubelet=False)
    cluster.apply(pod("web"))
    cluster.settle()
    times = [cluster.now]
    for number in range(6):
        cluster.apply(node(f"small-{number}", cpu="100m"))
        attempts = cluster.scheduler.entries["default", "web"].attempts
        cluster.run(until=lambda c, n=attempts: c.scheduler.entries["default", "web"].attempts > n, timeout="1m")
        times.append(cluster.now)
    assert [after - before for before, after in pairwise(times)] == [1, 2, 4, 8, 10, 10]


def test_gates_hold_a_pod_back() -> None:
    cluster = Cluster(nodes=1, kubelet=False)
    cluster.apply(pod("web", schedulingGates=[{"name": "quota"}]))
    cluster.run("10m")
    assert place_of(cluster, "web") == ""
    assert said(cluster, "web", "FailedScheduling") == []
    cluster.api.patch("Pod", "web", {"spec": {"schedulingGates": None}})
    cluster.settle()
    assert place_of(cluster, "web") == "n1"


def test_a_restart_loses_nothing() -> None:
    cluster = Cluster(nodes=[node("n1", cpu="1")], kubelet=False)
    cluster.apply([pod("a", cpu="1"), pod("b", cpu="1")])
    cluster.settle()
    cluster.fail("component/default-scheduler")
    cluster.api.delete("Pod", "a", grace=0)
    cluster.apply(pod("c", cpu="1"))
    cluster.run("1m")
    cluster.recover("component/default-scheduler")
    cluster.settle()
    assert sorted([place_of(cluster, "b"), place_of(cluster, "c")]) == ["", "n1"]


def test_a_fork_goes_the_same_way() -> None:
    cluster = Cluster(nodes=[node("n1", cpu="1"), node("n2", cpu="1")], kubelet=False)
    cluster.apply([pod(f"web-{number}") for number in range(6)])
    cluster.settle()
    fork = cluster.fork()
    for each in (cluster, fork):
        each.apply([node("n3", cpu="2"), pod("more")])
        each.run("6m")
    assert cluster.digest() == fork.digest()


def test_a_pod_for_another_scheduler_is_left_alone() -> None:
    cluster = Cluster(nodes=2, kubelet=False)
    cluster.apply(pod("web", schedulerName="mine"))
    cluster.run("1m")
    assert place_of(cluster, "web") == ""
    cluster.add(Scheduler(Profile(name="mine"), name="mine"))
    cluster.settle()
    assert place_of(cluster, "web")
    assert next(change for change in cluster.changes("pod", "web") if change.verb == "MODIFIED").actor == "mine"


def test_two_schedulers_for_one_pod_bind_it_once() -> None:
    cluster = Cluster(nodes=3, kubelet=False)
    cluster.add(Scheduler(Profile(), name="twin"))
    cluster.apply([pod(f"web-{number}") for number in range(4)])
    cluster.run("20s")
    for number in range(4):
        bindings = [
            change
            for change in cluster.changes("pod", f"web-{number}")
            if change.before is not None and change.before.spec.nodeName != change.after.spec.nodeName
        ]
        assert len(bindings) == 1


def test_a_node_that_disappears_meanwhile_is_no_longer_chosen() -> None:
    cluster = Cluster(nodes=2, kubelet=False)
    cluster.apply([pod(f"web-{number}") for number in range(4)])
    cluster.api.delete("Node", "n1")
    cluster.settle()
    assert {place_of(cluster, f"web-{number}") for number in range(4)} == {"n2"}


def test_a_pod_taken_by_hand_leaves_the_queue() -> None:
    cluster = Cluster(nodes=[node("n1", cpu="100m")], kubelet=False)
    cluster.apply(pod("web"))
    cluster.settle()
    cluster.api.bind("web", "default", "n1")
    cluster.settle()
    assert not cluster.scheduler.entries


@pytest.mark.fidelity(
    "Scheduler: volumes",
    "simplified",
    "Claims that wait for their pod are reserved or provisioned for the node; storage capacity is not looked at.",
)
def test_a_claim_that_waits_gets_its_node() -> None:
    cluster = Cluster(nodes=2, kubelet=False)
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "late",
        "resources": {"requests": {"storage": "1Gi"}},
    }
    cluster.apply(
        [
            {
                "apiVersion": "storage.k8s.io/v1",
                "kind": "StorageClass",
                "metadata": {"name": "late"},
                "provisioner": "disk.example.com",
                "volumeBindingMode": "WaitForFirstConsumer",
            },
            {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": claim},
            pod("db", volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]),
        ]
    )
    cluster.settle()
    chosen = cluster.get("pvc", "data").metadata.annotations["volume.kubernetes.io/selected-node"]
    assert place_of(cluster, "db") in ("", chosen)
    cluster.run("2s")
    assert place_of(cluster, "db") == chosen
    assert said(cluster, "db", "FailedScheduling") == []


def test_a_local_volume_draws_its_pod() -> None:
    cluster = Cluster(nodes=3, kubelet=False)
    where = [{"matchExpressions": [{"key": HOST, "operator": "In", "values": ["n2"]}]}]
    spec = {"accessModes": ["ReadWriteOnce"], "storageClassName": "local"}
    local = {
        "capacity": {"storage": "2Gi"},
        "local": {"path": "/d"},
        "nodeAffinity": {"required": {"nodeSelectorTerms": where}},
    }
    late = {"metadata": {"name": "local"}, "provisioner": "kubernetes.io/no-provisioner"}
    cluster.apply(
        [
            {
                "apiVersion": "storage.k8s.io/v1",
                "kind": "StorageClass",
                **late,
                "volumeBindingMode": "WaitForFirstConsumer",
            },
            {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "pv"}, "spec": {**spec, **local}},
            {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": "data"},
                "spec": {**spec, "resources": {"requests": {"storage": "1Gi"}}},
            },
            pod("db", volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]),
        ]
    )
    cluster.run("2s")
    assert place_of(cluster, "db") == "n2"
    assert cluster.get("pv", "pv").spec.claimRef.name == "data"


def test_thousands_of_bindings_in_one_instant_do_not_wake_a_pod_that_they_cannot_help() -> None:
    cluster = Cluster(nodes=[node(f"n{number}", cpu="64", pods="1000") for number in range(13)], kubelet=False)
    cluster.apply(pod("big", cpu="100"))
    cluster.apply(
        pod(
            "lonely",
            topologySpreadConstraints=[
                {"maxSkew": 1, "topologyKey": "nowhere", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {}}
            ],
        )
    )
    cluster.settle()
    template = a_pod("web", cpu="1m", memory="")
    for number in range(10_500):
        cluster.api.create(replace(template, metadata=replace(template.metadata, name=f"web-{number}")))
    cluster.settle()
    assert sum(bool(each.spec.nodeName) for each in cluster.store.all("Pod")) == 10_500
    assert cluster.scheduler.entries["default", "big"].attempts == 1
