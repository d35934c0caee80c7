"""What a change of a pod means: where it stands, how it is, and the sentence that says so."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pilothouse.api import milli, whole
from pilothouse.kernel import Change
from pilothouse.view.state import CRASHING, DONE, FAILED, GONE, LEAVING, PLACED, READY, RUNNING, STUCK, WAITING
from pilothouse.view.thing import Reading, Thing, amount
from pilothouse.view.word import CODE

NO_IMAGE = {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"}
WAITS = {"CrashLoopBackOff": "pod-waits", "ImagePullBackOff": "pod-retries"}
TROUBLE = NO_IMAGE | {"CrashLoopBackOff", "CreateContainerConfigError", "CreateContainerError", "RunContainerError"}


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


EVENTS = {
    "Pulling": "pod-pulling",
    "Started": "pod-started",
    "Unhealthy": "pod-unhealthy",
    "Preempted": "pod-unhealthy",
    "PluginFailed": "pod-unhealthy",
    "ReconcileError": "pod-unhealthy",
}

WARNINGS = {"FailedCreate", "ReconcileError"}  # about a workload: what keeps it from being followed
POD_NAME = re.compile(r'pods "[^"]*" is ')  # of a pod that was never made: another one at each attempt
COMBINED = "(combined from similar events): "


def read_event(thing: Thing, change: Change) -> Reading | None:
    """An event that says what no field of the pod or workload says."""
    item = change.after
    if change.before is not None or item is None or not thing.known:
        return None
    if thing.kind != "Pod":
        if item.reason not in WARNINGS or thing.kind == "Node":
            return None
        before, thing.warned = thing.warned, POD_NAME.sub("", item.message.removeprefix(COMBINED))
        same = thing.warned == before
        return None if same else Reading(CODE["work-warned"], thing.state, "", thing.wanted, thing.warned)
    if item.reason not in EVENTS:
        return None
    if item.reason == "Started":  # told by the kubelet a moment before the pod's status says so
        return Reading(CODE["pod-started"], RUNNING, thing.place) if thing.state == PLACED else None
    why = item.message.split('"')[1] if item.reason == "Pulling" and item.message.count('"') > 1 else item.message
    return Reading(CODE[EVENTS[item.reason]], thing.state, thing.place, 0, why)
