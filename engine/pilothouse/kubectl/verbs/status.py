"""`kubectl rollout status`: let virtual time pass until a rollout is done, telling each step."""

from __future__ import annotations

from typing import Any, NamedTuple

from pilothouse.api import DaemonSet, Deployment, StatefulSet

from ..call import Call
from ..failure import error
from ..flags import Flag
from ..revision import REVISION
from .rollout import one_target

USAGE = "rollout status (TYPE NAME | TYPE/NAME) [--timeout=DURATION]"
ABOUT = "Follow a rollout, in virtual time, until it is done."
FLAGS = (
    Flag("filename", "f", "strings", help="the object that a manifest names"),
    Flag("selector", "l", help="the object with these labels"),
    Flag("watch", "w", "bool", True, help="wait until the rollout is done"),
    Flag("revision", type="int", default=0, help="only this revision"),
    Flag("timeout", type="duration", default=0.0, help="how long to wait"),
)


class Step(NamedTuple):
    """What to say about a rollout, and whether it is over."""

    text: str
    done: bool


def run(call: Call) -> None:
    """Print a line for every change of the object until the rollout is done; exit code 1 when it is not in time."""
    target = one_target(call)
    store = call.cluster.store
    start = store.revision
    first = step(target.object, call.flags.integer("revision") or 0)
    call.say(first.text)
    if first.done or call.flags["watch"] is False:
        return
    call.cluster.settle()

    def over() -> bool:
        nonlocal start
        for change in store.log.since(start):
            start = change.revision
            if (change.kind, change.namespace, change.name) != (target.object.kind, target.namespace, target.name):
                continue
            if change.after is None:
                raise error("object has been deleted")
            now = step(change.after, call.flags.integer("revision") or 0)
            call.say(now.text)
            if now.done:
                return True
        return False

    if not call.wait(_once(over), call.flags.seconds("timeout")):
        raise error("timed out waiting for the condition")


def _once(ask: Any) -> Any:
    """Remember a yes: the question consumes changes and must not be asked again after it."""
    answered = False

    def remembered() -> bool:
        nonlocal answered
        answered = answered or ask()
        return answered

    return remembered


def step(thing: Any, revision: int = 0) -> Step:
    """Where a rollout stands."""
    if isinstance(thing, Deployment):
        return _deployment(thing, revision)
    if isinstance(thing, DaemonSet):
        return _daemons(thing)
    if isinstance(thing, StatefulSet):
        return _stateful(thing)
    raise error(f"no status viewer has been implemented for {thing.kind}")


def _deployment(one: Deployment, revision: int) -> Step:
    name, status = one.metadata.name, one.status
    if revision > 0:
        running = int(one.metadata.annotations.get(REVISION, "0"))
        if running != revision:
            raise error(f"desired revision ({revision}) is different from the running revision ({running})")
    if one.metadata.generation > status.observedGeneration:
        return Step("Waiting for deployment spec update to be observed...\n", False)
    if any(each.type == "Progressing" and each.reason == "ProgressDeadlineExceeded" for each in status.conditions):
        raise error(f'deployment "{name}" exceeded its progress deadline')
    waiting = f'Waiting for deployment "{name}" rollout to finish: '
    if one.spec.replicas is not None and status.updatedReplicas < one.spec.replicas:
        return Step(
            f"{waiting}{status.updatedReplicas} out of {one.spec.replicas} new replicas have been updated...\n", False
        )
    if status.replicas > status.updatedReplicas:
        return Step(
            f"{waiting}{status.replicas - status.updatedReplicas} old replicas are pending termination...\n", False
        )
    if status.availableReplicas < status.updatedReplicas:
        return Step(
            f"{waiting}{status.availableReplicas} of {status.updatedReplicas} updated replicas are available...\n",
            False,
        )
    return Step(f'deployment "{name}" successfully rolled out\n', True)


def _daemons(one: DaemonSet) -> Step:
    name, status = one.metadata.name, one.status
    if one.spec.updateStrategy is not None and one.spec.updateStrategy.type != "RollingUpdate":
        raise error("rollout status is only available for RollingUpdate strategy type")
    if one.metadata.generation > status.observedGeneration:
        return Step("Waiting for daemon set spec update to be observed...\n", False)
    waiting = f'Waiting for daemon set "{name}" rollout to finish: '
    if status.updatedNumberScheduled < status.desiredNumberScheduled:
        return Step(
            f"{waiting}{status.updatedNumberScheduled} out of {status.desiredNumberScheduled} new pods have been updated...\n",
            False,
        )
    if status.numberAvailable < status.desiredNumberScheduled:
        return Step(
            f"{waiting}{status.numberAvailable} of {status.desiredNumberScheduled} updated pods are available...\n",
            False,
        )
    return Step(f'daemon set "{name}" successfully rolled out\n', True)


def _stateful(one: StatefulSet) -> Step:
    spec, status = one.spec, one.status
    strategy = spec.updateStrategy
    if strategy is not None and strategy.type != "RollingUpdate":
        raise error("rollout status is only available for RollingUpdate strategy type")
    if not status.observedGeneration or one.metadata.generation > status.observedGeneration:
        return Step("Waiting for statefulset spec update to be observed...\n", False)
    replicas = spec.replicas or 0
    if status.readyReplicas < replicas:
        return Step(f"Waiting for {replicas - status.readyReplicas} pods to be ready...\n", False)
    rolling = strategy.rollingUpdate if strategy is not None else None
    if rolling is not None and rolling.partition:
        wanted = replicas - rolling.partition
        if status.updatedReplicas < wanted:
            return Step(
                f"Waiting for partitioned roll out to finish: {status.updatedReplicas} out of {wanted} new pods have been updated...\n",
                False,
            )
        return Step(f"partitioned roll out complete: {status.updatedReplicas} new pods have been updated...\n", True)
    if status.updateRevision != status.currentRevision:
        return Step(
            f"waiting for statefulset rolling update to complete {status.updatedReplicas} pods at revision {status.updateRevision}...\n",
            False,
        )
    return Step(
        f"statefulset rolling update complete {status.currentReplicas} pods at revision {status.currentRevision}...\n",
        True,
    )
