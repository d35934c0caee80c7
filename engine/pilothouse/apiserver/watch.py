"""A watch: a cursor into the log.

The real one is a stream over HTTP. In virtual time nothing can be waited for, so a watch is iterated again after the
cluster has run, and gives what is new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from pilothouse import kernel
from pilothouse.apiserver.status import ApiError


class WatchEvent(NamedTuple):
    """One change: ADDED, MODIFIED or DELETED, and the object after it (the last known, if it is gone)."""

    type: str
    object: Any


class Watch:
    """Changes of one kind since a revision; iterating again gives those since the last time."""

    def __init__(
        self,
        store: kernel.Store,
        kind: str,
        namespace: str | None,
        since: int | None,
        fits: Callable[[Any], bool] | None = None,
    ) -> None:
        self._store = store
        self._kind = kind
        self._namespace = namespace
        self._fits = fits
        self.revision = store.revision if since is None else since

    def __iter__(self) -> Iterator[WatchEvent]:
        """The changes that are new. Raises ApiError 410 where history was dropped."""
        try:
            changes = list(self._store.log.since(self.revision))
        except kernel.Compacted:
            told = f"too old resource version: {self.revision} ({self._store.revision})"
            raise ApiError(410, "Expired", told) from None
        for change in changes:
            self.revision = change.revision
            key = change.key
            if key.kind != self._kind or (self._namespace is not None and key.namespace != self._namespace):
                continue
            event = self._event(change)
            if event is not None:
                yield event

    def _event(self, change: kernel.Change) -> WatchEvent | None:
        """With a selector an object that stops to fit is DELETED, one that begins to is ADDED."""
        if self._fits is None:
            return WatchEvent(change.verb, change.object)
        was = change.before is not None and self._fits(change.before)
        now = change.after is not None and self._fits(change.after)
        if now:
            return WatchEvent("MODIFIED" if was else "ADDED", change.after)
        return WatchEvent("DELETED", change.object) if was else None
