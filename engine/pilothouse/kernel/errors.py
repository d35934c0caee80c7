"""What the store refuses, each refusal with the key of the object concerned.

The door turns these into Kubernetes' `Status` answers: 404, 409 and 410.
"""

from __future__ import annotations

from pilothouse.api.error import Clear
from pilothouse.kernel.key import Key


class StoreError(Clear):
    """A write or a read that the store refuses; `key` says for which object."""

    def __init__(self, message: str, key: Key | None = None) -> None:
        super().__init__(message)
        self.key = key


class NotFound(StoreError):
    """There is no such object."""


class AlreadyExists(StoreError):
    """There is such an object already."""


class Conflict(StoreError):
    """The object was changed since the version that the write was made from."""


class Compacted(StoreError):
    """The revision asked for is older than the window of history that is kept."""
