"""One moment of the past, asked in the same words as the present.

There is no counterpart in a real cluster, which forgets; here the log remembers, and a moment can even be gone on from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pilothouse.api import scheme
from pilothouse.api.error import Absent
from pilothouse.kernel import Snapshot

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster


class Past:
    """One moment of a cluster's past, to be read or to be forked.

    Args:
        moment: the objects as they were.
        fork: makes a cluster that goes on from this moment.
    """

    def __init__(self, moment: Snapshot, fork: Callable[[Past], Cluster]) -> None:
        self.moment, self._fork = moment, fork
        self.revision, self.now = moment.revision, moment.time

    def get(self, kind: str, name: str, namespace: str = "default") -> Any:
        """One object as it was then. Raises Absent where it was not there."""
        found = scheme.resource(kind)
        item = self.moment.get(found.kind, namespace if found.namespaced else "", name)
        if item is None:
            raise Absent(f"there was no {found.singular} {name!r} at {self.now:g} s (revision {self.revision})")
        return item

    def fork(self) -> Cluster:
        """A cluster that goes on from this moment; its components start from what was written, as after a crash."""
        return self._fork(self)

    def __repr__(self) -> str:
        return f"<the cluster at {self.now:g} s, revision {self.revision}>"

    def list(self, kind: str, namespace: str = "default") -> list[Any]:
        """The objects of a kind as they were then; namespace "*" is all."""
        found = scheme.resource(kind)
        return self.moment.list(found.kind, None if namespace == "*" or not found.namespaced else namespace)
