"""The page that `kubectl describe` fills: indented lines whose tabs become columns.

The real counterpart is kubectl's ``PrefixWriter`` over a tab writer. `flush` ends a layout, so that what follows lines
up among itself alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

from pilothouse.api import age

from ..moment import at
from ..tabwriter import align

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
WIDEST_ANNOTATION = 140


class Page:
    """Text under construction. ``now`` (virtual seconds) is what ages are counted to."""

    def __init__(self, now: float) -> None:
        self.now = now
        self._done: list[str] = []
        self._open: list[str] = []

    def line(self, level: int, text: str) -> None:
        """One line, indented by two spaces a level."""
        self._open.append("  " * level + text + "\n")

    def raw(self, text: str) -> None:
        """Text without a line end of its own."""
        self._open.append(text)

    def flush(self) -> None:
        """End a layout."""
        self._done.append(align("".join(self._open)))
        self._open.clear()

    def text(self) -> str:
        """The finished page."""
        self.flush()
        return "".join(self._done)

    def unaligned(self) -> str:
        """The page with its tabs left in, as `kubectl rollout history --revision` prints it."""
        return "".join(self._done + self._open)

    def since(self, timestamp: str | None) -> str:
        """How long ago a moment was, as kubectl writes ages."""
        return age(self.now - at(timestamp)) if timestamp else "<unknown>"

    def pairs(self, title: str, pairs: Mapping[str, str], indent: str = "") -> None:
        """Labels: ``key=value``, one a line, sorted."""
        lines = [f"{key}={value}" for key, value in sorted(pairs.items())] or ["<none>"]
        self.raw(
            f"{indent}{title}:\t" + "".join(("\t" if number else "") + line + "\n" for number, line in enumerate(lines))
        )

    def annotations(self, pairs: Mapping[str, str], indent: str = "") -> None:
        """Annotations: ``key: value``; long or many-lined values below their key, cut off."""
        keys = [key for key in sorted(pairs) if key != LAST_APPLIED]
        self.raw(f"{indent}Annotations:\t")
        if not keys:
            self.raw("<none>\n")
        for number, key in enumerate(keys):
            value = pairs[key].removesuffix("\n")
            lead = "\t" if number else ""
            if len(key) + len(value) + 2 > WIDEST_ANNOTATION or "\n" in value:
                self.raw(f"{lead}{key}:\n")
                for piece in value.split("\n"):
                    self.raw(f"\t  {_shorten(piece, WIDEST_ANNOTATION - 2)}\n")
            else:
                self.raw(f"{lead}{key}: {value}\n")


def date(timestamp: str) -> str:
    """An API timestamp as describe writes it: ``Thu, 01 Jan 2026 00:00:30 +0000``."""
    if not timestamp:
        return "<unset>"
    return format_datetime(datetime.fromisoformat(timestamp).astimezone(UTC))


def _shorten(text: str, width: int) -> str:
    return text if len(text) <= width else text[:width] + "..."
