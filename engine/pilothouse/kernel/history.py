"""Looking back: any moment of the past, the causes of a change, and what two forks of one past made of it.

All of it is read off the log. A moment of the past is the present with the newest changes taken back, so it costs what
lies between, not what there is. A real cluster has no counterpart; its operators put one together from audit logs.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from pilothouse.kernel.clock import Clock
from pilothouse.kernel.key import Key
from pilothouse.kernel.log import Change
from pilothouse.kernel.store import Store, plain
from pilothouse.kernel.tables import Tables


class Input(msgspec.Struct, frozen=True):
    """A call from outside, written down so that it can be repeated: what was called, with what, at which time.

    `arguments` is plain JSON data; for a call that lets time pass it holds the number of turns taken.
    """

    time: float
    call: str
    arguments: dict[str, Any]


class Difference(msgspec.Struct, frozen=True):
    """An object that is not the same in two clusters; None where one of them does not have it."""

    key: Key
    left: Any
    right: Any


class Diff(msgspec.Struct, frozen=True):
    """Two clusters beside each other: the objects that differ, and the first change that one made and the other did not.

    `first` is None where the logs are equal; where one log has ended, its side of the pair is None.
    """

    objects: list[Difference]
    first: tuple[Change | None, Change | None] | None

    def __bool__(self) -> bool:
        return bool(self.objects)

    def __str__(self) -> str:
        if self.first is None:
            return "no difference: both logs are the same"
        words = ["first difference:"]
        for side, change in zip(("left", "right"), self.first, strict=True):
            said = f"{change.actor} {change.verb} {change.key} at {change.time:g} s" if change else "nothing more"
            words.append(f"  {side}: {said}")
        words.append(f"objects that differ: {len(self.objects)}")
        for found in self.objects:
            only = " (left only)" if found.right is None else " (right only)" if found.left is None else ""
            words.append(f"  {found.key}{only}")
        return "\n".join(words)


class Snapshot(Tables):
    """One moment of the past, to be read only."""

    def __init__(self, time: float) -> None:
        super().__init__()
        self.time = time


def rewind(store: Store, revision: int) -> Snapshot:
    """The objects as they were right after `revision` (0: before anything). Raises Compacted where it is too old."""
    taken_back = store.log.since(revision)
    past = Snapshot(store.log.at(revision).time if revision > store.log.dropped else 0.0)
    store._copy_tables(past)
    past.revision = revision
    for key, item in {change.key: change.before for change in reversed(taken_back)}.items():
        if item is not None or past.get(*key) is not None:
            past._put(key, past.get(*key), item)
    return past


def restore(store: Store, revision: int, clock: Clock) -> Store:
    """A store of its own that stands where `store` stood at `revision`, with the past up to there."""
    past = rewind(store, revision)
    twin = Store(clock, store.log.window)
    past._copy_tables(twin)
    twin.log = store.log.copy()
    del twin.log.changes[revision - twin.log.dropped :]
    return twin


def revision_at(store: Store, time: float) -> int:
    """The newest revision written at or before `time` seconds."""
    changes = store.log.changes
    low, high = 0, len(changes)
    while low < high:
        middle = (low + high) // 2
        if changes[middle].time <= time:
            low = middle + 1
        else:
            high = middle
    return store.log.dropped + low


def causes(store: Store, revision: int) -> list[Change]:
    """The chain of changes that led to `revision`, the effect first, the call from outside last."""
    chain = [store.log.at(revision)]
    while (cause := chain[-1].cause) is not None and cause > store.log.dropped:
        chain.append(store.log.at(cause))
    return chain


def diff(left: Store, right: Store) -> Diff:
    """Compare two stores: the objects that differ now, sorted by key, and where their logs parted."""
    return Diff(differences(left, right), first_divergence(left, right))


def differences(left: Tables, right: Tables) -> list[Difference]:
    """The objects that differ, sorted by key; resourceVersions are not compared."""
    found = []
    for kind in sorted({*left.kinds(), *right.kinds()}):
        ours = {(item.metadata.namespace, item.metadata.name): item for item in left.all(kind)}
        theirs = {(item.metadata.namespace, item.metadata.name): item for item in right.all(kind)}
        for place in sorted({*ours, *theirs}):
            a, b = ours.get(place), theirs.get(place)
            if a is not b and (a is None or b is None or content(a) != content(b)):
                found.append(Difference(Key(kind, *place), a, b))
    return found


def content(item: Any) -> Any:
    """The object as plain data, without the version that the store gave it."""
    data = msgspec.to_builtins(item, enc_hook=plain)
    data["metadata"].pop("resourceVersion", None)
    return data


def first_divergence(left: Store, right: Store) -> tuple[Change | None, Change | None] | None:
    """The first two changes in which two logs of one past differ (None where one log ends), or None if neither does."""
    start = max(left.log.dropped, right.log.dropped)
    ours, theirs = left.log.since(start), right.log.since(start)
    for a, b in zip(ours, theirs, strict=False):
        if a is not b and a != b:
            return a, b
    shorter = min(len(ours), len(theirs))
    if len(ours) == len(theirs):
        return None
    return (ours[shorter], None) if len(ours) > shorter else (None, theirs[shorter])


def digest(store: Store) -> str:
    """A fingerprint of the whole log: equal for equal seeds and calls, on every platform."""
    sum_ = hashlib.sha256()
    for change in store.log.changes:
        sum_.update(msgspec.json.encode(change, enc_hook=plain, order="deterministic"))
    return sum_.hexdigest()
