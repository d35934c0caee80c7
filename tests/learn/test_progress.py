"""What a learner has done survives crashes, read-only folders and merging."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from pilothouse.learn.progress import Progress, merge, place, read, standing


def test_what_is_noted_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "progress.jsonl"
    progress = Progress(path)
    progress.note("05", "prediction", "who", "a")
    progress.note("05", "verdict", "night-watch", "partial")
    again = Progress(path)
    assert again.prediction("05", "who") == "a"
    assert again.verdict("05", "night-watch") == "partial"
    assert again.prediction("05", "sunk") == ""
    assert again.verdict("05", "sick-pod") == "untouched"


def test_the_first_prediction_and_the_best_verdict_count() -> None:
    progress = Progress(None)
    for value in ("a", "d"):
        progress.note("05", "prediction", "who", value)
    for value in ("fail", "pass", "partial"):
        progress.note("05", "verdict", "night-watch", value)
    assert progress.prediction("05", "who") == "a"
    assert progress.verdict("05", "night-watch") == "pass"


def test_verdicts_merge_in_any_order() -> None:
    files = [
        [{"lesson": "05", "kind": "verdict", "name": "sick-pod", "value": value}]
        for value in ("fail", "pass", "partial")
    ]
    merged = [merge(itertools.chain(*order)) for order in itertools.permutations(files)]
    assert all(one == merged[0] for one in merged)
    assert merged[0]["05", "verdict", "sick-pod"] == "pass"


def test_repeating_adds_no_line(tmp_path: Path) -> None:
    path = tmp_path / "progress.jsonl"
    for _ in range(3):
        Progress(path).note("05", "verdict", "sick-pod", "pass")
    assert len(path.read_text(encoding="utf-8").splitlines()) == 1


@pytest.mark.parametrize(
    "line", ["", "{", "[]", "7", '{"lesson": "05"}', '{"lesson":5,"kind":"a","name":"b","value":"c"}', "\x00"]
)
def test_a_line_that_cannot_be_read_is_skipped(tmp_path: Path, line: str) -> None:
    path = tmp_path / "progress.jsonl"
    good = '{"lesson":"05","kind":"prediction","name":"who","value":"b"}'
    path.write_text(f"{good}\n{line}\n{good}\n", encoding="utf-8")
    assert [entry["value"] for entry in read(path)] == ["b", "b"]


def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "nowhere" / "progress.jsonl")
    progress.note("05", "prediction", "who", "a")
    assert progress.prediction("05", "who") == "a"
    assert "not kept" in progress.trouble


@pytest.mark.parametrize(
    ("folder", "expected"),
    [("course", "progress.jsonl"), ("exercises", "progress.jsonl"), ("mine", "mine/progress.jsonl")],
)
def test_stands_beside_the_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, expected: str) -> None:
    monkeypatch.delenv("PILOTHOUSE_PROGRESS", raising=False)
    (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path / folder)
    assert place() == tmp_path / expected


@pytest.mark.parametrize(("value", "expected"), [("off", None), ("/elsewhere/p.jsonl", Path("/elsewhere/p.jsonl"))])
def test_the_environment_can_say_where(monkeypatch: pytest.MonkeyPatch, value: str, expected: Path | None) -> None:
    monkeypatch.setenv("PILOTHOUSE_PROGRESS", value)
    assert place() == expected


def test_an_instructor_sees_who_is_where(tmp_path: Path) -> None:
    for name in ("anna", "bo"):
        progress = Progress(tmp_path / f"{name}.jsonl")
        progress.note("05", "prediction", "who", "a")
    progress.note("05", "verdict", "night-watch", "pass")
    assert standing([tmp_path / "anna.jsonl", tmp_path / "bo.jsonl"]) == [
        "anna: lesson 05: 1 predictions; no task yet",
        "bo: lesson 05: 1 predictions; night-watch pass",
    ]
