"""The past: every change, in order, with who made it and why.

This is what makes rewinding, forking, explaining and drawing possible; nothing else keeps history. A real cluster has
etcd's revisions for about five minutes and an audit log for those who set one up; ours keeps a window of the newest
changes in full, and says so when an older one is asked for.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from pilothouse.kernel.errors import Compacted, NotFound
from pilothouse.kernel.key import Key

Verb = Literal["ADDED", "MODIFIED", "DELETED"]


class Change(msgspec.Struct, frozen=True, gc=False):
    """One line of the log. `before` is None for an object that was ADDED, `after` for one that was DELETED."""

    revision: int
    time: float
    verb: Verb
    key: Key
    before: Any
    after: Any
    actor: str
    cause: int | None

    @property
    def kind(self) -> str:
        """The kind of the object, such as "Pod"."""
        return self.key.kind

    @property
    def namespace(self) -> str:
        """The namespace of the object, "" where its kind has none."""
        return self.key.namespace

    @property
    def name(self) -> str:
        """The name of the object."""
        return self.key.name

    @property
    def object(self) -> Any:
        """The object after the change, or the last that was known of it."""
        return self.before if self.after is None else self.after


class Log:
    """The changes, oldest first, without gaps: the change of revision n follows that of n - 1."""

    def __init__(self, window: int | None) -> None:
        self.window = window
        self.changes: list[Change] = []
        self.dropped = 0

    def append(self, change: Change) -> None:
        """Add the next change; where the window is overfull, the oldest quarter beyond it goes."""
        self.changes.append(change)
        if self.window is not None and len(self.changes) > self.window + self.window // 4:
            surplus = len(self.changes) - self.window
            del self.changes[:surplus]
            self.dropped += surplus

    def since(self, revision: int) -> list[Change]:
        """All changes after `revision`. Raises Compacted where some of them are no longer kept."""
        if revision < self.dropped:
            raise Compacted(
                f"revision {revision} is older than the history kept (from {self.dropped}); "
                "give the cluster a larger history= to look further back"
            )
        return self.changes[revision - self.dropped :]

    def at(self, revision: int) -> Change:
        """The change that made `revision`. Raises Compacted or NotFound."""
        if not 0 < revision <= self.dropped + len(self.changes):
            raise NotFound(f"there is no revision {revision}; the newest is {self.dropped + len(self.changes)}")
        if revision <= self.dropped:
            raise Compacted(f"revision {revision} is older than the history kept (from {self.dropped})")
        return self.changes[revision - self.dropped - 1]

    def copy(self) -> Log:
        """The same past, independent from here on."""
        twin = Log(self.window)
        twin.changes, twin.dropped = self.changes.copy(), self.dropped
        return twin
