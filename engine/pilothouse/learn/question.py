"""Predictions: a question before the run, and the comparison after it.

An answer is kept and not judged. What really happened is not written down in the lesson either: it is read from the
learner's own log, together with the change that decided it, so it stays true when the learner has changed something.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pilothouse.kernel import Change
from pilothouse.learn.card import Card, Shown
from pilothouse.learn.deed import clock, told

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster


@dataclass(frozen=True)
class Outcome:
    """Which of the answers came true, and the change that decided it."""

    answer: str
    change: Change | None = None


@dataclass(frozen=True)
class Question:
    """One question with three or four answers.

    `outcome` reads from a cluster what happened (None: not yet); `why` is one sentence; `misconception` names the
    popular answer that is wrong, and `respect` says what is right about it.
    """

    name: str
    words: str
    answers: Mapping[str, str]
    outcome: Callable[[Cluster], Outcome | None]
    why: str
    misconception: str
    respect: str

    def check_answer(self, answer: str) -> str:
        """Return the answer in lower case. Raises ValueError that lists the answers."""
        given = answer.strip().lower()
        if given not in self.answers:
            raise ValueError(f'"{answer}" is not an answer to "{self.name}"; give one of: {", ".join(self.answers)}')
        return given


class Prediction:
    """A question as the learner sees it: radio buttons in a notebook, the same in text elsewhere."""

    def __init__(self, question: Question, answer: str, keep: Callable[[str], str]) -> None:
        self.question, self.answer, self.keep = question, answer, keep

    def __repr__(self) -> str:
        rows = [self.question.words]
        rows += [
            f"  {'●' if key == self.answer else '○'} {key}) {words}" for key, words in self.question.answers.items()
        ]
        kept = (
            f"kept: {self.answer}"
            if self.answer
            else f'choose above, or call lesson.predict("{self.question.name}", "a")'
        )
        return "\n".join([*rows, f"  {kept}"])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Give the radio buttons to a notebook, and the text to whoever has no widgets."""
        bundle: dict[str, Any] = {"text/plain": repr(self)}
        try:
            from pilothouse.learn.radio import radio
        except ImportError:
            return bundle
        bundle.update(radio(self))
        bundle["text/plain"] = repr(self)
        return bundle


@dataclass(frozen=True, repr=False)
class Comparison(Shown):
    """The prediction beside what happened."""

    question: Question
    answer: str
    outcome: Outcome | None

    def card(self) -> Card:
        """Return the comparison as a card; nothing in it is a mark."""
        name, answers = self.question.name, self.question.answers
        said = f"{self.answer}) {answers[self.answer]}" if self.answer else "nothing: there was no prediction"
        if self.outcome is None:
            return Card("…", f"{name} · nothing to compare yet: run the cell that shows it", [("you said", said)])
        met = self.outcome.answer == self.answer
        lines = [("you said", said), ("it was", f"{self.outcome.answer}) {answers[self.outcome.answer]}")]
        if self.outcome.change is not None:
            lines.append(("decided at", f"{clock(self.outcome.change.time)}  {told(self.outcome.change)}"))
        lines.append(("because", self.question.why))
        if not met and self.answer == self.question.misconception:
            lines.append(("and yet", self.question.respect))
        headline = "as you predicted" if met else "not as predicted" if self.answer else "what happened"
        return Card("=" if met else "≠" if self.answer else "•", f"{name} · {headline}", lines, "ask")
