"""What all tests share: where a skip counts as a failure, it does."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# The same examples in every run, and no deadline on shared machines; PILOTHOUSE_SEARCH=1 looks for new ones.
settings.register_profile("house", deadline=None, derandomize=not os.environ.get("PILOTHOUSE_SEARCH"), database=None)
settings.load_profile("house")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """Turn a skip into a failure where PILOTHOUSE_NO_SKIPS is set, with the reason that was given for it."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("PILOTHOUSE_NO_SKIPS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and nothing may be skipped here: {report.longrepr}"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded facts and published files beside the project."""
    if not SHARED.exists():
        pytest.skip("the recorded facts (../shared) are not here")
    return SHARED
