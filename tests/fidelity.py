"""Write the fidelity card, `course/fidelity.md`, from the marks on the tests that prove it.

    python tests/fidelity.py           write it
    python tests/fidelity.py --check   exit status 1 where it is not what the marks say

A mark is `@pytest.mark.fidelity(feature, level, words)`: the feature as "Part: what", the level "faithful",
"simplified" or "invented", and one honest line. Nobody writes the card by hand, so it cannot say what no test holds.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CARD = ROOT / "course" / "fidelity.md"
LEVELS = {
    "faithful": "agrees with facts recorded from a real Kubernetes 1.36",
    "simplified": "the same idea with less of it, and says what is left out",
    "invented": "there is no counterpart in a real cluster",
}
HEAD = """# What is true here, and what is simplified

Every line is held by at least one test that names it. *Faithful* {faithful}; *simplified* is {simplified};
*invented* means that {invented}.
"""


class Collector:
    """A pytest plugin that keeps the marks of all tests."""

    def __init__(self) -> None:
        self.marks: set[tuple[str, str, str]] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note the marks of each test."""
        for item in items:
            for mark in item.iter_markers("fidelity"):
                feature, level, words = mark.args
                if level not in LEVELS:
                    raise pytest.UsageError(f"{item.nodeid}: fidelity {level!r}; give one of {', '.join(LEVELS)}")
                self.marks.add((feature, level, words))


def card() -> str:
    """The card as Markdown, from a collection of all tests."""
    collector = Collector()
    arguments = [
        "--collect-only",
        "-qq",
        "-o",
        "addopts=--import-mode=importlib",
        "-p",
        "no:cacheprovider",
        str(ROOT / "tests"),
    ]
    code = pytest.main(arguments, plugins=[collector])
    if code != 0:
        raise SystemExit(f"the tests could not be collected (exit status {code})")
    parts: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for feature, level, words in sorted(collector.marks):
        part, _, what = feature.partition(": ")
        parts[part].append((what or part, level, words))
    text = HEAD.format(**LEVELS)
    for part in sorted(parts):
        text += f"\n## {part}\n\n| what | | in one line |\n|---|---|---|\n"
        for what, level, words in sorted(parts[part]):
            text += f"| {what} | {level} | {words} |\n"
    return text


def main() -> int:
    """Write the card, or check it."""
    text = card()
    if "--check" in sys.argv:
        same = CARD.exists() and CARD.read_text() == text
        print(
            "the fidelity card is current"
            if same
            else f"{CARD.name} is not what the marks say: run this without --check"
        )
        return 0 if same else 1
    CARD.write_text(text)
    print(f"wrote {CARD.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
