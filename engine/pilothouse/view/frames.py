"""The story as one binary message for the browser: columns of small integers, and tables of the texts they point to.

A thousand pods with ten thousand changes are two megabytes as JSON objects and a fraction of 100 KB this way, because
columns of equal things compress well. The engine sends a story once and every later run only what it added; the browser
interpolates, so nothing is sent while the picture plays.

The message is a zlib stream of: the length of the header (4 bytes, little-endian), the header (JSON, padded to a
multiple of 8 bytes), then the columns one after another, each padded likewise, as the header lists them.
"""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from typing import Any, NamedTuple

from pilothouse.view.state import NODE_STATES, STATES
from pilothouse.view.story import COLUMNS, Story
from pilothouse.view.word import WORDS, actor_words
from pilothouse.view.work import COUNTS

TYPES = {"u1": "B", "u2": "H", "i4": "i", "f8": "d"}


class Mark(NamedTuple):
    """How far a story was sent: so many beats, rows, things, actors and details."""

    beats: int = 0
    rows: int = 0
    things: int = 0
    actors: int = 0
    whys: int = 0


def mark(story: Story) -> Mark:
    """The end of a story as it is now."""
    return Mark(len(story.times), len(story.rows["thing"]), len(story.things), len(story.actors), len(story.whys))


def frames(story: Story, since: Mark = Mark()) -> bytes:  # noqa: B008 - a named tuple never changes
    """What a story gained since a mark, as one message."""
    things = story.things[since.things :]
    header: dict[str, Any] = {
        "now": story.now,
        "revision": max(story.read_to, 0),
        "leftOut": story.left_out,
        "actors": [[actor, actor_words(actor)] for actor in story.actors[since.actors :]],
        "whys": story.whys[since.whys :],
        "names": [thing.name for thing in things],
    }
    if since == Mark():
        header["vocabulary"] = {
            "states": [state._asdict() for state in STATES],
            "nodes": NODE_STATES,
            "words": [[word.name, word.one, word.many] for word in WORDS],
            "works": list(COUNTS),
        }
    kinds, kind_codes = coded([thing.kind for thing in things])
    spaces, space_codes = coded([thing.namespace for thing in things])
    header["kinds"], header["spaces"] = kinds, spaces
    columns: list[tuple[str, str, Any]] = [
        ("time", "f8", story.times[since.beats :]),
        ("first", "i4", [first - since.rows for first in story.firsts[since.beats :]]),
        ("kind", "u2", kind_codes),
        ("space", "u2", space_codes),
        ("owner", "i4", [-1 if thing.owner is None else thing.owner.index for thing in things]),
        ("cpu", "i4", [min(thing.cpu, 2**31 - 1) for thing in things]),
        ("memory", "i4", [min(thing.memory >> 20, 2**31 - 1) for thing in things]),  # MiB
        *((name, "i4" if name != "word" else "u1", story.rows[name][since.rows :]) for name in COLUMNS),
    ]
    return pack(header, [(name, code, array(TYPES[code], values)) for name, code, values in columns])


def coded(texts: list[str]) -> tuple[list[str], list[int]]:
    """The distinct texts in the order of their first appearance, and each text as its place among them."""
    places: dict[str, int] = {}
    codes = [places.setdefault(text, len(places)) for text in texts]
    return list(places), codes


def pack(header: dict[str, Any], columns: list[tuple[str, str, array[Any]]]) -> bytes:
    """Header and columns as one compressed message."""
    header["columns"] = [[name, code, len(values)] for name, code, values in columns]
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 4) % 8)
    parts = [len(text).to_bytes(4, "little"), text]
    for _, _, values in columns:
        if sys.byteorder == "big":
            values.byteswap()
        data = values.tobytes()
        parts += [data, bytes(-len(data) % 8)]
    return zlib.compress(b"".join(parts), 3)


def unpack(message: bytes) -> tuple[dict[str, Any], dict[str, array[Any]]]:
    """The header and the columns of a message: what the browser does, for tests and for tools."""
    data = zlib.decompress(message)
    start = 4 + int.from_bytes(data[:4], "little")
    header = json.loads(data[4:start])
    columns = {}
    for name, code, count in header["columns"]:
        values = array(TYPES[code])
        size = count * values.itemsize
        values.frombytes(data[start : start + size])
        if sys.byteorder == "big":
            values.byteswap()
        columns[name] = values
        start += size + (-size % 8)
    return header, columns
