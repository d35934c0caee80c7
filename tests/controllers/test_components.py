"""Each controller on a control plane without kubelets: what it does about one situation."""

from __future__ import annotations

from typing import Any

import pytest
from rig import Rig

from pilothouse.api import from_dict, micro_timestamp

TEMPLATE: dict[str, Any] = {
    "metadata": {"labels": {"app": "web"}},
    "spec": {"containers": [{"name": "c", "image": "a:1"}]},
}


def workload(kind: str, **spec: Any) -> dict[str, Any]:
    body = {"selector": {"matchLabels": {"app": "web"}}, "template": TEMPLATE, **spec}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "web"}, "spec": body}


def config(name: str, **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}}


def names(rig: Rig, kind: str) -> list[str]:
    return [item.metadata.name for item in rig.api.list(kind)]


def events(rig: Rig, reason: str) -> list[str]:
    return [event.message for event in rig.api.list("events", "*") if event.reason == reason]


@pytest.mark.fidelity(
    "Namespaces: service account and root certificate", "simplified", "both are there; the certificate is a placeholder"
)
def test_every_namespace_is_furnished(rig: Rig) -> None:
    rig.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lab"}})
    rig.settle()
    assert rig.api.get("sa", "default", "lab")
    rig.api.delete("cm", "kube-root-ca.crt", "lab")
    rig.settle()
    assert rig.api.get("cm", "kube-root-ca.crt", "lab")


@pytest.mark.fidelity(
    "Namespaces: deletion",
    "simplified",
    "conditions and order as recorded; what is left is looked at when something goes, not every few seconds",
)
def test_a_namespace_takes_its_contents_along(rig: Rig) -> None:
    rig.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lab"}})
    rig.settle()
    rig.api.create(config("held", finalizers=["x.io/f"]), namespace="lab")
    rig.api.create(workload("ReplicaSet", replicas=2), namespace="lab")
    rig.settle()
    rig.api.delete("ns", "lab")
    rig.run(10)
    for pod in rig.api.list("pods", "lab"):
        rig.api.delete("pod", pod.metadata.name, "lab", grace=0)
    rig.run(10)
    told = {c.type: c.message for c in rig.api.get("ns", "lab").status.conditions}
    assert told["NamespaceContentRemaining"] == "Some resources are remaining: configmaps. has 1 resource instances"
    assert told["NamespaceFinalizersRemaining"].endswith("remaining: x.io/f in 1 resource instances")
    rig.api.patch("cm", "held", {"metadata": {"finalizers": None}}, namespace="lab")
    rig.settle()
    assert "lab" not in [namespace.metadata.name for namespace in rig.api.list("ns")]


def test_a_circle_of_owners_is_collected(rig: Rig) -> None:
    one = rig.api.create(config("one"))

    def owned_by(owner: Any) -> dict[str, Any]:
        reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": owner.metadata.name, "uid": owner.metadata.uid}
        return {"metadata": {"ownerReferences": [{**reference, "blockOwnerDeletion": True}]}}

    two = rig.api.create(config("two", **owned_by(one)["metadata"]))
    rig.api.patch("cm", "one", owned_by(two))
    rig.settle()
    rig.api.delete("cm", "one", propagation="Foreground")
    rig.settle()
    assert names(rig, "cm") == ["kube-root-ca.crt"]


def test_a_refused_pod_is_told_and_tried_again(rig: Rig) -> None:
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": {"pods": "0"}}}
    rig.api.create(quota)
    rig.api.create(workload("Deployment", replicas=1))
    rig.run(1)
    assert names(rig, "pods") == []
    assert rig.api.get("deploy", "web").status.conditions[-1].type == "ReplicaFailure"
    rig.api.delete("quota", "q")
    rig.run(2000)
    assert len(names(rig, "pods")) == 1


def test_a_hash_that_is_taken_is_mixed_with_a_number(rig: Rig) -> None:
    rig.api.create(workload("Deployment", replicas=1))
    rig.settle()
    (taken,) = names(rig, "rs")
    rig.api.delete("deploy", "web")
    rig.settle()
    stranger = workload("ReplicaSet", replicas=0, selector={"matchLabels": {"app": "other"}})
    stranger["spec"]["template"] = {**TEMPLATE, "metadata": {"labels": {"app": "other"}}}
    stranger["metadata"] = {"name": taken}
    rig.api.create(stranger)
    rig.api.create(workload("Deployment", replicas=1))
    rig.settle()
    assert rig.api.get("deploy", "web").status.collisionCount == 1
    assert len(names(rig, "rs")) == 2


def test_a_stuck_rollout_exceeds_its_deadline(rig: Rig) -> None:
    rig.api.create(workload("Deployment", replicas=1, progressDeadlineSeconds=5))
    rig.run(5)
    reasons = [c.reason for c in rig.api.get("deploy", "web").status.conditions]
    assert "ProgressDeadlineExceeded" not in reasons
    rig.run(2)
    told = {c.type: (c.status, c.reason) for c in rig.api.get("deploy", "web").status.conditions}
    assert told["Progressing"] == ("False", "ProgressDeadlineExceeded")


