"""The static picture: the end of the story as a PNG, for notebooks that are read without a kernel.

JupyterLab shows a widget only while its kernel lives or the notebook is trusted, and GitHub never does; a PNG in the
same output is shown by all of them. It is drawn like the canvas of view.js, in the light theme, from the same states
and with the same arithmetic (deck.py), at two pixels a point, in few colours, so that it stays below 50 KB.
"""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from pilothouse.view.deck import Box, Cells, fleet_grid, stow
from pilothouse.view.meaning import Thing
from pilothouse.view.state import CORDONED, DONE, FAILED, GONE, NODE_READY, NODE_SILENT, STATES
from pilothouse.view.story import Story
from pilothouse.view.timeline import clock

WIDTH, SCALE = 760, 2
SKY, SEA, WAVE, HULL, DIM, BOOT = "#F4F7F8", "#CFE0E7", "#8FB3C1", "#27475A", "#8796A0", "#A9705F"
TEXT, SOFT, GUIDE, PIER, EDGE, LAMP, WHITE = "#1E323D", "#566C78", "#DCE4E8", "#D8D0C1", "#B9AE99", "#E59A00", "#FFFFFF"


def picture(story: Story) -> bytes:
    """The newest state of a story, as a PNG."""
    nodes = [thing for thing in story.things if thing.kind == "Node" and thing.known and thing.state & 3]
    pods = [thing for thing in story.things if thing.kind == "Pod" and thing.known and thing.state != GONE]
    lines = 1 if len(nodes) <= 3 else 2 if len(nodes) <= 8 else 3
    return Picture(story, nodes, pods, (280, 380, 440)[lines - 1]).png()


