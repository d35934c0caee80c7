"""Comparing outputs works: a changed text is caught, while a picture may change."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CONFTEST = Path(__file__).parent / "conftest.py"


def notebook(source: str, outputs: list[dict[str, Any]], count: int | None = 1) -> dict[str, Any]:
    cell = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "source": source,
        "outputs": outputs,
        "execution_count": count,
    }
    return {"cells": [cell], "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}


def printed(text: str) -> list[dict[str, Any]]:
    return [{"output_type": "stream", "name": "stdout", "text": text}]


DISPLAY = "from IPython.display import display\ndisplay({'text/plain': 'said', 'text/html': '<b>new</b>'}, raw=True)"


def shown(text: str, html: str) -> list[dict[str, Any]]:
    return [{"output_type": "display_data", "metadata": {}, "data": {"text/plain": text, "text/html": html}}]


PAGES = {
    "same": ("print('three pods')", printed("three pods\n"), "passed"),
    "changed": ("print('three pods')", printed("two pods\n"), "failed"),
    "new-output": ("print('three pods')", [], "failed"),
    "lost-output": ("pass", printed("two pods\n"), "failed"),
    "only-the-html-changed": (DISPLAY, shown("said", "<b>old</b>"), "passed"),
    "the-text-changed": (DISPLAY, shown("told", "<b>new</b>"), "failed"),
}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the tests of this folder say of each page, by its name."""
    folder = tmp_path_factory.mktemp("pages")
    for name, (source, outputs, _) in PAGES.items():
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook(source, outputs)), encoding="utf-8")
    listing = "from pathlib import Path\nEXECUTED = sorted(Path(__file__).parent.glob('*.ipynb'))\n"
    (folder / "reading.py").write_text(listing, encoding="utf-8")
    (folder / "conftest.py").write_text(CONFTEST.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", str(folder)]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    found = re.findall(r"^(PASSED|FAILED) (\S+?)\.ipynb::Cell 0", run.stdout, re.MULTILINE)
    return {name: result.lower() for result, name in found}


@pytest.mark.parametrize("name", PAGES)
def test_changed_text_is_caught(outcome: dict[str, str], name: str) -> None:
    assert outcome[name] == PAGES[name][2]
