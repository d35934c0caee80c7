"""Stopping containers: the hook, SIGTERM, the grace period, SIGKILL; main containers first, sidecars after them.

The counterpart is `killContainer` and the termination ordering of the kubelet's runtime manager. A grace period is
never shorter than two seconds after SIGTERM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilothouse.api import Pod, replace
from pilothouse.containers import signal
from pilothouse.kubelet import hooks
from pilothouse.kubelet.phase import is_sidecar
from pilothouse.kubelet.record import Box, Record, Stop

if TYPE_CHECKING:
    from pilothouse.kubelet.worker import Worker

LEAST = 2.0  # seconds between SIGTERM and SIGKILL
KILL_TAKES = 0.1


def begin(worker: Worker) -> None:
    """The pod is at its end, or is to be: stop what runs."""
    killing = bool(worker.record.job) and worker.record.job[0][0] == "kill"
    worker.set(stage="stop", job=(), until=None, sync=None, probes=())
    if worker.leaving and not killing:
        worker.report()
    grace = grace_of(worker)
    for box in worker.record.boxes:
        if box.process is None:
            continue
        if box.stop is None:
            worker.event("Normal", "Killing", f"Stopping container {box.name}", box.name)
            sidecar = is_sidecar(worker.container(box.name))
            _stop(worker, box, grace, later=sidecar)
    proceed(worker)


def grace_of(worker: Worker) -> float:
    """How long the pod's containers have."""
    pod = worker.pod
    if worker.leaving and pod.metadata.deletionGracePeriodSeconds is not None:
        return float(pod.metadata.deletionGracePeriodSeconds)
    if worker.record.verdict is not None and worker.record.verdict[0] == "Evicted":
        return LEAST
    return default_grace(pod)


def default_grace(pod: Pod) -> float:
    """The grace period that the manifest gives."""
    seconds = pod.spec.terminationGracePeriodSeconds
    return 30.0 if seconds is None else float(seconds)


def condemn(worker: Worker, name: str) -> None:
    """Kill one container because a probe or a hook has failed."""
    box = worker.record.box(name)
    if box.condemned is None or box.process is None or box.stop is not None:
        return
    worker.event("Normal", "Killing", box.condemned.words, name)
    grace = default_grace(worker.pod) if box.condemned.grace is None else float(box.condemned.grace)
    _stop(worker, box, grace, later=False)


def _stop(worker: Worker, box: Box, grace: float, *, later: bool) -> None:
    """Begin to stop a container now, or (`later`) when its turn has come."""
    if later:
        worker.put(replace(box, stop=Stop(grace=grace, turn=round(worker.now + grace, 6))))
        return
    outcome = hooks.run(worker, box.name, "preStop")
    late = outcome.seconds > grace
    if outcome.error and not late:
        worker.event("Warning", "FailedPreStopHook", "PreStopHook failed", box.name)
    taken = min(outcome.seconds, grace)
    left = max(grace - taken, LEAST)
    term = round(worker.now + taken, 6)
    worker.put(replace(box, stop=Stop(grace=grace, term=term, kill=round(term + left, 6), late=late)))


def signals(worker: Worker) -> bool:
    """Send the signals that are due; whether there were any."""
    now = worker.now
    for box in worker.record.boxes:
        stop = box.stop
        if stop is None or box.process is None:
            continue
        if stop.kill is not None and stop.kill <= now and (box.process.end is None or box.process.end.at > now):
            killed = signal(box.process, "KILL", round(now + KILL_TAKES, 6))
            worker.put(replace(box, process=killed, stop=replace(stop, kill=None)))
            return True
        if stop.turn is not None and stop.turn <= now:
            _stop(worker, box, 0.0, later=False)
            return True
        if stop.term is not None and stop.term <= now:
            if stop.late:
                worker.event("Warning", "FailedPreStopHook", "PreStopHook failed", box.name)
            worker.put(replace(box, process=signal(box.process, "TERM", now), stop=replace(stop, term=None)))
            return True
    return False


def moments(record: Record) -> list[float]:
    """When the next signals are due."""
    found = []
    for box in record.boxes:
        if box.stop is not None and box.process is not None:
            found += [at for at in (box.stop.term, box.stop.kill, box.stop.turn) if at is not None]
    return found


def proceed(worker: Worker) -> None:
    """One after the other: sidecars have their turn when the main containers are gone, the last one first."""
    left = [box for box in worker.record.boxes if box.process is not None]
    if not left:
        worker.stopped()
        return
    sidecars = {container.name for container in worker.pod.spec.initContainers if is_sidecar(container)}
    if all(box.name in sidecars for box in left):
        last = left[-1]
        if last.stop is not None and last.stop.turn is not None:
            _stop(worker, last, max(last.stop.turn - worker.now, 0.0), later=False)


def shorten(worker: Worker) -> None:
    """Somebody has deleted the pod again, with less patience."""
    grace = grace_of(worker)
    for box in worker.record.boxes:
        if box.stop is not None and grace < box.stop.grace:
            kill = round(worker.now + max(grace, LEAST), 6)
            if box.stop.kill is not None and kill < box.stop.kill:
                worker.put(replace(box, stop=replace(box.stop, grace=grace, kill=kill)))
