"""Probes: whether a container has started, lives, and is ready for requests.

A probe ticks with its period from the moment at which the kubelet first saw the pod. Here it is asked only when its
answer can be another than before: what a process will do is known (see `pilothouse.containers.tape`), so a probe that
goes on succeeding costs nothing, and one that goes on failing is asked until its events would no longer be told.

The counterpart is `pkg/kubelet/prober`: one worker a probe, results that need a number of equal answers in a row.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from pilothouse.api import Container, Probe, replace
from pilothouse.containers import ExecError, Process, changes_after, execute, http_status, listens
from pilothouse.kubelet.phase import is_sidecar
from pilothouse.kubelet.ports import number
from pilothouse.kubelet.record import Box, Condemned, ProbeState

if TYPE_CHECKING:
    from pilothouse.kubelet.worker import Worker

TRIGGER = 0.3  # seconds from the start of a container until it is first asked whether it is ready
FIRST = 0.4  # seconds from the first look at the pod to the first tick
SPAM = 25  # events of one probe that are told; the real recorder lets through hardly any more
Kind = Literal["startup", "liveness", "readiness"]
KINDS: tuple[Kind, ...] = ("startup", "liveness", "readiness")


class Answer(NamedTuple):
    """What a probe has found: `good` is None where it could not be asked."""

    good: bool | None
    output: str = ""


def spec_of(container: Container, kind: Kind) -> Probe | None:
    """The probe of that kind."""
    probe: Probe | None = getattr(container, f"{kind}Probe")
    return probe


def _kinds(container: Container) -> Iterator[tuple[Kind, Probe]]:
    for kind in KINDS:
        probe = spec_of(container, kind)
        if probe is not None:
            yield kind, probe


def begin(worker: Worker, name: str) -> None:
    """A container has started: its probes begin anew, readiness at once."""
    container = worker.container(name)
    if name in {c.name for c in worker.pod.spec.initContainers if not is_sidecar(c)}:
        return
    drop(worker, name)
    has_startup = container.startupProbe is not None
    found = []
    for kind, probe in _kinds(container):
        state = ProbeState(container=name, kind=kind)
        if kind == "startup" or not has_startup:
            state = replace(state, due=_first(worker, name, kind, probe))
        found.append(state)
    worker.set(probes=worker.record.probes + tuple(found))


def drop(worker: Worker, name: str) -> None:
    """A container has ended: nothing is left to ask."""
    worker.set(probes=tuple(probe for probe in worker.record.probes if probe.container != name))


def _first(worker: Worker, name: str, kind: Kind, probe: Probe) -> float:
    """When a probe is first asked: readiness as soon as it may, the others on the next tick."""
    process = worker.record.box(name).process
    begun = process.started if process is not None else worker.now
    earliest = max(begun + probe.initialDelaySeconds, worker.now)
    if kind == "readiness" and not probe.initialDelaySeconds:
        return max(round(begun + TRIGGER, 6), worker.now)
    return _tick(worker, probe, earliest)


def _tick(worker: Worker, probe: Probe, at: float) -> float:
    """The first tick at or after `at`."""
    period = float(probe.periodSeconds or 10)
    origin = worker.record.since + FIRST
    return round(origin + max(0, math.ceil(round((at - origin) / period, 9))) * period, 6)


def act(worker: Worker) -> bool:
    """Ask the first probe that is due; False where none is."""
    for state in worker.record.probes:
        if state.due is not None and state.due <= worker.now:
            box = worker.record.box(state.container)
            if box.process is None or box.stop is not None:
                _put(worker, replace(state, due=None))
            else:
                _ask(worker, state, box, box.process)
            return True
    return False


def _put(worker: Worker, state: ProbeState) -> None:
    key = (state.container, state.kind)
    worker.set(probes=tuple(state if (old.container, old.kind) == key else old for old in worker.record.probes))


def _ask(worker: Worker, state: ProbeState, box: Box, process: Process) -> None:
    container = worker.container(state.container)
    probe = spec_of(container, state.kind)
    if probe is None:
        _put(worker, replace(state, due=None))
        return
    answer = ask(worker, container, probe, process)
    told = _tell(worker, state, answer)
    if answer.good is None:  # an error says nothing about the container
        due = _tick(worker, probe, worker.now + 0.001) if told < SPAM else None
        _put(worker, replace(state, told=told, due=due))
        return
    row = state.row + 1 if answer.good == state.result or state.row == 0 else 1
    state = replace(state, result=answer.good, row=row, told=told)
    needed = (probe.successThreshold or 1) if answer.good else (probe.failureThreshold or 3)
    _put(worker, replace(state, due=_next(worker, state, probe, process, settled=row >= needed)))
    if row == needed:
        _conclude(worker, container, probe, state.kind, answer.good)


def _next(worker: Worker, state: ProbeState, probe: Probe, process: Process, *, settled: bool) -> float | None:
    """When to ask again: on the next tick, or on the first one at which the answer can be another."""
    soon = _tick(worker, probe, worker.now + 0.001)
    if not settled or (not state.result and state.told < SPAM):
        return soon
    change = changes_after(process, worker.now)
    if change is None or process.launch.argv == ():
        return None
    return max(soon, _tick(worker, probe, change))


def _tell(worker: Worker, state: ProbeState, answer: Answer) -> int:
    """Tell of a failure; how often that was done."""
    if answer.good:
        return state.told
    if state.told >= SPAM:
        return state.told
    said = "failed" if answer.good is False else "errored and resulted in unknown state"
    worker.event("Warning", "Unhealthy", f"{state.kind.capitalize()} probe {said}: {answer.output}", state.container)
    return state.told + 1


def _conclude(worker: Worker, container: Container, probe: Probe, kind: Kind, good: bool) -> None:
    """Enough equal answers in a row: the container is started or not, ready or not, or to be killed."""
    box = worker.record.box(container.name)
    if kind == "readiness":
        if box.ready != good:
            worker.put(replace(box, ready=good))
            _report(worker)
    elif not good:
        told = f"Container {box.name} failed {kind} probe, will be restarted"
        if kind == "startup" and any(c.name == box.name for c in worker.pod.spec.initContainers):
            told = f"Init container {box.name} failed startup probe"
        grace = probe.terminationGracePeriodSeconds
        worker.put(replace(box, condemned=Condemned(told, grace)))
        worker.soon()
    elif kind == "startup" and not box.started:
        worker.put(replace(box, started=True, ready=container.readinessProbe is None))
        for state in worker.record.probes:
            later = spec_of(container, state.kind)
            if state.container == box.name and state.kind != "startup" and later is not None:
                _put(worker, replace(state, due=_first(worker, box.name, state.kind, later)))
        worker.soon()


def _report(worker: Worker) -> None:
    """Readiness is reported at once, without a sync."""
    if not worker.record.job:
        worker.report()
    else:
        worker.soon()


def ask(worker: Worker, container: Container, probe: Probe, process: Process) -> Answer:
    """Ask a container."""
    now, ip = worker.now, worker.record.ip
    if probe.exec is not None:
        return _exec(probe, process, now)
    if probe.httpGet is not None:
        port = number(container, probe.httpGet.port)
        path = probe.httpGet.path or "/"
        path = path if path.startswith("/") else f"/{path}"
        host = probe.httpGet.host or ip
        url = f"{(probe.httpGet.scheme or 'HTTP').lower()}://{host}:{port}{path}"
        if not listens(process, port, now):
            return Answer(False, f'Get "{url}": dial tcp {host}:{port}: connect: connection refused')
        status = http_status(process, path, now)
        if status is None:
            return Answer(False, f'Get "{url}": EOF')
        if not 200 <= status < 400:
            return Answer(False, f"HTTP probe failed with statuscode: {status}")
        return Answer(True)
    port = number(container, probe.tcpSocket.port) if probe.tcpSocket is not None else 0
    if probe.grpc is not None:
        port = probe.grpc.port
    if listens(process, port, now):
        return Answer(True)
    if probe.grpc is not None:
        return Answer(False, f'timeout: failed to connect service "{ip}:{port}" within 1s: context deadline exceeded')
    return Answer(False, f"dial tcp {ip}:{port}: connect: connection refused")


def _exec(probe: Probe, process: Process, now: float) -> Answer:
    command = tuple(probe.exec.command) if probe.exec is not None else ()
    try:
        result = execute(process, command, now)
    except ExecError as error:
        return Answer(None, f"rpc error: code = Unknown desc = {error}")
    limit = probe.timeoutSeconds or 1
    if result.seconds is None or result.seconds > limit:
        return Answer(False, f'command timed out: "{" ".join(command)}" timed out after {limit}s')
    return Answer(result.code == 0, "" if result.code == 0 else result.output)
