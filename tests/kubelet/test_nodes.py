"""Nodes: registered, quiet, failing, back; and the kubelet that starts again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pilothouse.api import Node, ObjectMeta
from pilothouse.apiserver import ApiError


@pytest.mark.parametrize("kubelet", [True, False])
def test_a_registered_node_is_a_real_one(bench: Callable[..., Any], kubelet: bool) -> None:
    b = bench(nodes=2, kubelet=kubelet)
    node = b.api.get("Node", "n2")
    assert node.status.capacity == {"cpu": "4", "memory": "8Gi", "pods": "110", "ephemeral-storage": "100Gi"}
    assert node.status.allocatable == node.status.capacity
    assert node.metadata.labels["kubernetes.io/hostname"] == "n2"
    assert [(c.type, c.status) for c in node.status.conditions] == [
        ("MemoryPressure", "False"),
        ("DiskPressure", "False"),
        ("PIDPressure", "False"),
        ("Ready", "True"),
    ]
    assert [(a.type, a.address) for a in node.status.addresses] == [("InternalIP", "172.18.0.3"), ("Hostname", "n2")]
    assert node.spec.podCIDR == "10.244.1.0/24"
    lease = b.store.get("Lease", "kube-node-lease", "n2")
    assert lease.spec.renewTime == ""
    assert lease.spec.leaseDurationSeconds == 40


@pytest.mark.parametrize(
    "given",
    [
        Node(metadata=ObjectMeta(name="big", labels={"disk": "ssd"})),
        {"metadata": {"name": "big", "labels": {"disk": "ssd"}}, "status": {"allocatable": {"cpu": "64"}}},
    ],
)
def test_what_is_given_of_a_node_is_kept(bench: Callable[..., Any], given: Any) -> None:
    b = bench(nodes=0)
    node = b.kubelet.register(given)
    assert node.metadata.labels["disk"] == "ssd"
    assert node.metadata.labels["kubernetes.io/os"] == "linux"
    if isinstance(given, dict):
        assert node.status.allocatable == {"cpu": "64"}
        assert node.status.capacity["cpu"] == "64"
        assert node.status.capacity["memory"] == "8Gi"


def test_what_is_no_node_is_refused(bench: Callable[..., Any]) -> None:
    b = bench()
    with pytest.raises(ValueError, match="a node is needed here, not a Pod"):
        b.kubelet.register({"kind": "Pod", "metadata": {"name": "p"}})
    with pytest.raises(ApiError, match='nodes "n1" already exists'):
        b.kubelet.register("n1")
    with pytest.raises(ApiError, match='nodes "n7" not found'):
        b.kubelet.fail("n7")


def test_a_quiet_cluster_costs_nothing(bench: Callable[..., Any]) -> None:
    b = bench(nodes=3)
    for number in (1, 2, 3):
        b.pod(f"p{number}", node=f"n{number}", containers=[{"name": "c", "image": "nginx"}])
    b.run(60)
    turns, revision = b.loop.turns, b.store.revision
    b.run(86_400)
    assert (b.loop.turns, b.store.revision) == (turns, revision)


@pytest.mark.fidelity(
    "Nodes: heartbeats",
    "simplified",
    "the lease of a living node is computed when it is read; the last heartbeat is a multiple of ten seconds",
)
@pytest.mark.parametrize("kubelet", [True, False])
def test_a_node_that_fails_leaves_the_time_of_its_last_heartbeat(bench: Callable[..., Any], kubelet: bool) -> None:
    b = bench(kubelet=kubelet)
    b.run(7)
    b.kubelet.fail("n1")
    b.run(100)
    assert b.store.get("Lease", "kube-node-lease", "n1").spec.renewTime == "2026-01-01T00:01:00.000000Z"
    assert not b.kubelet.lives("n1")
    b.kubelet.recover("n1")
    b.run(0)
    assert b.store.get("Lease", "kube-node-lease", "n1").spec.renewTime == ""


@pytest.mark.parametrize("kubelet", [True, False])
def test_a_node_that_is_back_says_that_it_is_healthy(bench: Callable[..., Any], kubelet: bool) -> None:
    b = bench(kubelet=kubelet)
    b.kubelet.fail("n1")
    unknown = [
        {"type": name, "status": "Unknown", "reason": "NodeStatusUnknown"} for name in ("MemoryPressure", "Ready")
    ]
    b.api.patch("Node", "n1", {"status": {"conditions": unknown}}, subresource="status")
    b.run(100)
    assert {c.type: c.status for c in b.api.get("Node", "n1").status.conditions}["Ready"] == "Unknown"
    b.kubelet.recover("n1")
    b.run(1)
    ready = {c.type: c for c in b.api.get("Node", "n1").status.conditions}["Ready"]
    assert (ready.status, ready.reason, ready.message) == ("True", "KubeletReady", "kubelet is posting ready status")
    assert ready.lastTransitionTime == "2026-01-01T00:02:40Z"


def test_nothing_happens_on_a_node_that_has_failed(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("a", containers=[{"name": "c", "image": "nginx"}])
    b.run(10)
    b.kubelet.fail("n1")
    b.pod("b", containers=[{"name": "c", "image": "nginx"}])
    b.api.delete("Pod", "a")
    b.run(1000)
    assert b.get("a").status.phase == "Running"
    assert b.get("b").status.startTime == ""


@pytest.mark.fidelity(
    "Nodes: a machine that dies and comes back",
    "simplified",
    "as after a reboot: all containers end with 255; files and memory of programs are gone",
)
def test_after_a_reboot_pods_start_again(bench: Callable[..., Any]) -> None:
    b = bench()
    init = {"name": "i", "image": "busybox", "command": ["true"]}
    b.pod("always", initContainers=[init], containers=[{"name": "c", "image": "nginx"}])
    b.pod("never", restartPolicy="Never", containers=[{"name": "c", "image": "nginx"}])
    b.pod("left", containers=[{"name": "c", "image": "nginx"}])
    b.run(10)
    address = b.get("always").status.podIP
    b.kubelet.fail("n1")
    b.run(30)
    b.api.delete("Pod", "left")
    b.run(30)
    b.kubelet.recover("n1")
    b.run(30)
    pod = b.get("always")
    assert pod.status.phase == "Running"
    assert pod.status.podIP != address
    assert pod.status.containerStatuses[0].restartCount == 1
    assert pod.status.containerStatuses[0].lastState.terminated.exitCode == 255
    assert pod.status.initContainerStatuses[0].restartCount == 1
    assert ("SandboxChanged", "Pod sandbox changed, it will be killed and re-created.", 1) in b.events("always")
    assert b.get("never").status.phase == "Failed"
    assert b.store.get("Pod", "default", "left") is None


def test_a_kubelet_that_starts_again_leaves_running_pods_alone(bench: Callable[..., Any]) -> None:
    b = bench()
    probe = {"httpGet": {"path": "/", "port": 80}}
    b.pod("runs", containers=[{"name": "c", "image": "nginx", "readinessProbe": probe}])
    b.pod("works", restartPolicy="Never", containers=[{"name": "c", "image": "busybox", "command": ["sleep", "40"]}])
    b.run(30)
    before = b.get("runs")
    b.loop.restart("kubelet")
    b.run(5)
    assert b.get("runs").status == before.status
    b.run(10)
    assert b.get("works").status.phase == "Succeeded"


def test_logs_outlive_a_restart_of_the_kubelet(bench: Callable[..., Any]) -> None:
    b = bench()
    talks = {"name": "c", "image": "busybox", "command": ["sh", "-c", "echo hello; sleep 5; exit 1"]}
    b.pod("works", restartPolicy="Never", containers=[talks])
    b.pod("crash", containers=[talks])
    b.run(20)
    b.loop.restart("kubelet")
    b.run(1)
    assert [line for _, line in b.kubelet.logs("works")] == ["hello"]
    assert [line for _, line in b.kubelet.logs("crash", previous=True)] == ["hello"]


def test_a_kubelet_that_starts_again_forgets_the_back_off(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("crash", containers=[{"name": "c", "image": "busybox", "command": ["false"]}])
    b.run(60)
    count = b.get("crash").status.containerStatuses[0].restartCount
    b.loop.restart("kubelet")
    b.run(3)
    assert b.get("crash").status.containerStatuses[0].restartCount == count + 1


def test_a_kubelet_that_starts_again_knows_which_nodes_have_failed(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("a", containers=[{"name": "c", "image": "nginx"}])
    b.run(10)
    b.kubelet.fail("n1")
    b.loop.restart("kubelet")
    b.run(100)
    assert not b.kubelet.lives("n1")
    b.kubelet.recover("n1")
    b.run(20)
    assert b.get("a").status.containerStatuses[0].restartCount == 1


def test_images_are_told_in_the_status_of_the_node(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("a", containers=[{"name": "c", "image": "nginx:1.27"}])
    b.run(30)
    assert [(i.names, i.sizeBytes) for i in b.api.get("Node", "n1").status.images] == [
        (["docker.io/library/nginx:1.27"], 72351744)
    ]
    b.loop.restart("kubelet")
    b.pod("b", containers=[{"name": "c", "image": "nginx:1.27"}])
    b.run(10)
    assert [reason for reason, _, _ in b.events("b")] == ["Pulled", "Created", "Started"]


def test_addresses_are_not_given_twice(bench: Callable[..., Any]) -> None:
    b = bench()
    for number in range(20):
        b.pod(f"p{number}", containers=[{"name": "c", "image": "nginx"}])
    b.run(5)
    b.loop.restart("kubelet")
    for number in range(20, 40):
        b.pod(f"p{number}", containers=[{"name": "c", "image": "nginx"}])
    b.run(5)
    given = [pod.status.podIP for pod in b.api.list("Pod")]
    assert len(set(given)) == 40
    assert all(address.startswith("10.244.0.") for address in given)


def test_a_node_that_somebody_wrote_down_as_ready_has_a_machine(bench: Callable[..., Any]) -> None:
    b = bench(nodes=0)
    ready = {
        "conditions": [{"type": "Ready", "status": "True"}],
        "addresses": [{"type": "InternalIP", "address": "10.0.0.9"}],
    }
    b.store.create(b.door.decode({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "own"}, "status": ready})[0])
    b.run(1)
    b.pod("a", node="own", containers=[{"name": "c", "image": "nginx"}])
    b.run(10)
    assert b.get("a").status.phase == "Running"
    assert b.get("a").status.hostIP == "10.0.0.9"
