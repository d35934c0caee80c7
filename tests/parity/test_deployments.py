"""Deployments and replica sets beside a real control plane: deadlines, Recreate, scaling half-way, history, adoption."""

from __future__ import annotations

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from facts import Facts, general
from stage import Free, Stage, none, zoned

from pilothouse.kubectl import Kubectl

pytestmark = pytest.mark.fidelity(
    "Deployments: deadline, Recreate, proportional scaling, history, adoption, scaling down",
    "faithful",
    "every fact of controlplane/deployment_{deadline,recreate,proportional,rhl,adopt,scaledown,free}.json, or listed in tests/parity/differences.py",
)


def deployment(stage: Stage, replicas: int, **spec: Any) -> None:
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "a:1"}]}}
    selector = {"matchLabels": {"app": "web"}}
    stage.create("Deployment", "web", {"replicas": replicas, "selector": selector, "template": template, **spec})


def told(facts: Facts, stage: Stage) -> None:
    """Compare what is left at the end: annotations and events."""
    facts.compare("rs_annotations", facts["rs_annotations"], stage.notes())
    facts.compare_events(facts["events"], stage.events("Deployment", "ReplicaSet"))


def test_deadline(shared: Path) -> None:
    facts, stage = Facts(shared, "deployment_deadline"), Stage()
    deployment(stage, 3, progressDeadlineSeconds=5)
    stage.quiet()
    seen = [stage.rollout()]
    stage.image("deployment", "web", "bad")
    stage.quiet(ready=none, seconds=0)
    began = stage.cluster.now
    seen.append(stage.rollout())
    stage.cluster.run(until=lambda _: stage.rollout()["conds"][-1][2] == "ProgressDeadlineExceeded", timeout="60s")
    facts.compare("seconds", round(facts["seconds_until_ProgressDeadlineExceeded"]), round(stage.cluster.now - began))
    seen.append(stage.rollout())
    for call in facts["kubectl"]:
        answer = Kubectl(stage.cluster).run(call["cmd"].replace("kubectl -n r-deadline ", ""))
        facts.compare("kubectl", [call["out"], call["err"], call["rc"]], [answer.stdout, answer.stderr, answer.code])
    stage.image("deployment", "web", "a:2")
    stage.quiet(ready=lambda pod: pod.spec.containers[0].image != "bad")
    seen.append(stage.rollout())
    facts.compare("steps", [step for step in facts["steps"] if "action" not in step], seen)
    told(facts, stage)
    facts.close(at_least=90)


def test_recreate(shared: Path) -> None:
    facts, stage = Facts(shared, "deployment_recreate"), Stage()
    deployment(stage, 3, strategy={"type": "Recreate"})
    stage.quiet(ready=none)
    for number, step in enumerate(facts["steps"]):
        action = step.get("action")
        if action == "pod-ready":
            one_ready(stage, step["rs"])
        elif action == "set image a:2":
            stage.image("deployment", "web", "a:2")
            stage.quiet(ready=none, end=none)
        elif action is None:
            facts.compare(f"steps/{number}", step, stage.rollout())
            if "Progressing" in step["conds"][0]:
                stage.quiet(ready=none)
    told(facts, stage)
    facts.close(at_least=140)


def one_ready(stage: Stage, name: str) -> None:
    """Make one more pod of the replica set ready."""
    for pod in stage.pods():
        if stage.names[pod.metadata.ownerReferences[0].name] == name and pod.status.phase == "Pending":
            stage.write(pod, "Running", True)
            break
    stage.quiet(ready=none)


def test_proportional_scaling(shared: Path) -> None:
    facts, stage = Facts(shared, "deployment_proportional"), Stage()
    deployment(stage, 10, strategy={"rollingUpdate": {"maxSurge": 3, "maxUnavailable": 2}})

    def old(pod: Any) -> bool:
        return bool(pod.spec.containers[0].image == "a:1")

    stage.quiet()
    for number, step in enumerate(facts["steps"]):
        words = step.get("action", "").split()
        if not words:
            facts.compare(f"steps/{number}", step, stage.rollout())
        elif words[0] == "scale":
            stage.patch("deployment", "web", {"replicas": int(words[1])}, subresource="scale")
            stage.quiet(ready=old)
        elif "never" in words:
            stage.image("deployment", "web", next(word for word in words if word.startswith("a:")))
            stage.quiet(ready=old)
        elif words[0] == "all":
            stage.quiet()
    told(facts, stage)
    facts.close(at_least=180)


