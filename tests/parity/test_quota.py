"""Limit ranges and quotas refuse and fill in as recorded on a real API server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pilothouse.api import to_dict
from pilothouse.apiserver import ApiError, Client, Door
from pilothouse.apiserver.quota import spell, used
from pilothouse.kernel import Clock, Randoms, Store

pytestmark = pytest.mark.fidelity("Admission: limit ranges and quotas", "faithful", "recorded facts: quota.json")
SPACE = "r-quota"


def client() -> Client:
    clock = Clock()
    door = Door(Store(clock), clock, Randoms(0))
    door.bootstrap()
    api = Client(door)
    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}})
    # what every recorded namespace had, written by other controllers
    api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kube-root-ca.crt"}}, namespace=SPACE)
    api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "other-ca"}}, namespace=SPACE)
    return api


def answer(api: Client, body: dict[str, Any]) -> dict[str, Any]:
    try:
        item = to_dict(api.create(body, namespace=SPACE))
    except ApiError as error:
        return {"code": error.code, "reason": error.reason, "message": error.message}
    found: dict[str, Any] = {"code": 201, "annotations": None, "resources": None}
    if body["kind"] == "Pod":
        found["annotations"] = item["metadata"].get("annotations")
        found["resources"] = [one["resources"] for one in item["spec"]["containers"]]
    return found


def test_recorded_requests(shared: Path) -> None:
    cases = json.loads((shared / "conformance/controlplane/quota.json").read_text())["quota"]["cases"]
    api = client()
    wrong = []
    for case in cases:
        title = case["title"]
        if title == "quota":
            # the recorder cleared the pods and limit ranges of the first part
            for kind in ("pods", "limits"):
                for item in api.list(kind, SPACE):
                    api.delete(kind, item.metadata.name, SPACE)
        if title == "lr2 after defaulting":
            assert to_dict(api.get("limits", "lr2", SPACE))["spec"] == case["spec"]
        if title == "quota status":
            quota = api.get("quota", "rq", SPACE)
            assert spell(used(api.door.store, api.door.scheme, quota), quota.spec.hard) == case["status"]["used"]
        if "body" not in case:
            continue
        want = {key: case[key] for key in ("code", "reason", "message", "annotations", "resources") if key in case}
        got = answer(api, case["body"])
        if {key: got.get(key) for key in want} != want:
            wrong.append(f"{title}\n  real {want}\n  ours {got}")
    assert not wrong, "\n".join(wrong)
