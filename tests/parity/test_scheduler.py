"""The scheduler beside the real one: recorded decisions of kube-scheduler 1.36, every part of each answer."""

from __future__ import annotations

import gzip
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pilothouse import Cluster
from pilothouse.scheduler.cycle import Cycle
from pilothouse.scheduler.plugin import Rejected
from pilothouse.scheduler.pod_info import PodInfo

AGREE = 297  # may only rise


@pytest.fixture(scope="module")
def judge(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("judge_of_scheduler", shared / "conformance" / "scheduler.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def cases(shared: Path) -> list[dict[str, Any]]:
    with gzip.open(shared / "conformance" / "scheduler_cases.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


def played(judge: ModuleType, cases: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], Cluster, dict[str, Any]]]:
    for case in cases:
        pod = {"apiVersion": "v1", "kind": "Pod", **case["in"]["pod"]}
        yield case, Cluster.load(list(judge.objects(case)), kubelet=False), pod


@pytest.mark.fidelity("Scheduler: filters, scores, words", "faithful", "297 recorded decisions agree to the integer.")
def test_every_recorded_decision_agrees_in_every_part(judge: ModuleType, cases: list[dict[str, Any]]) -> None:
    wrong = {}
    for case, cluster, pod in played(judge, cases):
        got, want = cluster.explain(pod).to_dict(), case["out"]
        parts = [*judge.PARTS, "skippedScore", "prefilter"]
        differing = [
            part
            for part in parts
            if want.get(part) is not None and judge.normal(part, want[part]) != judge.normal(part, got.get(part))
        ]
        if differing:
            wrong[case["id"]] = differing
    assert not wrong
    assert len(cases) >= AGREE


def test_the_decision_is_the_explanation(judge: ModuleType, cases: list[dict[str, Any]]) -> None:
    for case, cluster, pod in played(judge, cases):
        found = cluster.explain(pod)
        cycle = Cycle(cluster.scheduler.profiles["default-scheduler"], cluster.scheduler.columns)
        try:
            best = cycle.place(PodInfo(found.pod)).best
        except Rejected:
            best = []
        assert [cycle.columns.names[row] for row in best] == found.best, case["id"]
