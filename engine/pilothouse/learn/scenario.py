"""The situation a lesson starts from, as steps from one checkpoint to the next.

A scenario is code that makes calls any learner could make, so there is nothing hidden in it: the same seed and the
same steps give the same cluster, byte for byte. A checkpoint has a name; reaching it takes all steps before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

Step = Callable[["Cluster"], None]


@dataclass(frozen=True)
class Scenario:
    """Where a lesson begins and what happens in it.

    `begin` makes the first cluster, `steps` follow it in the order of the lesson, `tasks` are other beginnings, one for
    each exercise, and `faults` break something in a cluster without saying what.
    """

    begin: Callable[[], Cluster]
    steps: Mapping[str, Step] = field(default_factory=dict)
    tasks: Mapping[str, Callable[[], Cluster]] = field(default_factory=dict)
    faults: Mapping[str, Step] = field(default_factory=dict)

    def checkpoints(self) -> list[str]:
        """Return the names of all places to start from, in the order of the lesson."""
        return ["start", *self.steps, *self.tasks]

    def at(self, checkpoint: str) -> tuple[Cluster, int]:
        """Make a new cluster at a checkpoint, and say at which revision the learner's own part begins.

        Raises LookupError that lists the checkpoints.
        """
        if checkpoint not in self.checkpoints():
            raise LookupError(f'no checkpoint "{checkpoint}"; there are: {", ".join(self.checkpoints())}')
        if checkpoint in self.tasks:
            cluster = self.tasks[checkpoint]()
            return cluster, cluster.store.revision
        cluster = self.begin()
        began = cluster.store.revision
        if checkpoint == "start":
            return cluster, began
        for name, step in self.steps.items():
            step(cluster)
            if name == checkpoint:
                break
        return cluster, began
