"""What a change of the log means to somebody who watches: which sentence it is, and what the picture shows afterwards.

One reader for each kind of object that the picture knows, in a table; every other kind has the general reader. What the
picture cannot show (a lease renewed, an endpoint slice written) has no meaning here and costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from pilothouse.api import milli, whole
from pilothouse.kernel import Change
from pilothouse.view.state import (
    CORDONED,
    CRASHING,
    DONE,
    FAILED,
    GONE,
    LEAVING,
    NODE_GONE,
    NODE_LOST,
    NODE_READY,
    NODE_SILENT,
    PLACED,
    READY,
    RUNNING,
    STUCK,
    WAITING,
)
from pilothouse.view.word import CODE

NOWHERE = -1
NO_IMAGE = {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"}
WAITS = {"CrashLoopBackOff": "pod-waits", "ImagePullBackOff": "pod-retries"}
TROUBLE = NO_IMAGE | {"CrashLoopBackOff", "CreateContainerConfigError", "CreateContainerError", "RunContainerError"}


class Reading(NamedTuple):
    """The sentence, and what holds from now on.

    `state` is a pod's or node's state (state.py) or how many pods of a workload are ready; `wanted` how many it wants;
    `place` the name of a pod's node; `why` the detail of the sentence.
    """

    word: int
    state: int
    place: str = ""
    wanted: int = 0
    why: str = ""


class Thing:
    """An object as the picture knows it, and what was last read about it."""

    __slots__ = (
        "beat",
        "cpu",
        "hidden",
        "index",
        "kind",
        "known",
        "memory",
        "name",
        "namespace",
        "owner",
        "place",
        "restarts",
        "state",
        "wanted",
        "why",
    )

    def __init__(self, index: int, kind: str, namespace: str, name: str) -> None:
        self.index, self.kind, self.namespace, self.name = index, kind, namespace, name
        self.owner: Thing | None = None
        self.cpu = self.memory = self.restarts = self.wanted = 0
        self.state, self.place, self.why = GONE, "", ""
        self.known = self.hidden = False
        self.beat = -1

    @property
    def root(self) -> Thing:
        """The workload that the thing belongs to in the end (pod -> ReplicaSet -> Deployment), or itself."""
        top = self
        for _ in range(8):  # an owner may, by mistake, own itself
            if top.owner is None:
                break
            top = top.owner
        return top


Reader = Callable[[Thing, Change], Reading | None]


def pod_state(item: Any) -> tuple[int, str]:
    """The state of a pod as a watcher sees it, and the reason where it has one."""
    status = item.status
    if item.metadata.deletionTimestamp:
        return LEAVING, ""
    phase = status.phase
    if phase == "Succeeded":
        return DONE, ""
    if phase == "Failed":
        return FAILED, status.reason or exit_words(status.containerStatuses)
    if not item.spec.nodeName:
        for condition in status.conditions:
            if condition.type == "PodScheduled" and condition.status == "False" and condition.reason == "Unschedulable":
                return STUCK, condition.message
        return WAITING, ""
    if trouble := exit_words(status.containerStatuses) or exit_words(status.initContainerStatuses):
        return CRASHING, trouble
    if phase != "Running":
        return PLACED, ""
    for condition in status.conditions:
        if condition.type == "Ready":
            return (READY if condition.status == "True" else RUNNING), ""
    return RUNNING, ""


def exit_words(statuses: Any) -> str:
    """Why a container is not well: "exit code 1", "OOMKilled", "CrashLoopBackOff"; "" where all are well."""
    for status in statuses:
        state = status.state
        if state is None:
            continue
        if state.waiting is not None and state.waiting.reason in TROUBLE:
            return str(state.waiting.reason)
        ended = state.terminated
        if ended is not None and ended.exitCode:
            return ended.reason if ended.reason not in ("", "Error") else f"exit code {ended.exitCode}"
    return ""


def read_pod(thing: Thing, change: Change) -> Reading | None:
    """A pod: where it stands and how it is."""
    item = change.after
    if item is None:
        return Reading(CODE["pod-gone"], GONE, thing.place)
    place = item.spec.nodeName
    state, why = pod_state(item)
    restarts = 0
    for status in item.status.containerStatuses:
        restarts += status.restartCount
    before, thing.restarts = thing.restarts, restarts
    because, thing.why = thing.why, why
    if not thing.known or thing.state == GONE:
        thing.cpu, thing.memory = requests(item)
        return Reading(CODE["pod-created"], state, place, 0, why if state == STUCK else "")
    if place != thing.place:
        return Reading(CODE["pod-placed"], state, place)
    if state == thing.state and why == because and restarts == before:
        return None
    return Reading(
        pod_word(thing.state, state, why, restarts > before), state, place, 0, why or restart_words(restarts)
    )


def pod_word(old: int, new: int, why: str, restarted: bool) -> int:
    """The sentence for a pod that goes from one state to another."""
    if new == RUNNING:
        return CODE["pod-unready" if old == READY else "pod-restarted" if restarted else "pod-started"]
    if new == CRASHING:
        return CODE[WAITS.get(why, "pod-image" if why in NO_IMAGE else "pod-crashed")]
    if new == READY and restarted:
        return CODE["pod-revived"]
    name = {STUCK: "pod-stuck", READY: "pod-ready", DONE: "pod-done", FAILED: "pod-failed", LEAVING: "pod-leaving"}
    return CODE[name[new]] if new in name and new != old else CODE["pod-stuck"] if new == STUCK else 0


@cache
def restart_words(restarts: int) -> str:
    """How often that was, for a container that started more than once."""
    return f"restart {restarts}" if restarts else ""


def requests(item: Any) -> tuple[int, int]:
    """What a pod asks for: thousandths of a CPU and bytes of memory, all containers together."""
    cpu = memory = 0
    for container in item.spec.containers:
        wishes = container.resources.requests if container.resources is not None else {}
        cpu += amount(milli, wishes.get("cpu"))
        memory += amount(whole, wishes.get("memory"))
    return cpu, memory


@cache
def amount(unit: Callable[[str], int], text: str | None) -> int:
    """A quantity as an integer; 0 where there is none. The few spellings that occur are parsed once."""
    return unit(text) if text else 0


def read_node(thing: Thing, change: Change) -> Reading | None:
    """A node: whether it is ready and open for new pods."""
    item = change.after
    if item is None:
        return Reading(CODE["node-gone"], NODE_GONE)
    offer = item.status.allocatable or item.status.capacity
    thing.cpu, thing.memory = amount(milli, offer.get("cpu")), amount(whole, offer.get("memory"))
    ready = next((c for c in item.status.conditions if c.type == "Ready"), None)
    well = ready is not None and ready.status == "True"
    state = (NODE_SILENT if thing.state & 3 == NODE_SILENT else NODE_READY) if well else NODE_LOST
    state |= CORDONED if item.spec.unschedulable else 0
    taints = ", ".join(f"{t.key}:{t.effect}" for t in item.spec.taints if not t.key.startswith("node.kubernetes.io/"))
    tainted, thing.why = taints != thing.why, taints
    if not thing.known or thing.state == NODE_GONE:
        return Reading(CODE["node-joined"], state)
    if state & 3 != thing.state & 3:
        if state & 3 == NODE_LOST:
            return Reading(CODE["node-lost"], state, why=(ready.message or ready.reason).rstrip(".") if ready else "")
        return Reading(CODE["node-ready"], state)
    if state != thing.state:
        return Reading(CODE["node-closed" if state & CORDONED else "node-opened"], state)
    if tainted:
        return Reading(CODE["node-tainted" if taints else "node-cleared"], state, why=taints)
    return None


def read_lease(thing: Thing, change: Change) -> Reading | None:
    """A node's lease: an explicit renewal time is the last heartbeat of a kubelet that has stopped (law 9)."""
    if change.before is None or change.after is None or not thing.known:
        return None
    old, new = lease_time(change.before), lease_time(change.after)
    if new and not old:
        silent = NODE_SILENT | thing.state & CORDONED if thing.state & 3 == NODE_READY else thing.state
        return Reading(CODE["node-silent"], silent)
    if old and not new:
        back = NODE_READY | thing.state & CORDONED if thing.state & 3 == NODE_SILENT else thing.state
        return Reading(CODE["node-back"], back)
    return None


