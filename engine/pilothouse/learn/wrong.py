"""A wrong answer to an exercise, with the words it must be answered with.

Every lesson keeps those that people really give beside its right ones, and the tests try them all. The counterpart is
rustlings' and Kaggle's practice of shipping an exercise with what must fail it.
"""

from __future__ import annotations

from typing import NamedTuple


class Wrong(NamedTuple):
    """A wrong answer: the code, the status it must get, and words that must stand in the verdict."""

    code: str
    status: str
    words: str
