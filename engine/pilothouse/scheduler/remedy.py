"""For each filter the change that would silence it about one node: a change of the pod, or of the node."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from pilothouse.api import Node, Pod, Toleration, format_quantity, replace
from pilothouse.scheduler.columns import Columns
from pilothouse.scheduler.node_selector import satisfies
from pilothouse.scheduler.requests import BUILT_IN, amount, requests_of
from pilothouse.scheduler.toleration import HARD, tolerates


class Remedy(NamedTuple):
    """What would silence one plugin about one node: a change of the pod, of the node, or both."""

    size: float
    words: str
    pod: Pod
    node: Node


Cure = Callable[[Columns, Pod, Node], Remedy | None]


def _lower_requests(columns: Columns, pod: Pod, node: Node) -> Remedy | None:
    """Ask for no more than what is free on the node."""
    row = columns.rows[node.metadata.name]
    if columns.pod_count[row] + 1 > columns.allocatable["pods"][row]:
        return None
    asked, changes, size = requests_of(pod).amounts, [], 2.0
    for resource in (*BUILT_IN, *(name for name in sorted(asked) if name not in BUILT_IN)):
        wanted = asked.get(resource, 0)
        capacity, used = columns.allocatable.get(resource), columns.requested.get(resource)
        free = (0 if capacity is None else int(capacity[row])) - (0 if used is None else int(used[row]))
        if wanted <= free:
            continue
        lowered = _with_less(pod, resource, wanted - free)
        if free <= 0 or lowered is None:
            return None
        changes.append(f"ask for {quantity(resource, free)} {resource} instead of {quantity(resource, wanted)}")
        pod, size = lowered, size + (wanted - free) / wanted
    return Remedy(size, " and ".join(changes), pod, node) if changes else None


def quantity(resource: str, size: int) -> str:
    """A whole number of a resource as a manifest writes it."""
    if resource == "cpu":
        return format_quantity(Fraction(size, 1000))
    return format_quantity(size, "1Ki" if resource in BUILT_IN else "1")


def _with_less(pod: Pod, resource: str, less: int) -> Pod | None:
    """The pod with its greediest container asking for less; None where no container asks for so much."""
    containers = list(pod.spec.containers)
    if pod.spec.initContainers or pod.spec.resources is not None:
        return None
    sizes = [
        amount(resource, {**one.resources.limits, **one.resources.requests}.get(resource, "0")) for one in containers
    ]
    greediest = max(range(len(sizes)), key=lambda index: sizes[index])
    left = sizes[greediest] - less
    if left <= 0:
        return None
    chosen = containers[greediest]
    requests = {**chosen.resources.requests, resource: quantity(resource, left)}
    limits = chosen.resources.limits
    if resource not in (*BUILT_IN,) and resource in limits:
        limits = {**limits, resource: quantity(resource, left)}
    containers[greediest] = replace(chosen, resources=replace(chosen.resources, requests=requests, limits=limits))
    return replace(pod, spec=replace(pod.spec, containers=containers))


def _tolerate(columns: Columns, pod: Pod, node: Node) -> Remedy | None:
    """Tolerate the node's taints."""
    taints = [
        taint
        for taint in node.spec.taints
        if taint.effect in HARD and not any(tolerates(each, taint) for each in pod.spec.tolerations)
    ]
    if not taints:  # opening the node has taken them away
        return Remedy(0.0, "", pod, node)
    added = [
        Toleration(key=each.key, operator="Equal", value=each.value, effect=each.effect)
        if each.value
        else Toleration(key=each.key, operator="Exists", effect=each.effect)
        for each in taints
    ]
    what = ", ".join(f"{each.key}{'=' + each.value if each.value else ''}:{each.effect}" for each in taints)
    words = f"add a toleration of {what}"
    tolerant = replace(pod, spec=replace(pod.spec, tolerations=[*pod.spec.tolerations, *added]))
    return Remedy(float(len(taints)), words, tolerant, node)


