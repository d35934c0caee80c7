"""Who owns whom: a workload, its ReplicaSets, their pods, and the nodes that these stand on, as one directed graph.

Owner references are all that holds a cluster's objects together, and no list shows them. The graph is networkx's own,
so that questions about it ("what goes when this goes?") are one call; it is drawn in the colours of the view and written
as a tree. `kubectl tree`, a plugin, is the nearest thing for a real cluster.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any, NamedTuple

from pilothouse.api.error import Absent, Misuse
from pilothouse.kernel import Key
from pilothouse.view.family import WIDTH, family
from pilothouse.view.pod import pod_state
from pilothouse.view.series import GREY
from pilothouse.view.state import CORDONED, NODE_LOST, NODE_READY, READY, RUNNING, STATES, node_words
from pilothouse.view.timeline import kind_name
from pilothouse.view.work import COUNTS

SHOWN = 200  # lines printed at most; the graph has them all
PARTS = ("├─ ", "└─ ", "│  ", "   ")


class Vertex(NamedTuple):
    """An object in the graph: its id ("pod/web-1"), what it is, how it is in words, and the colour of that."""

    id: str
    kind: str
    namespace: str
    name: str
    words: str
    colour: str
    mark: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}{': ' if self.words else ''}{self.words}"


class Graph:
    """Objects and their owners, and the nodes of their pods; shows itself as a picture, prints itself as a tree.

    Args:
        cluster: whose objects are shown as they are now; or a moment of its past, `cluster.at("2m")`.
        what: one object with all that it owns ("deployment/eta"); all that own something or are pods, where none is named.
        namespace: of these ("*": all).

    Attributes:
        vertices: the objects by id, owners before what they own.
        owns: pairs of ids, owner and owned.
        places: pairs of ids, pod and node.
    """

    def __init__(self, cluster: Any, what: str = "", *, namespace: str = "default") -> None:
        self._tables = cluster.moment if hasattr(cluster, "moment") else cluster.store
        self._wide = namespace == "*"
        self.vertices: dict[str, Vertex] = {}
        self.owns: list[tuple[str, str]] = []
        self.places: list[tuple[str, str]] = []
        self.roots: list[str] = []
        self._kinds = [kind for kind in self._tables.kinds() if kind not in ("Event", "Lease", "Node")]
        roots = list(self._whole(namespace)) if not what else [self._named(cluster, what, namespace)]
        for kind, item in roots:
            self.roots.append(self._add(kind, item))

    def _named(self, cluster: Any, what: str, namespace: str) -> tuple[str, Any]:
        word, _, name = what.partition("/")
        if not word or not name:
            raise Misuse(f'there is no graph of {what!r}; give "deployment/eta", or nothing for all')
        kind = str(kind_name(cluster, word))
        item = self._tables.get(kind, namespace, name)
        if item is None:
            raise Absent(f"there is no {what} in namespace {namespace}, so no graph of it")
        return kind, item

    def _whole(self, namespace: str) -> Iterator[tuple[str, Any]]:
        for kind in sorted(self._kinds, key=lambda kind: (list(COUNTS).index(kind) if kind in COUNTS else 9, kind)):
            if kind in COUNTS or kind == "Pod":
                for item in self._tables.list(kind, None if self._wide else namespace):
                    if not any(owner.controller for owner in item.metadata.ownerReferences):
                        yield kind, item

    def _add(self, kind: str, item: Any) -> str:
        vertex = self._vertex(kind, item)
        if vertex.id in self.vertices:  # an owner may, by mistake, own itself
            return vertex.id
        self.vertices[vertex.id] = vertex
        if kind == "Pod" and item.spec.nodeName:
            self._place(vertex.id, item.spec.nodeName)
        for other in self._kinds if item.metadata.uid else ():
            for owned in self._tables.by(other, "owner", item.metadata.uid):
                if not is_quiet(other):
                    self.owns.append((vertex.id, self._add(other, owned)))
        return vertex.id

    def _place(self, pod: str, name: str) -> None:
        node = self._tables.get("Node", "", name)
        state, colour = node_look(node)
        id_ = f"node/{name}"
        self.vertices.setdefault(id_, Vertex(id_, "Node", "", name, state, colour))
        self.places.append((pod, id_))

    def _vertex(self, kind: str, item: Any) -> Vertex:
        key, short = Key(kind, item.metadata.namespace, item.metadata.name), kind.partition(".")[0]
        id_ = f"{short.lower()}/{key.namespace + '/' if self._wide else ''}{key.name}"
        words, colour, mark = "", GREY, ""
        if kind == "Pod":
            state, why = pod_state(item)
            words = STATES[state].words + (f" ({why})" if why and len(why) < 40 else "")
            words += f", on {item.spec.nodeName}" if item.spec.nodeName else ""
            colour, mark = STATES[state].light, STATES[state].mark
        elif kind in COUNTS:
            count = COUNTS[kind](item)
            words = f"{count.ready} of {count.wanted} {'finished' if kind == 'Job' else 'ready'}"
            whole = count.ready >= count.wanted
            colour = GREY if not count.wanted else STATES[READY if whole else RUNNING].light
        return Vertex(id_, short, key.namespace, key.name, words, colour, mark)

    @property
    def graph(self) -> Any:
        """The same as a networkx `DiGraph`: edges "owns" from owner to owned, "runs on" from pod to node."""
        import networkx

        found = networkx.DiGraph()
        for vertex in self.vertices.values():
            found.add_node(vertex.id, **{name: value for name, value in vertex._asdict().items() if name != "id"})
        found.add_edges_from(self.owns, relation="owns")
        found.add_edges_from(self.places, relation="runs on")
        return found

    @property
    def words(self) -> str:
        """The same as a tree, a line for each object."""
        children: dict[str, list[str]] = {}
        for owner, owned in self.owns:
            children.setdefault(owner, []).append(owned)
        lines = [line for root in self.roots for line in self._tree(root, children, "", "")]
        more = len(lines) - SHOWN
        note = [f"({more:,} more lines are not shown here; graph.vertices has them all)"] if more > 0 else []
        return "\n".join([*lines[:SHOWN], *note]) or "There is nothing that owns anything."

    def _tree(self, id_: str, children: dict[str, list[str]], first: str, rest: str) -> Iterator[str]:
        yield first + str(self.vertices[id_])
        owned = children.get(id_, [])
        for place, child in enumerate(owned):
            last = place == len(owned) - 1
            if child != id_:
                yield from self._tree(child, children, rest + PARTS[last], rest + PARTS[2 + last])

    def png(self) -> bytes:
        """The graph as a picture."""
        return family(self)

    def __str__(self) -> str:
        return self.words

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The picture, and the tree for everybody who cannot see it."""
        picture = base64.b64encode(self.png()).decode()
        return {"image/png": picture, "text/plain": self.words}, {"image/png": {"width": WIDTH, "alt": self.words}}


def is_quiet(kind: str) -> bool:
    """Whether a kind is bookkeeping, of which the graph says nothing."""
    return kind in ("EndpointSlice", "Endpoints", "ControllerRevision", "PodMetrics")


def node_look(node: Any) -> tuple[str, str]:
    """The words and the colour of a node; of one that is not there any more, too."""
    if node is None:
        return "gone", STATES[0].light
    lost = any(c.type == "Ready" and c.status != "True" for c in node.status.conditions)
    state = (NODE_LOST if lost else NODE_READY) | (CORDONED if node.spec.unschedulable else 0)
    return node_words(state), "#66757F" if lost else "#27475A"
