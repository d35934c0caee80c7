"""Two forks of one past beside each other: where they part, in a sentence, and how they stand now, as two pictures.

"What if?" is only answered by two worlds that differ in one thing. The kernel finds the first change that one log has
and the other has not; the sentence tells the first that a watcher would notice. There is no counterpart in a real
cluster, of which there is only one.
"""

from __future__ import annotations

import base64
import io
from typing import Any

from pilothouse.kernel import Change, diff
from pilothouse.view.pencil import font
from pilothouse.view.picture import HULL, SKY, WHITE, WIDTH, still
from pilothouse.view.story import Story
from pilothouse.view.timeline import clock

BAND = 48  # pixels above each picture, for its name


class Compare:
    """Two clusters beside each other; shows two pictures, prints where they part.

    Args:
        a, b: the clusters, usually a fork and what it was forked from.
        names: what they are called in the sentence and above the pictures.

    Attributes:
        diff: the objects that differ and the first change in which the logs part, as `cluster.diff` finds them.
    """

    def __init__(self, a: Any, b: Any, *, names: tuple[str, str] = ("a", "b")) -> None:
        self.clusters, self.names, self.diff = (a, b), names, diff(a.store, b.store)

    @property
    def quoted(self) -> tuple[str, str]:
        """The names as they stand in a sentence: those of several words in quotation marks."""
        first, second = (f'"{name}"' if " " in name else name for name in self.names)
        return first, second

    @property
    def sentence(self) -> str:
        """Where the two part, as a watcher would tell it."""
        if self.diff.first is None:
            return f"{self.quoted[0]} and {self.quoted[1]} are the same: no change differs."
        time = min(change.time for change in self.diff.first if change is not None)
        told = [
            f"in {name} {first_told(cluster, change)}"
            for name, cluster, change in zip(self.quoted, self.clusters, self.diff.first, strict=True)
        ]
        return f"{self.quoted[0]} and {self.quoted[1]} are the same up to {clock(time)}; then {told[0]}, and {told[1]}."

    @property
    def words(self) -> str:
        """The sentence, and the objects that are not the same now."""
        lines = [self.sentence]
        kinds: dict[str, list[str]] = {}
        for found in self.diff.objects:
            only = [
                f" ({name} only)"
                for name, side in zip(self.names, (found.right, found.left), strict=True)
                if side is None
            ]
            kinds.setdefault(found.key.kind.partition(".")[0], []).append(found.key.name + "".join(only))
        for kind, names in kinds.items():
            if kind not in ("Event", "Lease"):
                more = f" and {len(names) - 6} more" if len(names) > 6 else ""
                lines.append(f"  not the same now: {kind} {', '.join(names[:6])}{more}")
        return "\n".join(lines)

    def png(self) -> bytes:
        """Both as they stand now, one above the other so that the same node is at the same place, each below its name."""
        from PIL import Image, ImageDraw

        pictures = [Image.open(io.BytesIO(still(cluster))).convert("RGB") for cluster in self.clusters]
        width, height = max(picture.width for picture in pictures), sum(picture.height + BAND for picture in pictures)
        whole, top = Image.new("RGB", (width, height), SKY), 0
        for name, picture in zip(self.names, pictures, strict=True):
            ImageDraw.Draw(whole).rectangle((0, top, width, top + BAND - 1), fill=HULL)
            ImageDraw.Draw(whole).text((24, top + BAND / 2), name, font=font(26), fill=WHITE, anchor="lm")
            whole.paste(picture, (0, top + BAND))
            top += picture.height + BAND
        out = io.BytesIO()
        whole.quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        return out.getvalue()

    def __str__(self) -> str:
        return self.words

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The two pictures, and where they part in words."""
        picture = base64.b64encode(self.png()).decode()
        return {"image/png": picture, "text/plain": self.words}, {"image/png": {"width": WIDTH, "alt": self.sentence}}


def first_told(cluster: Any, change: Change | None) -> str:
    """The first sentence of a cluster's story from a change on."""
    if change is None:
        return "nothing more happens"
    story = Story(cluster.store)
    story.read()
    for beat, time in enumerate(story.times):
        rows = [row for row in story.spoken(beat) if story.rows["revision"][row] >= change.revision]
        if rows and time >= change.time:
            at = f" at {clock(time)}" if clock(time) != clock(change.time) else ""
            return story.tell(rows) + at
    return "nothing happens that a watcher would notice"
