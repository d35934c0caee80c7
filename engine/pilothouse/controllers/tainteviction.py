"""Taint eviction: a NoExecute taint drives out the pods that do not tolerate it, some after a time.

A toleration with `tolerationSeconds` lets a pod stay that long; one without lets it stay for ever; the door gives
every pod 300 seconds for nodes that are not ready or unreachable. The counterpart is
`pkg/controller/tainteviction`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pilothouse.api import Node, Pod, PodCondition, Taint, Toleration, replace, since_epoch, timestamp
from pilothouse.apiserver import ApiError
from pilothouse.controllers import conditions, pods
from pilothouse.kernel import Change, Controller, Key


class TaintEvictionController(Controller):
    """Deletes pods from nodes whose taints they do not, or no longer, tolerate."""

    name = "taint-eviction-controller"
    declares = ("seen",)

    def __init__(self) -> None:
        self.seen: dict[
            tuple[str, str, str], float
        ] = {}  # (node, key, value) of taints that say not since when: seconds

    @property
    def watches(self) -> dict[str, Any]:
        """Pods that are bound, nodes whose taints change."""
        return {"Pod": self.bound, "Node": self.pods_of}

    def bound(self, change: Change) -> Iterable[Key]:
        """A pod that came to a tainted node, or changed what it tolerates there."""
        pod, before = change.after, change.before
        if pod is None or not pod.spec.nodeName or (before is not None and before.spec == pod.spec):
            return ()
        return (change.key,) if no_execute(self.store.get("Node", "", pod.spec.nodeName)) else ()

    def pods_of(self, change: Change) -> Iterable[Key]:
        """The pods of a node whose taints changed."""
        if no_execute(change.before) == no_execute(change.after):
            return []
        found = self.store.by("Pod", "node", change.key.name)
        return [Key("Pod", pod.metadata.namespace, pod.metadata.name) for pod in found]

    def reconcile(self, key: Key) -> float | None:
        """Evict the pod if its time on the tainted node is up."""
        pod = self.store.get(*key)
        node = self.store.get("Node", "", pod.spec.nodeName) if pod is not None else None
        taints = no_execute(node)
        self.forget(pod, taints)
        if node is None or not taints or pods.is_deleting(pod) or pods.is_finished(pod):
            return None
        stay = tolerated_seconds(pod, taints)
        if stay is None:
            return None
        left = max(self.begun(node, taints), bound_since(pod)) + stay - self.clock.now
        if stay > 0 and left > 0:
            return left
        self.evict(pod)
        return None

    def begun(self, node: Node, taints: list[Taint]) -> float:
        """Since when the node drives out pods, in seconds since the epoch."""
        times = []
        for taint in taints:
            if taint.timeAdded:
                times.append(since_epoch(taint.timeAdded))
            else:
                times.append(self.seen.setdefault((node.metadata.name, taint.key, taint.value), self.clock.now))
        return min(times)

    def forget(self, pod: Pod | None, taints: list[Taint]) -> None:
        """Remember no taint that is not on the pod's node any more."""
        if self.seen and pod is not None:
            there = {(pod.spec.nodeName, taint.key, taint.value) for taint in taints}
            for gone in [known for known in self.seen if known[0] == pod.spec.nodeName and known not in there]:
                del self.seen[gone]

    def evict(self, pod: Pod) -> None:
        """Tell why, then delete the pod."""
        message = f"Marking for deletion Pod {pod.metadata.namespace}/{pod.metadata.name}"
        self.api.event(pod, "Normal", "TaintManagerEviction", message)
        told = conditions.put(
            pod.status.conditions,
            PodCondition(
                type="DisruptionTarget",
                status="True",
                reason="DeletionByTaintManager",
                message="Taint manager: deleting due to NoExecute taint",
                lastTransitionTime=timestamp(self.clock.now),
            ),
        )
        try:
            self.api.update(replace(pod, status=replace(pod.status, conditions=told)), subresource="status")
            self.api.delete("Pod", pod.metadata.name, pod.metadata.namespace)
        except ApiError as error:
            if error.code != 404:
                raise


def no_execute(node: Node | None) -> list[Taint]:
    """The node's taints that drive out pods."""
    return [taint for taint in node.spec.taints if taint.effect == "NoExecute"] if node is not None else []


def tolerates(toleration: Toleration, taint: Taint) -> bool:
    """The toleration is for this taint."""
    if toleration.effect not in ("", taint.effect) or toleration.key not in ("", taint.key):
        return False
    return toleration.operator == "Exists" or (toleration.key != "" and toleration.value == taint.value)


def tolerated_seconds(pod: Pod, taints: list[Taint]) -> int | None:
    """For how many seconds the pod stands all the taints: 0 for not at all, None for ever."""
    limits = []
    for taint in taints:
        used = next((t for t in pod.spec.tolerations if tolerates(t, taint)), None)
        if used is None:
            return 0
        if used.tolerationSeconds is not None:
            limits.append(max(0, used.tolerationSeconds))
    return min(limits, default=None)


def bound_since(pod: Pod) -> float:
    """When the pod came to its node, in seconds since the epoch."""
    scheduled = pods.condition(pod, "PodScheduled")
    time = scheduled.lastTransitionTime if scheduled else ""
    return since_epoch(time or pod.metadata.creationTimestamp)
