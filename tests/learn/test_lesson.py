"""A lesson as a learner uses it, without a notebook."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pilothouse.learn import Lesson
from pilothouse.learn.card import Card
from pilothouse.learn.lesson_05 import lesson as lesson_05
from pilothouse.learn.lesson_05.checks import CHECKS
from pilothouse.learn.lesson_05.questions import QUESTIONS
from pilothouse.learn.lesson_05.scenario import SCENARIO, names
from pilothouse.learn.verdict import SYMBOLS

PLACE = Path(__file__).parent.parent.parent


@pytest.fixture
def lesson(monkeypatch: pytest.MonkeyPatch) -> Lesson:
    """The lesson as in a new kernel, in the folder of the exercises."""
    monkeypatch.chdir(PLACE / "exercises")
    return Lesson(lesson_05.stem, SCENARIO, QUESTIONS, CHECKS)


class TestPredict:
    def test_an_answer_is_kept_and_not_judged(self, lesson: Lesson) -> None:
        text = repr(lesson.predict("who", "A"))
        assert "● a)" in text
        assert "kept: a" in text

    def test_the_first_answer_stays_once_it_was_compared(self, lesson: Lesson) -> None:
        lesson.predict("who", "a")
        lesson.predict("who", "b")
        cluster = lesson.catch_up("declared")
        assert "you said    b)" in repr(lesson.compare("who", cluster))
        assert "kept: b" in repr(lesson.predict("who", "d"))

    def test_without_an_answer_the_lesson_goes_on(self, lesson: Lesson) -> None:
        lesson.predict("who")
        text = repr(lesson.compare("who", lesson.catch_up("declared")))
        assert "there was no prediction" in text
        assert "it was" in text

    def test_before_the_run_nothing_is_given_away(self, lesson: Lesson) -> None:
        lesson.predict("who", "a")
        text = repr(lesson.compare("who", lesson.scenario()))
        assert "nothing to compare yet" in text
        assert "controller" not in text

    @pytest.mark.parametrize(
        ("checkpoint", "question", "right"),
        [
            ("declared", "who", "d"),
            ("repaired", "sunk", "c"),
            ("helmsman-lost", "away", "a"),
            ("helmsman-found", "away", "d"),
        ],
    )
    def test_what_happened_is_read_from_the_log(
        self, lesson: Lesson, checkpoint: str, question: str, right: str
    ) -> None:
        outcome = lesson.questions[question].outcome(lesson.catch_up(checkpoint))
        assert outcome is not None
        assert outcome.answer == right
        assert outcome.change is not None

    def test_the_popular_misconception_is_answered_with_respect(self, lesson: Lesson) -> None:
        lesson.predict("who", "a")
        assert "and yet" in repr(lesson.compare("who", lesson.catch_up("declared")))

    @pytest.mark.parametrize(
        ("question", "answer", "error", "words"),
        [("who", "z", ValueError, "a, b, c, d"), ("wher", "a", LookupError, "who, sunk, away")],
    )
    def test_wrong_names_are_answered_with_the_right_ones(
        self, lesson: Lesson, question: str, answer: str, error: type[Exception], words: str
    ) -> None:
        with pytest.raises(error, match=words):
            lesson.predict(question, answer)

    @pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
    def test_each_question_has_its_misconception_among_three_or_four_answers(self, question: object) -> None:
        assert 3 <= len(question.answers) <= 4  # type: ignore[attr-defined]
        assert question.misconception in question.answers  # type: ignore[attr-defined]


class TestCheck:
    def test_green_is_known_from_the_start(self, lesson: Lesson) -> None:
        verdict = lesson.check("start", lesson.scenario())
        assert verdict.passed
        assert repr(verdict).startswith("✓ pass")

    def test_leaves_the_cluster_as_it_is(self, lesson: Lesson) -> None:
        cluster = lesson.catch_up("declared")
        before = (cluster.store.revision, cluster.now, names(cluster))
        assert lesson.check("declared", cluster).passed
        assert (cluster.store.revision, cluster.now, names(cluster)) == before

    def test_untouched_is_not_failed(self, lesson: Lesson) -> None:
        assert lesson.check("night-watch", lesson.scenario("night-watch")).status == "untouched"

    def test_a_failure_names_object_value_event_and_opens_the_view_there(self, lesson: Lesson) -> None:
        cluster = lesson.scenario("night-watch")
        cluster.run("10s")
        cluster.api.delete("pod", names(cluster)[0])
        verdict = lesson.check("night-watch", cluster)
        assert verdict.status == "fail"
        assert verdict.finding is not None
        assert verdict.finding.object.startswith("pod/eta-model-")
        text = repr(verdict)
        for words in ("✗ fail", "object", "value", "event", "line/eta-modle:1.0", 'lesson.hint("night-watch")'):
            assert words in text
        assert verdict.view() is not None

    def test_something_else_than_a_cluster_is_an_error_with_the_line_to_write(self, lesson: Lesson) -> None:
        verdict = lesson.check("night-watch", "cluster")  # type: ignore[arg-type]
        assert verdict.status == "error"
        assert 'lesson.check("night-watch", cluster)' in repr(verdict)

    def test_a_task_that_is_not_there_is_answered_with_those_that_are(self, lesson: Lesson) -> None:
        with pytest.raises(LookupError, match="damage-model, night-watch, sick-pod"):
            lesson.check("knight-watch", lesson.scenario())

    def test_the_score_of_the_stretch_can_be_beaten(self, lesson: Lesson) -> None:
        from pilothouse.learn.lesson_05.answers import RIGHT

        scores = []
        for code in RIGHT["sick-pod"]:
            space = {"lesson": lesson, "cluster": lesson.scenario("sick-pod")}
            exec(code, space)
            scores.append(lesson.check("sick-pod", space["cluster"]).score)  # type: ignore[arg-type]
        assert "(beaten)" in scores[0]
        assert "(not yet beaten)" in scores[1]

    def test_every_verdict_has_a_symbol_and_a_word(self) -> None:
        assert set(SYMBOLS) == {"untouched", "pass", "partial", "fail", "error"}
        assert len(set(SYMBOLS.values())) == 5

    def test_whatever_is_no_cluster_is_named(self, lesson: Lesson) -> None:
        with pytest.raises(TypeError, match=r'not NoneType: write lesson.compare\("who", cluster\)'):
            lesson.compare("who", None)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="not str"):
            lesson.beside(lesson.scenario(), "after")  # type: ignore[arg-type]


class TestHelp:
    def test_hints_come_in_three_levels(self, lesson: Lesson) -> None:
        numbers = [lesson.hint("night-watch").number for _ in range(4)]
        assert numbers == [1, 2, 3, 3]
        assert lesson.hint("night-watch", level=1).number == 1
        assert "hint 1 of 3" in repr(lesson.hint("night-watch", level=1))
        with pytest.raises(ValueError, match="direction"):
            lesson.hint("night-watch", level=4)

    @pytest.mark.parametrize("task", ["damage-model", "night-watch", "sick-pod"])
    def test_a_solution_is_a_difference_that_runs(self, lesson: Lesson, task: str) -> None:
        solution = lesson.solution(task)
        space: dict[str, object] = {"lesson": lesson, "Path": Path}
        exec(solution.code, space)
        assert lesson.check(task, space["cluster"]).passed  # type: ignore[arg-type]
        text = repr(solution)
        assert "\n- # YOUR CODE HERE" in text
        assert "\n+ " in text
        assert "SOLUTION" not in text

    def test_catching_up_needs_nothing_that_was_done_before(self, lesson: Lesson) -> None:
        assert len(names(lesson.catch_up("helmsman-lost"))) == 1
        assert len(names(lesson.catch_up())) == 3
        with pytest.raises(LookupError, match="start, declared, repaired"):
            lesson.catch_up("the beginning")

    def test_where_one_stands(self, lesson: Lesson) -> None:
        lesson.predict("who", "a")
        lesson.check("declared", lesson.catch_up("declared"))
        text = repr(lesson.progress())
        assert "prediction who" in text
        assert "✓ pass" in text
        assert "○ untouched" in text

    def test_source_is_the_engines_own(self, lesson: Lesson) -> None:
        from pilothouse.controllers import ReplicaSetController

        shown = lesson.source(ReplicaSetController.reconcile)
        assert shown.text.startswith("def reconcile(self")
        assert "controllers/replicaset.py" in shown.place
        with pytest.raises(TypeError, match="has no Python source"):
            lesson.source(len)

    def test_side_by_side(self, lesson: Lesson) -> None:
        cluster = lesson.catch_up("declared")
        after = cluster.fork()
        after.api.patch("deployment", "eta-model", {"spec": {"replicas": 5}})
        after.run("30s")
        rows = {name: (left, right) for name, left, right in lesson.beside(cluster, after).rows()}
        assert rows["pods ready"] == ("3", "5")
        assert rows["deployment/eta-model"] == ("3 of 3 ready", "5 of 5 ready")


def test_checkpoints_give_the_same_cluster_every_time(lesson: Lesson) -> None:
    from pilothouse.kernel import digest

    for checkpoint in SCENARIO.checkpoints():
        assert digest(lesson.scenario(checkpoint).store) == digest(lesson.scenario(checkpoint).store)


def test_a_card_says_in_words_what_its_colour_says() -> None:
    card = Card("✗", "fail · <task>", [("reason", "a < b")], "bad")
    assert card.text() == "✗ fail · <task>\n  reason  a < b"
    assert 'role="status"' in card.html()
    assert "&lt;task&gt;" in card.html()
    assert "a &lt; b" in card.html()


def test_a_lesson_outside_a_notebook_imports_no_notebook() -> None:
    code = (
        "import sys; from pilothouse.learn.lesson_05 import lesson; c = lesson.catch_up('declared'); "
        "repr(lesson.check('declared', c)); repr(lesson.predict('who', 'a')); "
        "print([m for m in ('IPython', 'ipywidgets', 'anywidget', 'plotly', 'nbformat') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=PLACE / "course", check=True, timeout=60
    )
    assert run.stdout.strip() == "[]"
