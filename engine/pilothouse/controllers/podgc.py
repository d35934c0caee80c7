"""Pod garbage collector: pods of a node that no longer exists are removed by force; there is no kubelet to end them.

The counterpart is `pkg/controller/podgc`. Simplified: it acts when a node has been gone for 40 seconds instead of
looking every 20; terminated pods are not counted, so they are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pilothouse.api import Pod, PodCondition, replace, timestamp
from pilothouse.apiserver import ApiError
from pilothouse.controllers import conditions, pods
from pilothouse.kernel import Change, Controller, Key

QUARANTINE = 40.0  # seconds in which the node may come back


class PodGarbageCollector(Controller):
    """Removes pods whose node is gone."""

    name = "pod-garbage-collector"
    declares = ("missed",)

    def __init__(self) -> None:
        self.missed: dict[str, float] = {}  # node: since when it is known to be gone

    @property
    def watches(self) -> dict[str, Any]:
        """Pods that are bound, nodes that go."""
        return {"Pod": self.stranded, "Node": self.pods_of}

    def stranded(self, change: Change) -> Iterable[Key]:
        """A pod that is bound to a node that does not exist."""
        node = change.after.spec.nodeName if change.after is not None else ""
        if not node or (change.before is not None and change.before.spec.nodeName == node):
            return ()
        return (change.key,) if self.store.get("Node", "", node) is None else ()

    def pods_of(self, change: Change) -> Iterable[Key]:
        """The pods of a node that went."""
        if change.after is not None:
            return []
        found = self.store.by("Pod", "node", change.key.name)
        return [Key("Pod", pod.metadata.namespace, pod.metadata.name) for pod in found]

    def reconcile(self, key: Key) -> float | None:
        """Remove the pod if its node has been gone for long enough."""
        pod = self.store.get(*key)
        if pod is None:
            return None
        node = pod.spec.nodeName
        if self.store.get("Node", "", node) is not None:
            self.missed.pop(node, None)
            return None
        wait = self.missed.setdefault(node, self.clock.now) + QUARANTINE - self.clock.now
        if wait > 0:
            return wait
        self.remove(pod)
        return None

    def remove(self, pod: Pod) -> None:
        """Write that the pod was lost with its node, and take it out."""
        told = conditions.put(
            pod.status.conditions,
            PodCondition(
                type="DisruptionTarget",
                status="True",
                reason="DeletionByPodGC",
                message="PodGC: node no longer exists",
                lastTransitionTime=timestamp(self.clock.now),
            ),
        )
        phase = pod.status.phase if pods.is_finished(pod) else "Failed"
        try:
            status = replace(pod.status, conditions=told, phase=phase)
            self.api.update(replace(pod, status=status), subresource="status")
            self.api.delete("Pod", pod.metadata.name, pod.metadata.namespace, grace=0)
        except ApiError as error:
            if error.code != 404:
                raise