def _uncordon(columns: Columns, pod: Pod, node: Node) -> Remedy | None:
    """Open the node again, with the taint that its closing brought."""
    taints = [each for each in node.spec.taints if each.key != "node.kubernetes.io/unschedulable"]
    opened = replace(node, spec=replace(node.spec, unschedulable=False, taints=taints))
    return Remedy(1.0, f"uncordon node {node.metadata.name}", pod, opened)


def label(columns: Columns, pod: Pod, node: Node) -> Remedy | None:
    """Give the node the labels that the pod asks for; only a label's value is chosen, nothing is taken away."""
    wanted = dict(pod.spec.nodeSelector)
    affinity = pod.spec.affinity.nodeAffinity if pod.spec.affinity is not None else None
    required = affinity.requiredDuringSchedulingIgnoredDuringExecution if affinity is not None else None
    if required is not None and required.nodeSelectorTerms:
        term = required.nodeSelectorTerms[0]
        if term.matchFields:
            return None
        for each in term.matchExpressions:
            if satisfies(each, {**node.metadata.labels, **wanted}.get(each.key)):
                continue
            if each.operator not in ("In", "Exists"):
                return None
            wanted[each.key] = each.values[0] if each.values else "true"
    missing = {key: value for key, value in wanted.items() if node.metadata.labels.get(key) != value}
    if not missing:
        return None
    labels = {**node.metadata.labels, **missing}
    what = ", ".join(f"{key}={value}" for key, value in missing.items())
    labelled = replace(node, metadata=replace(node.metadata, labels=labels))
    return Remedy(float(len(missing)), f"label node {node.metadata.name} with {what}", pod, labelled)


def _free_port(columns: Columns, pod: Pod, node: Node) -> Remedy | None:
    """Do without ports of the node; a Service reaches the pod anyway."""
    if pod.spec.hostNetwork:
        return None
    containers = [replace(one, ports=[replace(port, hostPort=0) for port in one.ports]) for one in pod.spec.containers]
    return Remedy(2.0, "give up its host ports", replace(pod, spec=replace(pod.spec, containers=containers)), node)


def _spread_softly(columns: Columns, pod: Pod, node: Node) -> Remedy | None:
    """Make the spreading a wish."""
    constraints = [replace(each, whenUnsatisfiable="ScheduleAnyway") for each in pod.spec.topologySpreadConstraints]
    words = "spread with whenUnsatisfiable: ScheduleAnyway"
    return Remedy(3.0, words, replace(pod, spec=replace(pod.spec, topologySpreadConstraints=constraints)), node)


def _mind_no_company(columns: Columns, pod: Pod, node: Node) -> Remedy | None:
    """Drop what it requires of other pods."""
    affinity = pod.spec.affinity
    if affinity is None or (affinity.podAffinity is None and affinity.podAntiAffinity is None):
        return None
    sides = {
        name: replace(side, requiredDuringSchedulingIgnoredDuringExecution=[])
        for name in ("podAffinity", "podAntiAffinity")
        if (side := getattr(affinity, name)) is not None
    }
    freed = replace(pod, spec=replace(pod.spec, affinity=replace(affinity, **sides)))
    return Remedy(3.0, "only prefer, not require, its company (pod affinity and anti-affinity)", freed, node)


def _choose_freely(columns: Columns, pod: Pod, node: Node) -> Remedy | None:
    """Ask for no particular label of the node."""
    affinity = pod.spec.affinity
    if affinity is not None and affinity.nodeAffinity is not None:
        free = replace(affinity.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution=None)
        affinity = replace(affinity, nodeAffinity=free)
    freed = replace(pod, spec=replace(pod.spec, nodeSelector={}, affinity=affinity))
    return Remedy(2.0, "drop its nodeSelector and required node affinity", freed, node)


CURES: dict[str, tuple[Cure, ...]] = {
    "NodeUnschedulable": (_uncordon,),
    "TaintToleration": (_tolerate,),
    "NodeAffinity": (label, _choose_freely),
    "NodePorts": (_free_port,),
    "NodeResourcesFit": (_lower_requests,),
    "PodTopologySpread": (_spread_softly,),
    "InterPodAffinity": (_mind_no_company,),
}