def lease_time(item: Any) -> str:
    """When the lease was last renewed, "" while its kubelet lives."""
    return (item.spec.renewTime or "") if item.spec is not None else ""


EVENTS = {
    "Pulling": "pod-pulling",
    "Started": "pod-started",
    "Unhealthy": "pod-unhealthy",
    "Preempted": "pod-unhealthy",
}


def read_event(thing: Thing, change: Change) -> Reading | None:
    """An event about a pod that says what no field of the pod says."""
    item = change.after
    if change.before is not None or item is None or item.reason not in EVENTS or not thing.known:
        return None
    if item.reason == "Started":  # told by the kubelet a moment before the pod's status says so
        return Reading(CODE["pod-started"], RUNNING, thing.place) if thing.state == PLACED else None
    why = item.message.split('"')[1] if item.reason == "Pulling" and item.message.count('"') > 1 else item.message
    return Reading(CODE[EVENTS[item.reason]], thing.state, thing.place, 0, why)


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


def read_other(thing: Thing, change: Change) -> Reading | None:
    """Any other object: that it came, went or was given a new specification."""
    before, after = change.before, change.after
    if after is None:
        return Reading(CODE["work-deleted"], 0)
    if before is None:
        return Reading(CODE["work-created"], 1)
    if after.metadata.generation != before.metadata.generation:
        return Reading(CODE["work-changed"], 1)
    if thing.kind in ("ConfigMap", "Secret") and after.data != before.data:
        return Reading(CODE["work-changed"], 1)
    return None


READERS: dict[str, Reader] = {
    "Pod": read_pod,
    "Node": read_node,
    "Lease": read_lease,
    "Event": read_event,
    **dict.fromkeys(COUNTS, read_work),
}
QUIET = {
    "Lease",  # but that of a node: see Story
    "Event",  # but one about a pod: see Story
    "Endpoints",
    "EndpointSlice",
    "ControllerRevision",
    "Namespace",
    "ServiceAccount",
    "PriorityClass",
    "StorageClass",
    "CSINode",
    "FlowSchema",
    "PriorityLevelConfiguration",
    "ClusterRole",
    "ClusterRoleBinding",
    "APIService",
}
