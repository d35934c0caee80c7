"""Garbage collector: what belongs to somebody who is gone goes too.

An object names its owners in `metadata.ownerReferences`. When the last of them is gone the object is deleted. How
an owner goes is up to whoever deletes it: in the *background* it goes first and its dependents follow; in the
*foreground* it waits, held by a finalizer, until every dependent that blocks it is gone; or it leaves its
dependents *orphaned*.

The counterpart is `pkg/controller/garbagecollector`. Simplified: the graph of ownership is not kept but asked for,
from an index of the store.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pilothouse.api import OwnerReference, replace
from pilothouse.apiserver import ApiError
from pilothouse.controllers.claims import OWNERS, owner_uids
from pilothouse.kernel import Change, Controller, Key, key_of

FOREGROUND = "foregroundDeletion"  # finalizers that the door puts on an object when it is deleted
ORPHAN = "orphan"


class GarbageCollector(Controller):
    """Deletes objects whose owners are gone, and ends deletions that wait for dependents."""

    name = "garbage-collector"

    @property
    def watches(self) -> dict[str, Any]:
        """Everything."""
        return {"*": self.concerned}

    def start(self) -> None:
        """Have all objects indexed by their owners."""
        self.store.index("*", OWNERS, owner_uids)

    def concerned(self, change: Change) -> Iterable[Key]:
        """The objects to look at after a change: itself, its dependents or its owners."""
        before, after = change.before, change.after
        if after is None:
            return [*map(key_of, self.dependents(before)), *self.owners(before)]
        if before is not None and ties(before) == ties(after):
            return ()
        released = before is not None and before.metadata.ownerReferences != after.metadata.ownerReferences
        owners = self.owners(before) if released else []  # they may have waited for it
        if waits_for_dependents(after):
            return [change.key, *map(key_of, self.dependents(after)), *owners]
        if after.metadata.deletionTimestamp:
            return [change.key, *owners]
        return owners if self.is_safe(after) else [change.key, *owners]

    def reconcile(self, key: Key) -> None:
        """Delete the object if its owners are gone; end its own deletion if its dependents are."""
        item = self.store.get(*key)
        if item is None:
            return
        if item.metadata.deletionTimestamp:
            if ORPHAN in item.metadata.finalizers:
                self.orphan_dependents(item)
            elif FOREGROUND in item.metadata.finalizers and not any(map(blocks(item), self.dependents(item))):
                self.finish(item, FOREGROUND)
            return
        solid, waiting, gone = self.classify(item)
        if solid:
            self.keep_owners(item, solid)
        elif waiting and (dependents := self.dependents(item)):
            if any(map(waits_for_dependents, dependents)):
                item = self.unblock(item)  # a circle: somebody has to let go first
            self.delete(item, "Foreground")
        elif waiting or gone:
            self.delete(item, "Background")

    # -------------------------------------------------------------------------------------------------------- the graph
    def dependents(self, owner: Any) -> list[Any]:
        """Every object that names `owner` among its owners."""
        uid = owner.metadata.uid
        return [item for kind in self.store.kinds() for item in self.store.by(kind, OWNERS, uid)]

    def owner(self, dependent: Any, reference: OwnerReference) -> Any:
        """The owner that the reference names, or None where there is no such object (any more)."""
        group = reference.apiVersion.rpartition("/")[0]
        for kind in (reference.kind, f"{reference.kind}.{group}"):
            for namespace in dict.fromkeys((dependent.metadata.namespace, "")):
                found = self.store.get(kind, namespace, reference.name)
                if found is not None and found.metadata.uid == reference.uid:
                    return found
        return None

    def owners(self, dependent: Any) -> list[Key]:
        """The owners of `dependent` that exist."""
        found = [self.owner(dependent, reference) for reference in dependent.metadata.ownerReferences]
        return [key_of(owner) for owner in found if owner is not None]

    def classify(self, item: Any) -> tuple[list[OwnerReference], list[OwnerReference], list[OwnerReference]]:
        """The owners of `item`: those that stay, those that wait for their dependents to go, those that are gone."""
        solid: list[OwnerReference] = []
        waiting: list[OwnerReference] = []
        gone: list[OwnerReference] = []
        for reference in item.metadata.ownerReferences:
            owner = self.owner(item, reference)
            (gone if owner is None else waiting if waits_for_dependents(owner) else solid).append(reference)
        return solid, waiting, gone

    def is_safe(self, item: Any) -> bool:
        """All owners of `item` stay, so there is nothing to do."""
        return len(self.classify(item)[0]) == len(item.metadata.ownerReferences)

    # --------------------------------------------------------------------------------------------------------- the acts
    def keep_owners(self, item: Any, owners: list[OwnerReference]) -> None:
        """Let `item` name only the owners that stay."""
        if owners != item.metadata.ownerReferences:
            self.api.update(replace(item, metadata=replace(item.metadata, ownerReferences=owners)))

    def unblock(self, item: Any) -> Any:
        """Let `item` hold up the deletion of none of its owners."""
        freed = [replace(reference, blockOwnerDeletion=False) for reference in item.metadata.ownerReferences]
        return self.api.update(replace(item, metadata=replace(item.metadata, ownerReferences=freed)))

    def delete(self, item: Any, propagation: str) -> None:
        """Delete `item`, in the way that it asks for itself if it does."""
        if ORPHAN in item.metadata.finalizers:
            propagation = "Orphan"
        elif FOREGROUND in item.metadata.finalizers:
            propagation = "Foreground"
        kind, namespace, name = key_of(item)
        try:
            self.api.delete(kind, name, namespace, propagation=propagation)
        except ApiError as error:
            if error.code != 404:
                raise

    def orphan_dependents(self, owner: Any) -> None:
        """Strike `owner` from its dependents, then let it go."""
        for item in self.dependents(owner):
            self.keep_owners(item, [r for r in item.metadata.ownerReferences if r.uid != owner.metadata.uid])
        self.finish(owner, ORPHAN)

    def finish(self, item: Any, finalizer: str) -> None:
        """Take the finalizer off, so that `item` goes if nothing else holds it."""
        left = [name for name in item.metadata.finalizers if name != finalizer]
        self.api.update(replace(item, metadata=replace(item.metadata, finalizers=left)))


def ties(item: Any) -> tuple[Any, ...]:
    """All of an object that concerns the garbage collector."""
    return item.metadata.ownerReferences, item.metadata.deletionTimestamp, item.metadata.finalizers


def waits_for_dependents(item: Any) -> bool:
    """The object is being deleted in the foreground."""
    return bool(item.metadata.deletionTimestamp) and FOREGROUND in item.metadata.finalizers


def blocks(owner: Any) -> Any:
    """Whether a dependent holds up the foreground deletion of `owner`."""
    uid = owner.metadata.uid
    return lambda item: any(r.uid == uid and r.blockOwnerDeletion for r in item.metadata.ownerReferences)
