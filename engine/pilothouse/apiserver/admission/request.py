"""A request on its way through the admission chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pilothouse.api.scheme import ResourceInfo
    from pilothouse.apiserver.door import Door


class Request:
    """Who wants to do what: `operation` is CREATE, UPDATE or DELETE; `old` is the object before."""

    __slots__ = ("begun", "door", "dry_run", "info", "item", "old", "operation", "subresource", "user")

    def __init__(
        self,
        door: Door,
        operation: str,
        info: ResourceInfo,
        item: Any,
        old: Any,
        user: str,
        dry_run: bool,
        subresource: str | None = None,
    ) -> None:
        self.door = door
        self.operation = operation
        self.info = info
        self.item = item
        self.old = old
        self.user = user
        self.dry_run = dry_run
        self.subresource = subresource
        self.begun = False

    @property
    def name(self) -> str:
        """The name that a refusal gives: a name that is still to be drawn is shown as it would be, without drawing
        it.
        """
        meta = (self.old if self.item is None else self.item).metadata
        if meta.name or not meta.generateName:
            return str(meta.name) or "Unknown"
        return self.door.preview(meta, self.info) if self.begun else str(meta.generateName)
