"""StatefulSets beside a real control plane: which pods there are after each thing done to them, and what was told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from facts import Facts
from stage import Stage, every, zoned

from pilothouse.api import Pod, to_dict

Act = Callable[[Stage], Any]


def statefulset(stage: Stage, size: int, **spec: Any) -> None:
    template = {
        "metadata": {"labels": {"app": "db"}, "annotations": {"fake/ready": "false"}},
        "spec": {"containers": [{"name": "c", "image": "a:1"}], "terminationGracePeriodSeconds": 1},
    }
    selector = {"matchLabels": {"app": "db"}}
    stage.create(
        "StatefulSet", "db", {"replicas": size, "serviceName": "db", "selector": selector, "template": template, **spec}
    )


def image(name: str) -> Act:
    return lambda stage: stage.image("sts", "db", name)


def scaled(size: int) -> Act:
    return lambda stage: stage.patch("sts", "db", {"replicas": size})


def changed(**spec: Any) -> Act:
    return lambda stage: stage.patch("sts", "db", spec)


def deleted(name: str) -> Act:
    return lambda stage: stage.cluster.api.delete("pod", name)


def ready(name: str) -> Act:
    return lambda stage: stage.write(next(p for p in stage.pods() if p.metadata.name == name), "Running", True)


def nothing(stage: Stage) -> None:
    """The recorder looked once more."""


def relabelled(name: str) -> Act:
    return lambda stage: stage.cluster.api.patch("pod", name, {"metadata": {"labels": {"app": "other"}}})


def healthy(pod: Pod) -> bool:
    return pod.spec.containers[0].image != "bad"


def never(pod: Pod) -> bool:
    return False


def one_by_one(*names: str) -> list[Act]:
    return [ready(name) for name in names]


DESCENDING = ("db-3", "db-2", "db-1", "db-0")
SCENES: dict[str, tuple[dict[str, Any], Callable[[Pod], bool], list[Act]]] = {
    "sts_ondelete_and_broken": (
        {"size": 3, "updateStrategy": {"type": "OnDelete"}},
        healthy,
        [
            image("a:2"),
            deleted("db-1"),
            changed(updateStrategy={"type": "RollingUpdate"}),
            image("bad"),
            image("a:3"),
            deleted("db-2"),
        ],
    ),
    "sts_start_ordinal_and_maxunavailable": (
        {"size": 3, "ordinals": {"start": 5}, "updateStrategy": {"rollingUpdate": {"maxUnavailable": 2}}},
        every,
        [nothing, nothing, changed(ordinals={"start": 3}), relabelled("db-3")],
    ),
    "sts_parallel": (
        {"size": 4, "podManagementPolicy": "Parallel"},
        never,
        [nothing, scaled(6), image("a:2"), *one_by_one("db-5", "db-4", *DESCENDING), scaled(1)],
    ),
    "sts_ordered": (
        {"size": 3},
        never,
        [
            nothing,
            *one_by_one("db-0", "db-1", "db-2"),
            scaled(4),
            ready("db-3"),
            image("a:2"),
            *one_by_one(*DESCENDING),
            nothing,
            scaled(1),
        ],
    ),
    "sts_scale_down_slow": ({"size": 3}, every, [nothing, scaled(0)]),
}


@pytest.mark.fidelity(
    "StatefulSets: order, OnDelete, broken revisions, ordinals, Parallel",
    "faithful",
    "every fact of controlplane/statefulset.json, or listed in tests/parity/differences.py",
)
@pytest.mark.parametrize("name", list(SCENES))
def test_stateful_sets(shared: Path, name: str) -> None:
    facts, stage = Facts(shared, "statefulset", name), Stage(zoned())
    spec, choice, acts = SCENES[name]
    statefulset(stage, **spec)
    stage.quiet(ready=choice)
    for number, (act, step) in enumerate(zip(acts, facts["steps"], strict=True)):
        if step.get("after") == "image a:2" and name == "sts_ordered":
            objects(facts, stage)
        act(stage)
        stage.quiet(ready=choice)
        facts.compare(f"steps/{number} {step.get('after', '')}", step, noted(stage, step))
    facts.compare_events(facts["events"], stage.events("StatefulSet"))
    if name == "sts_scale_down_slow":
        facts.compare("order", milestones(facts["timeline"]), happened(stage))
    facts.close(at_least=20)


def noted(stage: Stage, step: dict[str, Any]) -> dict[str, Any]:
    """What the recorder noted at this step."""
    live = to_dict(stage.cluster.get("sts", "db"))
    if "status" in step:
        return {"status": hashed(stage, live["status"])}
    if "maxUnavailable_kept" in step:
        return {"maxUnavailable_kept": live["spec"]["updateStrategy"]}
    pods = [
        [
            pod.metadata.name,
            pod.spec.containers[0].image,
            any(c.type == "Ready" and c.status == "True" for c in pod.status.conditions),
        ]
        for pod in stage.cluster.list("pods")
    ]
    return {"after": step["after"], "pods": pods}


def hashed(stage: Stage, value: Any) -> Any:
    """The value with our revisions called as the recorded ones."""
    names = {1: "59ccb95d7b", 2: "5849b9b74c"}
    for revision in stage.cluster.list("controllerrevisions"):
        mine = revision.metadata.name.removeprefix("db-")
        value = replaced(value, mine, names[revision.revision])
    return value


def replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {key: replaced(item, old, new) for key, item in value.items()}
    if isinstance(value, list):
        return [replaced(item, old, new) for item in value]
    return value.replace(old, new) if isinstance(value, str) else value


def objects(facts: Facts, stage: Stage) -> None:
    """Compare the whole objects that were recorded: the set, its first pod, its revision."""
    pod = to_dict(stage.cluster.get("pod", "db-0"))
    live = to_dict(stage.cluster.get("sts", "db"))
    facts.compare("sts", bare(facts["sts"]), bare(hashed(stage, live)))
    theirs, ours = facts["pod"], hashed(stage, pod)
    theirs["metadata"]["annotations"]["fake/ready"] = "false"  # the recorder's kubelet wrote it
    for one in (theirs, ours):  # a kubelet's: `node`, and nearly all of the status
        one["status"] = {"qosClass": one["status"]["qosClass"]}
        one["spec"]["nodeName"] = bool(one["spec"]["nodeName"])
    facts.compare("pod", bare(theirs), bare(ours))
    revisions = [
        {"labels": item.metadata.labels, "name": item.metadata.name, "revision": item.revision}
        for item in stage.cluster.list("controllerrevisions")
    ]
    facts.compare("controllerrevisions", facts["controllerrevisions"], hashed(stage, revisions))


def bare(item: dict[str, Any]) -> dict[str, Any]:
    """Without the server's own bookkeeping."""
    own = ("managedFields", "resourceVersion", "namespace")
    return {**item, "metadata": {key: value for key, value in item["metadata"].items() if key not in own}}


def milestones(timeline: list[Any]) -> list[str]:
    """The order in which pods came, were told to go, and went."""
    found = []
    for _, kind, name, state in timeline:
        if kind == "Pod":
            found.append(f"{name} {'gone' if state.get('gone') else 'going' if state['deleting'] else 'there'}")
    return list(dict.fromkeys(found))


def happened(stage: Stage) -> list[str]:
    found = []
    for change in stage.cluster.changes(kind="pod"):
        going = change.after is not None and change.after.metadata.deletionTimestamp
        found.append(f"{change.name} {'gone' if change.after is None else 'going' if going else 'there'}")
    return list(dict.fromkeys(found))
