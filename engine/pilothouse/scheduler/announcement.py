"""What the scheduler writes about pods that it does not bind: why not, who must go, who is promised which node."""

from __future__ import annotations

from typing import Any

from pilothouse.api import Pod, PodCondition, replace, timestamp
from pilothouse.scheduler.plugins.default_preemption import Preemption
from pilothouse.scheduler.pod_info import PodInfo


def refuse(api: Any, pod: Pod, reason: str, message: str, nominated: str | None, now: float) -> None:
    """The event FailedScheduling, then the condition PodScheduled; `nominated` None leaves a promise as it is."""
    api.event(pod, "Warning", "FailedScheduling", message)
    old = next((each for each in pod.status.conditions if each.type == "PodScheduled"), None)
    since = old.lastTransitionTime if old is not None and old.status == "False" else timestamp(now)
    condition = PodCondition(
        type="PodScheduled", status="False", reason=reason, message=message, lastTransitionTime=since
    )
    conditions = [condition if each is old else each for each in pod.status.conditions]
    if old is None:
        conditions.append(condition)
    promised = pod.status.nominatedNodeName if nominated is None else nominated
    status = replace(pod.status, conditions=conditions, nominatedNodeName=promised)
    if status != pod.status:
        api.update(replace(pod, status=status), subresource="status")


def nominate(api: Any, pod: Pod, node: str) -> None:
    """Promise the node to the pod; "" takes the promise back."""
    if pod.status.nominatedNodeName != node:
        api.update(replace(pod, status=replace(pod.status, nominatedNodeName=node)), subresource="status")


def make_room(
    api: Any, preemptor: PodInfo, found: Preemption, node: str, promised: dict[tuple[str, str], Pod], now: float
) -> None:
    """Evict the victims on the node, and take back what was promised there to pods of lower priority."""
    for victim in found.candidates[node].victims:
        if not victim.metadata.deletionTimestamp:
            evict(api, victim, preemptor, node, now)
    for other in list(promised.values()):
        if (other.spec.priority or 0) < preemptor.priority:
            nominate(api, other, "")


def evict(api: Any, victim: Pod, preemptor: PodInfo, node: str, now: float) -> None:
    """Delete a pod of lower priority, and leave the reason in its status and an event."""
    condition = PodCondition(
        type="DisruptionTarget",
        status="True",
        reason="PreemptionByScheduler",
        message=f"{preemptor.spec.schedulerName}: preempting to accommodate a higher priority pod",
        lastTransitionTime=timestamp(now),
    )
    conditions = [each for each in victim.status.conditions if each.type != condition.type]
    status = replace(victim.status, conditions=[*conditions, condition])
    api.update(replace(victim, status=status), subresource="status")
    api.delete("Pod", victim.metadata.name, victim.metadata.namespace)
    api.event(victim, "Normal", "Preempted", f"Preempted by pod {preemptor.metadata.uid} on node {node}")
