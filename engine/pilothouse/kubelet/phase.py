"""Where a pod is in its life, from the states of its containers.

The counterpart is `getPhase` of the kubelet: the rules are its rules, in its order.
"""

from __future__ import annotations

from pilothouse.api import Container, ContainerStatus, PodSpec


def is_sidecar(container: Container) -> bool:
    """Whether an init container stays beside the others: a native sidecar."""
    return container.restartPolicy == "Always"


def restarts(spec: PodSpec, container: Container, code: int) -> bool:
    """Whether a container that exited with `code` is started again."""
    if is_sidecar(container):
        return True
    for rule in container.restartPolicyRules:
        codes = rule.exitCodes
        if codes is not None and (code in codes.values) == (codes.operator != "NotIn"):
            return rule.action == "Restart"
    policy = container.restartPolicy or spec.restartPolicy or "Always"
    return policy == "Always" or (policy == "OnFailure" and code != 0)


def initializing(spec: PodSpec, statuses: list[ContainerStatus]) -> tuple[int, int]:
    """How many init containers are still to be finished (or, sidecars, to be started), and how many have failed."""
    pending = failed = 0
    by_name = {status.name: status for status in statuses}
    for container in spec.initContainers:
        status = by_name.get(container.name)
        if is_sidecar(container):
            pending += status is None or not (status.started or status.state.terminated or status.lastState.terminated)
            continue
        if status is None or status.state.running is not None:
            pending += 1
        elif status.state.terminated is not None:
            failed += status.state.terminated.exitCode != 0
        elif status.lastState.terminated is not None:
            failed += status.lastState.terminated.exitCode != 0
            pending += status.lastState.terminated.exitCode == 0
        else:
            pending += 1
    return pending, failed


def phase_of(
    spec: PodSpec, init: list[ContainerStatus], main: list[ContainerStatus], *, over: bool, sidecars_run: bool
) -> str:
    """The phase.

    Args:
        over: the pod's containers have been stopped for good.
        sidecars_run: a sidecar still runs.
    """
    pending, failed = initializing(spec, init)
    if failed and spec.restartPolicy == "Never":
        return "Failed"
    waiting = running = stopped = succeeded = 0
    for status in main:
        if status.state.running is not None:
            running += 1
        elif status.state.terminated is not None:
            stopped += 1
            succeeded += status.state.terminated.exitCode == 0
        elif status.state.waiting is not None and status.lastState.terminated is not None:
            stopped += 1
        else:
            waiting += 1
    if (pending or failed) and not running and not stopped:
        return "Pending"
    if waiting:
        return "Pending"
    if running or sidecars_run:
        return "Running"
    return _stopped(spec, stopped, succeeded, over)


def _stopped(spec: PodSpec, stopped: int, succeeded: int, over: bool) -> str:
    if not stopped:
        return "Pending"
    if over:
        return "Succeeded" if stopped == succeeded else "Failed"
    if (spec.restartPolicy or "Always") == "Always":
        return "Running"
    if stopped == succeeded:
        return "Succeeded"
    return "Failed" if spec.restartPolicy == "Never" else "Running"
