"""Jobs beside a real control plane: how each of the recorded ones ended, and what was told of it."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pilothouse import Cluster
from pilothouse.api import Pod, timestamp, to_dict
from pilothouse.kernel import Controller, Key, itself

TIMES = ("lastProbeTime", "lastTransitionTime", "startTime", "completionTime")
RACES = {  # events of CronJobs that depend on how old the real controller's copy of an object was
    "Not starting job because": "said once per look, and the real one looks more often",
    "Active job went missing": "the real one had deleted it itself",
    "Saw completed job": "the real one misses three of them",
}
CASES = [
    "job_backofflimit0", "job_backofflimit2", "job_basic", "job_deadline", "job_indexed", "job_indexed_perindex",
    "job_indexed_perindex_allfail", "job_onfailure", "job_pfp_failindex", "job_pfp_failjob", "job_suspend",
    "job_workqueue",
]  # fmt: skip


class Player(Controller):
    """Plays the lives of pods as the recorder did: they run for `fake/run-seconds` and exit with `fake/exit`."""

    name = "player"
    watches: ClassVar = {"Pod": itself}

    def __init__(self) -> None:
        self.begun: dict[str, float] = {}

    def reconcile(self, key: Key) -> float | None:
        pod = self.store.get(*key)
        if pod is None or not pod.spec.nodeName:
            return None
        notes = pod.metadata.annotations
        if pod.metadata.deletionTimestamp:
            if pod.status.phase == "Running":
                self.write(pod, "Failed", 137)
            self.api.delete("pod", key.name, key.namespace, grace=0)
        elif pod.status.phase == "Pending":
            self.begun[pod.metadata.uid] = self.clock.now
            self.write(pod, "Running", 0)
        elif pod.status.phase == "Running":
            left = self.begun[pod.metadata.uid] + float(notes.get("fake/run-seconds", "1")) - self.clock.now
            if left > 0:
                return left
            code = int(notes.get("fake/exit", "0"))
            if code and pod.spec.restartPolicy == "OnFailure":
                self.begun[pod.metadata.uid] = self.clock.now
                self.write(pod, "Running", 0, pod.status.containerStatuses[0].restartCount + 1)
                return None
            self.write(pod, "Failed" if code else "Succeeded", code)
        return None

    def write(self, pod: Pod, phase: str, code: int, restarts: int = 0) -> None:
        now, up = timestamp(self.clock.now), phase == "Running"
        ended = {"terminated": {"exitCode": code, "reason": "x", "startedAt": now, "finishedAt": now}}
        state = {"running": {"startedAt": now}} if up else ended
        container = {"name": "c", "image": "a", "imageID": "", "ready": up, "restartCount": restarts, "state": state}
        ready = {"type": "Ready", "status": "True" if up else "False", "lastTransitionTime": now}
        status = {"phase": phase, "startTime": now, "conditions": [ready], "containerStatuses": [container]}
        body = {**to_dict(pod), "status": status}
        body["metadata"].pop("resourceVersion")
        self.api.update(body, subresource="status")


def bare(value: Any) -> Any:
    """Without times and random names."""
    if isinstance(value, dict):
        return {key: bare(item) for key, item in value.items() if key not in TIMES}
    if isinstance(value, list):
        return [bare(item) for item in value]
    return re.sub(r"\S+/j-(\d-)?[a-z0-9]{5}", "POD", value) if isinstance(value, str) else value


def told(reason: str, message: str) -> str:
    return f"{reason}: " + re.sub(r"(j(-\d)?)-[a-z0-9]{5}\b", r"\1-POD", bare(message))


def play(case: dict[str, Any]) -> Cluster:
    cluster = Cluster(nodes=1, kubelet=False)
    cluster.loop.add(Player(), cluster.door.client("player"))
    cluster.api.create({**case["input"], "metadata": {"name": "j"}})
    if case["input"]["spec"].get("suspend"):
        for suspend in (False, True, False):
            cluster.run("2s")
            cluster.api.patch("job", "j", {"spec": {"suspend": suspend}})
    cluster.run("5m")
    return cluster


@pytest.mark.fidelity("Jobs: how they end", "faithful", "recorded facts: controlplane/job.json")
@pytest.mark.parametrize("name", CASES)
def test_the_end_of_a_job(shared: Path, name: str) -> None:
    case = json.loads((shared / "conformance" / "controlplane" / "job.json").read_text())[name]
    cluster = play(case)
    assert bare(to_dict(cluster.get("job", "j"))["status"]) == bare(case["final"])
    wanted = Counter[str]()
    for event in case["events"]:
        if event["obj"].startswith("Job/") and "combined" not in event["msg"]:
            wanted[told(event["reason"], event["msg"])] += event["count"] or 1
    seen = Counter[str]()
    for event in cluster.list("events"):
        if event.involvedObject.kind == "Job":
            seen[told(event.reason, event.message)] += event.count
    apart = {message for message, _ in [*(seen - wanted), *(wanted - seen)]}
    assert not {message for message in apart if not any(map(message.startswith, RACES))}


def test_each_failure_doubles_the_wait(shared: Path) -> None:
    case = json.loads((shared / "conformance" / "controlplane" / "job.json").read_text())["job_backofflimit2"]
    cluster = play(case)
    created = [change.time for change in cluster.changes(kind="pod") if change.verb == "ADDED"]
    assert [round(after - before) for before, after in pairwise(created)] == [10, 20]


@pytest.mark.fidelity("CronJobs: six minutes of ten of them", "faithful", "recorded facts: controlplane/cronjob.json")
def test_six_minutes_of_cron_jobs(shared: Path) -> None:
    recorded = json.loads((shared / "conformance" / "controlplane" / "cronjob.json").read_text())
    cluster = Cluster(nodes=1, kubelet=False)
    cluster.loop.add(Player(), cluster.door.client("player"))
    cluster.run("57s")  # as the recorder did, it begins three seconds before a minute
    for cronjob in recorded["input"]:
        cluster.api.create({**cronjob, "metadata": {"name": cronjob["metadata"]["name"]}})
    cluster.run("6m20s")

    def minutes(text: str, first: int) -> str:
        return re.sub(r"-(\d{8})\b", lambda match: f"+{int(match[1]) - first}", text)

    theirs, ours = 29924067, 29453761  # the first full minute, counted from 1970
    wanted = Counter(
        (minutes(e["msg"], theirs), e["count"] or 1)
        for e in recorded["observed"]["events"]
        if e["obj"].startswith("Cron")
    )
    seen = Counter(
        (minutes(e.message, ours), e.count) for e in cluster.list("events") if e.involvedObject.kind == "CronJob"
    )
    apart = {message for message, _ in [*(seen - wanted), *(wanted - seen)]}
    assert not {message for message in apart if not any(map(message.startswith, RACES))}
    assert sorted(minutes(job.metadata.name, ours) for job in cluster.list("jobs")) == [
        minutes(name, theirs) for name in recorded["observed"]["jobs_left"]
    ]
    for name, final in recorded["observed"]["final"].items():
        active = [reference.name for reference in cluster.get("cronjob", name).status.active]
        assert [minutes(a, ours) for a in active] == [minutes(a["name"], theirs) for a in final.get("active") or []]
