"""The controllers beside a real control plane: every recorded scenario that agrees today agrees tomorrow."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FIGURES = Path(__file__).parent / "figures.json"


@pytest.fixture(scope="module")
def judge(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("judge_of_controllers", shared / "conformance" / "controllers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def differences(judge: ModuleType, scenario: dict[str, Any]) -> list[Any]:
    """The facts in which a scenario differs from its recording; a failure is a difference too."""
    backend = judge.Pilot()
    try:
        got = json.loads(json.dumps(judge.Play(backend, scenario).run()))
    except Exception as error:
        return [repr(error)]
    found = judge.compare([step.get("answer") for step in scenario["steps"]], got)
    unstable = scenario.get("unstable", [])
    return [
        fact
        for fact in found
        if fact[0] not in unstable
        and not any(fact[0].startswith(path + "/") for path in unstable)
        and " NoPods:" not in fact[0]
    ]


def test_the_number_of_agreeing_scenarios_only_rises(judge: ModuleType, shared: Path) -> None:
    scenarios = [
        json.loads(path.read_text()) for path in sorted((shared / "conformance" / "controllers").glob("*.json"))
    ]
    differing = {s["name"]: found for s in scenarios if (found := differences(judge, s))}
    agreeing = len(scenarios) - len(differing)
    committed = json.loads(FIGURES.read_text())["controllers"]
    first = {name: found[0] for name, found in differing.items()}
    assert agreeing >= committed, f"{agreeing} of {len(scenarios)} agree, {committed} are committed; not: {first}"
