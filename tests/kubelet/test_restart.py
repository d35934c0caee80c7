"""The kubelet may crash at any moment, and a fork lives on exactly as its parent does, whatever its pods are doing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilothouse import Cluster


def container(script: str, name: str = "c", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "image": "busybox",
        "imagePullPolicy": "IfNotPresent",
        "command": ["sh", "-c", script],
        **more,
    }


READY = {"exec": {"command": ["cat", "/tmp/r"]}, "periodSeconds": 3}
TRAP = "trap 'exit 0' TERM; while :; do sleep 0.1; done"
PODS: dict[str, dict[str, Any]] = {
    "server": {"containers": [{"name": "c", "image": "nginx", "readinessProbe": {"tcpSocket": {"port": 80}}}]},
    "job": {"restartPolicy": "Never", "containers": [container("echo hi; sleep 20; exit 3")]},
    "done": {"restartPolicy": "OnFailure", "containers": [container("sleep 12")]},
    "flips": {"containers": [container("sleep 5; touch /tmp/r; sleep 9; rm /tmp/r; sleep 9000", readinessProbe=READY)]},
    "inits": {
        "initContainers": [container("sleep 4", "i"), container("sleep 4", "j")],
        "containers": [container(TRAP)],
    },
    "sidecar": {
        "restartPolicy": "Never",
        "initContainers": [container(TRAP, "s", restartPolicy="Always")],
        "containers": [container("sleep 15")],
    },
    "typo": {"containers": [{"name": "c", "image": "nginx:1.161"}]},
    "lacks": {"containers": [container("env", envFrom=[{"configMapRef": {"name": "none"}}])]},
    "mounts": {"containers": [container("sleep 9")], "volumes": [{"name": "v", "secret": {"secretName": "none"}}]},
    "hooks": {
        "terminationGracePeriodSeconds": 8,
        "containers": [container(TRAP, lifecycle={"postStart": {"exec": {"command": ["sleep", "6"]}}})],
    },
    "late": {"activeDeadlineSeconds": 18, "containers": [container(TRAP)]},
}


def started() -> Cluster:
    cluster = Cluster(nodes=2, guard=True)
    for name, spec in PODS.items():
        cluster.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec})
    return cluster


def shape(cluster: Cluster) -> list[Any]:
    """How the pods stand, without what a restart may change: times, and how often something was tried."""
    found: list[Any] = []
    for pod in cluster.list("pods"):
        statuses = [*pod.status.initContainerStatuses, *pod.status.containerStatuses]
        ends = [(s.name, s.ready, s.state.terminated and s.state.terminated.exitCode) for s in statuses]
        found.append((pod.metadata.name, pod.status.phase, pod.status.reason, ends))
    return found


CALM = started()
CALM.run("5m")


@pytest.mark.parametrize("name", ["kubelet"])
@given(moments=st.lists(st.floats(0.0, 40.0), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_a_kubelet_that_crashes_at_any_moment_brings_its_pods_to_the_same_end(name: str, moments: list[float]) -> None:
    cluster = started()
    begun = cluster.now
    for moment in sorted(moments):
        cluster.run(max(0.0, begun + moment - cluster.now))
        cluster.loop.restart(name)
    cluster.run(max(0.0, begun + 300 - cluster.now))
    assert shape(cluster) == shape(CALM)
    cluster.store.verify()


@given(moment=st.floats(0.0, 40.0), victim=st.sampled_from(sorted(PODS)), grace=st.sampled_from([None, 0, 1, 5]))
@settings(max_examples=40, deadline=None)
def test_a_fork_lives_on_as_its_parent(moment: float, victim: str, grace: int | None) -> None:
    parent = started()
    parent.run(moment)
    twin = parent.fork()
    for cluster in (twin, parent):
        if victim in {pod.metadata.name for pod in cluster.list("pods")}:
            cluster.api.delete("pod", victim, grace=grace)
        cluster.run("2m")
    assert twin.digest() == parent.digest()
    parent.store.verify()


@given(moment=st.floats(0.0, 40.0), victim=st.sampled_from(sorted(PODS)))
@settings(max_examples=40, deadline=None)
def test_a_deleted_pod_goes_at_any_moment_even_if_the_kubelet_crashes(moment: float, victim: str) -> None:
    cluster = started()
    cluster.run(moment)
    cluster.api.delete("pod", victim)
    cluster.run(1)
    cluster.loop.restart("kubelet")
    cluster.run("1m")
    assert victim not in {pod.metadata.name for pod in cluster.list("pods")}


@given(moment=st.floats(0.0, 40.0), away=st.floats(0.0, 100.0))
@settings(max_examples=25, deadline=None)
def test_a_node_that_flaps_hurts_nobody_for_long(moment: float, away: float) -> None:
    cluster = started()
    cluster.run(moment)
    for _ in range(3):
        cluster.fail("node/n1")
        cluster.run(away)
        cluster.recover("node/n1")
        cluster.run(1)
    cluster.run("10m")
    phases = {pod.metadata.name: pod.status.phase for pod in cluster.list("pods")}
    assert phases["server"] == phases["inits"] == phases["flips"] == "Running"
    cluster.store.verify()


def test_pods_of_a_real_cluster_are_taken_over_as_they_are() -> None:
    since = "2026-03-01T10:00:00Z"
    node = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "real", "uid": "u1"},
        "status": {"conditions": [{"type": "Ready", "status": "True"}], "allocatable": {"cpu": "4", "pods": "110"}},
    }
    running = {"name": "c", "image": "corp/app:7", "imageID": "x", "ready": True, "restartCount": 3, "started": True}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "app", "namespace": "default", "uid": "u2", "generation": 1},
        "spec": {
            "nodeName": "real",
            "restartPolicy": "Always",
            "containers": [{"name": "c", "image": "corp/app:7", "livenessProbe": {"httpGet": {"port": 8080}}}],
        },
        "status": {
            "phase": "Running",
            "podIP": "10.0.0.7",
            "hostIP": "10.1.1.1",
            "startTime": since,
            "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": since}],
            "containerStatuses": [{**running, "state": {"running": {"startedAt": since}}}],
        },
    }
    cluster = Cluster.load([node, pod])
    cluster.run("10m")
    found = cluster.get("pod", "app").status
    assert (found.phase, found.podIP, found.containerStatuses[0].restartCount) == ("Running", "10.0.0.7", 3)
    assert found.containerStatuses[0].ready
