"""Where containers stand on a deck: the arithmetic of the picture, without any drawing.

A deck's area is what the node can give; a pod takes the larger of its shares of cpu and memory, in whole cells, and at
least one. The cells get finer until everything fits. The browser does the same for every moment of the story (Stage in
view.js); this is the end of it, for the static picture.
"""

from __future__ import annotations

from typing import NamedTuple

from pilothouse.view.thing import Thing

FINEST = 4_096  # cells of a deck; what does not fit then lies over something else


class Box(NamedTuple):
    """A rectangle."""

    x: float
    y: float
    w: float
    h: float


class Cells(NamedTuple):
    """A deck divided into cells, and where each pod stands: (column, line from below, width, height)."""

    columns: int
    lines: int
    places: list[dict[int, tuple[int, int, int, int]]]


def stow(loads: list[tuple[Thing, list[Thing]]], aspect: float) -> Cells:
    """Stand the pods of each node on its deck, `aspect` times as wide as high."""
    units = 16
    while True:
        lines = max(1, round((1.45 * units / aspect) ** 0.5))
        columns = -(-units // lines)
        least = 2 if units <= 32 else 1  # room for a name, while there is room
        places = [stow_one(node, pods, columns, lines, least, units >= FINEST) for node, pods in loads]
        found = [place for place in places if place is not None]
        if len(found) == len(places):
            return Cells(columns, lines, found)
        units *= 2


def stow_one(
    node: Thing, pods: list[Thing], columns: int, lines: int, least: int, anyhow: bool
) -> dict[int, tuple[int, int, int, int]] | None:
    """The place of each pod on one deck, by index; None where they do not all fit."""
    taken = bytearray(columns * lines)
    places: dict[int, tuple[int, int, int, int]] = {}
    for pod in pods:
        share = max(pod.cpu / max(node.cpu, 1), pod.memory / max(node.memory, 1))
        wish = min(max(round(share * columns * lines), least), columns * lines)
        w, h = min(wish, columns), max(1, min(lines, wish // columns))
        at = first_gap(taken, columns, lines, w, h)
        if at is None:
            if not anyhow:
                return None
            at, w, h = pod.index % (columns * lines), 1, 1
        for line in range(h):
            taken[at + line * columns : at + line * columns + w] = b"\1" * w
        places[pod.index] = (at % columns, at // columns, w, h)
    return places


def first_gap(taken: bytearray, columns: int, lines: int, w: int, h: int) -> int | None:
    """The lowest, leftmost free rectangle of cells."""
    for at in range(columns * lines):
        if taken[at] or at % columns + w > columns or at // columns + h > lines:
            continue
        if not any(any(taken[at + line * columns : at + line * columns + w]) for line in range(h)):
            return at
    return None


def fleet_grid(ships: int, w: float, h: float) -> tuple[int, int]:
    """How many columns and lines of ships fill an area best."""
    best, grid = -1.0, (1, 1)
    for columns in range(1, max(ships, 1) + 1):
        lines = -(-max(ships, 1) // columns)
        scale = min(w / columns / 1.75, h / lines) * (1 - 0.02 * (columns * lines - ships))
        if scale > best + 0.01:
            best, grid = scale, (columns, lines)
    return grid
