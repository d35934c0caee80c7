"""The comparison itself: it notices what differs, what is no longer different, what nobody read, and comparing nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from facts import Facts

RECORDED = {"scenario": "words", "size": 3, "told": [{"name": "a", "none": None}], "events": []}


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    folder = tmp_path / "conformance" / "controlplane"
    folder.mkdir(parents=True)
    (folder / "thing.json").write_text(json.dumps(RECORDED))
    return Facts(tmp_path, "thing")


def compare(facts: Facts, size: Any = 3, told: Any = ({"name": "a"},)) -> None:
    facts.compare("size", facts["size"], size)
    facts.compare("told", facts["told"], told)


def test_agreement_counts_every_leaf(facts: Facts) -> None:
    compare(facts)
    facts.close(at_least=2)
    with pytest.raises(AssertionError, match="only 2 facts were compared"):
        facts.close(at_least=3)


@pytest.mark.parametrize(
    ("ours", "words"),
    [
        ({"size": 4}, "size: real 3, ours 4"),
        ({"size": None}, "size: real 3, ours None"),
        ({"told": ()}, "told/0/name: real 'a', ours None"),
        ({"told": ({"name": "a"}, {"name": "b"})}, "told/1/name: real nothing, ours 'b'"),
    ],
)
def test_a_difference_is_told(facts: Facts, ours: dict[str, Any], words: str) -> None:
    compare(facts, **ours)
    with pytest.raises(AssertionError, match=words):
        facts.close(at_least=0)


def test_a_known_difference_must_still_be_one(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(facts_module().KNOWN, "thing", {"siz*": "because"})
    compare(facts, size=4)
    facts.close(at_least=2)
    facts.apart.clear()
    with pytest.raises(AssertionError, match=r"no longer different, take them from the list: \['siz\*'\]"):
        facts.close(at_least=2)


def test_a_part_that_nobody_read_is_told(facts: Facts) -> None:
    facts.compare("size", facts["size"], 3)
    with pytest.raises(AssertionError, match=r"nobody compared \['told'\]"):
        facts.close(at_least=1)


def facts_module() -> Any:
    import facts

    return facts
