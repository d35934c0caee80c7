"""The name of one object in the whole cluster: its kind, namespace and name.

A built-in kind is called by its bare name ("Pod"), a custom one by name and group ("Workflow.argoproj.io"), since
only custom ones can share a name. etcd's counterpart is a path such as /registry/pods/default/web-1.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from pilothouse.api import kind_of


class Key(NamedTuple):
    """Which object: its kind, its namespace ("" where the kind has none) and its name."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


def key_of(item: Any) -> Key:
    """The key under which an object is stored."""
    return Key(kind_of(item), item.metadata.namespace, item.metadata.name)
