"""`kubectl drain`: cordon a node and move its pods elsewhere, budgets respected.

Pods are evicted, not deleted, so a PodDisruptionBudget can say no; a refused eviction is tried again every five
seconds of virtual time, until it is granted or ``--timeout`` is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pilothouse.api import Pod, Selector
from pilothouse.apiserver import ApiError

from ..call import Call
from ..describe.surroundings import controller
from ..failure import Failure, error
from ..flags import Flag
from ..targets import Found
from .apply import dry_run
from .cordon import nodes, set_unschedulable

USAGE = "drain NODE [--ignore-daemonsets] [--delete-emptydir-data] [--force] [--timeout=DURATION]"
ABOUT = "Empty a node: cordon it and evict its pods, budgets respected."
FLAGS = (
    Flag("selector", "l", help="the nodes with these labels"),
    Flag("ignore-daemonsets", type="bool", default=False, help="leave the pods of DaemonSets where they are"),
    Flag("delete-emptydir-data", type="bool", default=False, help="go on although local data will be lost"),
    Flag("force", type="bool", default=False, help="pods without a controller too, which nobody replaces"),
    Flag("disable-eviction", type="bool", default=False, help="delete instead of evicting, past all budgets"),
    Flag("grace-period", type="int", default=-1, help="seconds to end gracefully; -1 is what the pod says"),
    Flag("pod-selector", help="only pods with these labels"),
    Flag("timeout", type="duration", default=0.0, help="how long to try; 0 is for ever"),
    Flag("dry-run", default="none", bare="unchanged", help="server or client: say what would happen, change nothing"),
)
RETRY = 5.0  # virtual seconds between two tries of a refused eviction
MIRROR = "kubernetes.io/config.mirror"
DAEMON = "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)"
LOCAL = "cannot delete Pods with local storage (use --delete-emptydir-data to override)"
LONELY = "cannot delete Pods that declare no controller (use --force to override)"


class Plan(NamedTuple):
    """What to do with a node's pods: which go, what to warn of, what stands in the way; each text with its pods."""

    going: list[Pod]
    warnings: dict[str, list[str]]
    obstacles: dict[str, list[str]]


def run(call: Call) -> None:
    """Drain each node; the first that cannot be drained ends the command."""
    mode = dry_run(call)
    for one in nodes(call):
        if not isinstance(one, Found):
            call.fail(one)
            continue
        set_unschedulable(call, one, True, mode)
        wrong = _drain(call, one.name, mode)
        if wrong:
            told = wrong[0] if len(wrong) == 1 else "[" + ", ".join(wrong) + "]"
            call.warn(f'error: unable to drain node "{one.name}" due to error: {told}, continuing command...\n')
            raise Failure(f"There are pending nodes to be drained:\n {one.name}\n" + "\n".join(wrong))
        call.say(f"node/{one.name} drained{mode}\n")
    call.settle()


def _drain(call: Call, node: str, mode: str) -> list[str]:
    pods = call.api.list("pods", namespace=None, field_selector=f"spec.nodeName={node}")
    plan = _plan(call, pods)
    if plan.obstacles:
        return [f"{text}: {', '.join(names)}" for text, names in plan.obstacles.items()]
    if plan.warnings:
        call.warn(
            "Warning: " + "; ".join(f"{text}: {', '.join(names)}" for text, names in plan.warnings.items()) + "\n"
        )
    for pod in plan.going:
        if mode:
            call.say(f"evicting pod {_name(pod)}{mode}\n")
    return [] if mode else _evict(call, node, plan.going)


def _name(pod: Pod) -> str:
    return f"{pod.metadata.namespace}/{pod.metadata.name}"