class Picture:
    """One drawing; coordinates are points of the canvas, scaled when drawn."""

    def __init__(self, story: Story, nodes: list[Thing], pods: list[Thing], height: int) -> None:
        from PIL import Image, ImageDraw

        self.story, self.nodes, self.height = story, nodes, height
        names = {node.name for node in nodes}
        self.waiting = [pod for pod in pods if pod.place not in names]
        self.loads = [(node, [pod for pod in pods if pod.place == node.name]) for node in nodes]
        self.image = Image.new("RGB", (WIDTH * SCALE, height * SCALE), SKY)
        self.pen = ImageDraw.Draw(self.image)
        self.left = 138
        self.draw()

    def png(self) -> bytes:
        """The drawing as a file, in at most 96 colours."""
        few = self.image.quantize(96, method=2, dither=0)
        out = io.BytesIO()
        few.save(out, "PNG", optimize=True)
        return out.getvalue()

    # ---- strokes

    def box(self, x: float, y: float, w: float, h: float, fill: str | None, outline: str | None = None) -> None:
        if w <= 0 or h <= 0:
            return
        corners = (x * SCALE, y * SCALE, max((x + w) * SCALE - 1, x * SCALE), max((y + h) * SCALE - 1, y * SCALE))
        self.pen.rectangle(corners, fill=fill, outline=outline, width=SCALE)

    def shape(self, points: list[tuple[float, float]], fill: str) -> None:
        self.pen.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def line(self, points: list[tuple[float, float]], fill: str, width: float = 1) -> None:
        self.pen.line([(x * SCALE, y * SCALE) for x, y in points], fill=fill, width=max(1, round(width * SCALE)))

    def text(
        self, text: str, x: float, y: float, size: float, fill: str, room: float = 1e9, anchor: str = "lm"
    ) -> None:
        face = font(round(size * SCALE))
        while text and face.getlength(text) > room * SCALE:
            text = text[:-2].rstrip("…") + "…" if len(text) > 2 else ""
        self.pen.text((x * SCALE, y * SCALE), text, font=face, fill=fill, anchor=anchor)

    # ---- the scene

    def draw(self) -> None:
        sea = Box(self.left, 34, WIDTH - self.left - 8, self.height - 42)
        self.caption()
        columns, lines = fleet_grid(len(self.nodes), sea.w, sea.h)
        w, h = sea.w / columns, sea.h / lines
        small = w < 118 or h < 84
        ship_w = w - (6 if small else 16)
        ship_h = min(h - (5 if small else 12), 1e9 if small else ship_w * 0.94)
        boxes = [
            Box(sea.x + i % columns * w + (w - ship_w) / 2, sea.y + (i // columns + 1) * h - 4 - ship_h, ship_w, ship_h)
            for i in range(len(self.nodes))
        ]
        decks = [deck_of(box, small) for box in boxes]
        if decks:
            cells = stow(self.loads, decks[0].w / decks[0].h)
            for place in range(len(boxes)):
                self.ship(place, boxes[place], decks[place], cells, small)
        self.water(boxes, columns, small)
        self.quay()

    def caption(self) -> None:
        spoken = [beat for beat in range(len(self.story.times)) if self.story.spoken(beat)]
        words = self.story.tell(self.story.spoken(spoken[-1])) if spoken else "nothing has happened yet"
        self.text(clock(self.story.now), 12, 18, 14, TEXT)
        self.text(words, 64 if self.story.now < 3600 else 84, 18, 12, SOFT, WIDTH - 100)

    def water(self, boxes: list[Box], columns: int, small: bool) -> None:
        for first in range(0, len(boxes), columns):
            box, last = boxes[first], first + columns >= len(boxes)
            y = box.y + box.h - (1 if small else 9)
            if last:
                self.box(self.left - 8, y + 4 if small else y, WIDTH, self.height, SEA)
            self.line([(self.left - 8, y), (WIDTH, y)], WAVE, 0.5)

    def quay(self) -> None:
        floor, edge = self.height - 48, self.left - 14
        self.shape([(0, floor), (edge, floor), (edge - 4, self.height), (0, self.height)], PIER)
        self.box(0, floor, edge, 2.5, EDGE)
        self.text("Quay", 10, floor + 16, 11, "#5F5646")
        count = len(self.waiting)
        self.text(f"{count} waiting" if count else "nothing waits", 10, floor + 31, 10, "#5F5646", edge - 14)
        w, h = 84.0, 24.0
        while count and (edge - 20) // w * ((floor - 46) // h) < count and w > 1:
            w, h = w * 0.9, h * 0.9
        columns = max(1, int((edge - 20) // w))
        for place, pod in enumerate(self.waiting):
            box = Box(10 + place % columns * w, floor - (place // columns + 1) * h, w - w * 0.05, h - h * 0.1)
            self.container(pod, box)

    def ship(self, place: int, box: Box, deck: Box, cells: Cells, small: bool) -> None:
        node, pods = self.loads[place]
        dim = node.state & 3 != NODE_READY
        if small:
            self.barge(node, box, deck, dim)
        else:
            self.vessel(node, pods, box, deck, cells, dim)
        cell_w, cell_h = deck.w / cells.columns, deck.h / cells.lines
        gap = 2 if cell_h > 12 else 1 if cell_h > 5 else 0.4
        for pod in pods:
            column, line, wide, high = cells.places[place][pod.index]
            x, y = deck.x + column * cell_w + gap / 2, deck.y + deck.h - (line + high) * cell_h + gap / 2
            self.container(pod, Box(x, y, wide * cell_w - gap, high * cell_h - gap))

    def barge(self, node: Thing, box: Box, deck: Box, dim: bool) -> None:
        self.box(*deck, GUIDE)
        top, bottom = deck.y + deck.h + 1, box.y + box.h
        hull = [(box.x, top), (box.x + box.w, top), (box.x + box.w - (bottom - top), bottom), (box.x + 3, bottom)]
        self.shape(hull, DIM if dim else HULL)
        if bottom - top > 8:
            self.text(node.name, box.x + 7, (top + bottom) / 2, min(9.5, bottom - top - 1), WHITE, box.w - 20)
        if dim:
            self.line([(box.x, box.y), (box.x + box.w, top)], SOFT)

    def vessel(self, node: Thing, pods: list[Thing], box: Box, deck: Box, cells: Cells, dim: bool) -> None:
        x, bottom, bow = box.x, box.y + box.h, box.x + box.w
        top = deck.y + deck.h + 2
        house = deck.x - x - 16
        for column in range(cells.columns + 1):
            gx = deck.x + column * deck.w / cells.columns
            self.line([(gx, deck.y), (gx, deck.y + deck.h)], GUIDE, 0.5)
        for line in range(cells.lines):
            gy = deck.y + line * deck.h / cells.lines
            self.line([(deck.x, gy), (deck.x + deck.w, gy)], GUIDE, 0.5)
        roof = max(deck.y + 6, top - 5 - house * 3.1)
        self.box(x + 10, roof + 11, house - 4, top - roof - 11, WHITE, "#B8C6CE")
        self.box(x + 6, roof, house + 4, 12, WHITE, "#B8C6CE")
        self.box(x + 9, roof + 3.5, house - 2, 5, "#A9B8C0" if dim else "#5C7F92")
        lamp = (x + 8 + house / 2, roof - 8)
        self.line([lamp, (lamp[0], roof)], "#B8C6CE")
        if dim:
            self.text("×", lamp[0], lamp[1], 14, BOOT, anchor="mm")
        else:
            self.pen.ellipse(
                [(lamp[0] - 3) * SCALE, (lamp[1] - 3) * SCALE, (lamp[0] + 3) * SCALE, (lamp[1] + 3) * SCALE], LAMP
            )
        keel = [(bow - 24, bottom), (x + 12, bottom), (x + 5, bottom - 4)]
        self.shape(
            [(x + 3, top - 5), (deck.x - 3, top - 5), (deck.x, top), (bow - 32, top), (bow, top - 12), *keel],
            DIM if dim else HULL,
        )
        rise = (bottom - top) * 0.24
        self.shape([(x + 5, bottom - rise), (bow - 20, bottom - rise), *keel], "#A58F88" if dim else BOOT)
        self.hull_text(node, pods, x + 16, bow - 30, top + (bottom - top) * 0.26, top + (bottom - top) * 0.54)

    def hull_text(self, node: Thing, pods: list[Thing], left: float, right: float, first: float, second: float) -> None:
        awake = [pod for pod in pods if pod.state not in (DONE, FAILED)]
        words = f"{len(awake)} pod{'s' * (len(awake) != 1)}"
        if node.state & 3 != NODE_READY:
            words = "silent" if node.state & 3 == NODE_SILENT else "not ready"
        elif node.state & CORDONED:
            words = "closed"
        self.text(words, right, first, 10.5, "#D5DEE3", anchor="rm")
        self.text(node.name, left, first, 12.5, WHITE, right - left - 56)
        cpu, memory = sum(pod.cpu for pod in awake), sum(pod.memory for pod in awake)
        half = (right - left) / 2
        self.gauge(f"cpu {cpu / 1000:g}/{node.cpu / 1000:g}", left, second, half - 8, cpu, node.cpu)
        told = f"mem {memory / 2**30:.1f}/{node.memory / 2**30:.3g}Gi"
        self.gauge(told, left + half + 4, second, half - 8, memory, node.memory)

    def gauge(self, words: str, x: float, y: float, w: float, used: float, whole: float) -> None:
        self.text(words, x, y, 9.5, "#D5DEE3", w + 4)
        self.box(x, y + 6, w, 3, "#4C6879")
        self.box(x, y + 6, w * min(1.0, used / max(whole, 1)), 3, WHITE)

    def container(self, pod: Thing, box: Box) -> None:
        state, (x, y, w, h) = STATES[pod.state], box
        ink = state.light
        if state.fill in ("solid", "stripes"):
            self.box(x, y, w, h, ink)
            ink = WHITE
        elif state.fill == "half" and h > 4:
            self.box(x, y, w, h, "#D5E2EF", state.light)
            self.box(x, y + h * 0.66, w, h * 0.34, state.light)
        else:
            self.box(x, y, w, h, "#DCEBF4" if state.fill == "hatch" else "#FBFAF7", state.light)
        if h < 13 or w < 20:
            if state.fill == "stripes" and h > 4:
                self.line([(x + 1, y + 1), (x + w - 1, y + h - 1)], WHITE, 0.75)
                self.line([(x + w - 1, y + 1), (x + 1, y + h - 1)], WHITE, 0.75)
            return
        tall = h * (0.66 if state.fill == "half" else 1)
        if state.fill in ("hatch", "none", "half"):
            ink = TEXT
        room = w - 10 - (14 if state.mark else 0)
        root = pod.root
        self.text(root.name if root is not pod else pod.name, x + 5, y + tall / 2, min(12, tall * 0.5 + 1), ink, room)
        if state.mark and w > 24:
            sign = {"…": "...", "↓": "v", "→": ">", "✓": "ok", "✕": "x"}.get(state.mark, state.mark)
            self.text(sign, x + w - 5, y + tall / 2, 11, ink if ink == WHITE else state.light, anchor="rm")


def deck_of(box: Box, small: bool) -> Box:
    """The part of a ship on which containers stand."""
    if small:
        hull = min(max(box.h * 0.22, 5), 14)
        return Box(box.x + 3, box.y + 1, box.w - 6, box.h - hull - 2)
    hull, house = min(max(box.h * 0.26, 40), 58), min(max(box.w * 0.12, 20), 42)
    bow = min(max(box.w * 0.11, 18), 44)
    return Box(box.x + house + 16, box.y + 12, box.w - house - 16 - bow, box.h - hull - 14)


@cache
def font(size: int) -> Any:
    """Pillow's own typeface, so that the picture is the same on every machine."""
    from PIL import ImageFont

    return ImageFont.load_default(size)
