"""JSONPath templates; each expectation is what the real kubectl prints (see test_real.py for the comparison)."""

from __future__ import annotations

from typing import Any

import pytest

from pilothouse.kubectl.failure import Failure
from pilothouse.kubectl.jsonpath import JSONPath
from pilothouse.kubectl.order import relaxed

DATA: dict[str, Any] = {
    "items": [
        {"name": "a", "n": 1, "labels": {"x.y/z": "1"}, "ready": True, "tags": ["p", "q"]},
        {"name": "b", "n": 2, "labels": {}, "ready": False, "tags": []},
    ]
}
CASES = [
    ("{.items[*].name}", "a b"),
    ("{.items[0].name}", "a"),
    ("{.items[-1].name}", "b"),
    ("{.items[0:1].name}", "a"),
    ("{.items[*].n}", "1 2"),
    ("{.items[*].ready}", "true false"),
    ("{.items[*]['name','n']}", "a 1 b 2"),
    (r"{.items[0].labels.x\.y/z}", "1"),
    ("{.items[0].labels['x.y/z']}", "1"),
    ('{range .items[*]}{.name}={.n}{"\\n"}{end}', "a=1\nb=2\n"),
    ('{.items[?(@.name=="b")].n}', "2"),
    ("{.items[?(@.n>1)].name}", "b"),
    ("{.items[?(@.ready==true)].name}", "a"),
    ("{.items[?(@.tags)].name}", "a b"),
    ("{..name}", "a b"),
    ("{.nope}", ""),
    ("names: {.items[*].name}!", "names: a b!"),
    ("{.items[0].labels}", '{"x.y/z":"1"}'),
    ("{$.items[0].name}", "a"),
    ("{.items[0].tags[*]}", "p q"),
]


@pytest.mark.parametrize(("template", "expected"), CASES)
def test_render(template: str, expected: str) -> None:
    assert JSONPath(template).render(DATA) == expected


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{.items[", "error parsing jsonpath {.items[, unterminated array"),
        ("{.items", "error parsing jsonpath {.items, unclosed action"),
        ("{range .items[*]}{.name}", "error parsing jsonpath {range .items[*]}{.name}, unclosed range: expected {end}"),
        ("{.items[x]}", "error parsing jsonpath {.items[x]}, invalid array index x"),
        ("{.a[9]}{.items[9]}", "array index out of bounds: index 9, length 2"),
    ],
)
def test_mistakes_are_explained(template: str, said: str) -> None:
    with pytest.raises(Failure) as failure:
        JSONPath(template).render(DATA)
    assert said in failure.value.text


@pytest.mark.parametrize("text", ["metadata.name", ".metadata.name", "{.metadata.name}", "{metadata.name}"])
def test_relaxed_paths(text: str) -> None:
    assert relaxed(text) == "{.metadata.name}"