def test_history(shared: Path) -> None:
    facts, stage = Facts(shared, "deployment_rhl"), Stage()
    deployment(stage, 2, revisionHistoryLimit=2)
    stage.quiet()
    for number, step in enumerate(facts["steps"]):
        if "action" in step:
            words = step["action"].split()
            if step["action"] == "limit 0":
                stage.patch("deployment", "web", {"revisionHistoryLimit": 0})
            else:
                stage.image("deployment", "web", next(word for word in words if word.startswith("a:")))
            stage.quiet()
        elif "revs" in step:
            facts.compare(f"steps/{number}/revs", step["revs"], revisions(stage))
        else:
            facts.compare(f"steps/{number}", step, stage.rollout())
    told(facts, stage)
    facts.close(at_least=190)


def revisions(stage: Stage) -> list[list[str]]:
    prefix = "deployment.kubernetes.io/revision"
    found = [
        [
            rs.metadata.annotations[prefix],
            rs.spec.template.spec.containers[0].image,
            rs.metadata.annotations.get(f"{prefix}-history", ""),
        ]
        for rs in stage.cluster.list("rs")
    ]
    return sorted(found, key=lambda one: int(one[0]))


def test_adoption(shared: Path) -> None:
    """Three bare pods, a replica set of two that finds them, labels that change, orphans, a Deployment on top."""
    facts, stage = Facts(shared, "deployment_adopt"), Stage(zoned(), "r-adopt")
    spec = {"containers": [{"name": "c", "image": "a:1"}]}
    template = {"metadata": {"labels": {"app": "own"}}, "spec": spec}
    own = {"replicas": 2, "selector": {"matchLabels": {"app": "own"}}, "template": template}
    recorded = facts["adoption"]

    def bare(*numbers: int) -> None:
        for number in numbers:
            stage.create("Pod", f"b{number}", spec, labels={"app": "own"})
        stage.quiet()

    def note(title: str) -> None:
        stage.quiet()
        found = [pod_facts(pod, stage) for pod in stage.pods()]
        facts.compare(title, sorted(general(recorded[title]), key=str), sorted(found, key=str))

    def relabel(name: str, app: str) -> None:
        stage.cluster.api.patch("pod", name, {"metadata": {"labels": {"app": app}}}, namespace="r-adopt")

    bare(1, 2, 3)
    stage.create("ReplicaSet", "solo", own)
    stage.quiet()
    kept = [pod.metadata.name for pod in stage.pods()]
    gone = next(name for name in ("b1", "b2", "b3") if name not in kept)  # equals: which of them goes is a draw
    stage.names |= {gone: "bare-pod1", kept[0]: "bare-pod2", kept[1]: "bare-pod3", "b4": "bare-pod4"}
    note("after create rs replicas=2 with 3 bare pods")
    relabel(kept[0], "other")
    note("after relabel of one pod to app=other")
    relabel(kept[0], "own")
    note("after relabel back")
    bare(4)
    note("after creating another matching bare pod")
    stage.cluster.api.delete("rs", "solo", "r-adopt", propagation="Orphan")
    note("after delete --cascade=orphan")
    stage.create("Deployment", "own", own)
    note("after creating a deployment with the same selector")

    left = [[stage.names[rs.metadata.name], rs.spec.replicas] for rs in stage.cluster.list("rs", "r-adopt")]
    facts.compare("rs", recorded["rs"], left)
    told(facts, stage)
    assert {event["reason"] for event in facts["rs_events"]} >= {"Scheduled"}
    facts.compare_events(facts["rs_events"], stage.events("Pod", "Deployment", "ReplicaSet"))
    facts.close(at_least=100)


def pod_facts(pod: Any, stage: Stage) -> list[Any]:
    owners = [[o.kind, stage.text(o.name), o.controller, o.blockOwnerDeletion] for o in pod.metadata.ownerReferences]
    labels = {key: stage.text(value) for key, value in pod.metadata.labels.items()}
    return general([stage.text(pod.metadata.name), labels, owners])  # type: ignore[no-any-return]


