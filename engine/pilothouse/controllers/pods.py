"""What every workload controller asks about a pod: is it active, ready, available, and who should go first?

The counterparts are `k8s.io/kubernetes/pkg/api/v1/pod` and the sorting in `pkg/controller/controller_utils.go`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pilothouse.api import Pod, PodCondition, since_epoch

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
PHASES = {"Pending": 0, "": 0, "Unknown": 1, "Running": 2}


def condition(pod: Pod, type: str) -> PodCondition | None:
    """The pod's condition of that type, or None."""
    for found in pod.status.conditions:
        if found.type == type:
            return found
    return None


def is_finished(pod: Pod) -> bool:
    """The pod ended and will not run again."""
    return pod.status.phase in ("Succeeded", "Failed")


def is_deleting(pod: Pod) -> bool:
    """Somebody deleted the pod; it may take its grace period to go."""
    return pod.metadata.deletionTimestamp != ""


def is_active(pod: Pod) -> bool:
    """The pod runs or will run: neither finished nor being deleted."""
    return not is_finished(pod) and not is_deleting(pod)


def is_terminating(pod: Pod) -> bool:
    """The pod is being deleted and its containers have not ended yet."""
    return is_deleting(pod) and not is_finished(pod)


def is_ready(pod: Pod) -> bool:
    """The pod says that it can serve."""
    ready = condition(pod, "Ready")
    return ready is not None and ready.status == "True"


def ready_since(pod: Pod) -> float | None:
    """When the pod became ready, in seconds since the epoch; None where it is not, or does not say when."""
    ready = condition(pod, "Ready")
    if ready is None or ready.status != "True" or not ready.lastTransitionTime:
        return None
    return since_epoch(ready.lastTransitionTime)


def available_in(pod: Pod, min_ready_seconds: int, now: float) -> float | None:
    """Seconds until the ready pod counts as available: 0 if it does now, None if only a change can make it so."""
    if not is_ready(pod):
        return None
    if min_ready_seconds == 0:
        return 0.0
    since = ready_since(pod)
    return None if since is None else max(0.0, since + min_ready_seconds - now)


def is_available(pod: Pod, min_ready_seconds: int, now: float) -> bool:
    """The pod has been ready for at least `min_ready_seconds`."""
    return available_in(pod, min_ready_seconds, now) == 0.0


def soonest_available(pods: Iterable[Pod], min_ready_seconds: int, now: float) -> float | None:
    """Seconds until the next of the pods becomes available by the mere passing of time; None if none will."""
    waits = [available_in(pod, min_ready_seconds, now) for pod in pods]
    return min((wait for wait in waits if wait), default=None)


def victims(pods: Sequence[Pod], count: int, related: Iterable[Pod], now: float) -> list[Pod]:
    """The `count` pods whose loss hurts least, by the real controller's ranking.

    Args:
        pods: the candidates.
        count: how many have to go.
        related: all pods of the same owner's owner; candidates on a node crowded with them go first.
        now: seconds since the epoch.
    """
    crowd = Counter(pod.spec.nodeName for pod in related if is_active(pod))

    def rank(pod: Pod) -> tuple[int | bool, ...]:
        return (
            pod.spec.nodeName != "",  # without a node first,
            PHASES.get(pod.status.phase, 0),  # then pending, unknown, running,
            is_ready(pod),  # then not ready,
            deletion_cost(pod),  # then the cheap,
            -crowd[pod.spec.nodeName],  # then the crowded,
            magnitude(ready_since(pod), now),  # then ready for a short time,
            *(-restarts for restarts in most_restarts(pod)),  # then often restarted,
            magnitude(since_epoch(pod.metadata.creationTimestamp), now),  # then young
        )

    return sorted(pods, key=rank)[:count]


def deletion_cost(pod: Pod) -> int:
    """What the pod's annotation says its loss costs; 0 where it says nothing."""
    return int(pod.metadata.annotations.get(DELETION_COST) or 0)


def magnitude(since: float | None, now: float) -> int:
    """The age as a power of two in nanoseconds, so that about equal ages are equal; lowest for an unknown one."""
    if since is None:
        return -2
    nanoseconds = int((now - since) * 1_000_000_000)
    return nanoseconds.bit_length() - 1 if nanoseconds > 0 else -1


def most_restarts(pod: Pod) -> tuple[int, int]:
    """The highest restart counts among the pod's containers and among its sidecars."""
    sidecars = {c.name for c in pod.spec.initContainers if c.restartPolicy == "Always"}
    return (
        max((c.restartCount for c in pod.status.containerStatuses), default=0),
        max((c.restartCount for c in pod.status.initContainerStatuses if c.name in sidecars), default=0),
    )
