"""The static picture: the end of the story as a PNG, for notebooks that are read without a kernel.

JupyterLab shows a widget only while its kernel lives or the notebook is trusted, and GitHub never does; a PNG in the
same output is shown by all of them. It is drawn like the canvas of view.js, in the light theme, from the same states
and with the same arithmetic (deck.py), at two pixels a point, in few colours, so that it stays below 50 KB.
"""

from __future__ import annotations

from typing import Any

from pilothouse.view.deck import Box, Cells, fleet_grid, stow
from pilothouse.view.pencil import Pencil, curve
from pilothouse.view.state import CORDONED, DONE, FAILED, GONE, NODE_READY, NODE_SILENT, STATES
from pilothouse.view.story import Story
from pilothouse.view.thing import Thing
from pilothouse.view.timeline import clock

WIDTH, LEFT = 760, 138  # points: of the picture, and of the quay
SKY, SEA, WAVE, HULL, DIM, BOOT, BOOT_DIM = "#F4F7F8", "#CFE0E7", "#8FB3C1", "#27475A", "#8796A0", "#AE6A57", "#A3938D"
TEXT, SOFT, GUIDE, PIER, PIER_EDGE, PIER_TEXT = "#1E323D", "#566C78", "#DCE4E8", "#D8D0C1", "#B9AE99", "#5F5646"
LAMP, WHITE, EDGE, GLASS, ON_HULL, TRACK = "#E59A00", "#FFFFFF", "#B8C6CE", "#5C7F92", "#D9E2E7", "#4C6879"


def still(cluster: Any) -> bytes:
    """The newest state of a cluster, as a PNG."""
    story = Story(cluster.store)
    story.read()
    return picture(story)


def picture(story: Story) -> bytes:
    """The newest state of a story, as a PNG."""
    nodes = [thing for thing in story.things if thing.kind == "Node" and thing.known and thing.state & 3]
    pods = [thing for thing in story.things if thing.kind == "Pod" and thing.known and thing.state != GONE]
    names = {node.name for node in nodes}
    height = 262 if len(nodes) <= 3 else 380 if len(nodes) <= 8 else 440
    pencil = Pencil(WIDTH, height, SKY)
    draw_caption(pencil, story)
    draw_fleet(pencil, [(node, [pod for pod in pods if pod.place == node.name]) for node in nodes], height)
    draw_quay(pencil, [pod for pod in pods if pod.place not in names], height)
    return pencil.png(96)


def draw_caption(pencil: Pencil, story: Story) -> None:
    """The time, and the last thing that happened."""
    last = next((beat for beat in range(len(story.times) - 1, -1, -1) if story.spoken(beat)), None)
    words = "nothing has happened yet" if last is None else story.tell(story.spoken(last))
    pencil.text(clock(story.now), 12, 18, 14, TEXT)
    pencil.text(words, 64 if story.now < 3600 else 84, 18, 12, SOFT, WIDTH - 100)


