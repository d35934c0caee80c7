from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pilothouse.api import scheme
from pilothouse.apiserver import Client, table
from pilothouse.apiserver.columns import COLUMNS

pytestmark = pytest.mark.fidelity("kubectl get: columns", "faithful", "recorded facts: tables.json")


def test_columns_are_those_of_the_real_server(shared: Path) -> None:
    recorded = json.loads((shared / "conformance/controlplane/tables.json").read_text())["tables"]
    wrong = []
    for path, columns in recorded.items():
        version, _, plural = path.rpartition("/")
        info = next((one for one in scheme.DEFAULT if one.api_version == version and one.plural == plural), None)
        if info is None or info.kind not in COLUMNS:
            continue
        ours = [(one.name, one.type, one.priority) for one in COLUMNS[info.kind].columns]
        if ours != [(one["name"], one["type"], one["priority"]) for one in columns]:
            wrong.append((path, ours))
    assert not wrong


def row(api: Client, kind: str, wide: bool = False, now: float = 125.0, **where: Any) -> list[str]:
    return table(kind, api.list(kind, **where), wide, now).rows[0]


def test_rows(api: Client, make: Any) -> None:
    api.create(make("Pod", "p"))
    api.create(make("Deployment", "web", spec={"replicas": 3}))
    service = {
        "ports": [{"port": 80, "nodePort": 30080}],
        "type": "NodePort",
        "selector": {"a": "b"},
        "clusterIP": "10.0.0.9",
    }
    api.create(make("Service", "s", spec=service))
    api.event(api.get("pod", "p"), "Normal", "Scheduled", "to n1")
    assert row(api, "Pod") == ["p", "0/1", "Pending", "0", "2m5s"]
    assert row(api, "Pod", wide=True)[5:] == ["<none>", "<none>", "<none>", "<none>"]
    assert row(api, "Deployment", wide=True) == ["web", "0/3", "0", "0", "2m5s", "c", "line/eta:1", "app=web"]
    assert row(api, "Service", wide=True) == ["s", "NodePort", "10.0.0.9", "<none>", "80:30080/TCP", "2m5s", "a=b"]
    assert row(api, "Namespace") == ["default", "Active", "2m5s"]
    assert row(api, "Event")[:5] == ["2m5s", "Normal", "Scheduled", "pod/p", "to n1"]
    assert row(api, "PriorityClass") == [
        "system-cluster-critical",
        "2000000000",
        "false",
        "2m5s",
        "PreemptLowerPriority",
    ]


STATES = [
    ({}, "0/1", "Pending", "0"),
    ({"waiting": {"reason": "ContainerCreating"}}, "0/1", "ContainerCreating", "0"),
    ({"waiting": {"reason": "ImagePullBackOff"}}, "0/1", "ImagePullBackOff", "0"),
    ({"running": {}}, "1/1", "Running", "0"),
    ({"terminated": {"exitCode": 1, "reason": "Error"}}, "0/1", "Error", "0"),
    ({"terminated": {"exitCode": 3}}, "0/1", "ExitCode:3", "0"),
    ({"terminated": {"exitCode": 0, "signal": 9}}, "0/1", "Signal:9", "0"),
]


@pytest.mark.parametrize(("state", "ready", "word", "restarts"), STATES)
def test_the_word_for_a_pod(
    api: Client, make: Any, state: dict[str, Any], ready: str, word: str, restarts: str
) -> None:
    api.create(make("Pod", "p"))
    up = "running" in state
    one = {"name": "c", "image": "x", "imageID": "", "ready": up, "restartCount": 0, "state": state}
    phase = "Running" if up else "Pending"
    if state:
        api.patch("pod", "p", {"status": {"phase": phase, "containerStatuses": [one]}}, subresource="status")
    assert row(api, "Pod")[1:4] == [ready, word, restarts]


def test_a_pod_that_restarted_says_when(api: Client, make: Any) -> None:
    api.create(make("Pod", "p"))
    ended = {"terminated": {"exitCode": 1, "finishedAt": "2026-01-01T00:01:00Z"}}
    waiting = {"waiting": {"reason": "CrashLoopBackOff"}}
    one = {
        "name": "c",
        "image": "x",
        "imageID": "",
        "ready": False,
        "restartCount": 4,
        "state": waiting,
        "lastState": ended,
    }
    api.patch("pod", "p", {"status": {"phase": "Running", "containerStatuses": [one]}}, subresource="status")
    assert row(api, "Pod")[1:4] == ["0/1", "CrashLoopBackOff", "4 (65s ago)"]


def test_a_kind_without_columns_shows_name_and_age(api: Client) -> None:
    found = table("Widget.example.com", [], False, 0.0)
    assert [str(column) for column in found.columns] == ["Name", "Age"]
