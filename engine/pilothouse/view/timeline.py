"""The log in sentences: what happened, in order, in plain words.

Every picture needs words: for those who listen instead of looking, for a notebook read without a kernel, and because a
sentence says who did it. `kubectl get events` is the nearest thing in a real cluster; it tells what components chose to
report, for an hour, and not in order.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any, NamedTuple, overload

from pilothouse.api import DEFAULT
from pilothouse.api.duration import seconds
from pilothouse.view.story import Story

SHOWN = 200  # sentences printed at most; the list has them all


class Sentence(NamedTuple):
    """One sentence: when it happened (seconds), what it says, and the revisions that it tells of."""

    time: float
    text: str
    revisions: tuple[int, ...]
    mark: str = ""  # "you" for what somebody outside did, "bad" for trouble

    def __str__(self) -> str:
        return f"{clock(self.time)}  {self.text}"


def clock(time: float) -> str:
    """Virtual seconds as on a stopwatch: "00:12", "1:02:03"."""
    whole = int(time + 1e-9)
    hours, minutes = divmod(whole // 60, 60)
    text = f"{minutes:02d}:{whole % 60:02d}"
    return f"{hours}:{text}" if hours else text


TROUBLE = {
    "pod-crashed",
    "pod-waits",
    "pod-image",
    "pod-retries",
    "pod-failed",
    "pod-stuck",
    "pod-unready",
    "pod-unhealthy",
}
TROUBLE |= {"node-silent", "node-lost", "work-short"}


class Timeline:
    """What happened in a cluster, as a list of sentences that prints and shows itself.

    Args:
        cluster: whose log is read, now; a later timeline reads further.
        kind: only what happened to this kind ("pod", "deploy", ...).
        name: only what happened to the object of this name, or to what it owns.
        namespace: only this namespace.
        since, until: from this time to that ("30s", "5m", or seconds).
    """

    def __init__(
        self,
        cluster: Any,
        *,
        kind: str | None = None,
        name: str | None = None,
        namespace: str = "",
        since: str | float = 0,
        until: str | float | None = None,
        _story: Story | None = None,
    ) -> None:
        self._cluster = cluster
        self._filters = {"kind": kind, "name": name, "namespace": namespace, "since": since, "until": until}
        story = Story(cluster.store, namespace) if _story is None else _story
        story.read()
        self._story = story
        self._sentences = list(self._told(kind_name(cluster, kind), name, seconds(since), until))

    def _told(self, kind: str | None, name: str | None, since: float, until: str | float | None) -> Iterator[Sentence]:
        story, last = self._story, float("inf") if until is None else seconds(until)
        words, revisions = story.rows["word"], story.rows["revision"]
        for beat, time in enumerate(story.times):
            if not since <= time <= last:
                continue
            rows = [row for row in story.spoken(beat) if self._wanted(row, kind, name)]
            if rows:
                mark = "bad" if story.word_name(words[rows[0]]) in TROUBLE else "you" if story.by_you(rows[0]) else ""
                yield Sentence(time, story.tell(rows), tuple(revisions[row] for row in rows), mark)

    def _wanted(self, row: int, kind: str | None, name: str | None) -> bool:
        thing = self._story.things[self._story.rows["thing"][row]]
        if kind is not None and thing.kind != kind:
            return False
        return name is None or name in (thing.name, thing.root.name, thing.owner.name if thing.owner else "")

    def filter(self, **filters: Any) -> Timeline:
        """The same timeline narrowed further: kind=, name=, since=, until=, namespace=."""
        return Timeline(self._cluster, **{**self._filters, **filters})

    @overload
    def __getitem__(self, place: int) -> Sentence: ...
    @overload
    def __getitem__(self, place: slice) -> list[Sentence]: ...
    def __getitem__(self, place: int | slice) -> Sentence | list[Sentence]:
        return self._sentences[place]

    def __len__(self) -> int:
        return len(self._sentences)

    def __iter__(self) -> Iterator[Sentence]:
        return iter(self._sentences)

    def __contains__(self, text: object) -> bool:
        return any(str(text) in sentence.text for sentence in self._sentences)

    def _notes(self) -> list[str]:
        notes = []
        if self._story.left_out:
            notes.append(f"({self._story.left_out:,} older changes are left out)")
        if len(self) > SHOWN:
            notes.append(
                f"({len(self) - SHOWN:,} earlier sentences are not shown here; the timeline is a list of them all)"
            )
        return notes

    def __str__(self) -> str:
        if not self._sentences:
            return "\n".join([*self._notes(), "Nothing has happened that this timeline tells of."])
        return "\n".join([*self._notes(), *map(str, self._sentences[-SHOWN:])])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """The sentences as a quiet list; every text escaped, all styles on the elements, no script."""
        rows = [f'<p style="margin:0 0 6px;color:{SOFT}">{html.escape(note)}</p>' for note in self._notes()]
        if not self._sentences:
            rows.append(f'<p style="margin:0;color:{SOFT}">Nothing has happened that this timeline tells of.</p>')
        rows.append('<ol style="list-style:none;margin:0;padding:0;line-height:1.5">')
        before = ""
        for sentence in self._sentences[-SHOWN:]:
            rows.append(line(sentence, before))
            before = clock(sentence.time)
        return f'<div style="{FRAME}">{"".join(rows)}</ol></div>'


SOFT = "var(--jp-ui-font-color2, #566c78)"
FRAME = "max-width:60em;margin:2px 0 6px;font-family:var(--jp-ui-font-family, system-ui, sans-serif);font-size:13px"
MARKS = {"bad": ("▾", "#B4570B"), "you": ("●", "currentColor"), "": ("", "currentColor")}


def line(sentence: Sentence, before: str) -> str:
    """One sentence in HTML; the time is written where it differs from the line before."""
    time = clock(sentence.time)
    mark, colour = MARKS[sentence.mark]
    gap = "margin:7px 0 0" if before and time != before else "margin:0"
    shown = time if time != before else f'<span style="opacity:0">{time}</span>'
    weight = ";font-weight:600" if sentence.mark == "you" else ""
    return (
        f'<li style="display:flex;{gap};padding:0"><span style="flex:none;min-width:4.2em;color:{SOFT};'
        f'font-variant-numeric:tabular-nums">{shown}</span><span aria-hidden="true" style="flex:none;width:1.3em;'
        f'font-size:9px;line-height:20px;color:{colour}">{mark}</span>'
        f'<span style="overflow-wrap:anywhere{weight}">{html.escape(sentence.text)}</span></li>'
    )


def kind_name(cluster: Any, word: str | None) -> str | None:
    """The kind that a word such as "po" or "deployments" means in a cluster, custom kinds included."""
    if word is None:
        return None
    door = getattr(cluster, "door", None)
    return str((DEFAULT if door is None else door.scheme).resource(word).store_name)
