"""The cluster as the scheduler sees it: one numpy column for each property of a node.

A decision looks at all nodes, so what it needs lies in columns, one entry a node, kept up with every change of the
store. The counterpart is the scheduler cache with its ``NodeInfo`` and ``Snapshot``: there one structure a node, here
one array a property.

Nodes stand in the order of their names. A node that joins or goes makes all columns anew; a pod that comes or goes
changes one entry of a few.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from pilothouse.api import Node, Pod, Taint
from pilothouse.scheduler.affinity import Namespaces, TermBook
from pilothouse.scheduler.crowd import Crowd, sort_of
from pilothouse.scheduler.domain import Bools, Domain, Ints
from pilothouse.scheduler.pod_info import claim_names, host_ports
from pilothouse.scheduler.requests import BUILT_IN, amount, is_countable, requests_of

FINISHED = ("Succeeded", "Failed")
WIRES = ("Service", "ReplicationController", "ReplicaSet", "StatefulSet")  # their selectors say which pods to spread
MOST_TOUCHED = 100_000  # rows noted as touched; beyond that everything is looked at anew
Taints = tuple[Taint, ...]


class Objects(Protocol):
    """What is read: the store, one moment of its past, or a handful of objects."""

    revision: int

    def get(self, kind: str, namespace: str, name: str) -> Any: ...  # noqa: D102
    def all(self, kind: str) -> Any: ...  # noqa: D102
    def kinds(self) -> Any: ...  # noqa: D102


class Columns:
    """All nodes, and the pods on them, as columns. `rows[name]` is a node's place in each column."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects
        self.revision = -1
        self.node_version = 0  # grows when a node changes
        self.wire_version = 0  # grows when a namespace, or a selector that default spreading follows, changes
        self.touched: list[int] = []  # the rows on which pods changed, in order; an index into it is a moment
        self.build()

    def build(self) -> None:
        """Make all columns from the objects there are."""
        nodes = sorted(self.objects.all("Node"), key=lambda node: str(node.metadata.name))
        self.nodes: list[Node] = nodes
        self.names: list[str] = [node.metadata.name for node in nodes]
        self.rows: dict[str, int] = {name: row for row, name in enumerate(self.names)}
        count = len(nodes)
        self.zeros: Ints = np.zeros(count, dtype=np.int64)
        self.allocatable: dict[str, Ints] = {name: self.zeros.copy() for name in (*BUILT_IN, "pods")}
        self.requested: dict[str, Ints] = {name: self.zeros.copy() for name in BUILT_IN}
        self.scored: dict[str, Ints] = {name: self.zeros.copy() for name in ("cpu", "memory")}
        self.pod_count: Ints = self.zeros.copy()
        self.unschedulable: Bools = np.zeros(count, dtype=np.bool_)
        self.taint_codes = np.zeros(count, dtype=np.intp)
        self.taint_sets: list[Taints] = []
        self._taint_numbers: dict[tuple[tuple[str, str, str], ...], int] = {}
        self.domains: dict[str, Domain] = {}
        self.images: dict[str, dict[int, int]] = {}
        self.pods: list[dict[tuple[str, str], Pod]] = [{} for _ in nodes]
        self.ports: dict[tuple[str, int], dict[int, list[str]]] = {}
        self.claims: dict[tuple[str, str], dict[int, int]] = {}
        self.nominated: dict[str, dict[tuple[str, str], Pod]] = {}
        self.crowd, self.book = Crowd(count), TermBook(count)
        self.namespaces: Namespaces = {}
        self.selected: dict[bytes, Bools] = {}  # node selectors already looked up
        self.standing: dict[tuple[str, bytes], Any] = {}  # what is known of pods of a shape, kept by the cycle
        self.touched.clear()
        for row, node in enumerate(nodes):
            self._read_node(row, node)
        for space in self.objects.all("Namespace"):
            self.namespaces[space.metadata.name] = space.metadata.labels
        for pod in self.objects.all("Pod"):
            self._pod(None, pod)
        self.node_version += 1
        self.wire_version += 1
        self.revision = self.objects.revision

    # ---- following the store

    def catch_up(self) -> list[Any]:
        """Apply the changes since the last time; returns them. What is not a store never changes."""
        if self.revision == self.objects.revision:
            return []
        changes: list[Any] = self.objects.log.since(self.revision)  # type: ignore[attr-defined]
        self.revision = self.objects.revision
        rebuild = False
        for change in changes:
            kind = change.key.kind
            if kind == "Pod":
                if not rebuild:
                    self._pod(change.before, change.after)
            elif kind == "Node":
                rebuild = rebuild or change.verb != "MODIFIED"
                if not rebuild:
                    self._node(change.before, change.after)
            elif kind == "Namespace":
                self._namespace(change)
            elif kind in WIRES and (
                change.verb != "MODIFIED" or change.before.spec.selector != change.after.spec.selector
            ):
                self.wire_version += 1
        if rebuild:
            self.build()
        elif len(self.touched) > MOST_TOUCHED:
            self.touched.clear()
            self.standing.clear()
        return changes

    def _namespace(self, change: Any) -> None:
        self.wire_version += 1
        if change.after is None:
            self.namespaces.pop(change.key.name, None)
        else:
            self.namespaces[change.key.name] = change.after.metadata.labels

    def _node(self, before: Node, after: Node) -> None:
        row = self.rows[after.metadata.name]
        self.nodes[row] = after
        old, new = before.status, after.status
        same = before.spec == after.spec and before.metadata.labels == after.metadata.labels
        if same and (old.allocatable, old.capacity, old.images) == (new.allocatable, new.capacity, new.images):
            return  # a heartbeat or a condition
        for column in self.allocatable.values():
            column[row] = 0
        for places in self.images.values():
            places.pop(row, None)
        self._read_node(row, after)
        for domain in self.domains.values():
            domain.move(row, after.metadata.labels)
        self.selected.clear()
        self.touched.append(row)
        self.node_version += 1

    def _read_node(self, row: int, node: Node) -> None:
        for name, quantity in (node.status.allocatable or node.status.capacity).items():
            column = self.allocatable.get(name)
            if column is None:
                if not is_countable(name):
                    continue
                column = self.allocatable[name] = self.zeros.copy()
            column[row] = amount(name, quantity)
        self.unschedulable[row] = node.spec.unschedulable
        self.taint_codes[row] = self._taint_number(node.spec.taints)
        for image in node.status.images:
            for name in image.names:
                self.images.setdefault(name, {})[row] = image.sizeBytes

    def _taint_number(self, taints: list[Taint]) -> int:
        key = tuple((taint.key, taint.value, taint.effect) for taint in taints)
        number = self._taint_numbers.get(key)
        if number is None:
            number = self._taint_numbers[key] = len(self.taint_sets)
            self.taint_sets.append(tuple(taints))
        return number

    def _pod(self, before: Pod | None, after: Pod | None) -> None:
        if before is not None and after is not None and _same_weight(before, after):
            row = self.rows.get(after.spec.nodeName, -1)
            if row >= 0 and after.status.phase not in FINISHED:
                self.pods[row][after.metadata.namespace, after.metadata.name] = after
            return
        if before is not None:
            self._place(before, -1)
        if after is not None:
            self._place(after, 1)

    def _place(self, pod: Pod, by: int) -> None:
        if pod.spec.nodeName:
            row = self.rows.get(pod.spec.nodeName, -1)
            if row >= 0 and pod.status.phase not in FINISHED:
                self.move(pod, row, by)
        elif pod.status.nominatedNodeName:
            waiting = self.nominated.setdefault(pod.status.nominatedNodeName, {})
            key = (pod.metadata.namespace, pod.metadata.name)
            if by > 0:
                waiting[key] = pod
            else:
                waiting.pop(key, None)
                if not waiting:
                    del self.nominated[pod.status.nominatedNodeName]

    # ---- pods on nodes

    def move(self, pod: Pod, row: int, by: int, supposed: bool = False) -> None:
        """Put a pod on a node (by=1) or take it off (by=-1), in every column.

        Only `supposed` moves, as preemption makes them, count a pod that is being deleted like any other when pods are
        spread: so does the real scheduler, although it never counts such a pod otherwise.
        """
        asked = requests_of(pod)
        for name, size in asked.amounts.items():
            column = self.requested.get(name)
            if column is None:
                column = self.requested[name] = self.zeros.copy()
            column[row] += by * size
        self.scored["cpu"][row] += by * asked.cpu
        self.scored["memory"][row] += by * asked.memory
        self.pod_count[row] += by
        sort = sort_of(pod)
        self.crowd.move(sort._replace(leaving=False) if supposed else sort, row, by)
        self.book.move(pod, row, by)
        key = (pod.metadata.namespace, pod.metadata.name)
        if by > 0:
            self.pods[row][key] = pod
        else:
            self.pods[row].pop(key, None)
        for protocol, address, number in host_ports(pod):
            used = self.ports.setdefault((protocol, number), {}).setdefault(row, [])
            used.append(address) if by > 0 else used.remove(address)
        if pod.spec.volumes:
            for claim in claim_names(pod):
                places = self.claims.setdefault((pod.metadata.namespace, claim), {})
                places[row] = places.get(row, 0) + by
        self.touched.append(row)

    def state(self, row: int) -> tuple[int, ...]:
        """All that plugins which look at one node and its pods can see of it, host ports aside."""
        columns = (*self.allocatable.values(), *self.requested.values(), *self.scored.values())
        return (self.pod_count.item(row), len(columns), *[column.item(row) for column in columns])

    # ---- columns made when first asked for

    def domain(self, key: str) -> Domain:
        """The label `key` of all nodes, as a column."""
        found = self.domains.get(key)
        if found is None:
            found = self.domains[key] = Domain(key, [node.metadata.labels for node in self.nodes])
        return found


def _same_weight(before: Pod, after: Pod) -> bool:
    """Whether a pod's change, such as a container becoming ready, is none for the scheduler."""
    old, new = before.status, after.status
    return (
        before.spec is after.spec
        and before.metadata.labels is after.metadata.labels
        and before.metadata.deletionTimestamp == after.metadata.deletionTimestamp
        and (old.phase in FINISHED) == (new.phase in FINISHED)
        and old.nominatedNodeName == new.nominatedNodeName
        and not any(status.allocatedResources for status in (*old.containerStatuses, *new.containerStatuses))
    )