def _plan(call: Call, pods: Sequence[Pod]) -> Plan:
    flags = call.flags
    plan = Plan([], {}, {})
    selector = Selector.parse(flags.text("pod-selector"))
    for pod in pods:
        owner = controller(pod.metadata)
        ended = pod.status.phase in ("Succeeded", "Failed")
        local = any(volume.emptyDir is not None for volume in pod.spec.volumes) and not ended
        if not selector.matches(pod.metadata.labels) or MIRROR in pod.metadata.annotations:
            continue
        if owner is not None and owner.kind == "DaemonSet" and not ended:
            if flags.on("ignore-daemonsets"):
                plan.warnings.setdefault("ignoring DaemonSet-managed Pods", []).append(_name(pod))
            else:
                plan.obstacles.setdefault(DAEMON, []).append(_name(pod))
        elif local and not flags.on("delete-emptydir-data"):
            plan.obstacles.setdefault(LOCAL, []).append(_name(pod))
        elif owner is None and not ended and not flags.on("force"):
            plan.obstacles.setdefault(LONELY, []).append(_name(pod))
        else:
            if owner is None and not ended:
                plan.warnings.setdefault("deleting Pods that declare no controller", []).append(_name(pod))
            plan.going.append(pod)
    order = ("deleting Pods that declare no controller", "ignoring DaemonSet-managed Pods")
    return plan._replace(warnings={text: plan.warnings[text] for text in order if text in plan.warnings})


def _evict(call: Call, node: str, going: Sequence[Pod]) -> list[str]:
    """Evict until every pod is gone; answers with what is left to say when time is over."""
    timeout = call.flags.seconds("timeout") or 0.0
    end = call.now + timeout if timeout > 0 else float("inf")
    blocked: list[Pod] = list(going)
    leaving: list[Pod] = []
    while blocked or leaving:
        asked, blocked = blocked, []
        for pod in asked:
            call.say(f"evicting pod {_name(pod)}\n")
            (leaving if _try(call, pod) else blocked).append(pod)
        _pause(call, leaving, blocked, end)
        for pod in [one for one in leaving if not _there(call, one)]:
            leaving.remove(pod)
            call.say(f"pod/{pod.metadata.name} {'deleted' if call.flags.on('disable-eviction') else 'evicted'}\n")
        if call.now >= end and (blocked or leaving):
            return _late(call, node, [*blocked, *leaving], timeout)
    return []


def _pause(call: Call, leaving: Sequence[Pod], blocked: Sequence[Pod], end: float) -> None:
    """Until all that leave are gone; with others blocked, until they may be asked again."""
    left = end - call.now
    call.wait(
        lambda: not blocked and not any(_there(call, pod) for pod in leaving), min(RETRY, left) if blocked else left
    )


def _try(call: Call, pod: Pod) -> bool:
    meta = pod.metadata
    grace = call.flags.integer("grace-period")
    grace = None if grace is None or grace < 0 else grace
    try:
        if call.flags.on("disable-eviction"):
            call.api.delete("pods", meta.name, namespace=meta.namespace, grace=grace)
        else:
            call.api.evict(meta.name, namespace=meta.namespace, grace=grace)
    except ApiError as refusal:
        if refusal.code == 429:
            call.warn(
                f'error when evicting pods/"{meta.name}" -n "{meta.namespace}" (will retry after 5s): {refusal.message}\n'
            )
            return False
        if refusal.code != 404:
            raise error(f'error when evicting pods/"{meta.name}" -n "{meta.namespace}": {refusal.message}') from None
    return True


def _there(call: Call, pod: Pod) -> bool:
    try:
        found: Any = call.api.get("pods", pod.metadata.name, namespace=pod.metadata.namespace)
    except ApiError:
        return False
    return bool(found.metadata.uid == pod.metadata.uid)


def _late(call: Call, node: str, left: Sequence[Pod], timeout: float) -> list[str]:
    from pilothouse.api import go_duration

    wrong = [
        f'error when evicting pods/"{pod.metadata.name}" -n "{pod.metadata.namespace}": '
        f"global timeout reached: {go_duration(timeout)}"
        for pod in left
    ]
    told = wrong[0] if len(wrong) == 1 else "[" + ", ".join(wrong) + "]"
    call.warn(f'There are pending pods in node "{node}" when an error occurred: {told}\n')
    for pod in sorted(left, key=_name):
        call.warn(f"pod/{pod.metadata.name}\n")
    return wrong