def draw_fleet(pencil: Pencil, loads: list[tuple[Thing, list[Thing]]], height: float) -> None:
    """The nodes, as ships in as many lines as fill the sea best."""
    sea = Box(LEFT, 34, WIDTH - LEFT - 8, height - 42)
    columns, lines = fleet_grid(len(loads), sea.w, sea.h)
    w, h = sea.w / columns, sea.h / lines
    small = w < 118 or h < 84
    ship_w = w - (6 if small else 16)
    ship_h = min(h - (5 if small else 12), 1e9 if small else ship_w * 0.94)
    boxes = [
        Box(sea.x + i % columns * w + (w - ship_w) / 2, sea.y + (i // columns + 1) * h - 4 - ship_h, ship_w, ship_h)
        for i in range(len(loads))
    ]
    draw_water(pencil, boxes, columns, small, height)
    if not boxes:
        return
    decks = [deck_of(box, small) for box in boxes]
    cells = stow(loads, decks[0].w / decks[0].h)
    for place, (node, pods) in enumerate(loads):
        draw = draw_barge if small else draw_ship
        draw(pencil, node, pods, boxes[place], decks[place], cells)
        draw_load(pencil, pods, decks[place], cells, cells.places[place])


def draw_water(pencil: Pencil, boxes: list[Box], columns: int, small: bool, height: float) -> None:
    """A waterline under each line of ships, and the sea under the last."""
    for first in range(0, max(len(boxes), 1), columns):
        y = boxes[first].y + boxes[first].h - (1 if small else hull_of(boxes[first]) * 0.22) if boxes else height - 20
        if first + columns >= len(boxes):
            pencil.box(LEFT - 8, y, WIDTH, height, SEA)
        pencil.line([(LEFT - 8, y), (WIDTH, y)], WAVE, 0.5)


def draw_quay(pencil: Pencil, waiting: list[Thing], height: float) -> None:
    """The pier, with the pods that no node has yet."""
    floor, edge, count = height - 48, LEFT - 14.0, len(waiting)
    pencil.shape([(0, floor), (edge, floor), (edge - 4, height), (0, height)], PIER)
    pencil.box(0, floor, edge, 2.5, PIER_EDGE)
    pencil.text("Quay", 10, floor + 16, 11, PIER_TEXT)
    pencil.text(f"{count} waiting" if count else "nothing waits", 10, floor + 31, 10, PIER_TEXT, edge - 14)
    w, h = 84.0, 24.0
    while ((edge - 20) // w) * ((floor - 46) // h) < count and w > 1:
        w, h = w * 0.9, h * 0.9
    columns = max(1, int((edge - 20) // w))
    for place, pod in enumerate(waiting):
        draw_container(
            pencil, pod, Box(10 + place % columns * w, floor - (place // columns + 1) * h, w * 0.96, h * 0.92)
        )


def draw_barge(pencil: Pencil, node: Thing, pods: list[Thing], box: Box, deck: Box, cells: Cells) -> None:
    """A node drawn small."""
    dim, top, bottom = node.state & 3 != NODE_READY, deck.y + deck.h + 1, box.y + box.h
    pencil.box(*deck, GUIDE)
    bow = box.x + box.w
    pencil.shape([(box.x, top), (bow, top), (bow - bottom + top, bottom), (box.x + 3, bottom)], DIM if dim else HULL)
    if bottom - top > 8:
        pencil.text(node.name, box.x + 7, (top + bottom) / 2, min(9.5, bottom - top - 1), WHITE, box.w - 20)
    if dim:
        pencil.line([(box.x, box.y), (bow, top)], SOFT)


def draw_ship(pencil: Pencil, node: Thing, pods: list[Thing], box: Box, deck: Box, cells: Cells) -> None:
    """A node as a ship: cell guides, house with lamp, hull with name and gauges."""
    dim, x, bottom, bow = node.state & 3 != NODE_READY, box.x, box.y + box.h, box.x + box.w
    top = deck.y + deck.h + 2
    hull, house = bottom - top, deck.x - x - 16
    for column in range(cells.columns + 1):
        gx = deck.x + column * deck.w / cells.columns
        pencil.line([(gx, deck.y), (gx, deck.y + deck.h)], GUIDE, 0.5)
    for line in range(1, cells.lines):
        gy = deck.y + line * deck.h / cells.lines
        pencil.line([(deck.x, gy), (deck.x + deck.w, gy)], GUIDE, 0.5)
    draw_house(pencil, x + 8, max(deck.y + 6, top - 5 - house * 3.1), house, top - 5, dim)
    sheer = curve((bow - 40, top), (bow - 14, top - 1), (bow, top - 12))
    stem = curve((bow, top - 12), (bow - 9, top + hull * 0.5), (bow - 25, bottom))
    stern = curve((x + 15, bottom), (x + 4, bottom - 2), (x + 3, top - 5))
    pencil.shape([(deck.x - 3, top - 5), (deck.x + 1, top), *sheer, *stem, *stern], DIM if dim else HULL)
    low = bottom - hull * 0.22
    keel = [point for point in (*stem, *stern) if point[1] >= low]
    pencil.shape(keel, BOOT_DIM if dim else BOOT)
    pencil.line([(x + 4, low), (bow - 18, low)], WAVE, 0.5)
    if dim:
        pencil.hatch(x + 9, low + 1, box.w - 34, bottom - low - 1, "#C9D0D4", 7, 0.5)
    draw_hull_text(pencil, node, pods, Box(x + 16, top, bow - 46 - x, hull))


def draw_house(pencil: Pencil, x: float, roof: float, width: float, floor: float, dim: bool) -> None:
    """The house at the stern; its lamp burns while the node is ready."""
    pencil.box(x + 2, roof + 11, width - 4, floor - roof - 11, WHITE, EDGE)
    pencil.box(x - 2, roof, width + 4, 12, WHITE, EDGE)
    glass = "#A9B8C0" if dim else GLASS
    pencil.box(x + 1, roof + 3.5, width - 2, 5, glass)
    columns = max(1, int((width - 8) // 8))
    for row in range(int((floor - roof - 18) // 11)):
        for column in range(columns):
            pencil.box(x + width / 2 + (column - columns / 2) * 8 + 2, roof + 18 + row * 11, 4, 4, glass)
    lamp_x, lamp_y = x + width / 2, roof - 9
    pencil.line([(lamp_x, lamp_y), (lamp_x, roof)], EDGE)
    if dim:
        pencil.line([(lamp_x - 4, lamp_y - 4), (lamp_x + 4, lamp_y + 4)], BOOT, 1.5)
        pencil.line([(lamp_x + 4, lamp_y - 4), (lamp_x - 4, lamp_y + 4)], BOOT, 1.5)
    else:
        pencil.dot(lamp_x, lamp_y, 3.5, LAMP)


def draw_hull_text(pencil: Pencil, node: Thing, pods: list[Thing], box: Box) -> None:
    """Name, state or number of pods, and how full the node is."""
    awake = [pod for pod in pods if pod.state not in (DONE, FAILED)]
    words = f"{len(awake)} pod{'s' * (len(awake) != 1)}"
    if node.state & 3 != NODE_READY:
        words = "silent" if node.state & 3 == NODE_SILENT else "not ready"
    elif node.state & CORDONED:
        words = "closed"
    first, second, half = box.y + box.h * 0.24, box.y + box.h * 0.51, box.w / 2
    pencil.text(words, box.x + box.w, first, 10.5, ON_HULL, anchor="rm")
    pencil.text(node.name, box.x, first, 12.5, WHITE, box.w - 56)
    cpu, memory = sum(pod.cpu for pod in awake), sum(pod.memory for pod in awake)
    told = f"mem {memory / 2**30:.1f}/{node.memory / 2**30:.3g}Gi"
    draw_gauge(pencil, f"cpu {cpu / 1000:g}/{node.cpu / 1000:g}", Box(box.x, second, half - 8, 0), cpu, node.cpu)
    draw_gauge(pencil, told, Box(box.x + half + 4, second, half - 8, 0), memory, node.memory)


def draw_gauge(pencil: Pencil, words: str, box: Box, used: float, whole: float) -> None:
    """How much is asked for, of how much there is."""
    pencil.text(words, box.x, box.y, 9.5, ON_HULL, box.w + 4)
    pencil.box(box.x, box.y + 6, box.w, 2.5, TRACK)
    pencil.box(box.x, box.y + 6, box.w * min(1.0, used / max(whole, 1)), 2.5, WHITE)


def draw_load(
    pencil: Pencil, pods: list[Thing], deck: Box, cells: Cells, places: dict[int, tuple[int, int, int, int]]
) -> None:
    """The containers on one deck."""
    w, h = deck.w / cells.columns, deck.h / cells.lines
    gap = 2 if h > 12 else 1 if h > 5 else 0.4
    for pod in pods:
        column, line, wide, high = places[pod.index]
        x, y = deck.x + column * w + gap / 2, deck.y + deck.h - (line + high) * h + gap / 2
        draw_container(pencil, pod, Box(x, y, wide * w - gap, high * h - gap))


def draw_container(pencil: Pencil, pod: Thing, box: Box) -> None:
    """One pod: its state by colour, filling and sign, its owner by name."""
    state, (x, y, w, h) = STATES[pod.state], box
    solid, tall, round_ = state.fill in ("solid", "stripes"), h * (0.66 if state.fill == "half" else 1), min(2, h / 6)
    pale = {"half": "#D9E5F0", "hatch": "#E1EEF6"}.get(state.fill, "#FBFAF7")
    pencil.box(x, y, w, h, state.light if solid else pale, state.light, round_)
    if h < 13 or w < 20:
        if state.fill == "half" and h > 4:
            pencil.box(x, y + h / 2, w, h / 2, state.light)
        if state.fill == "stripes" and h > 4:
            pencil.line([(x + 1, y + 1), (x + w - 1, y + h - 1)], WHITE, 0.75)
            pencil.line([(x + w - 1, y + 1), (x + 1, y + h - 1)], WHITE, 0.75)
        return
    if state.fill == "half":
        pencil.box(x, y + tall, w, h - tall, state.light, r=round_)
    if state.fill == "hatch":
        pencil.hatch(x + 1, y + 1, w - 2, h - 2, "#A9CDE2", 7, 0.75)
    if solid:
        pencil.ribs(x, y + 3, w, h - 6, darker(state.light), 5)
    if state.fill == "stripes":
        pencil.hatch(x + 1, y + 1, w - 2, h - 2, "#E08A62", 13, 2)
    ink, root = WHITE if solid else TEXT, pod.root
    name = root.name if root is not pod else pod.name
    room = w - 10 - (17 if state.mark else 0)
    pencil.text(name, x + 6, y + tall / 2, min(12.5, tall * 0.5 + 1), ink, room, least=8.5)
    if state.mark and w > 24:
        draw_mark(
            pencil,
            state.mark,
            x + w - 11,
            y + tall / 2,
            WHITE if solid else state.light,
            state.light if solid else WHITE,
        )


def draw_mark(pencil: Pencil, mark: str, x: float, y: float, ground: str, ink: str) -> None:
    """The sign of a state, on a small disc."""
    pencil.dot(x, y, 6.5, ground)
    strokes: dict[str, list[list[tuple[float, float]]]] = {
        "✓": [[(-3, 0), (-1, 2.5), (3.2, -2.5)]],
        "✕": [[(-2.5, -2.5), (2.5, 2.5)], [(2.5, -2.5), (-2.5, 2.5)]],
        "→": [[(-3, 0), (3, 0)], [(0.5, -2.5), (3, 0), (0.5, 2.5)]],
        "↓": [[(0, -3), (0, 3)], [(-2.5, 0.5), (0, 3), (2.5, 0.5)]],
        "…": [[(-3.2, 0), (-1.8, 0)], [(-0.7, 0), (0.7, 0)], [(1.8, 0), (3.2, 0)]],
    }
    for stroke in strokes.get(mark, []):
        pencil.line([(x + dx, y + dy) for dx, dy in stroke], ink, 1.25)
    if mark not in strokes:
        pencil.text(mark, x, y, 10.5, ink, anchor="mm")


def darker(colour: str) -> str:
    """The colour of a rib on a container of this colour."""
    return "#" + "".join(f"{int(colour[i : i + 2], 16) * 22 // 25:02X}" for i in (1, 3, 5))


def hull_of(box: Box) -> float:
    """The height of a ship's hull."""
    return min(max(box.h * 0.26, 40), 58)


def deck_of(box: Box, small: bool) -> Box:
    """The part of a ship on which containers stand."""
    if small:
        hull = min(max(box.h * 0.22, 5), 14)
        return Box(box.x + 3, box.y + 1, box.w - 6, box.h - hull - 2)
    house, bow = min(max(box.w * 0.12, 20), 42), min(max(box.w * 0.11, 18), 44)
    return Box(box.x + house + 16, box.y + 12, box.w - house - 16 - bow, box.h - hull_of(box) - 14)
