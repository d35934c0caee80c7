"""Whose name stands on a write."""

from __future__ import annotations

from pilothouse import kernel


class Acting:
    """While it lasts, `user` is the actor of what is written."""

    __slots__ = ("_before", "_store", "_user")

    def __init__(self, store: kernel.Store, user: str) -> None:
        self._store = store
        self._user = user

    def __enter__(self) -> None:
        self._before = self._store.actor
        self._store.actor = self._user

    def __exit__(self, *_: object) -> None:
        self._store.actor = self._before
