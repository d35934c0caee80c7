"""Every notebook of the course and of the solutions is a test: it runs, and its text is what it was.

Collected here, from a listing, so that `pytest` needs no option for it: a lesson added tomorrow is tested tomorrow.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbval.plugin import IPyNbFile

os.environ["PILOTHOUSE_PROGRESS"] = "off"

CELL_TIMEOUT = 60  # seconds
BUDGET = {"17": 25, "18": 25}  # seconds for a whole notebook, the start of its kernel aside; 10 for all others
NOT_COMPARED = ("text/html", "text/markdown", "image/png", "image/svg+xml", "application/vnd.plotly.v1+json")


class Page(IPyNbFile):  # type: ignore[misc]
    """One notebook; text is compared, charts and pictures are not."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        option = self.config.option
        option.nbval_current_env, option.nbval_cell_timeout = True, CELL_TIMEOUT
        self.compare_outputs = True
        self.skip_compare = (*self.skip_compare, *NOT_COMPARED)

    def setup(self) -> None:
        super().setup()
        self.began = time.monotonic()

    def teardown(self) -> None:
        """Stop the kernel, and complain about a lesson that kept its reader waiting."""
        spent, allowed = time.monotonic() - self.began, BUDGET.get(self.path.name[:2], 10)
        super().teardown()
        assert spent <= allowed, f"{self.path.name} took {spent:.1f} s; a lesson may take {allowed}"


class Shelf(pytest.File):
    """All notebooks that are executed."""

    def collect(self) -> Iterator[pytest.Collector]:
        from reading import EXECUTED

        for path in EXECUTED:
            yield Page.from_parent(self, path=path)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Put the shelf beside the tests of this folder."""
    return Shelf.from_parent(parent, path=file_path) if file_path.name == "reading.py" else None
