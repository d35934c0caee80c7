"""The rules of a lesson, as a lint over every notebook that is there."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

import pytest
from reading import (
    COURSE,
    EXECUTED,
    EXERCISES,
    IMAGE,
    LESSONS,
    LINK,
    PLACE,
    SOLUTIONS,
    headings,
    lesson_of,
    of_type,
    words,
)

from pilothouse.learn import shelf

SECTIONS = (
    "The incident",
    "You will be able to",
    "Start here",
    "Predict",
    "Run",
    "Compare",
    "The idea",
    "Look inside",
    "Change one thing",
    "Break it",
    "In a real cluster",
    "What we simplified",
    "Recap",
)
BANNED = re.compile(r"\b(simply|just|obviously|of course|trivial(ly)?|easy|easily)\b", re.IGNORECASE)
PLACEHOLDERS = re.compile(r"\b(foo|bar|my-app|myapp|lorem)\b", re.IGNORECASE)


def named(paths: list[Path]) -> list[object]:
    return [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in paths]


@pytest.mark.parametrize("path", named(LESSONS))
class TestLesson:
    def test_is_named_by_number_verb_and_noun(self, path: Path) -> None:
        assert re.fullmatch(r"\d\d(-[a-z]+){2,5}", path.stem)
        assert lesson_of(path).stem == path.stem

    def test_has_as_many_cells_as_half_an_hour_holds(self, path: Path) -> None:
        assert 28 <= len(shelf.cells(path)) <= 36

    def test_has_as_much_prose_as_half_an_hour_holds(self, path: Path) -> None:
        assert 800 <= sum(words(cell["source"]) for cell in of_type(path, "markdown")) <= 1100

    def test_no_cell_is_a_wall_of_words(self, path: Path) -> None:
        long = {cell["source"][:40]: words(cell["source"]) for cell in of_type(path, "markdown")}
        assert {start: count for start, count in long.items() if count > 70} == {}

    def test_code_cells_are_short(self, path: Path) -> None:
        lines = [len([line for line in cell["source"].splitlines() if line.strip()]) for cell in of_type(path, "code")]
        assert max(lines) <= 8
        assert median(lines) <= 3

    def test_sections_come_in_order(self, path: Path) -> None:
        found = headings(path)
        places = [next((i for i, text in enumerate(found) if text.startswith(section)), -1) for section in SECTIONS]
        assert -1 not in places, f"missing: {SECTIONS[places.index(-1)]}"
        assert places == sorted(places)

    def test_the_title_cell_says_what_a_reader_asks_first(self, path: Path) -> None:
        title = shelf.cells(path)[0]["source"]
        assert title.startswith(f"# {path.name[:2]} · ")
        for expected in ("mybinder.org", f"course/{path.name}", "minutes", "builds on"):
            assert expected in title

    def test_the_incident_is_told_in_sixty_words(self, path: Path) -> None:
        incident = next(cell["source"] for cell in of_type(path, "markdown") if "## The incident" in cell["source"])
        assert 45 <= words(incident) - 2 <= 65

    def test_starts_with_one_import_and_one_scenario(self, path: Path) -> None:
        first = of_type(path, "code")[0]
        lines = [line for line in first["source"].splitlines() if line.strip()]
        assert lines[:2] == [
            f"from pilothouse.learn.lesson_{path.name[:2]} import lesson",
            "cluster = lesson.scenario()",
        ]
        assert lines[2:] == ['lesson.check("start", cluster)'], "green is known before the first question"
        assert "✓ pass" in str(first["outputs"])

    def test_three_predictions_are_each_compared(self, path: Path) -> None:
        text = "\n".join(cell["source"] for cell in of_type(path, "code"))
        asked = re.findall(r'lesson\.predict\("([\w-]+)"\)', text)
        assert len(asked) == 3
        assert re.findall(r'lesson\.compare\("([\w-]+)", ', text) == asked
        assert set(asked) == set(lesson_of(path).questions)

    def test_no_picture_before_its_prediction(self, path: Path) -> None:
        code = [cell["source"] for cell in of_type(path, "code")]
        first_view = next(i for i, text in enumerate(code) if ".view()" in text)
        assert any("lesson.predict(" in text for text in code[:first_view])

    def test_one_animation_or_two(self, path: Path) -> None:
        assert 1 <= sum("cluster.view()" in cell["source"] for cell in of_type(path, "code")) <= 2

    def test_the_engine_shows_ten_to_thirty_of_its_lines(self, path: Path) -> None:
        shown = [cell for cell in of_type(path, "code") if "lesson.source(" in cell["source"]]
        assert shown
        for cell in shown:
            text = "".join(cell["outputs"][0]["data"]["text/plain"])
            assert 10 <= len(text.splitlines()) - 1 <= 30

    def test_each_objective_is_exercised_by_a_named_exercise(self, path: Path) -> None:
        cell = next(cell["source"] for cell in of_type(path, "markdown") if "## You will be able to" in cell["source"])
        objectives = re.findall(r"^\d\. (.+)$", cell, re.MULTILINE)
        assert len(objectives) == 3
        tasks = {check.name for check in lesson_of(path).checks.values() if check.points}
        assert {name for text in objectives for name in re.findall(r"`([\w-]+)`\)", text)} == tasks

    def test_recap_asks_about_an_earlier_lesson_and_links_on(self, path: Path) -> None:
        sources = [cell["source"] for cell in of_type(path, "markdown")]
        text = "\n".join(sources[next(i for i, source in enumerate(sources) if "## Recap" in source) :])
        assert re.search(r"From lesson \d\d:\*\* .*\?", text)
        assert f"../exercises/{path.name}" in text
        assert "Next:" in text
        assert "New words:" in text

    def test_says_what_is_simplified(self, path: Path) -> None:
        cell = next(cell["source"] for cell in of_type(path, "markdown") if "What we simplified" in cell["source"])
        assert len(re.findall(r"^> - ", cell, re.MULTILINE)) >= 2


@pytest.mark.parametrize("path", named([*COURSE, *SOLUTIONS, *EXERCISES]))
class TestPage:
    def test_tone(self, path: Path) -> None:
        for cell in of_type(path, "markdown"):
            assert not BANNED.search(cell["source"]), cell["source"]
            assert not PLACEHOLDERS.search(cell["source"]), cell["source"]

    def test_pictures_have_alternative_texts(self, path: Path) -> None:
        for cell in of_type(path, "markdown"):
            assert "<img" not in cell["source"], "write pictures as Markdown, with their text"
            for picture in IMAGE.finditer(cell["source"]):
                assert len(picture["alt"].split()) >= 4, picture[0]

    def test_drawn_outputs_have_alternative_texts(self, path: Path) -> None:
        for cell in of_type(path, "code"):
            for output in cell["outputs"]:
                if "image/png" in output.get("data", {}):
                    assert output["metadata"]["image/png"]["alt"], "the picture says nothing to whoever cannot see it"
                    assert "".join(output["data"]["text/plain"]).strip()
                for tag in re.findall(r"<img[^>]*>", "".join(output.get("data", {}).get("text/html", ""))):
                    assert re.search(r'alt="[^"]{10,}"', tag), tag[:200]

    def test_links_inside_the_course_lead_somewhere(self, path: Path) -> None:
        for cell in of_type(path, "markdown"):
            for target in re.findall(r"\]\(([^)]+)\)", cell["source"]):
                if "://" not in target:
                    assert (path.parent / target).exists(), target

    def test_is_clean(self, path: Path) -> None:
        from pilothouse.learn.rebuild import clean, written

        text = path.read_text(encoding="utf-8")
        import json

        assert written(clean(json.loads(text))) == text, "run python -m pilothouse.learn.rebuild"
        assert str(PLACE) not in text


@pytest.mark.parametrize("path", named(EXECUTED))
def test_every_code_cell_was_executed_in_order(path: Path) -> None:
    """nbval compares a cell without an execution count with nothing at all."""
    counts = [cell["execution_count"] for cell in of_type(path, "code")]
    assert counts == list(range(1, len(counts) + 1)), "run python -m pilothouse.learn.rebuild"


def test_nothing_is_excused_from_comparison() -> None:
    for path in EXECUTED:
        for cell in of_type(path, "code"):
            assert "NBVAL" not in cell["source"].upper()
            assert cell["metadata"].get("tags", []) == []


def test_start_here_takes_two_minutes() -> None:
    start = next(path for path in COURSE if path.name == "00-start-here.ipynb")
    assert sum(words(cell["source"]) for cell in of_type(start, "markdown")) <= 300
    assert len(shelf.cells(start)) <= 15
    assert LINK.search(of_type(start, "markdown")[-1]["source"])
