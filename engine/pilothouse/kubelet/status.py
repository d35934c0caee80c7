"""The status of a pod as the kubelet reports it, made from what it remembers of the pod.

Pure: pod and record in, status out. The counterpart is `generateAPIPodStatus` with the status manager behind it.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api import (
    Container,
    ContainerState,
    ContainerStateRunning,
    ContainerStateTerminated,
    ContainerStateWaiting,
    ContainerStatus,
    HostIP,
    Pod,
    PodIP,
    PodStatus,
    ResourceRequirements,
    VolumeMountStatus,
    format_quantity,
    parse_quantity,
    replace,
    timestamp,
)
from pilothouse.kubelet.conditions import conditions_of, with_condition
from pilothouse.kubelet.phase import is_sidecar, phase_of, restarts
from pilothouse.kubelet.record import Box, Exit, Record

LOST = "The container could not be located when the pod was terminated"
TERMINAL = ("Succeeded", "Failed")


def status_of(pod: Pod, record: Record, now: float, host: str) -> PodStatus:
    """The whole status; what belongs to others (PodScheduled, readiness gates) is kept.

    Args:
        host: the address of the node.
    """
    old, spec = pod.status, pod.spec
    init = [_status(pod, record, container, initial=True) for container in spec.initContainers]
    main = [_status(pod, record, container, initial=False) for container in spec.containers]
    over = record.stage in ("over", "end")
    sidecars = {container.name for container in spec.initContainers if is_sidecar(container)}
    sidecars_run = any(status.name in sidecars and status.state.running for status in init)
    phase = "Failed" if record.verdict else phase_of(spec, init, main, over=over, sidecars_run=sidecars_run)
    told = record.stage == "end" or (over and (_leaving(pod) or record.verdict is not None))
    if phase in TERMINAL and old.phase not in TERMINAL and not told:
        shown = old.phase or "Pending"
    else:
        shown = phase
    ip = record.ip if record.sandbox or old.podIP else ""
    return replace(
        old,
        phase=shown,
        observedGeneration=pod.metadata.generation,
        conditions=conditions_of(pod, record, phase, init, main, now),
        initContainerStatuses=init,
        containerStatuses=main,
        hostIP=host,
        hostIPs=[HostIP(ip=host)],
        podIP=ip,
        podIPs=[PodIP(ip=ip)] if ip else [],
        startTime=old.startTime or timestamp(now),
        **({} if old.startTime else resources_of(pod)),
        **_verdict(record, shown),
    )


def resources_of(pod: Pod) -> dict[str, Any]:
    """What the node has set aside for the pod: the sums of what its containers ask for and may have."""
    declared = [container.resources for container in pod.spec.containers if container.resources is not None]
    requests = _sums([resources.requests for resources in declared])
    limits = _sums([resources.limits for resources in declared])
    if not requests and not limits:
        return {}
    return {"allocatedResources": requests, "resources": ResourceRequirements(requests=requests, limits=limits)}


def _sums(amounts: list[dict[str, str]]) -> dict[str, str]:
    totals: dict[str, str] = {}
    for entry in amounts:
        for name, amount in entry.items():
            total = totals.get(name)
            summed = parse_quantity(total) + parse_quantity(amount) if total is not None else None
            totals[name] = amount if summed is None else format_quantity(summed, amount)
    return totals


def _leaving(pod: Pod) -> bool:
    return bool(pod.metadata.deletionTimestamp)


def _verdict(record: Record, phase: str) -> dict[str, str]:
    if record.verdict is None or phase != "Failed":
        return {}
    return {"reason": record.verdict[0], "message": record.verdict[1]}


def rejected(pod: Pod, reason: str, message: str, now: float) -> PodStatus:
    """The status of a pod that the node does not take."""
    return replace(
        pod.status,
        phase="Failed",
        reason=reason,
        message=f"Pod was rejected: {message}",
        startTime=timestamp(now),
        observedGeneration=pod.metadata.generation,
    )


def final(pod: Pod, status: PodStatus) -> PodStatus:
    """The status of a pod of which nothing is left: no container may seem to run or wait any more."""
    init, main = status.initContainerStatuses, status.containerStatuses
    if _has_initialized(pod, init):
        main = [_lost(container) for container in main]
    begun = 0
    for place, container in enumerate(init, 1):
        if container.state.terminated or container.state.running or container.lastState.terminated:
            begun = place
    init = [_lost(container) if place < begun else container for place, container in enumerate(init)]
    phase = status.phase if status.phase in TERMINAL else "Failed"
    return replace(status, phase=phase, initContainerStatuses=init, containerStatuses=main)


def _has_initialized(pod: Pod, init: list[ContainerStatus]) -> bool:
    if not init:
        return True
    last = init[-1]
    if is_sidecar(pod.spec.initContainers[-1]):
        return bool(last.started)
    return last.state.terminated is not None and last.state.terminated.exitCode == 0


def _lost(status: ContainerStatus) -> ContainerStatus:
    if status.state.terminated is not None:
        return status
    gone = ContainerStateTerminated(exitCode=137, reason="ContainerStatusUnknown", message=LOST)
    return replace(status, state=ContainerState(terminated=gone), ready=False, started=False)


def sandbox_ready(pod: Pod, now: float) -> PodStatus:
    """The status with nothing new but that the pod's sandbox stands."""
    conditions = with_condition(pod.status.conditions, "PodReadyToStartContainers", "True", pod, now)
    return replace(pod.status, conditions=conditions)


