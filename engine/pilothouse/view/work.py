"""What a change of a workload means: how many pods it wants, and how many are well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pilothouse.kernel import Change
from pilothouse.view.thing import Reading, Thing
from pilothouse.view.word import CODE


class Count(NamedTuple):
    """How a kind of workload counts: how many pods it wants, has well, has of the newest version and has at all."""

    wanted: int
    ready: int
    newest: int
    there: int


def one(number: int | None) -> int:
    """A number of pods; Kubernetes means 1 where none is given."""
    return 1 if number is None else number


COUNTS: dict[str, Callable[[Any], Count]] = {
    "Deployment": lambda w: Count(
        one(w.spec.replicas), w.status.readyReplicas, w.status.updatedReplicas, w.status.replicas
    ),
    "ReplicaSet": lambda w: Count(one(w.spec.replicas), w.status.readyReplicas, w.status.replicas, w.status.replicas),
    "StatefulSet": lambda w: Count(
        one(w.spec.replicas), w.status.readyReplicas, w.status.updatedReplicas, w.status.replicas
    ),
    "DaemonSet": lambda w: Count(
        w.status.desiredNumberScheduled,
        w.status.numberReady,
        w.status.updatedNumberScheduled,
        w.status.currentNumberScheduled,
    ),
    "Job": lambda w: Count(*(one(w.spec.completions or w.spec.parallelism), *(w.status.succeeded,) * 3)),
}


def read_work(thing: Thing, change: Change) -> Reading | None:
    """A workload: how many pods it wants, and how many are ready (of a job: have finished)."""
    before, item = change.before, change.after
    if item is None:
        return Reading(CODE["work-deleted"], 0, "", 0)
    count = COUNTS[change.key.kind]
    wanted, ready, newest, there = count(item)
    whole_ = ready >= wanted and newest == wanted == there and wanted > 0
    was_whole, thing.why = thing.why == "complete", "complete" if whole_ else ""
    if before is None or not thing.known:
        why = f"{wanted} pod{'s' * (wanted != 1)} wanted" if change.key.kind != "DaemonSet" else "one pod on each node"
        return Reading(CODE["work-created"], ready, "", wanted, why)
    if wanted != thing.wanted and change.key.kind != "DaemonSet":
        return Reading(CODE["work-scaled"], ready, "", wanted, f"from {thing.wanted} to {wanted}")
    if item.spec.template is not before.spec.template and item.spec.template != before.spec.template:
        return Reading(CODE["work-changed"], ready, "", wanted, template_words(before, item))
    done = "finished" if change.key.kind == "Job" else "ready"
    tally = f"{ready} of {wanted} pod{'s' * (wanted != 1)} {done}"
    if thing.owner is None and whole_ and not was_whole:
        return Reading(CODE["work-complete"], ready, "", wanted, tally)
    if thing.owner is None and ready < wanted <= thing.state:
        return Reading(CODE["work-short"], ready, "", wanted, tally)
    return Reading(0, ready, "", wanted) if ready != thing.state or wanted != thing.wanted else None


def template_words(before: Any, after: Any) -> str:
    """What is new in a pod template: the image, where that is it."""
    pairs = zip(before.spec.template.spec.containers, after.spec.template.spec.containers, strict=False)
    images = [f"image {old.image} becomes {new.image}" for old, new in pairs if old.image != new.image]
    return ", ".join(images) or "a new pod template"
