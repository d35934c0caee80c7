"""Looking into a container: its log, and commands that are run in it.

The counterpart is the kubelet's own server, which the API server asks for logs and exec; the words of its refusals are
used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilothouse.api import ContainerStateTerminated, ContainerStatus, Pod, since_epoch
from pilothouse.apiserver import ApiError
from pilothouse.containers import ExecError, Result, execute, log_of
from pilothouse.kernel import Key
from pilothouse.kubelet import node as nodes
from pilothouse.kubelet.adoption import replayed
from pilothouse.kubelet.record import Record
from pilothouse.kubelet.worker import Worker

if TYPE_CHECKING:
    from pilothouse.kubelet.kubelet import Kubelet

LOG_LINES = 1000  # of a container
PORT = 10250  # of the kubelet's server
WAITING = {  # how a refusal to show logs calls these reasons
    "ErrImagePull": "image can't be pulled",
    "ImagePullBackOff": "trying and failing to pull image",
}
Lines = list[tuple[float, str]]


def logs(host: Kubelet, pod: Pod, container: str, previous: bool) -> Lines:
    """The log of a container: (time, line), oldest first. Raises ApiError."""
    name = _container(pod, container)
    record = _record(host, pod, f"containerLogs/{pod.metadata.namespace}/{pod.metadata.name}/{name}")
    if record is None:
        raise _bad(f'container "{name}" in pod "{pod.metadata.name}" is waiting to start: ContainerCreating')
    box, status = record.box(name), _status(pod, name)
    newest = box.runs
    if previous:
        if status.lastState.terminated is None:
            raise _bad(f'previous terminated container "{name}" in pod "{pod.metadata.name}" not found')
        waits = status.state.waiting is not None
        return _ended(host, pod, record, name, newest if waits else newest - 1, status.lastState.terminated)
    if box.process is not None:
        return log_of(box.process, host.clock.now, LOG_LINES)
    if box.exit is None:
        reason = status.state.waiting.reason if status.state.waiting is not None else "ContainerCreating"
        told = WAITING.get(reason, reason)
        raise _bad(f'container "{name}" in pod "{pod.metadata.name}" is waiting to start: {told}')
    return _ended(host, pod, record, name, newest, status.state.terminated or status.lastState.terminated)


def _ended(
    host: Kubelet, pod: Pod, record: Record, name: str, run: int, exit: ContainerStateTerminated | None
) -> Lines:
    """The log of a run that is over; one from before a restart of the kubelet is played again."""
    kept = host.old_logs.get((record.uid, name, run))
    if kept is not None:
        return list(kept)
    if exit is None or exit.startedAt in ("", "1970-01-01T00:00:00Z"):
        return []
    container = next(c for c in (*pod.spec.containers, *pod.spec.initContainers) if c.name == name)
    process = replayed(Worker(host, pod, record), container, since_epoch(exit.startedAt))
    return log_of(process, since_epoch(exit.finishedAt) + 1, LOG_LINES) if process is not None else []


def run(host: Kubelet, pod: Pod, command: list[str], container: str) -> Result:
    """Run a command in a container. Raises ApiError."""
    name = _container(pod, container)
    if pod.status.phase in ("Succeeded", "Failed"):
        raise _bad(f"cannot exec into a container in a completed pod; current phase is {pod.status.phase}")
    record = _record(host, pod, f"exec/{pod.metadata.namespace}/{pod.metadata.name}/{name}")
    process = record.box(name).process if record is not None else None
    if process is None:
        raise ApiError(404, "NotFound", f'unable to upgrade connection: container not found ("{name}")')
    try:
        return execute(process, tuple(command), host.clock.now)
    except ExecError as error:
        raise ApiError(500, "InternalError", f"error executing command in container: {error}") from None


def _container(pod: Pod, name: str) -> str:
    names = [container.name for container in (*pod.spec.containers, *pod.spec.initContainers)]
    if name and name not in names:
        raise _bad(f"container {name} is not valid for pod {pod.metadata.name}")
    return name or names[0]


def _record(host: Kubelet, pod: Pod, path: str) -> Record | None:
    """What is remembered of the pod, if anybody is there to ask."""
    node = pod.spec.nodeName
    if node and not nodes.lives(host.store, node):
        address = f"{host.address(node)}:{PORT}"
        told = f'Get "https://{address}/{path}": dial tcp {address}: connect: connection refused'
        raise ApiError(500, "", told)
    return host.records.get(Key("Pod", pod.metadata.namespace, pod.metadata.name))


def _status(pod: Pod, name: str) -> ContainerStatus:
    for status in (*pod.status.initContainerStatuses, *pod.status.containerStatuses):
        if status.name == name:
            return status
    return ContainerStatus(name=name)


def _bad(message: str) -> ApiError:
    return ApiError(400, "BadRequest", message)