def test_victims(shared: Path) -> None:
    """Ten pods in different states on six nodes, scaled down by one at a time: who goes, in which order."""
    facts, stage = Facts(shared, "deployment_scaledown"), Stage(zoned())
    spec = {"containers": [{"name": "c", "image": "a:1"}], "schedulerName": "by-hand"}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": spec}
    selector = {"matchLabels": {"app": "web"}}
    stage.create("ReplicaSet", "web", {"replicas": 10, "selector": selector, "template": template})
    stage.quiet(ready=none)
    facts.compare("rs_annotations", facts["rs_annotations"], stage.notes())
    cast = dict(zip([pod.metadata.name for pod in stage.pods()], facts["pods"], strict=True))
    for name, actor in cast.items():
        stage.cluster.api.bind(name, "default", actor["node"])
        cost = actor["desc"].partition("cost ")[2]
        if cost:
            note = {"controller.kubernetes.io/pod-deletion-cost": cost}
            stage.cluster.api.patch("pod", name, {"metadata": {"annotations": note}})
    began = stage.cluster.now
    for since in sorted({actor["readySince"] for actor in cast.values()}):
        stage.cluster.run(began + int(since[17:19]) - 14 - stage.cluster.now)
        for pod in stage.pods():
            if cast[pod.metadata.name]["readySince"] == since:
                stage.write(pod, "Running", cast[pod.metadata.name]["ready"])
    victims = []
    for size in range(9, -1, -1):
        before = stage.pods()
        stage.patch("rs", "web", {"replicas": size})
        stage.quiet(ready=none)
        left = {pod.metadata.name for pod in stage.pods()}
        (gone,) = [pod for pod in before if pod.metadata.name not in left]
        crowd = sum(pod.spec.nodeName == gone.spec.nodeName for pod in before)
        victims.append([{**cast[gone.metadata.name], "pods_on_node_before": crowd}])
    facts.compare("victims", facts["victims_in_order"], victims)
    facts.compare_events(facts["events"], stage.events("ReplicaSet"))
    facts.close(at_least=50)


MOMENTS = {  # what the recorder noted, and the command after which it did
    "rollout undo deploy/web": "after undo (a:2 again)",
    "rollout undo deploy/web --to-revision=1": "after undo --to-revision=1",
    "set image deploy/web c=a:9": "paused, image a:9",
    "scale deploy/web --replicas=5": "paused, scaled to 5",
    "rollout resume deploy/web": "resumed",
    "rollout restart deploy/web": "restarted",
}


def test_rollouts_by_kubectl(shared: Path) -> None:
    """A Deployment's whole life by kubectl, its pods ready a tenth of a second after they start."""
    facts, stage = Facts(shared, "deployment_free"), Stage(namespace="r-free")
    stage.cluster.loop.add(Free(stage), stage.cluster.door.client("player"))
    kubectl, moments = Kubectl(stage.cluster), dict(MOMENTS)
    states = {step["action"]: state for step, state in pairwise(facts["steps"]) if "action" in step}
    for number, call in enumerate(facts["kubectl"]):
        command = call["cmd"].removeprefix("kubectl -n r-free ")
        if command.startswith("describe"):
            facts.compare("rs_annotations", facts["rs_annotations"], {})
        argv = ["-n", "r-free", *shlex.split(command.replace("r-free.yaml", "-"))]
        answer = kubectl.run(argv, stdin=json.dumps(WEB))
        stage.name_replica_sets()
        facts.compare(f"kubectl/{number} {command}/code", [call["rc"], call["err"]], [answer.code, answer.stderr])
        order = sorted if command.startswith("get") else list  # sorted by random names
        theirs, ours = lines(call["out"]), lines(stage.text(answer.stdout))
        if "Events:" in theirs:  # in any order; from ten on the recorder combines them
            began = ours.index("Events:")
            ours[began:] = [x for x in theirs[theirs.index("Events:") :] if x in ours[began:] or "(combined" in x]
        facts.compare(f"kubectl/{number} {command}/out", order(theirs), order(ours))
        if command == "set image deploy/web c=a:3":
            stage.cluster.run("1s")
        if command in moments:
            stage.cluster.run("1s")
            moment = moments.pop(command)
            facts.compare(f"steps/{moment}", states.pop(moment), stage.rollout())
    assert not states, f"nobody compared {list(states)}"
    facts.compare_events(facts["events"], stage.events("Deployment", "ReplicaSet"))
    facts.close(at_least=200)


WEB = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {
        "replicas": 3,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "a:1"}]}},
    },
}


def lines(text: str) -> list[str]:
    """The different lines in general words: no ages, no widths of columns."""
    text = re.sub(r"\w{3}, \d\d \w{3} \d{4} [\d:]+ \+0000", "TIME", general(text))
    text = re.sub(r"(?<= )\d+[smh](\d+s)?\b( \(x\d+ over \w+\))?", "AGE", text)
    return list(dict.fromkeys(" ".join(line.split()) for line in text.splitlines()))
