"""The controller that the learner builds in the lesson, for whoever catches up in the middle of it.

Simplified beside `ReplicaSetController`: no adoption, no ranking of those that must go, no report.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pilothouse.controllers.podcontrol import create_pod, delete_pod
from pilothouse.controllers.pods import is_active
from pilothouse.kernel import Controller, Key, controller_of, itself


class Helmsman(Controller):
    """Keeps as many copies as a ReplicaSet declares: observe, compare, act."""

    name = "replicaset-controller"
    watches: ClassVar[Mapping[str, Any]] = {"ReplicaSet": itself, "Pod": controller_of("ReplicaSet")}

    def reconcile(self, key: Key) -> None:
        """Count the copies that are there, and make or unmake the difference."""
        wish = self.store.get(*key)
        if wish is None or wish.metadata.deletionTimestamp:
            return
        pods = [pod for pod in self.store.by("Pod", "owner", wish.metadata.uid) if is_active(pod)]
        missing = wish.spec.replicas - len(pods)
        for _ in range(missing):
            create_pod(self.api, wish, wish.spec.template)
        for pod in pods[wish.spec.replicas :]:
            delete_pod(self.api, wish, pod)
