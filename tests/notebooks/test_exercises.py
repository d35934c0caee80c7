"""Exercises and their solutions: the one is made from the other, and both behave."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from reading import EXERCISES, LESSONS, PLACE, SOLUTIONS, lesson_of

from pilothouse.learn import shelf
from pilothouse.learn.exercise import answer, exercise, starter
from pilothouse.learn.hint import LIMITS
from pilothouse.learn.rebuild import clean, written


def tasks(path: Path) -> list[Any]:
    return [check for check in lesson_of(path).checks.values() if check.points]


ALL = [pytest.param(path, check, id=f"{path.name[:2]}-{check.name}") for path in SOLUTIONS for check in tasks(path)]


def answers(path: Path) -> Any:
    return importlib.import_module(f"pilothouse.learn.lesson_{path.name[:2]}.answers")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers open files as they do in a notebook beside the course."""
    monkeypatch.chdir(PLACE / "exercises")
    monkeypatch.setenv("PILOTHOUSE_PROGRESS", "off")


def judged(path: Path, task: str, code: str) -> Any:
    """Run what a learner would have typed and judge the cluster that comes out."""
    lesson = lesson_of(path)
    names = {"lesson": lesson, "cluster": lesson.scenario(task), "Path": Path}
    exec(compile(code, f"{task}.py", "exec"), names)
    return lesson.check(task, names["cluster"])


def test_each_lesson_has_its_exercises() -> None:
    assert [path.name for path in LESSONS] == [path.name for path in SOLUTIONS] == [path.name for path in EXERCISES]


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_the_exercise_is_the_solution_without_its_answers(path: Path) -> None:
    made = written(clean(exercise(json.loads(path.read_text(encoding="utf-8")))))
    stored = PLACE / "exercises" / path.name
    assert stored.read_text(encoding="utf-8") == made, "run python -m pilothouse.learn.rebuild"
    assert "SOLUTION" not in made


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_has_two_or_three_tasks_and_a_stretch_with_a_score(path: Path) -> None:
    found = tasks(path)
    assert 3 <= len(found) <= 4
    assert [check.score is not None for check in found] == [False] * (len(found) - 1) + [True]


@pytest.mark.parametrize(("path", "check"), ALL)
@pytest.mark.usefixtures("here")
class TestTask:
    def test_is_marked_as_nbgrader_marks_it(self, path: Path, check: Any) -> None:
        marks = {c["metadata"]["nbgrader"]["grade_id"]: c for c in shelf.cells(path) if "nbgrader" in c["metadata"]}
        assert marks[check.name]["metadata"]["nbgrader"]["solution"]
        graded = marks[f"{check.name}-check"]
        assert graded["metadata"]["nbgrader"]["points"] == check.points
        assert f'lesson.check("{check.name}", cluster)' in graded["source"]

    def test_starter_is_untouched(self, path: Path, check: Any) -> None:
        verdict = judged(path, check.name, starter(shelf.graded(path, check.name)))
        assert verdict.status == "untouched"

    def test_solution_passes(self, path: Path, check: Any) -> None:
        assert judged(path, check.name, answer(shelf.graded(path, check.name))).status == "pass"

    def test_other_right_answers_pass(self, path: Path, check: Any) -> None:
        right = answers(path).RIGHT[check.name]
        assert right
        for code in right:
            verdict = judged(path, check.name, code)
            assert verdict.status == "pass", verdict

    def test_known_wrong_answers_fail_with_their_sentence(self, path: Path, check: Any) -> None:
        wrong = answers(path).WRONG[check.name]
        assert len(wrong) >= 2
        for known in wrong:
            verdict = judged(path, check.name, known.code)
            assert verdict.status == known.status, verdict
            assert known.words in verdict.advice, verdict
            assert verdict.finding is not None
            assert verdict.finding.change is not None, "object, value and event are named"
            assert verdict.cluster is not None, "there is a trial to look at"

    def test_every_known_error_is_shown_by_a_wrong_answer(self, path: Path, check: Any) -> None:
        said = [judged(path, check.name, known.code).advice for known in answers(path).WRONG[check.name]]
        assert {diagnosis.sentence for diagnosis in check.diagnoses} == set(said)

    def test_hints_keep_to_their_length(self, path: Path, check: Any) -> None:
        for number, limit in enumerate(LIMITS, start=1):
            text = check.hints.level(number)
            assert 5 <= len(re.findall(r"\S+", text)) <= limit
            assert not re.search(r"\b(simply|just|obviously)\b", text)
