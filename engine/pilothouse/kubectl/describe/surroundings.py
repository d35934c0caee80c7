"""What a description needs besides the object itself: its events, its pods, its replica sets.

Everything is asked of the API server like the real kubectl does; nothing looks into the store.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from pilothouse.api import Event, ObjectMeta, OwnerReference, Pod


class Asks(Protocol):
    """The part of the API client that descriptions use."""

    def list(
        self, kind: str, namespace: str | None = ..., selector: Any = ..., field_selector: Any = ...
    ) -> Sequence[Any]:
        """Objects of a kind."""

    def get(self, kind: str, name: str, namespace: str = ...) -> Any:
        """One object."""


class Surroundings:
    """An API client as descriptions need it."""

    def __init__(self, api: Asks) -> None:
        self.api = api

    def events(self, kind: str, meta: ObjectMeta, uid: str | None = None) -> list[Event]:
        """Events about one object. Nodes are known to some reporters by name instead of uid: ``uid`` overrides."""
        namespace = meta.namespace or None
        return [
            event
            for event in self.api.list("Event", namespace=namespace)
            if event.involvedObject.kind == kind
            and event.involvedObject.name == meta.name
            and event.involvedObject.namespace
            in (meta.namespace, "" if meta.namespace else event.involvedObject.namespace)
            and (not event.involvedObject.uid or event.involvedObject.uid in (meta.uid, uid))
        ]

    def owned(self, kind: str, owner: ObjectMeta) -> list[Any]:
        """Objects of one kind whose controller is ``owner``."""
        return [one for one in self.api.list(kind, namespace=owner.namespace) if _controlled(one.metadata, owner.uid)]

    def pods(self, owner: ObjectMeta) -> list[Pod]:
        """The pods that ``owner`` controls."""
        return self.owned("Pod", owner)


def _controlled(meta: ObjectMeta, uid: str) -> bool:
    found = controller(meta)
    return found is not None and found.uid == uid


def controller(meta: ObjectMeta) -> OwnerReference | None:
    """The owner that controls an object, if it has one."""
    return next((ref for ref in meta.ownerReferences if ref.controller), None)


def controlled_by(meta: ObjectMeta) -> str:
    """``ReplicaSet/web-1``, or nothing."""
    found = controller(meta)
    return f"{found.kind}/{found.name}" if found is not None else ""
