"""Nothing that these tests do is kept as somebody's progress."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _keep_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILOTHOUSE_PROGRESS", "off")
