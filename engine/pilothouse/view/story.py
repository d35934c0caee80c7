"""The log, read as a story: things, and beats in which something happens to them.

A beat is what a person takes in at once: equal changes of one instant, such as three pods placed by the scheduler.
Virtual time gives no such order by itself: a thousand changes share an instant, then nothing happens for a minute. So
changes of an instant that say the same of things of one owner are told together, as far as no cause comes after its
effect. The picture, the timeline and the static picture all read the same story.

The story grows as the cluster runs; what was told is never told differently. It is bounded: of a very long log the
newest changes are read, starting from the state at that time, and `left_out` says how many came before.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from typing import Any

from pilothouse.kernel import Change, Key, Store
from pilothouse.view.meaning import QUIET, READERS, read_other
from pilothouse.view.thing import NOWHERE, Reading, Thing
from pilothouse.view.word import WORDS, Facts, actor_words, sentence
from pilothouse.view.work import COUNTS

INFINITE = float("inf")
LIMIT = 100_000  # changes read at most; about half a second and one megabyte
FURNITURE = {"kube-root-ca.crt"}  # in every namespace of every cluster
STAGED = {kind: place for place, kind in enumerate(("Node", *COUNTS, "Pod"))}  # what is on stage, in that order
COLUMNS = ("thing", "word", "actor", "a", "b", "why", "revision", "cause")
NAMES_ACTOR = [("{who}" in word.one) for word in WORDS]

Row = tuple[int, int, int, int, int, int, int, int]


class Story:
    """What happened in one cluster, as far as a watcher is concerned.

    Args:
        store: the store whose log is read.
        namespace: show only this namespace ("" or "*": all).
        selector: show only pods whose labels it accepts.
        until: read changes up to this time, in seconds.
        limit: how many changes are read at most, the newest ones.
    """

    def __init__(
        self,
        store: Store,
        namespace: str = "",
        selector: Callable[[Any], bool] | None = None,
        until: float = INFINITE,
        limit: int = LIMIT,
    ) -> None:
        self.store, self.namespace, self.selector, self.limit = store, namespace.replace("*", ""), selector, limit
        self.until = until
        self.things: list[Thing] = []
        self.actors: list[str] = []
        self.whys: list[str] = [""]
        self.kinds: list[str] = []
        self.rows = {name: array("q") for name in COLUMNS}
        self.times = array("d")  # of each beat
        self.firsts = array("q")  # the first row of each beat
        self.left_out = 0
        self.read_to = -1  # the revision up to which the log was read
        self.now = 0.0
        self._index: dict[tuple[str, str, str], Thing] = {}
        self._actor_codes: dict[str, int] = {}
        self._why_codes: dict[str, int] = {"": 0}
        self._kind_codes: dict[str, int] = {}
        self._places = {"": NOWHERE}
        self._seen: dict[int, int] = {}  # revision -> the nearest revision in the story that led to it
        self._open: list[list[Row]] = []  # the beats of the instant being read
        self._joins: dict[tuple[int, int, int, int], int] = {}
        self._beat_of: dict[int, int] = {}
        self._open_time = 0.0

    def read(self) -> bool:
        """Read what was written since the last time; True where that added anything."""
        if self.read_to == self.store.revision:
            self.now = min(self.store.clock.now, self.until)
            return False
        before = len(self.times)
        self._read(self._changes())
        self._close()
        self.read_to, self.now = self.store.revision, min(self.store.clock.now, self.until)
        return len(self.times) > before

    def _changes(self) -> list[Change]:
        start = max(self.store.log.dropped, self.store.revision - self.limit, 0)
        if self.read_to >= start:
            return self.store.log.since(self.read_to)
        changes = self.store.log.since(start)
        self.left_out += start - max(self.read_to, 0)
        self._begin(changes, start)
        return changes

    def _begin(self, changes: list[Change], start: int) -> None:
        """Put on stage, without a word, what was there before the first change that is read."""
        base, touched = self._base(changes)
        self._open_time = changes[0].time if changes else self.store.clock.now
        for thing in self.things:
            key = Key(thing.kind, thing.namespace, thing.name)
            if thing.known and thing.kind in STAGED and key not in base and key not in touched:
                self._enter(Change(start, self._open_time, "DELETED", key, None, None, "", None))
        for key in sorted(base, key=lambda key: (STAGED[key.kind], key)):
            self._enter(Change(start, self._open_time, "ADDED", key, None, base[key], "", None))

    def _base(self, changes: list[Change]) -> tuple[dict[Key, Any], set[Key]]:
        """The objects that were there before the first of some changes, and the keys that the changes touch."""
        base: dict[Key, Any] = {}
        touched: set[Key] = set()
        for change in changes:
            if change.key not in touched:
                touched.add(change.key)
                if change.before is not None and change.key.kind in STAGED:
                    base[change.key] = change.before
        for kind in STAGED:
            for item in self.store.all(kind):
                key = Key(kind, item.metadata.namespace, item.metadata.name)
                if key not in touched:
                    base[key] = item
        return base, touched

    def _enter(self, change: Change) -> None:
        thing = self._thing(*change.key)
        if (reading := self._reading(thing, change)) is not None:
            self._add(change, thing, reading._replace(word=0, why=""))

    def _read(self, changes: Iterable[Change]) -> None:
        readers, seen, quiet = READERS, self._seen, QUIET
        for change in changes:
            if change.time > self.until:
                break
            key = change.key
            reader = readers.get(key.kind)
            if reader is None and key.kind in quiet:
                if change.cause is not None:
                    seen[change.revision] = seen.get(change.cause, 0)
                continue
            thing = self._thing_of(change) if reader is not None and key.kind in quiet else self._thing(*key)
            reading = None if thing is None else self._reading(thing, change)
            if reading is None or thing is None:
                if change.cause is not None:
                    seen[change.revision] = seen.get(change.cause, 0)
                continue
            if change.time != self._open_time:
                self._close()
                self._open_time = change.time
            self._add(change, thing, reading)

    def _thing_of(self, change: Change) -> Thing | None:
        """The thing that a lease or an event is about."""
        if change.key.kind == "Lease":
            return self._index.get(("Node", "", change.key.name)) if change.namespace == "kube-node-lease" else None
        about = change.object.involvedObject
        return self._index.get((about.kind, about.namespace, about.name))

    def _thing(self, kind: str, namespace: str, name: str) -> Thing:
        thing = self._index.get((kind, namespace, name))
        if thing is None:
            thing = self._index[kind, namespace, name] = Thing(len(self.things), kind, namespace, name)
            elsewhere = bool(self.namespace and namespace and namespace != self.namespace)
            thing.hidden = elsewhere or name in FURNITURE
            self.things.append(thing)
        return thing

    def _reading(self, thing: Thing, change: Change) -> Reading | None:
        if thing.hidden:
            return None
        if not thing.known:
            self._introduce(thing, change.object)
            if thing.hidden:
                return None
        reading = READERS.get(change.key.kind, read_other)(thing, change)
        if reading is not None:
            thing.known = True
            _, thing.state, thing.place, thing.wanted, _ = reading
        return reading

    def _introduce(self, thing: Thing, item: Any) -> None:
        """Find out once who owns a thing, and whether it is wanted in the picture."""
        for reference in item.metadata.ownerReferences:
            if reference.controller:
                thing.owner = self._thing(reference.kind, thing.namespace, reference.name)
        if thing.kind == "Pod" and self.selector is not None and not self.selector(item.metadata.labels):
            thing.hidden = True

    def _add(self, change: Change, thing: Thing, reading: Reading) -> None:
        beats = self._open
        word, state, node, b, reason = reading
        actor = self._code(change.actor, self._actor_codes, self.actors)
        why = self._code(reason, self._why_codes, self.whys)
        cause = self._seen.get(change.cause, 0) if change.cause is not None else 0
        pod = thing.kind == "Pod"
        if pod:
            b = self._place(node)
        row = (thing.index, word, actor, state, b, why, change.revision, cause)
        self._seen[change.revision] = change.revision
        if not word:
            if not beats:
                beats.append([])
            position = len(beats) - 1
        else:
            if pod and thing.owner is not None:
                group = thing.root.index
            else:
                group = -1 - self._code(thing.kind, self._kind_codes, self.kinds)
            key = (word, actor if NAMES_ACTOR[word] else -1, group, why)
            earliest = max(thing.beat + 1, self._beat_of.get(cause, 0))
            position = self._joins.get(key, -1)
            if position < earliest:
                position = self._joins[key] = len(beats)
                beats.append([])
        beats[position].append(row)
        thing.beat = position
        self._beat_of[change.revision] = position

    def _place(self, node: str) -> int:
        place = self._places.get(node)
        if place is None:
            place = self._places[node] = self._thing("Node", "", node).index
        return place

    @staticmethod
    def _code(text: str, codes: dict[str, int], texts: list[str]) -> int:
        code = codes.get(text)
        if code is None:
            code = codes[text] = len(texts)
            texts.append(text)
        return code

    def _close(self) -> None:
        """The instant is over: its beats will not change any more."""
        for rows in self._open:
            self.times.append(self._open_time)
            self.firsts.append(len(self.rows["thing"]))
            for name, values in zip(COLUMNS, zip(*rows, strict=True), strict=True):
                self.rows[name].extend(values)
            for row in rows:
                self.things[row[0]].beat = -1
        self._open.clear()
        self._joins.clear()
        self._beat_of.clear()

    def beat_rows(self, beat: int) -> range:
        """The rows of a beat."""
        end = self.firsts[beat + 1] if beat + 1 < len(self.firsts) else len(self.rows["thing"])
        return range(self.firsts[beat], end)

    def spoken(self, beat: int) -> list[int]:
        """The rows of a beat that its sentence is about; none where it passes without a word."""
        words = self.rows["word"]
        return [row for row in self.beat_rows(beat) if words[row]]

    def tell(self, rows: list[int]) -> str:
        """The sentence about some rows of one beat, "" for none."""
        if not rows:
            return ""
        column = self.rows
        things = [self.things[column["thing"][row]] for row in rows]
        owner = things[0].root if things[0].owner is not None else None
        pods = things[0].kind == "Pod"
        places = [self.things[column["b"][row]].name for row in rows if column["b"][row] >= 0] if pods else []
        return sentence(
            column["word"][rows[0]],
            Facts(
                actor_words(self.actors[column["actor"][rows[0]]]),
                things[0].kind.partition(".")[0],
                [thing.name for thing in things],
                owner.name if owner is not None else "",
                places,
                self.whys[column["why"][rows[0]]],
            ),
        )

    def word_name(self, code: int) -> str:
        """The name of a sentence, such as "pod-ready"."""
        return WORDS[code].name

    def by_you(self, row: int) -> bool:
        """Whether somebody outside made this change."""
        return actor_words(self.actors[self.rows["actor"][row]]) == "you"
