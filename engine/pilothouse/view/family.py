"""The picture of a graph of owners: columns from the workload to the node, a line for each pod.

Drawn like the static picture of the view (picture.py), as a PNG, so that it is seen in a notebook without a kernel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilothouse.view.pencil import Pencil
from pilothouse.view.picture import EDGE, SKY, SOFT, TEXT, WHITE, WIDTH, draw_mark
from pilothouse.view.state import STATES

if TYPE_CHECKING:
    from pilothouse.view.graph import Graph, Vertex

__all__ = ["WIDTH", "family"]

ROW, HEAD, LINES = 30.0, 34.0, 14  # points: of a line, above the first; lines drawn at most
Places = dict[str, tuple[float, float]]


def family(graph: Graph) -> bytes:
    """The graph as a PNG."""
    columns, rows = arranged(graph)
    drawn = [id_ for id_ in columns if rows[id_] < LINES]
    last = max(columns.values(), default=0)
    nodes = sorted({node: None for pod, node in graph.places if pod in drawn}, key=lambda id_: (len(id_), id_))
    wide = last + 1 + bool(nodes)
    lines = max([rows[id_] + 1 for id_ in drawn] + [float(len(nodes)), 1.0])
    hidden = len(columns) - len(drawn)
    pencil = Pencil(WIDTH, HEAD + lines * ROW + 8 + (18 if hidden else 0), SKY)
    step = (WIDTH - 24) / max(wide, 1)
    box = min(step - 44, 230.0)
    places: Places = {id_: (12 + columns[id_] * step, HEAD + rows[id_] * ROW) for id_ in drawn}
    for place, node in enumerate(nodes):
        places[node] = 12 + (wide - 1) * step, HEAD + (place + 0.5) * lines / len(nodes) * ROW - ROW / 2
    draw_heads(pencil, graph, columns, bool(nodes), step)
    for start, end in (*graph.owns, *graph.places):
        if start in places and end in places and start != end:
            draw_edge(pencil, places[start], places[end], box, graph.vertices[start].colour)
    for id_, at in places.items():
        draw_vertex(pencil, graph.vertices[id_], *at, box)
    if hidden:
        pencil.text(f"{hidden} more are not drawn", 12, HEAD + lines * ROW + 10, 11, SOFT)
    return pencil.png(32)


def arranged(graph: Graph) -> tuple[dict[str, int], dict[str, float]]:
    """The column of each object (pods all in the last), and its row: an owner is half-way down what it owns."""
    children: dict[str, list[str]] = {}
    for owner, owned in graph.owns:
        children.setdefault(owner, []).append(owned)
    columns: dict[str, int] = {}
    rows: dict[str, float] = {}
    leaves = 0

    def visit(id_: str, depth: int) -> None:
        nonlocal leaves
        columns[id_] = depth
        owned = [child for child in children.get(id_, []) if child not in columns]
        for child in owned:
            visit(child, depth + 1)
        if owned:
            top, low = rows[owned[0]], rows[owned[-1]]
            rows[id_] = (top + min(low, max(LINES - 1.0, top))) / 2  # of those that are drawn
        else:
            rows[id_] = float(leaves)
            leaves += 1

    for root in graph.roots:
        if root not in columns:
            visit(root, 0)
    last = max(columns.values(), default=0)
    return {id_: last if graph.vertices[id_].kind == "Pod" else at for id_, at in columns.items()}, rows


def draw_heads(pencil: Pencil, graph: Graph, columns: dict[str, int], nodes: bool, step: float) -> None:
    """What stands in each column."""
    kinds: dict[int, list[str]] = {}
    for id_, column in columns.items():
        kinds.setdefault(column, []).append(graph.vertices[id_].kind)
    for column in sorted(kinds):
        names = list(dict.fromkeys(kinds[column]))
        pencil.text(", ".join(names[:3]), 12 + column * step, 18, 11, SOFT, step - 12)
    if nodes:
        pencil.text("Node", 12 + (max(kinds) + 1) * step, 18, 11, SOFT)


def draw_edge(pencil: Pencil, start: tuple[float, float], end: tuple[float, float], box: float, colour: str) -> None:
    """A soft line from the right side of one box to the left side of another."""
    x, y = start[0] + box, start[1] + ROW / 2 - 2
    to_x, to_y = end[0], end[1] + ROW / 2 - 2
    steps = [step / 20 for step in range(21)]
    pencil.line([(x + (to_x - x) * t, y + (to_y - y) * t * t * (3 - 2 * t)) for t in steps], colour, 1)


def draw_vertex(pencil: Pencil, vertex: Vertex, x: float, y: float, box: float) -> None:
    """An object: a box with its name; how it is by the colour, the sign and the words."""
    high = ROW - 4
    if vertex.kind == "Node":
        pencil.box(x, y, box, high, vertex.colour, r=3)
        well = vertex.words == "ready"
        pencil.text(vertex.name, x + 8, y + (high / 2 if well else 8.5), 11, WHITE, box - 16)
        pencil.text("" if well else vertex.words, x + 8, y + 19, 8.5, WHITE, box - 16)
        return
    fill = next((state.fill for state in STATES if state.light == vertex.colour), "none")
    solid = vertex.kind == "Pod" and fill in ("solid", "stripes")
    ground, ink = (vertex.colour, WHITE) if solid else (WHITE, TEXT)
    pencil.box(x, y, box, high, ground, vertex.colour if vertex.kind == "Pod" else EDGE, 3)
    if not solid:
        pencil.box(x, y, 4, high, vertex.colour, r=2)
    room = box - (34 if vertex.mark else 16)
    pencil.text(vertex.name, x + 10, y + (8.5 if vertex.words else high / 2), 10.5, ink, room, least=8)
    if vertex.words:
        pencil.text(vertex.words.partition(", on ")[0], x + 10, y + 19, 8.5, ink if solid else SOFT, room)
    if vertex.mark:
        paint = (WHITE, vertex.colour) if solid else (vertex.colour, WHITE)
        draw_mark(pencil, vertex.mark, x + box - 12, y + high / 2, *paint)
