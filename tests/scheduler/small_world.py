"""What the scheduler's tests build their small worlds from."""

from __future__ import annotations

from typing import Any

from pilothouse import Cluster
from pilothouse.api import Node, Pod, from_dict

ZONE = "topology.kubernetes.io/zone"
HOST = "kubernetes.io/hostname"


def node(name: str, cpu: str = "4", memory: str = "8Gi", pods: str = "110", **more: Any) -> dict[str, Any]:
    """A node; `labels`, `taints`, `unschedulable`, and other resources by name."""
    labels = {HOST: name, **more.pop("labels", {})}
    spec = {key: more.pop(key) for key in ("taints", "unschedulable") if key in more}
    room = {"cpu": cpu, "memory": memory, "pods": pods, **more.pop("resources", {})}
    status = {"allocatable": room, "capacity": room, **more}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": spec,
        "status": status,
    }


def pod(name: str = "p", cpu: str = "500m", memory: str = "256Mi", on: str = "", **spec: Any) -> dict[str, Any]:
    """A pod with one container; `labels`, and any field of its spec."""
    labels, uid = spec.pop("labels", {"app": "web"}), spec.pop("uid", "")
    requests = {key: value for key, value in (("cpu", cpu), ("memory", memory)) if value}
    container = {"name": "c", "image": "nginx:1.27", "resources": {"requests": requests}}
    if on:
        spec["nodeName"] = on
    metadata = {"name": name, "namespace": "default", "labels": labels, **({"uid": uid} if uid else {})}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container], **spec}}


def typed(item: dict[str, Any]) -> Any:
    """The object that a dict describes."""
    return from_dict(item)


def a_node(name: str, **more: Any) -> Node:
    """A typed node."""
    found: Node = typed(node(name, **more))
    return found


def a_pod(name: str = "p", **more: Any) -> Pod:
    """A typed pod."""
    found: Pod = typed(pod(name, **more))
    return found


def place_of(cluster: Cluster, name: str) -> str:
    """The node of a pod, "" while it has none."""
    return str(cluster.get("pod", name).spec.nodeName)


def said(cluster: Cluster, name: str, reason: str) -> list[str]:
    """The messages of the events with this reason about a pod."""
    return [
        event.message
        for event in cluster.api.list("events")
        if event.involvedObject.name == name and event.reason == reason
    ]
