"""Objects by kind, namespace and name, with indexes: something to be read.

It is the present of a store or one moment of its past, and the same questions can be asked of both. Its counterpart
in a real component is the lister of an informer, the cache that a controller reads instead of asking the server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pilothouse.kernel.key import Key


class Index:
    """Objects of one kind by a value computed from them, kept up with every write once it was asked for."""

    def __init__(self, values: Callable[[Any], Iterable[str]]) -> None:
        self.values = values
        self.keys: dict[str, dict[tuple[str, str], None]] | None = None

    def move(self, place: tuple[str, str], before: Any, after: Any) -> None:
        """Follow one object from what it was to what it is."""
        if self.keys is None:
            return
        old = tuple(self.values(before)) if before is not None else ()
        new = tuple(self.values(after)) if after is not None else ()
        if old != new:
            for value in old:
                self.keys[value].pop(place, None)
            for value in new:
                self.keys.setdefault(value, {})[place] = None


class Tables:
    """Objects by kind, namespace and name, to be read: the present of a store, or one moment of its past."""

    def __init__(self) -> None:
        self.revision = 0
        self._tables: dict[str, dict[str, dict[str, Any]]] = {}
        self._indexes: dict[str, dict[str, Index]] = {}
        self._formulas: dict[tuple[str, str], Callable[[Any], Iterable[str]]] = {
            ("*", "owner"): controller_uid,
            ("Pod", "node"): node_name,
        }

    def get(self, kind: str, namespace: str, name: str) -> Any:
        """The object, or None."""
        return self._tables.get(kind, {}).get(namespace, {}).get(name)

    def all(self, kind: str) -> Iterator[Any]:
        """Every object of the kind, in the order of creation within each namespace."""
        for table in self._tables.get(kind, {}).values():
            yield from table.values()

    def kinds(self) -> list[str]:
        """The kinds of which there is or was an object."""
        return sorted(self._tables)

    def count(self, kind: str) -> int:
        """How many objects of the kind there are."""
        return sum(map(len, self._tables.get(kind, {}).values()))

    def index(self, kind: str, name: str, values: Callable[[Any], Iterable[str]]) -> None:
        """Let `by(kind, name, value)` find objects by what `values(object)` gives; kind "*" is for every kind."""
        self._formulas[kind, name] = values

    def by(self, kind: str, index: str, value: str) -> list[Any]:
        """The objects of the kind for which the index gives `value`, sorted by namespace and name.

        Known everywhere: "owner" (uid of the controlling owner) and, for pods, "node".
        """
        indexes = self._indexes.setdefault(kind, {})
        found = indexes.get(index)
        if found is None:
            found = indexes[index] = Index(self._formulas.get((kind, index)) or self._formulas["*", index])
        if found.keys is None:
            found.keys = {}
            for item in self.all(kind):
                found.move((item.metadata.namespace, item.metadata.name), None, item)
        tables = self._tables.get(kind, {})
        return [tables[namespace][name] for namespace, name in sorted(found.keys.get(value, ()))]

    def list(self, kind: str, namespace: str | None = None) -> list[Any]:
        """The objects of the kind (in one namespace), sorted by namespace and name."""
        tables = self._tables.get(kind, {})
        spaces = sorted(tables) if namespace is None else [namespace] if namespace in tables else []
        return [tables[space][name] for space in spaces for name in sorted(tables[space])]

    def _put(self, key: Key, before: Any, after: Any) -> None:
        kind, namespace, name = key
        table = self._tables.setdefault(kind, {}).setdefault(namespace, {})
        if after is None:
            del table[name]
        else:
            table[name] = after
        for index in self._indexes.get(kind, {}).values():
            index.move((namespace, name), before, after)

    def _copy_tables(self, twin: Tables) -> None:
        twin.revision = self.revision
        twin._formulas = self._formulas.copy()
        twin._tables = {
            kind: {namespace: table.copy() for namespace, table in spaces.items()}
            for kind, spaces in self._tables.items()
        }


def controller_uid(item: Any) -> tuple[str, ...]:
    """The uid of the owner that controls the object."""
    for reference in item.metadata.ownerReferences:
        if reference.controller:
            return (reference.uid,)
    return ()


def node_name(pod: Any) -> tuple[str, ...]:
    """The node that the pod is bound to."""
    return (pod.spec.nodeName,) if pod.spec.nodeName else ()
