"""Recorded facts beside ours: each is compared, and what differs must stand in the list of known differences.

A recording cannot be passed by comparing nothing: every part of it is read or set aside with a reason, a difference
that is no longer one must leave the list, and the test says how many facts it compares at least.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from differences import ASIDE, KNOWN

MANY = 10  # messages of one reason, from which on the recorder combines them
GENERAL = {
    r"\d{4}-\d\d-\d\dT[\d:.]+Z": "TIME",
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}": "UID",
    r"\bweb-[0-9a-f]{8,10}\b": "RS1",
    r"\b(d1|dflt)-[0-9a-z]{8,10}\b": "RS1",
    r"\br-(job-[a-z-]+|nodefail)/": "default/",
    r"\b(dsx|ds|ag|j|j-\d)-[bcdfghjklmnpqrstvwxz2456789]{5}\b": r"\1-POD",
    r"\b(RS\d)-(pod\d+|[bcdfghjklmnpqrstvwxz2456789]{5})\b": r"\1-POD",
    r"\bHASH\d\b": "HASH",
    r"\bzone-[abc]\b": "ZONE",
    r"\bto node-\d\b": "to NODE",
}


class Facts:
    """One recorded scenario. Reading a part of it (`facts["steps"]`) promises to compare it."""

    def __init__(self, shared: Path, file: str, *path: str | int) -> None:
        recorded: Any = json.loads((shared / "conformance" / "controlplane" / f"{file}.json").read_text())
        for part in path:
            recorded = recorded[part]
        last = str(path[-1]) if path else ""
        self.name = last if last.startswith(("sts_", "ds_", "job_")) else file
        self.recorded: dict[str, Any] = recorded
        self.unread = {part for part, value in recorded.items() if value}
        self.compared = 0
        self.apart: dict[str, str] = {}

    def __getitem__(self, part: str) -> Any:
        self.unread.discard(part)
        return self.recorded[part]

    def compare(self, fact: str, theirs: Any, ours: Any) -> None:
        """Compare every leaf; absent, null, 0, false, "" and empty are the same fact."""
        mine = dict(leaves(fact, general(ours)))
        for place, value in leaves(fact, general(theirs)):
            self.compared += 1
            if mine.pop(place, None) != value:
                self.apart[place] = f"real {value!r}, ours {dict(leaves(fact, general(ours))).get(place)!r}"
        for place, value in mine.items():
            self.apart[place] = f"real nothing, ours {value!r}"

    def compare_events(self, theirs: list[dict[str, Any]], ours: Counter[str]) -> None:
        """Compare what was told, and how often, in any order.

        Ten messages or more of one reason about one object are "ten or more": from there on the recorder combines them.
        """
        wanted = Counter[str]()
        for event in theirs:
            wanted[f"{event['obj']} {event['type']} {event['reason']} {event['src']}: {event['msg']}"] += (
                event["count"] or 1
            )
        self.compare("events", counted(wanted), counted(ours))

    def close(self, at_least: int) -> None:
        """Fail where a difference is not known, or known but gone, or a part was not read, or too little compared."""
        known, aside = KNOWN.get(self.name, {}), {**ASIDE["*"], **ASIDE.get(self.name, {})}
        unknown = {f: how for f, how in self.apart.items() if not any(fnmatchcase(f, pattern) for pattern in known)}
        assert not unknown, f"{self.name}:\n" + "\n".join(f"{fact}: {how}" for fact, how in unknown.items())
        gone = [pattern for pattern in known if not any(fnmatchcase(fact, pattern) for fact in self.apart)]
        assert not gone, f"{self.name}: no longer different, take them from the list: {gone}"
        assert self.unread <= set(aside), f"{self.name}: nobody compared {sorted(self.unread - set(aside))}"
        assert self.compared >= at_least, f"{self.name}: only {self.compared} facts were compared"


def leaves(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every scalar with the path to it; empties are no facts."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(f"{place}/{key}", item)
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from leaves(f"{place}/{number}", item)
    elif value not in (None, 0, False, ""):
        yield place, value


def general(value: Any) -> Any:
    """Without times and random names."""
    if isinstance(value, dict):
        return {general(key): general(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [general(item) for item in value]
    if isinstance(value, str):
        for pattern, word in GENERAL.items():
            value = re.sub(pattern, word, value)
    return value


def counted(told: Counter[str]) -> dict[str, Any]:
    """How often each was said; of ten or more messages of one reason about one object only that."""
    totals, found = Counter[str](), Counter[str]()
    for words, count in told.items():
        totals[words.partition(": ")[0]] += count
    for words, count in told.items():
        head = words.partition(": ")[0]
        if totals[head] < MANY:
            found[general(words)] += count
    return {**found, **{general(head): "ten or more" for head, total in totals.items() if total >= MANY}}
