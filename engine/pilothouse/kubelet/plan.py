"""What to do about a pod now: which containers to kill, which to start, or that it is at its end.

Pure: pod and record in, plan out. The counterpart is `computePodActions` of the kubelet's runtime manager.
"""

from __future__ import annotations

import msgspec

from pilothouse.api import Container, Pod
from pilothouse.kubelet.phase import is_sidecar, restarts
from pilothouse.kubelet.record import Box, Record


class Plan(msgspec.Struct, frozen=True, gc=False):
    """`kill`: stop these first; `start`: then start these, in this order; `over`: the pod has done its work."""

    kill: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    over: bool = False


def plan_of(pod: Pod, record: Record) -> Plan:
    """What the worker does in this sync."""
    init = [(container, record.box(container.name)) for container in pod.spec.initContainers]
    main = [(container, record.box(container.name)) for container in pod.spec.containers]
    if _failed(pod, init) or (main and all(_done(pod, container, box) for container, box in main)):
        return Plan(over=True)
    kill = tuple(box.name for _, box in (*init, *main) if box.condemned and box.exit is None)
    initialized = record.sandbox and any(box.sandbox == record.sandboxes for _, box in main)
    start: list[str] = []
    for container, box in init:
        if is_sidecar(container):
            if box.process is None or box.condemned:
                start.append(box.name)
            if not initialized and not (box.process is not None and box.started and not box.condemned):
                return Plan(kill, tuple(start))
        elif not initialized and not _finished(record, box):
            if box.process is None or box.condemned:
                start.append(box.name)
            return Plan(kill, tuple(start))
    start += [box.name for container, box in main if _startable(pod, container, box)]
    return Plan(kill, tuple(start))


def _finished(record: Record, box: Box) -> bool:
    """Whether an init container has done its part for the sandbox that stands."""
    return record.sandbox and box.sandbox == record.sandboxes and box.exit is not None and box.exit.code == 0


def _failed(pod: Pod, init: list[tuple[Container, Box]]) -> bool:
    """Whether an init container has failed for good."""
    return any(
        box.exit is not None and box.exit.code != 0 and not restarts(pod.spec, container, box.exit.code)
        for container, box in init
    )


def _done(pod: Pod, container: Container, box: Box) -> bool:
    """Whether a container is at its end for good; one that a probe has condemned is, where it is not restarted."""
    if box.exit is not None:
        return not restarts(pod.spec, container, box.exit.code)
    return bool(box.condemned) and pod.spec.restartPolicy == "Never"


def _startable(pod: Pod, container: Container, box: Box) -> bool:
    if box.exit is not None:
        return restarts(pod.spec, container, box.exit.code)
    return box.process is None or bool(box.condemned)
