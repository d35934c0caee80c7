"""Taking over pods: a new one, one that runs already (after a restart of the kubelet), one whose machine was rebooted.

Everything is read back from the pod's status. A container that runs is the same container: its process is played again
from the time at which it started. The counterpart is how a starting kubelet rebuilds its caches from the runtime.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilothouse.api import Container, ContainerStateTerminated, ContainerStatus, Pod, replace, since_epoch
from pilothouse.containers import CreateError, Process, StartError, start
from pilothouse.kubelet import probing, pulling, starting
from pilothouse.kubelet.config import ConfigError
from pilothouse.kubelet.record import Box, Exit, Record
from pilothouse.kubelet.worker import Worker

if TYPE_CHECKING:
    from pilothouse.kubelet.kubelet import Kubelet

LOST = 255  # the exit code of a container whose machine was rebooted


def adopt(host: Kubelet, pod: Pod) -> Record:
    """What is to be remembered of a pod that the kubelet sees for the first time."""
    now, status = round(host.clock.now, 6), pod.status
    containers = (*pod.spec.initContainers, *pod.spec.containers)
    record = Record(
        uid=pod.metadata.uid,
        node=pod.spec.nodeName,
        since=since_epoch(status.startTime) if status.startTime else now,
        boxes=tuple(Box(name=container.name) for container in containers),
        generation=pod.metadata.generation,
        sync=now,
    )
    if status.phase in ("Succeeded", "Failed"):
        return replace(record, stage="end", sync=None, boxes=tuple(_ended(pod, c) for c in containers))
    if not status.startTime:
        return record
    told = [c.status for c in status.conditions if c.type == "PodReadyToStartContainers"]
    stands = told == ["True"] if told else bool(status.podIP)  # older kubelets do not tell
    worker = Worker(host, pod, replace(record, sandbox=stands, sandboxes=int(stands), ip=status.podIP))
    for container in containers:
        worker.put(_box(worker, container))
        if worker.record.box(container.name).process is not None:
            probing.begin(worker, container.name)
            worker.put(replace(_box(worker, container)))
    if stands and not worker.record.ip:
        worker.set(ip=host.next_ip(pod, pod.spec.nodeName))
    return worker.record


def _status(pod: Pod, name: str) -> ContainerStatus:
    for status in (*pod.status.initContainerStatuses, *pod.status.containerStatuses):
        if status.name == name:
            return status
    return ContainerStatus(name=name)


def _ended(pod: Pod, container: Container) -> Box:
    status = _status(pod, container.name)
    return Box(name=container.name, runs=status.restartCount + 1, exit=_exit(status.state.terminated))


def _box(worker: Worker, container: Container) -> Box:
    status = _status(worker.pod, container.name)
    state, last = status.state, _exit(status.lastState.terminated)
    runs = status.restartCount + 1
    sandbox = worker.record.sandboxes
    run_id = status.containerID.removeprefix("containerd://")
    if state.running is not None:
        begun = since_epoch(state.running.startedAt)
        process = replayed(worker, container, begun)
        if process is None:
            gone = Exit(code=LOST, reason="Unknown", started=begun, finished=worker.now, id=run_id)
            return Box(name=container.name, runs=runs, sandbox=sandbox, id=run_id, exit=gone, last=last)
        return Box(
            name=container.name,
            runs=runs,
            sandbox=sandbox,
            id=run_id,
            process=process,
            last=last,
            started=bool(status.started),
            ready=status.ready,
        )
    if state.terminated is not None:
        ended = _exit(state.terminated)
        return Box(name=container.name, runs=runs, sandbox=sandbox, id=run_id, exit=ended, last=last)
    if last is not None:  # it waits for its restart
        trouble = (state.waiting.reason, state.waiting.message) if state.waiting is not None else None
        return Box(name=container.name, runs=runs, sandbox=sandbox, id=run_id, exit=last, trouble=trouble)
    return Box(name=container.name)


def replayed(worker: Worker, container: Container, begun: float) -> Process | None:
    """The process of a container as it was started at that time; None where it could not be started any more."""
    try:
        image = pulling.image_of(worker, container)
        return start(image, starting.launch_of(worker, container, image), begun)
    except (CreateError, StartError, ConfigError):
        return None


def _exit(state: ContainerStateTerminated | None) -> Exit | None:
    if state is None:
        return None
    never = state.startedAt in ("", "1970-01-01T00:00:00Z")
    return Exit(
        code=state.exitCode,
        reason=state.reason,
        message=state.message,
        started=None if never else since_epoch(state.startedAt),
        finished=since_epoch(state.finishedAt) if state.finishedAt else None,
        id=state.containerID.removeprefix("containerd://"),
    )


def rebooted(record: Record, now: float) -> Record:
    """The pod as it is found after its machine has been down: no sandbox, no container runs."""
    now = round(now, 6)
    if record.stage == "end":
        return record
    return replace(
        record,
        boxes=tuple(_lost(box, now) for box in record.boxes),
        stage="run",
        sandbox=False,
        job=(),
        until=None,
        sync=now,
        settled=None,
        probes=(),
        backoffs=(),
        pulls=(),
    )


def _lost(box: Box, now: float) -> Box:
    if box.process is None:
        return replace(box, stop=None)
    gone = Exit(code=LOST, reason="Unknown", started=box.process.started, finished=now, id=box.id)
    return Box(name=box.name, runs=box.runs, id=box.id, exit=gone, last=box.last)
