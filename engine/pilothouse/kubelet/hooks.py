"""Lifecycle hooks: what is run after a container's start and before its stop, how long it takes, and whether it fails.

The counterpart is `pkg/kubelet/lifecycle/handlers.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pilothouse.api import HTTPGetAction, LifecycleHandler
from pilothouse.containers import ExecError, execute, http_status, listens
from pilothouse.kubelet.ports import number

if TYPE_CHECKING:
    from pilothouse.kubelet.worker import Worker


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """How a hook went: `error` is "" where it succeeded."""

    seconds: float = 0.0
    error: str = ""


def run(worker: Worker, name: str, which: str) -> Outcome:
    """Run the hook `which` (postStart, preStop) of a container that runs."""
    lifecycle = worker.container(name).lifecycle
    handler: LifecycleHandler | None = getattr(lifecycle, which) if lifecycle is not None else None
    if handler is None:
        return Outcome()
    if handler.sleep is not None:
        return Outcome(float(handler.sleep.seconds))
    if handler.exec is not None:
        return _exec(worker, name, handler.exec.command)
    if handler.httpGet is not None:
        return _http(worker, name, handler.httpGet)
    return Outcome()


def _whose(worker: Worker, name: str) -> str:
    pod = worker.pod.metadata
    return f'for Container "{name}" in Pod "{pod.name}_{pod.namespace}({pod.uid})" failed - error: '


def _exec(worker: Worker, name: str, command: list[str]) -> Outcome:
    process = worker.record.box(name).process
    line = " ".join(command)
    told = f"Exec lifecycle hook ([{line}]) {_whose(worker, name)}"
    if process is None:
        return Outcome(error=f"{told}container is not running")
    try:
        result = execute(process, tuple(command), worker.now)
    except ExecError as error:
        return Outcome(error=f'{told}{error}, message: ""')
    seconds = float("inf") if result.seconds is None else result.seconds
    if result.code == 0:
        return Outcome(seconds)
    output = result.output.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
    return Outcome(seconds, f"{told}command '{line}' exited with {result.code}: , message: \"{output}\"")


def _http(worker: Worker, name: str, action: HTTPGetAction) -> Outcome:
    process = worker.record.box(name).process
    port = number(worker.container(name), action.port)
    host = action.host or worker.record.ip
    told = f"HTTP lifecycle hook ({action.path or '/'}) {_whose(worker, name)}"
    if process is None or not listens(process, port, worker.now):
        refused = f'Get "http://{host}:{port}{action.path or "/"}": dial tcp {host}:{port}: connect: connection refused'
        return Outcome(error=told + refused)
    status = http_status(process, action.path or "/", worker.now)
    if status is not None and status >= 400:
        return Outcome(error=f"{told}HTTP probe failed with statuscode: {status}")
    return Outcome()
