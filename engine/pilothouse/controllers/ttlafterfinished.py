"""Time to live: a Job that is over is deleted after `ttlSecondsAfterFinished`.

The counterpart is `pkg/controller/ttlafterfinished`.
"""

from __future__ import annotations

from typing import ClassVar

from pilothouse.api import since_epoch
from pilothouse.kernel import Controller, Key, itself
from pilothouse.kernel.loop import Watch


class TTLAfterFinishedController(Controller):
    """Deletes Jobs that have been over for long enough."""

    name = "ttl-after-finished-controller"
    watches: ClassVar[dict[str, Watch]] = {"Job": itself}

    def reconcile(self, key: Key) -> float | None:
        """Delete the Job if its time is up, or wait until it is."""
        job = self.store.get(*key)
        if job is None or job.metadata.deletionTimestamp or job.spec.ttlSecondsAfterFinished is None:
            return None
        for condition in job.status.conditions:
            if condition.type in ("Complete", "Failed") and condition.status == "True":
                left: float = (
                    since_epoch(condition.lastTransitionTime) + job.spec.ttlSecondsAfterFinished - self.clock.now
                )
                if left > 0:
                    return left
                self.api.delete("Job", key.name, key.namespace, propagation="Foreground")
                return None
        return None