def _status(pod: Pod, record: Record, spec: Container, *, initial: bool) -> ContainerStatus:
    box = record.box(spec.name)
    state, last = _states(pod, record, spec, box)
    ran = box.process is not None or box.exit is not None
    running = state.running is not None
    done = initial and not is_sidecar(spec) and state.terminated is not None and state.terminated.exitCode == 0
    name = box.process.image.name if box.process else (_old(pod, spec.name, initial).image if ran else "")
    return ContainerStatus(
        name=spec.name,
        state=state,
        lastState=last,
        ready=done or (running and box.ready and not (initial and not is_sidecar(spec))),
        started=running and box.started,
        restartCount=max(box.runs - 1, 0),
        image=name or spec.image,
        imageID=_image_id(box) or (_old(pod, spec.name, initial).imageID if ran else ""),
        containerID=f"containerd://{box.id}" if box.id else "",
        allocatedResources=spec.resources.requests if spec.resources else {},
        resources=(spec.resources or ResourceRequirements()) if running else None,
        volumeMounts=[
            VolumeMountStatus(
                name=mount.name,
                mountPath=mount.mountPath,
                readOnly=mount.readOnly,
                recursiveReadOnly="Disabled" if mount.readOnly else "",
            )
            for mount in spec.volumeMounts
        ],
    )


def _image_id(box: Box) -> str:
    return f"{box.process.image.repository}@{box.process.image.digest}" if box.process else ""


def _old(pod: Pod, name: str, initial: bool) -> ContainerStatus:
    statuses = pod.status.initContainerStatuses if initial else pod.status.containerStatuses
    return next((status for status in statuses if status.name == name), ContainerStatus())


def _states(pod: Pod, record: Record, spec: Container, box: Box) -> tuple[ContainerState, ContainerState]:
    leaving = record.stage != "run" or _leaving(pod)
    last = _terminated(box.last)
    if box.exit is not None:
        if box.trouble is not None and not leaving and restarts(pod.spec, spec, box.exit.code):
            return _waiting(*box.trouble), _terminated(box.exit)
        return _terminated(box.exit), last
    if box.process is not None:
        return ContainerState(running=ContainerStateRunning(startedAt=timestamp(box.process.started))), last
    if box.trouble is not None and not leaving:
        return _waiting(*box.trouble), last
    return _waiting("PodInitializing" if pod.spec.initContainers else "ContainerCreating"), last


def _waiting(reason: str, message: str = "") -> ContainerState:
    return ContainerState(waiting=ContainerStateWaiting(reason=reason, message=message))


def _terminated(exit: Exit | None) -> ContainerState:
    if exit is None:
        return ContainerState()
    return ContainerState(
        terminated=ContainerStateTerminated(
            exitCode=exit.code,
            reason=exit.reason,
            message=exit.message,
            startedAt="1970-01-01T00:00:00Z" if exit.started is None else timestamp(exit.started),
            finishedAt="1970-01-01T00:00:00Z" if exit.finished is None else timestamp(exit.finished),
            containerID=f"containerd://{exit.id}" if exit.id else "",
        )
    )
