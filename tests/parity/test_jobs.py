"""Jobs beside a real control plane: how each of the recorded ones ended, and what was told of it."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import pytest
from facts import Facts, general
from stage import zoned

from pilothouse import Cluster
from pilothouse.api import Pod, timestamp, to_dict
from pilothouse.kernel import Controller, Key, itself

IGNORED = "batch.kubernetes.io/job-index-ignored-failure-count"
CASES = [
    "job_backofflimit0", "job_backofflimit2", "job_basic", "job_deadline", "job_indexed", "job_indexed_perindex",
    "job_indexed_perindex_allfail", "job_onfailure", "job_parallelism_change", "job_pfp_failindex", "job_pfp_failjob", "job_suspend",
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


class Scene:
    """A Job `j`, and the recorded facts about it."""

    def __init__(self, facts: Facts) -> None:
        self.facts, self.cluster = facts, Cluster(nodes=zoned(), kubelet=False)
        self.cluster.loop.add(Player(), self.cluster.door.client("player"))
        self.cluster.api.create({**facts["input"], "metadata": {"name": "j"}})
        self.cluster.run("0.5s")

    def change(self, seconds: float = 1.0, **spec: Any) -> None:
        self.cluster.api.patch("job", "j", {"spec": spec})
        self.cluster.run(seconds)

    def note(self, number: int) -> None:
        """Compare one recorded step: the pods or the status."""
        step: dict[str, Any] = self.facts["steps"][number]
        status = to_dict(self.cluster.get("job", "j"))["status"]
        found = {key: status for key in step if key not in ("after", "pods")}
        if "pods" in step:
            found["pods"] = self.running()
        self.facts.compare(f"steps/{number}", step, {**step, **found})

    def running(self) -> list[Any]:
        return [
            [pod.metadata.name, pod.spec.containers[0].image, pod.status.phase == "Running"]
            for pod in self.cluster.list("pods")
        ]

    def pods(self) -> list[Any]:
        """What was left of the pods, as the recorder noted it."""
        indexes = ("batch.kubernetes.io/job-completion-index", "batch.kubernetes.io/job-index-failure-count")
        left = [
            {
                "ann": {key: note for key, note in pod.metadata.annotations.items() if key in (*indexes, IGNORED)},
                "finalizers": pod.metadata.finalizers,
                "hostname": pod.spec.hostname,
                "labels": dict(pod.metadata.labels),
                "name": pod.metadata.name,
                "phase": pod.status.phase,
                "restarts": [container.restartCount for container in pod.status.containerStatuses],
            }
            for pod in self.cluster.list("pods")
        ]
        return sorted(general(left), key=str)


def suspend_and_resume(scene: Scene) -> None:
    scene.note(0)
    scene.note(1)
    scene.change(1, suspend=False)
    scene.note(2)
    scene.change(2, suspend=True)
    scene.note(3)
    scene.note(4)
    scene.change(suspend=False)


def change_parallelism(scene: Scene) -> None:
    for number, size in enumerate((4, 1, 0)):
        scene.change(0.5, parallelism=size)
        scene.note(number)
    scene.change(parallelism=6)


ACTS = {"job_suspend": suspend_and_resume, "job_parallelism_change": change_parallelism}


@pytest.mark.fidelity(
    "Jobs: their pods, their ends, their events",
    "faithful",
    "every fact of controlplane/job.json, or listed in tests/parity/differences.py",
)
@pytest.mark.parametrize("name", CASES)
def test_the_life_of_a_job(shared: Path, name: str) -> None:
    facts = Facts(shared, "job", name)
    scene = Scene(facts)
    ACTS.get(name, lambda _: None)(scene)
    scene.cluster.run("5m")
    live = to_dict(scene.cluster.get("job", "j"))
    facts.compare("final", facts["final"], live["status"])
    facts.compare("job_gone", facts["job_gone"], False)
    spec = {key: value for key, value in live["spec"].items() if key != "template"}
    facts.compare("spec", facts["spec_after_defaulting"], spec)
    facts.compare("pods", sorted(general(facts["pods"]), key=str), scene.pods())
    told = Counter[str]()
    for event in scene.cluster.list("events"):
        if event.involvedObject.kind == "Job":
            told[f"Job/j {event.type} {event.reason} {event.source.component}: {event.message}"] += event.count
    facts.compare_events(facts["events"], told)
    facts.close(at_least=20)


def test_each_failure_doubles_the_wait(shared: Path) -> None:
    cluster = Scene(Facts(shared, "job", "job_backofflimit2")).cluster
    cluster.run("5m")
    created = [change.time for change in cluster.changes(kind="pod") if change.verb == "ADDED"]
    assert [round(after - before) for before, after in pairwise(created)] == [10, 20]


@pytest.mark.fidelity(
    "CronJobs: six minutes of ten of them",
    "faithful",
    "every fact of controlplane/cronjob.json, or listed in tests/parity/differences.py",
)
def test_six_minutes_of_cron_jobs(shared: Path) -> None:
    facts = Facts(shared, "cronjob", "observed")
    cluster = Cluster(nodes=zoned(), kubelet=False)
    cluster.loop.add(Player(), cluster.door.client("player"))
    cluster.run("57s")  # as the recorder did, it begins three seconds before a minute
    for cronjob in json.loads((shared / "conformance/controlplane/cronjob.json").read_text())["input"]:
        cluster.api.create({**cronjob, "metadata": {"name": cronjob["metadata"]["name"]}})
    cluster.run("6m20s")
    theirs, ours = 29924067, 29453761  # the first full minute, counted from 1970
    recorded = minutes(facts["one_job"], theirs)
    live = minutes([to_dict(job) for job in cluster.list("jobs")], ours)
    (job,) = [one for one in live if one["metadata"]["name"] == recorded["metadata"]["name"]]
    facts.compare("one_job", bare(recorded), bare(job))
    told = Counter[str]()
    for event in cluster.list("events"):
        if event.involvedObject.kind == "CronJob":
            about = f"CronJob/{event.involvedObject.name} {event.type} {event.reason} {event.source.component}"
            told[f"{about}: {minutes(event.message, ours)}"] += event.count
    events = [minutes(event, theirs) for event in facts["events"] if event["obj"].startswith("CronJob")]
    facts.compare_events(events, told)
    facts.compare(
        "jobs_left", minutes(facts["jobs_left"], theirs), [minutes(j.metadata.name, ours) for j in cluster.list("jobs")]
    )
    final = {name: to_dict(cluster.get("cronjob", name))["status"] for name in facts["final"]}
    facts.compare("final", references(minutes(facts["final"], theirs)), references(minutes(final, ours)))
    facts.close(at_least=200)


def minutes(value: Any, first: int) -> Any:
    """The value with the minutes in names counted from the first full one."""
    if isinstance(value, dict):
        return {key: minutes(item, first) for key, item in value.items()}
    if isinstance(value, list):
        return [minutes(item, first) for item in value]
    return re.sub(r"-(2\d{7})\b", lambda match: f"+{int(match[1]) - first}", value) if isinstance(value, str) else value


def bare(item: dict[str, Any]) -> dict[str, Any]:
    """Without the server's own bookkeeping."""
    own = ("managedFields", "resourceVersion", "namespace")
    metadata = {key: value for key, value in item["metadata"].items() if key not in own}
    return {"metadata": metadata, "spec": item["spec"], "status": item["status"]}


def references(final: dict[str, Any]) -> dict[str, Any]:
    """The statuses, with active Jobs by name alone."""
    return {
        name: {**status, "active": [one["name"] for one in status.get("active") or []]}
        for name, status in final.items()
    }
