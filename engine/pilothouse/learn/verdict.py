"""The answer of a check: *untouched*, *pass*, *partial*, *fail* or *error*, with the reason.

A verdict says which promise was not kept, at which object, with which value, and which change decided it; it opens
the view at that change. It never says what the learner typed wrong, because it does not look.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pilothouse.learn.card import Card, Shown
from pilothouse.learn.deed import clock, told
from pilothouse.learn.properties import Finding

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

SYMBOLS = {"untouched": "○", "pass": "✓", "partial": "◐", "fail": "✗", "error": "!"}
TONES = {"untouched": "calm", "pass": "good", "partial": "half", "fail": "bad", "error": "bad"}


@dataclass(frozen=True, repr=False)
class Verdict(Shown):
    """What a check found.

    `kept` of `promises` held; `sentence` is the one to read first; `finding` is what decided a *fail* or *partial*;
    `cluster` is the fork in which that happened, kept as it was, and `forked` the revision at which it was forked.
    """

    status: str
    task: str
    sentence: str
    kept: int = 0
    promises: int = 0
    advice: str = ""
    finding: Finding | None = None
    cluster: Cluster | None = None
    score: str = ""
    forked: int | None = None

    @property
    def passed(self) -> bool:
        """Say whether every promise was kept."""
        return self.status == "pass"

    def card(self) -> Card:
        """Return the verdict as a card."""
        words = f"partial ({self.kept} of {self.promises})" if self.status == "partial" else self.status
        lines = [("reason", self.advice)] if self.advice else []
        if self.finding is not None:
            lines += _decided(self.finding, self.forked)
        if self.score:
            lines.append(("score", self.score))
        if self.status in ("partial", "fail"):
            lines.append(("next", f'lesson.hint("{self.task}")'))
        return Card(SYMBOLS[self.status], f"{words} · {self.task} · {self.sentence}", lines, TONES[self.status])

    def view(self) -> Any:
        """Open the view of the trial run at the change that decided the verdict.

        Raises LookupError if the verdict needed no trial run.
        """
        if self.cluster is None:
            raise LookupError(f"the verdict on {self.task} was reached without a trial run: there is nothing to replay")
        from pilothouse.view import View

        view = View(self.cluster, play=False)
        if self.finding is not None and self.finding.change is not None:
            view.selected = self.finding.object
            view.go_to(self.finding.change.time)
        return view

    def _ipython_display_(self) -> None:
        """Show the card and, where something failed in a trial run, the view at that change."""
        from IPython.display import display

        show: Any = display
        show(self.card().bundle(), raw=True)
        if self.cluster is not None and self.finding is not None and self.finding.change is not None:
            show(self.view())


def _decided(finding: Finding, forked: int | None) -> list[tuple[str, str]]:
    """Write what decided a finding: promise, object, value, and the event in words."""
    lines = [("promise", finding.sentence)]
    if finding.change is not None:
        lines += [("object", finding.object), ("value", str(finding.value))]
        tried = forked is not None and finding.change.revision > forked
        words = told(finding.change, hand="the check" if tried else "you")
        lines.append(("event", f"{clock(finding.change.time)}  {words}"))
    return lines
