"""The conditions of a pod that the kubelet reports: whether it stands, is initialized, and is ready.

The counterpart is `pkg/kubelet/status/generate.go`; a condition keeps its lastTransitionTime while its status is the
same, as the status manager sees to.
"""

from __future__ import annotations

from pilothouse.api import ContainerStatus, Pod, PodCondition, timestamp
from pilothouse.kubelet.phase import is_sidecar
from pilothouse.kubelet.record import Record

OURS = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady")
Verdict = tuple[str, str, str]  # status, reason, message


def conditions_of(
    pod: Pod, record: Record, phase: str, init: list[ContainerStatus], main: list[ContainerStatus], now: float
) -> list[PodCondition]:
    """All conditions: ours anew, the others as they are."""
    ready = containers_ready(pod, phase, init, main)
    stands = record.sandbox and record.stage in ("run", "stop")
    said: dict[str, Verdict] = {
        "PodReadyToStartContainers": ("True" if stands else "False", "", ""),
        "Initialized": initialized(pod, phase, init, main),
        "Ready": pod_ready(pod, ready),
        "ContainersReady": ready,
    }
    old = {condition.type: condition for condition in pod.status.conditions}
    ours = [_condition(name, said[name], old.get(name), pod, now) for name in OURS]
    return ours + [condition for condition in pod.status.conditions if condition.type not in OURS]


def with_condition(conditions: list[PodCondition], name: str, status: str, pod: Pod, now: float) -> list[PodCondition]:
    """The conditions with one of them changed."""
    old = {condition.type: condition for condition in conditions}
    changed = _condition(name, (status, "", ""), old.get(name), pod, now)
    return [changed if condition.type == name else condition for condition in conditions]


def _condition(name: str, said: Verdict, old: PodCondition | None, pod: Pod, now: float) -> PodCondition:
    status, reason, message = said
    same = old is not None and old.status == status
    return PodCondition(
        type=name,
        status=status,
        reason=reason,
        message=message,
        lastTransitionTime=old.lastTransitionTime if old is not None and same else timestamp(now),
        observedGeneration=pod.metadata.generation,
    )


def containers_ready(pod: Pod, phase: str, init: list[ContainerStatus], main: list[ContainerStatus]) -> Verdict:
    """Whether all containers that stay are ready."""
    if phase == "Succeeded":
        return "False", "PodCompleted", ""
    if phase == "Failed":
        return "False", "PodFailed", ""
    stay = {container.name for container in pod.spec.initContainers if is_sidecar(container)}
    unready = [status.name for status in init if status.name in stay and not status.ready]
    unready += [status.name for status in main if not status.ready]
    if unready:
        return "False", "ContainersNotReady", f"containers with unready status: [{' '.join(unready)}]"
    return "True", "", ""


def pod_ready(pod: Pod, ready: Verdict) -> Verdict:
    """Whether the pod may get requests: its containers are ready, and so are its readiness gates."""
    if ready[0] != "True":
        return ready
    held = {condition.type: condition.status for condition in pod.status.conditions}
    troubles = []
    for gate in pod.spec.readinessGates:
        quoted = f'"{gate.conditionType}"'
        if gate.conditionType not in held:
            troubles.append(f"corresponding condition of pod readiness gate {quoted} does not exist.")
        elif held[gate.conditionType] != "True":
            found = held[gate.conditionType]
            troubles.append(f'the status of pod readiness gate {quoted} is not "True", but {found}')
    if troubles:
        return "False", "ReadinessGatesNotReady", ", ".join(troubles)
    return ready


def initialized(pod: Pod, phase: str, init: list[ContainerStatus], main: list[ContainerStatus]) -> Verdict:
    """Whether the init containers have done their part."""
    if phase == "Succeeded":
        return "True", "PodCompleted", ""
    if any(status.started or status.state.terminated or status.lastState.terminated for status in main):
        return "True", "", ""
    stay = {container.name for container in pod.spec.initContainers if is_sidecar(container)}
    missing = [status.name for status in init if not (status.started if status.name in stay else status.ready)]
    if missing:
        return "False", "ContainersNotInitialized", f"containers with incomplete status: [{' '.join(missing)}]"
    return "True", "", ""