def test_pods_count_as_available_after_a_while(rig: Rig) -> None:
    rig.api.create(workload("ReplicaSet", replicas=1, minReadySeconds=10))
    rig.settle()
    (pod,) = rig.api.list("pods")
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    rig.api.patch("pod", pod.metadata.name, {"status": {"conditions": [ready]}}, subresource="status")
    rig.run(9)
    assert (rig.api.get("rs", "web").status.readyReplicas, rig.api.get("rs", "web").status.availableReplicas) == (1, 0)
    rig.run(1)
    assert rig.api.get("rs", "web").status.availableReplicas == 1


def silence(rig: Rig, node: str) -> None:
    spec = {"holderIdentity": node, "leaseDurationSeconds": 40, "renewTime": micro_timestamp(rig.now)}
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": node}, "spec": spec}
    rig.api.create(lease, namespace="kube-node-lease")


@pytest.mark.parametrize(
    ("tolerations", "gone_after"),
    [
        pytest.param([], 350, id="the five minutes that everybody has"),
        pytest.param(
            [
                {
                    "key": "node.kubernetes.io/unreachable",
                    "operator": "Exists",
                    "effect": "NoExecute",
                    "tolerationSeconds": 5,
                }
            ],
            55,
            id="5 s",
        ),
        pytest.param([{"operator": "Exists"}], None, id="for ever"),
    ],
)
def test_a_silent_kubelet(rig: Rig, tolerations: list[dict[str, Any]], gone_after: int | None) -> None:
    spec = {**TEMPLATE["spec"], "nodeName": "n1", "tolerations": tolerations}
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    rig.api.create({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec})
    rig.api.patch("pod", "p", {"status": {"phase": "Running", "conditions": [ready]}}, subresource="status")
    rig.settle()
    silence(rig, "n1")
    rig.run(49)
    assert not rig.api.get("node", "n1").spec.taints
    rig.run(1)
    node, pod = rig.api.get("node", "n1"), rig.api.get("pod", "p")
    assert [(c.type, c.status) for c in node.status.conditions if c.type == "Ready"] == [("Ready", "Unknown")]
    assert sorted(t.effect for t in node.spec.taints) == ["NoExecute", "NoSchedule"]
    assert (pod.status.phase, [c.status for c in pod.status.conditions if c.type == "Ready"]) == ("Running", ["False"])
    assert events(rig, "NodeNotReady") == ["Node n1 status is now: NodeNotReady", "Node is not ready"]
    if gone_after is None:
        rig.run(3600)
        assert not rig.api.get("pod", "p").metadata.deletionTimestamp
        return
    rig.run(gone_after - 51)
    assert not rig.api.get("pod", "p").metadata.deletionTimestamp
    rig.run(1)
    assert rig.api.get("pod", "p").metadata.deletionTimestamp
    assert events(rig, "TaintManagerEviction") == ["Marking for deletion Pod default/p"]


@pytest.mark.fidelity(
    "Nodes: pods of a deleted node", "simplified", "removed after 40 seconds; ended pods are never counted"
)
def test_pods_of_a_lost_node_are_removed(rig: Rig) -> None:
    rig.api.create(
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {**TEMPLATE["spec"], "nodeName": "n1"}}
    )
    rig.settle()
    rig.api.delete("node", "n1")
    rig.run(39)
    assert names(rig, "pods") == ["p"]
    rig.run(2)
    assert names(rig, "pods") == []


def test_a_quiet_cluster_writes_nothing(rig: Rig) -> None:
    for kind in ("Deployment", "StatefulSet", "DaemonSet"):
        body = workload(kind)
        body["metadata"] = {"name": kind.lower()}
        body["spec"]["selector"] = {"matchLabels": {"app": kind.lower()}}
        body["spec"]["template"] = {**TEMPLATE, "metadata": {"labels": {"app": kind.lower()}}}
        rig.api.create(body)
    rig.settle()
    for pod in rig.api.list("pods"):
        ready = {"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}
        rig.api.patch(
            "pod", pod.metadata.name, {"status": {"phase": "Running", "conditions": [ready]}}, subresource="status"
        )
    rig.run(1200)
    revision, turns = rig.store.revision, rig.loop.turns
    rig.run(3600)
    assert (rig.store.revision, rig.loop.turns) == (revision, turns)


def test_a_deployment_without_defaults_finds_its_replica_set(rig: Rig) -> None:
    metadata = {"name": "web", "namespace": "default", "uid": "11111111-1111-4111-a111-111111111111"}
    rig.store.create(from_dict({**workload("Deployment", replicas=2), "metadata": metadata}))
    rig.run(60)
    assert (len(names(rig, "rs")), len(names(rig, "pods"))) == (1, 2)
    assert rig.api.get("deploy", "web").status.collisionCount is None
