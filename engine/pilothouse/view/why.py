"""Why something is as it is: the chain of causes as sentences, the effect first, the call from outside last.

The log knows the cause of each change, so the answer is read, not guessed. A real cluster cannot say; its operators
piece it together from events, audit logs and owner references.
"""

from __future__ import annotations

import html
from typing import Any

from pilothouse.kernel import Change
from pilothouse.view.story import Story
from pilothouse.view.timeline import FRAME, SOFT, clock
from pilothouse.view.word import actor_words


class Why:
    """A chain of causes that prints and shows itself.

    Args:
        cluster: whose log the chain comes from.
        chain: the changes, the effect first (`kernel.causes`).
    """

    def __init__(self, cluster: Any, chain: list[Change]) -> None:
        story = Story(cluster.store)
        story.read()
        self.chain = chain
        told = {story.rows["revision"][row]: row for row in range(len(story.rows["thing"])) if story.rows["word"][row]}
        self.lines: list[tuple[float, str]] = []
        for change in chain:
            row = told.get(change.revision)
            text = story.tell([row]) if row is not None else plainly(change)
            if not self.lines or self.lines[-1][1] != text:
                self.lines.append((change.time, text))

    def __len__(self) -> int:
        return len(self.lines)

    def __str__(self) -> str:
        if not self.lines:
            return "The log does not say why."
        rows = [f"{clock(time)}  {'because ' if place else ''}{text}" for place, (time, text) in enumerate(self.lines)]
        return "\n".join(rows)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """The chain as a list, each cause a step further in; every text escaped."""
        rows = []
        for place, (time, text) in enumerate(self.lines):
            because = f'<span style="color:{SOFT}">because</span> ' if place else ""
            weight = ";font-weight:600" if not place else ""
            rows.append(
                f'<li style="display:flex;margin:0;padding:0{weight}"><span style="flex:none;min-width:4.2em;color:{SOFT};'
                f'font-weight:400;font-variant-numeric:tabular-nums">{clock(time)}</span><span style="padding-left:'
                f'{min(place, 8) * 14}px;overflow-wrap:anywhere">{because}{html.escape(text)}</span></li>'
            )
        rows = rows or ["<li>The log does not say why.</li>"]
        return f'<div style="{FRAME}"><ol style="list-style:none;margin:0;padding:0;line-height:1.6">{"".join(rows)}</ol></div>'


VERBS = {"ADDED": ("create", "creates"), "MODIFIED": ("change", "changes"), "DELETED": ("delete", "deletes")}


def plainly(change: Change) -> str:
    """A change for which the story has no sentence of its own."""
    who = actor_words(change.actor)
    return f"{who} {VERBS[change.verb][who != 'you']} {change.key.kind.partition('.')[0]} {change.key.name}"
