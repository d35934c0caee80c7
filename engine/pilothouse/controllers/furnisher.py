"""What every namespace must have: a component that puts one object into each, and puts it back if it goes.

The shared half of the service accounts and the root certificates; the originals have it twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pilothouse.api import Namespace
from pilothouse.apiserver import ApiError
from pilothouse.kernel import Change, Controller, Key, itself


class Furnisher(Controller):
    """Puts one object into every namespace, and puts it back if it goes."""

    kind: str
    object_name: str

    @property
    def watches(self) -> dict[str, Any]:
        """Namespaces, and the objects put there."""
        return {"Namespace": itself, self.kind: self.namespace_of}

    def namespace_of(self, change: Change) -> Iterable[Key]:
        """The namespace from which the object went, or in which it was changed."""
        return (Key("Namespace", "", change.key.namespace),) if change.key.name == self.object_name else ()

    def reconcile(self, key: Key) -> None:
        """Put the object into the namespace if it is not there."""
        namespace = self.store.get(*key)
        if namespace is None or namespace.metadata.deletionTimestamp:
            return
        if self.store.get(self.kind, key.name, self.object_name) is None:
            try:
                self.api.create(self.furniture(namespace))
            except ApiError as error:
                if error.code not in (403, 409):  # the namespace is going, or somebody was quicker
                    raise

    def furniture(self, namespace: Namespace) -> Any:
        """The object as it shall be."""
        raise NotImplementedError
