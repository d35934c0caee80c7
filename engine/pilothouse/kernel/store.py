"""The truth: tables of objects, one revision counter, and a log of every change.

This is what etcd is to Kubernetes. A write names the version it was made from (compare-and-swap on
`metadata.resourceVersion`), gets the next revision, and is appended to the log with the object before and after, the
actor who wrote and the cause that made the actor write. Watching is reading the log from where one stopped.

Simplified: one process, so no quorum; and a write that changes nothing is no change.
"""

from __future__ import annotations

from typing import Any

import msgspec

from pilothouse.api import replace
from pilothouse.kernel.clock import Clock
from pilothouse.kernel.errors import AlreadyExists, Conflict, NotFound, StoreError
from pilothouse.kernel.key import Key, key_of
from pilothouse.kernel.log import Change, Log, Verb
from pilothouse.kernel.tables import Tables

OUTSIDE = "user"  # the actor of calls that no component makes: a cell, kubectl, a request


class Store(Tables):
    """The present, written by compare-and-swap; time, `actor` and `cause` are stamped on each change.

    Args:
        clock: tells the time of a change.
        window: how many changes are kept in full; None for all.
        guard: remember every stored object's bytes, so that `verify` can prove that none was changed in place.
    """

    def __init__(self, clock: Clock, window: int | None = 1_000_000, guard: bool = False) -> None:
        super().__init__()
        self.clock = clock
        self.log = Log(window)
        self.actor = OUTSIDE
        self.cause: int | None = None
        self._seals: list[tuple[Any, bytes]] | None = [] if guard else None

    def create(self, item: Any) -> Any:
        """Add an object; returns it with its resourceVersion. Raises AlreadyExists."""
        key = key_of(item)
        if self.get(*key) is not None:
            raise AlreadyExists(f"{key} already exists", key)
        return self._write("ADDED", key, None, item)

    def update(self, item: Any) -> Any:
        """Replace an object by a version made from its newest one, or from none in particular (resourceVersion "").

        A version that says the same is no change. Raises NotFound, and Conflict where somebody was quicker.
        """
        key = key_of(item)
        before = self.get(*key)
        if before is None:
            raise NotFound(f"{key} not found", key)
        newest, given = before.metadata.resourceVersion, item.metadata.resourceVersion
        if given and given != newest:
            raise Conflict(f"{key} is at version {newest}; this write was made from version {given}", key)
        if not given:
            item = replace(item, metadata=replace(item.metadata, resourceVersion=newest))
        if item == before:
            return before
        return self._write("MODIFIED", key, before, item)

    def delete(self, kind: str, namespace: str, name: str) -> Any:
        """Remove an object; returns the last version of it. Raises NotFound."""
        key = Key(kind, namespace, name)
        before = self.get(kind, namespace, name)
        if before is None:
            raise NotFound(f"{key} not found", key)
        self._write("DELETED", key, before, None)
        return before

    def _write(self, verb: Verb, key: Key, before: Any, after: Any) -> Any:
        self.revision = revision = self.revision + 1
        if after is not None:
            after = replace(after, metadata=replace(after.metadata, resourceVersion=str(revision)))
            if self._seals is not None:
                self._seals.append((after, msgspec.json.encode(after, enc_hook=plain)))
        self._put(key, before, after)
        self.log.append(Change(revision, self.clock.now, verb, key, before, after, self.actor, self.cause))
        return after

    def verify(self) -> None:
        """Prove that no stored object was changed in place. Raises StoreError naming the first that was."""
        for item, seal in self._seals or ():
            if msgspec.json.encode(item, enc_hook=plain) != seal:
                raise StoreError(
                    f"{key_of(item)} was changed in place; make a new version with replace()", key_of(item)
                )

    def fork(self, clock: Clock) -> Store:
        """The same present and past, independent from here on; objects are shared, since nobody changes them."""
        twin = Store(clock, self.log.window, guard=self._seals is not None)
        self._copy_tables(twin)
        twin.log = self.log.copy()
        return twin


def plain(value: Any) -> Any:
    """A value that JSON does not know, such as a custom object, as one that it does."""
    return value.to_dict()
