"""An object as the picture knows it, and what a change of it means.

A `Thing` remembers only what was last read about it, so that a reader can say what is new.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from pilothouse.kernel import Change
from pilothouse.view.state import GONE

NOWHERE = -1


class Reading(NamedTuple):
    """The sentence, and what holds from now on.

    `state` is a pod's or node's state (state.py) or how many pods of a workload are ready; `wanted` how many it wants;
    `place` the name of a pod's node; `why` the detail of the sentence.
    """

    word: int
    state: int
    place: str = ""
    wanted: int = 0
    why: str = ""


class Thing:
    """An object as the picture knows it, and what was last read about it."""

    __slots__ = (
        "beat",
        "cpu",
        "hidden",
        "index",
        "kind",
        "known",
        "memory",
        "name",
        "namespace",
        "owner",
        "place",
        "restarts",
        "state",
        "wanted",
        "warned",
        "why",
    )

    def __init__(self, index: int, kind: str, namespace: str, name: str) -> None:
        self.index, self.kind, self.namespace, self.name = index, kind, namespace, name
        self.owner: Thing | None = None
        self.cpu = self.memory = self.restarts = self.wanted = 0
        self.state, self.place, self.why, self.warned = GONE, "", "", ""
        self.known = self.hidden = False
        self.beat = -1

    @property
    def root(self) -> Thing:
        """The workload that the thing belongs to in the end (pod -> ReplicaSet -> Deployment), or itself."""
        top = self
        for _ in range(8):  # an owner may, by mistake, own itself
            if top.owner is None:
                break
            top = top.owner
        return top


Reader = Callable[[Thing, Change], Reading | None]


@cache
def amount(unit: Callable[[str], int], text: str | None) -> int:
    """A quantity as an integer; 0 where there is none. The few spellings that occur are parsed once."""
    return unit(text) if text else 0
