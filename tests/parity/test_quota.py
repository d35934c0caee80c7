"""Limit ranges and quotas refuse, fill in and count as recorded on a real control plane."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from facts import Facts
from stage import Free, Stage, zoned

from pilothouse.api import to_dict
from pilothouse.apiserver import ApiError
from pilothouse.kubectl import Kubectl

pytestmark = pytest.mark.fidelity(
    "Admission: limit ranges and quotas",
    "faithful",
    "every fact of controlplane/quota.json, or listed in tests/parity/differences.py",
)
SPACE = "r-quota"
ANSWER = ("code", "reason", "message", "annotations", "resources")


def test_every_case(shared: Path) -> None:
    facts, stage = Facts(shared, "quota", "quota"), Stage(zoned(), SPACE)
    stage.cluster.loop.add(Free(stage), stage.cluster.door.client("player"))
    # each recorded namespace had one more map than ours
    other = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "other-ca"}}
    stage.cluster.api.create(other, namespace=SPACE)
    for number, case in enumerate(facts["cases"]):
        title = case["title"]
        if title == "quota":
            clear(stage)
        if title.startswith("quota status after"):
            stage.cluster.api.delete("pod", "q2", SPACE)
            stage.cluster.run("5m")
        want = {key: case[key] for key in ANSWER if key in case} if "body" in case else case
        got = answer(stage, case["body"]) if "body" in case else noted(stage, case)
        facts.compare(f"{number} {title}", want, {key: got[key] for key in want if key in got})
        stage.cluster.run("1s")
    stage.name_replica_sets()
    facts.compare_events(facts["events"], stage.events("Deployment", "ReplicaSet"))
    facts.close(at_least=145)


def clear(stage: Stage) -> None:
    """The recorder cleared the pods and limit ranges of the first part."""
    for kind in ("pods", "limits"):
        for item in stage.cluster.list(kind, SPACE):
            stage.cluster.api.delete(kind, item.metadata.name, SPACE)
    stage.cluster.settle()


def answer(stage: Stage, body: dict[str, Any]) -> dict[str, Any]:
    """What the door says to one more object."""
    try:
        item = to_dict(stage.cluster.api.create(body, namespace=SPACE))
    except ApiError as error:
        return {"code": error.code, "reason": error.reason, "message": error.message}
    found: dict[str, Any] = {"code": 201}
    if body["kind"] == "Pod":
        found["annotations"] = item["metadata"].get("annotations")
        found["resources"] = [one["resources"] for one in item["spec"]["containers"]]
    return found


def noted(stage: Stage, case: dict[str, Any]) -> dict[str, Any]:
    """What the recorder looked up."""
    if "cmd" in case:
        told = Kubectl(stage.cluster).run(shlex.split(case["cmd"].removeprefix("kubectl ")))
        return {**case, "out": told.stdout, "err": told.stderr, "rc": told.code}
    if "spec" in case:
        return {**case, "spec": to_dict(stage.cluster.get("limits", "lr2", SPACE))["spec"]}
    if "status" in case:
        return {**case, "status": to_dict(stage.cluster.get("quota", "rq", SPACE))["status"]}
    sets = [conditions(item) for item in stage.cluster.list("rs", SPACE)]
    return {**case, "conditions": conditions(stage.cluster.get("deployment", "d1", SPACE)), "rs_conditions": sets}


def conditions(item: Any) -> list[dict[str, Any]]:
    return [
        {key: told[key] for key in ("message", "reason", "status", "type")}
        for told in to_dict(item)["status"]["conditions"]
    ]
