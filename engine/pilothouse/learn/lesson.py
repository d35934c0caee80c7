"""A lesson as the learner uses it: one name with everything in it.

    from pilothouse.learn.lesson_05 import lesson
    cluster = lesson.scenario()

The lesson's own words and situations stand in its folder beside this file (`lesson_05/`); this class only brings them
together with the learner's cluster and progress. Nothing here is needed to run the engine.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from pilothouse.learn import difference as differences
from pilothouse.learn import source as sources
from pilothouse.learn.beside import Beside
from pilothouse.learn.card import Card, Shown
from pilothouse.learn.check import Check
from pilothouse.learn.difference import Difference
from pilothouse.learn.hand import hand
from pilothouse.learn.hint import LEVELS, Hint
from pilothouse.learn.progress import Progress, place
from pilothouse.learn.question import Comparison, Prediction, Question
from pilothouse.learn.scenario import Scenario
from pilothouse.learn.verdict import SYMBOLS, Verdict

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

Part = TypeVar("Part")


class Lesson:
    """The scenario, questions and checks of one lesson, and where the learner stands in it.

    Args:
        stem: number and name, as the notebooks are called: "05-declare-what-you-want".
        scenario: where it starts, its checkpoints, and the beginning of each task.
        questions: its predictions.
        checks: its tasks, and the first check that is green from the start.
    """

    def __init__(self, stem: str, scenario: Scenario, questions: Sequence[Question], checks: Sequence[Check]) -> None:
        self.stem = stem
        self.number = stem.split("-")[0]
        self._scenario = scenario
        self.questions: Mapping[str, Question] = {question.name: question for question in questions}
        self.checks: Mapping[str, Check] = {check.name: check for check in checks}
        self._began: weakref.WeakKeyDictionary[Cluster, int] = weakref.WeakKeyDictionary()
        self._answers: dict[str, str] = {}
        self._compared: set[str] = set()
        self._hinted: dict[str, int] = {}

    @cached_property
    def _progress(self) -> Progress:
        return Progress(place())

    def scenario(self, checkpoint: str = "start") -> Cluster:
        """Make a new cluster at a checkpoint: the start of the lesson, or the start of a task.

        Raises LookupError that lists the checkpoints.
        """
        cluster, began = self._scenario.at(checkpoint)
        self._began[cluster] = began
        return cluster

    def catch_up(self, checkpoint: str = "") -> Cluster:
        """Make the cluster as it is at a checkpoint of the lesson; without a name, at its last one.

        For whoever got lost or came late: nothing that was done before is needed.
        """
        return self.scenario(checkpoint or ["start", *self._scenario.steps][-1])

    def break_it(self, fault: str, cluster: Cluster) -> None:
        """Let something happen to the cluster, to be found out from what it shows; the lesson tells it afterwards."""
        with hand(cluster, "somebody"):
            _find(self._scenario.faults, fault, "fault")(cluster)

    def predict(self, question: str, answer: str = "") -> Prediction:
        """Ask a question; the answer is kept, not judged. Without widgets give the answer here: `predict("who", "b")`.

        The first answer stays once `compare` has shown what happened. Raises LookupError or ValueError with the choice.
        """
        asked = _find(self.questions, question, "question")

        def keep(given: str) -> str:
            before = self._answer(question)
            if before and question in self._compared:
                return before
            self._answers[question] = given
            self._progress.note(self.number, "prediction", question, given)
            return given

        if answer:
            keep(asked.check_answer(answer))
        return Prediction(asked, self._answer(question), keep)

    def _answer(self, question: str) -> str:
        return self._answers.get(question) or self._progress.prediction(self.number, question)

    def compare(self, question: str, cluster: Cluster) -> Comparison:
        """Show a prediction beside what happened in the cluster, the change that decided it, and one sentence why."""
        asked = _find(self.questions, question, "question")
        _must_be_cluster(cluster, f'lesson.compare("{question}", cluster)')
        outcome = asked.outcome(cluster)
        if outcome is not None:
            self._compared.add(question)
        return Comparison(asked, self._answer(question), outcome)

    def check(self, task: str, cluster: Cluster) -> Verdict:
        """Judge what the cluster does, in forks of it: see `Verdict`. Raises LookupError that lists the tasks."""
        check = _find(self.checks, task, "task")
        if not is_cluster(cluster):
            sentence = f"a check wants your cluster, not {type(cluster).__name__}"
            return Verdict("error", task, sentence, advice=f'write lesson.check("{task}", cluster)')
        verdict = check.judge(cluster, self._began.get(cluster, 0))
        if verdict.status != "untouched":
            self._progress.note(self.number, "verdict", task, verdict.status)
        return verdict

    def hint(self, task: str, level: int = 0) -> Hint:
        """Give the next hint for a task (of three), or the one of this level."""
        hints = _find(self.checks, task, "task").hints
        if hints is None:
            raise LookupError(f'"{task}" needs no hint')
        if level not in (0, 1, 2, 3):
            raise ValueError(f"level={level}: hints have levels 1 ({LEVELS[0]}), 2 ({LEVELS[1]}) and 3 ({LEVELS[2]})")
        number = level or min(self._hinted.get(task, 0) + 1, 3)
        self._hinted[task] = number
        self._progress.note(self.number, "hint", task, str(number))
        return Hint(task, number, hints.level(number))

    def solution(self, task: str) -> Difference:
        """Show what to change in your cell to solve a task, and put the solution into a new cell beneath."""
        _find(self.checks, task, "task")
        found = differences.difference(self.stem, task)
        differences.offer(found.code)
        return found

    def source(self, thing: Any) -> sources.Source:
        """Show the engine's own lines: a function, a method or a class."""
        return sources.source(thing)

    def beside(self, before: Cluster, after: Cluster, names: tuple[str, str] = ("before", "after")) -> Beside:
        """Put two clusters side by side: a cluster and a fork of it in which one thing was changed."""
        _must_be_cluster(before, "lesson.beside(cluster, after)")
        _must_be_cluster(after, "lesson.beside(cluster, after)")
        return Beside(before, after, names)

    def progress(self) -> Standing:
        """Show where you stand in this lesson."""
        rows = [(f"prediction {name}", self._answer(name) or "–") for name in self.questions]
        best = {name: self._progress.verdict(self.number, name) for name in self.checks}
        rows += [(f"task {name}", f"{SYMBOLS[status]} {status}") for name, status in best.items()]
        return Standing(self.stem, rows, self._progress.trouble)


class Standing(Shown):
    """Where a learner stands in a lesson."""

    def __init__(self, stem: str, rows: Sequence[tuple[str, str]], trouble: str) -> None:
        self.stem, self.rows, self.trouble = stem, rows, trouble

    def card(self) -> Card:
        """Return the standing as a card."""
        rows = [*self.rows, ("note", self.trouble)] if self.trouble else self.rows
        return Card("·", f"lesson {self.stem}", rows, "calm")


def is_cluster(thing: object) -> bool:
    """Say whether a thing is a cluster (without importing the engine for it)."""
    return hasattr(thing, "fork") and hasattr(thing, "store")


def _must_be_cluster(thing: object, call: str) -> None:
    if not is_cluster(thing):
        raise TypeError(f"a lesson wants your cluster, not {type(thing).__name__}: write {call}")


def _find(parts: Mapping[str, Part], name: str, noun: str) -> Part:
    if name not in parts:
        raise LookupError(f'this lesson has no {noun} "{name}"; it has: {", ".join(parts)}')
    return parts[name]
