"""Help in three levels: a direction, the concept, nearly the answer.

A learner who is stuck asks once and gets the smallest push; asking again gives the next level. The limits of length
are part of the promise: a first hint that takes a minute to read is no hint.
"""

from __future__ import annotations

from dataclasses import dataclass

from pilothouse.learn.card import Card, Shown

LEVELS = ("direction", "concept", "nearly the answer")
LIMITS = (30, 80, 160)


@dataclass(frozen=True)
class Hints:
    """The three texts for one task; each at most as many words as its level allows."""

    direction: str
    concept: str
    nearly: str

    def level(self, number: int) -> str:
        """Return the text of level 1, 2 or 3."""
        return (self.direction, self.concept, self.nearly)[number - 1]


@dataclass(frozen=True, repr=False)
class Hint(Shown):
    """One hint that was asked for."""

    task: str
    number: int
    words: str

    def card(self) -> Card:
        """Return the hint as a card that says how to get the next."""
        more = f'lesson.hint("{self.task}") again' if self.number < 3 else f'lesson.solution("{self.task}")'
        headline = f"hint {self.number} of 3 · {self.task} · {LEVELS[self.number - 1]}"
        return Card("→", headline, [("", self.words), ("", f"more: {more}")], "ask")
