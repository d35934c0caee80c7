"""ReplicationController: the older name of the ReplicaSet, with a plain map of labels as its selector.

The counterpart, `pkg/controller/replication`, also only dresses these objects up as ReplicaSets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pilothouse.api import Pod, ReplicationControllerCondition, ReplicationControllerStatus
from pilothouse.apiserver import ApiError
from pilothouse.controllers.replicaset import ReplicaSetController


class ReplicationControllerController(ReplicaSetController):
    """Does for ReplicationControllers what ReplicaSetController does for ReplicaSets."""

    name = "replication-controller"
    kind = "ReplicationController"

    def status(self, replicaset: Any, running: Sequence[Pod], ending: Sequence[Pod], problem: ApiError | None) -> Any:
        """The same counts in the older type, which does not know of terminating pods."""
        newer = super().status(replicaset, running, ending, problem)
        return ReplicationControllerStatus(
            replicas=newer.replicas,
            fullyLabeledReplicas=newer.fullyLabeledReplicas,
            readyReplicas=newer.readyReplicas,
            availableReplicas=newer.availableReplicas,
            observedGeneration=newer.observedGeneration,
            conditions=[
                ReplicationControllerCondition(
                    type=c.type,
                    status=c.status,
                    reason=c.reason,
                    message=c.message,
                    lastTransitionTime=c.lastTransitionTime,
                )
                for c in newer.conditions
            ],
        )
