"""Strokes on a bitmap, in points of the picture: boxes, shapes, lines, hatching and text.

A thin layer over Pillow that scales, clips hatching to its box and shortens text to its room, so that picture.py can
speak of ships.
"""

from __future__ import annotations

import io
from functools import cache
from typing import Any

SCALE = 2  # pixels a point
Point = tuple[float, float]


class Pencil:
    """Draws on a new bitmap of `width` by `height` points."""

    def __init__(self, width: float, height: float, ground: str) -> None:
        from PIL import Image, ImageDraw

        self.image = Image.new("RGB", (round(width * SCALE), round(height * SCALE)), ground)
        self.pen: Any = ImageDraw.Draw(self.image)

    def png(self, colours: int) -> bytes:
        """The drawing as a file, in at most so many colours."""
        from PIL import Image

        few = self.image.quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        out = io.BytesIO()
        few.save(out, "PNG", optimize=True)
        return out.getvalue()

    def box(
        self, x: float, y: float, w: float, h: float, fill: str | None, outline: str | None = None, r: float = 0
    ) -> None:
        """A rectangle, filled, outlined or both, with corners of radius `r`."""
        left, top = x * SCALE, y * SCALE
        corners = (left, top, max((x + w) * SCALE - 1, left), max((y + h) * SCALE - 1, top))
        if w > 0 and h > 0:
            self.pen.rounded_rectangle(corners, r * SCALE, fill=fill, outline=outline, width=SCALE)

    def shape(self, points: list[Point], fill: str) -> None:
        """A filled polygon."""
        self.pen.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def line(self, points: list[Point], fill: str, width: float = 1) -> None:
        """A line through the points."""
        self.pen.line([(x * SCALE, y * SCALE) for x, y in points], fill=fill, width=max(1, round(width * SCALE)))

    def dot(self, x: float, y: float, r: float, fill: str) -> None:
        """A filled circle."""
        self.pen.ellipse([(x - r) * SCALE, (y - r) * SCALE, (x + r) * SCALE, (y + r) * SCALE], fill=fill)

    def hatch(self, x: float, y: float, w: float, h: float, fill: str, step: float, width: float) -> None:
        """Slanting lines inside a rectangle."""
        foot = x - h + step / 2
        while foot < x + w:
            first, last = max(foot, x), min(foot + h, x + w)
            if last - first > 0.5:
                self.line([(first, y + h - (first - foot)), (last, y + h - (last - foot))], fill, width)
            foot += step

    def ribs(self, x: float, y: float, w: float, h: float, fill: str, step: float) -> None:
        """Upright lines inside a rectangle, as on a container's side."""
        at = x + step
        while at < x + w - 1:
            self.line([(at, y), (at, y + h)], fill, 0.5)
            at += step

    def text(
        self,
        text: str,
        x: float,
        y: float,
        size: float,
        fill: str,
        room: float = 1e9,
        anchor: str = "lm",
        least: float = 0,
    ) -> None:
        """One line of text, smaller down to `least` and then shortened where it does not fit into `room`."""
        face = font(round(size * SCALE))
        while least and size - 0.5 >= least and face.getlength(text) > room * SCALE:
            size -= 0.5
            face = font(round(size * SCALE))
        if face.getlength(text) > room * SCALE:
            while text and face.getlength(text + "...") > room * SCALE:
                text = text[:-1]
            text = text + "..." if len(text) > 1 else ""
        self.pen.text((x * SCALE, y * SCALE), text, font=face, fill=fill, anchor=anchor)


def curve(start: Point, bend: Point, end: Point) -> list[Point]:
    """Points of a quadratic curve."""
    return [
        tuple((1 - t) ** 2 * a + 2 * (1 - t) * t * b + t * t * c for a, b, c in zip(start, bend, end, strict=True))  # type: ignore[misc]
        for t in (step / 10 for step in range(11))
    ]


@cache
def font(size: int) -> Any:
    """Pillow's own typeface, so that the picture is the same on every machine."""
    from PIL import ImageFont

    return ImageFont.load_default(size)
