"""A card: a short answer to the learner, as text and as a box in the notebook.

Everything `learn` says goes through one shape, so that it reads the same in a terminal, in a saved notebook, and to a
screen reader: a symbol, a headline in words, lines beneath. Colour repeats what the symbol and the words say; it
never says anything alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

# JupyterLab's own colours, which follow the reader's theme, and what to use where there are none.
COLOURS = {
    "good": "var(--jp-success-color1, #1a7f37)",
    "half": "var(--jp-warn-color1, #9a6700)",
    "bad": "var(--jp-error-color1, #cf222e)",
    "calm": "var(--jp-ui-font-color2, #57606a)",
    "ask": "var(--jp-info-color1, #0969da)",
}
# JupyterLab floats the terms of a list in a fifth of the width; these put them into a column as wide as they need.
LABEL = "float:none;width:auto;white-space:nowrap;font-weight:600;margin:0;padding:0 1em 0 0"
WORDS = "float:none;width:auto;white-space:pre-wrap;margin:0;padding:0"


@dataclass(frozen=True)
class Card:
    """A symbol, a headline, and lines of text: (label, words)."""

    symbol: str
    headline: str
    lines: Sequence[tuple[str, str]] = ()
    tone: str = "calm"

    def text(self) -> str:
        """Write the card as plain text, labels in one column."""
        width = max((len(label) for label, _ in self.lines), default=0)
        rows = [f"{self.symbol} {self.headline}"]
        rows += [f"  {label:<{width}}  {words}" if width else f"  {words}" for label, words in self.lines]
        return "\n".join(row.rstrip() for row in rows)

    def html(self) -> str:
        """Write the card as a box: a status that screen readers announce, its lines as a description list."""
        colour = COLOURS[self.tone]
        rows = "".join(
            f'<dt style="{LABEL}">{escape(label)}</dt><dd style="{WORDS}">{escape(words)}</dd>'
            for label, words in self.lines
        )
        return (
            f'<div role="status" style="border-left:4px solid {colour};padding:.4em .8em;margin:.3em 0">'
            f'<strong><span aria-hidden="true" style="color:{colour}">{escape(self.symbol)}</span> '
            f"{escape(self.headline)}</strong>"
            f'<dl style="display:grid;grid-template-columns:max-content auto;gap:.2em 0;margin:.4em 0 0">{rows}</dl></div>'
        )

    def bundle(self) -> dict[str, Any]:
        """Return what a notebook shows: the box, with the text for whoever does not show HTML."""
        return {"text/plain": self.text(), "text/html": self.html()}


class Shown:
    """A thing that shows itself as a card."""

    def card(self) -> Card:
        """Return the card."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.card().text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return self.card().bundle()
