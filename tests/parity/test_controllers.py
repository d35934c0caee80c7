"""The controllers beside a real control plane: every recorded scenario that agrees today agrees tomorrow."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pilothouse.controllers import CONTROLLERS

COMPONENTS = [controller.name for controller in CONTROLLERS]
FIGURES = Path(__file__).parent / "figures.json"
SEES_MORE = {  # what a component does when it starts again, here as in the real one
    "ds-node-added": "a DaemonSet controller hears of a node that went only then",
    "quota-pods": "a ReplicaSet controller forgets how often it failed and tries at once",
    "cron-forbid": "a CronJob controller says once more that the last Job still runs",
}

FAITHFUL = {
    "ReplicaSets and ReplicationControllers: ranking of victims, adoption, release": "rs-*, victims-*",
    "Deployments: Recreate, pause, undo, history, proportional scaling": "recreate-*, pause-*, undo-*, history-*, proportional*",
    "StatefulSets: order, partitions, revisions, claims": "sts-*",
    "DaemonSets: tolerations, updates": "ds-*",
    "Jobs: indexes, back-off, limits, policies, deadlines, TTL": "job-*",
    "CronJobs: schedules, policies, history": "cron-*",
    "Garbage collection: background, foreground, orphan": "gc-*, finalizer*",
    "Services: EndpointSlices": "eps-*",
    "Disruption budgets and evictions": "pdb-*",
    "Quotas and limit ranges": "quota-*, limits-*",
}
pytestmark = [
    pytest.mark.fidelity(feature, "faithful", f"recorded facts: conformance/controllers/{files}")
    for feature, files in FAITHFUL.items()
]


@pytest.fixture(scope="module")
def judge(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("judge_of_controllers", shared / "conformance" / "controllers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def differences(judge: ModuleType, scenario: dict[str, Any], crash: bool = False) -> list[Any]:
    """The facts in which a scenario differs from its recording; a failure is a difference too."""
    backend = judge.Pilot()
    if crash:
        crashes = cycle(COMPONENTS)
        backend.quiet = lambda namespace, job: quiet_with_crashes(backend.c, crashes)
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


def quiet_with_crashes(cluster: Any, crashes: Iterator[str]) -> None:
    """A quiet moment in which one component after the other crashes, each after a few turns."""
    for _ in range(60):
        for _ in range(7):
            if not cluster.loop.turn(cluster.now):
                break
        else:
            cluster.loop.restart(next(crashes))
            continue
        break
    cluster.settle()
    cluster.loop.restart(next(crashes))
    cluster.run("2s")
    cluster.settle()


@pytest.fixture(scope="module")
def scenarios(shared: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted((shared / "conformance" / "controllers").glob("*.json"))]


@pytest.fixture(scope="module")
def differing(judge: ModuleType, scenarios: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {s["name"]: found for s in scenarios if (found := differences(judge, s))}


def test_the_number_of_agreeing_scenarios_only_rises(
    scenarios: list[dict[str, Any]], differing: dict[str, list[Any]]
) -> None:
    agreeing = len(scenarios) - len(differing)
    committed = json.loads(FIGURES.read_text())["controllers"]
    first = {name: found[0] for name, found in differing.items()}
    assert agreeing >= committed, f"{agreeing} of {len(scenarios)} agree, {committed} are committed; not: {first}"


def test_crashes_of_components_change_no_fact(
    judge: ModuleType, scenarios: list[dict[str, Any]], differing: dict[str, list[Any]]
) -> None:
    agreeing = [s for s in scenarios if s["name"] not in differing and s["name"] not in SEES_MORE]
    changed = {s["name"]: found[0] for s in agreeing if (found := differences(judge, s, crash=True))}
    assert not changed
