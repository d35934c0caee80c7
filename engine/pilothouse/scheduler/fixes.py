"""What would give a pending pod a place: the smallest changes, each tried out before it is offered.

For each node, every plugin that refuses it has a remedy, or none; the remedies of one node together are a proposal.
A new node, and the departure of pods, are proposals too. A proposal is offered only if the plugins, asked again on a
copy of the objects with the change made, let the pod pass.
"""

from __future__ import annotations

from html import escape
from itertools import product
from typing import Any, NamedTuple

from pilothouse.api import Node, NodeSpec, ObjectMeta, PersistentVolume, PersistentVolumeClaim, Pod, PodStatus, replace
from pilothouse.kernel import Key, key_of
from pilothouse.scheduler.cycle import Cycle
from pilothouse.scheduler.explanation import Explanation, explain
from pilothouse.scheduler.plugins.default_preemption import preempt, price
from pilothouse.scheduler.plugins.volume_binding import BOUND
from pilothouse.scheduler.pod_info import PodInfo, claim_names
from pilothouse.scheduler.remedy import CURES, Cure, Remedy, label, quantity
from pilothouse.scheduler.requests import requests_of
from pilothouse.scheduler.what_if import changed

TRIES = 24  # nodes, and pods on them, that are looked at; those with the fewest refusals first


class Fix(NamedTuple):
    """A change after which the pod has a place.

    `words` say what to do; `pod` is the pod as it would have to be; `put` are the other objects to apply, `gone` those to
    delete; `nodes` where the pod may go then. The smaller `size`, the smaller the change.
    """

    size: float
    words: str
    pod: Pod
    put: tuple[Any, ...] = ()
    gone: tuple[Key, ...] = ()
    nodes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return f"{self.words} (then it fits on {', '.join(self.nodes[:3])}{', …' if len(self.nodes) > 3 else ''})"

    def manifests(self) -> list[Any]:
        """What to apply: the pod as a new one, for when the old one is deleted (little of a pod changes in place), and nodes.

        Claims and volumes are not among them: what is to be stored, and where, only their owner knows.
        """
        known = self.pod.metadata
        metadata = ObjectMeta(
            name=known.name, namespace=known.namespace, labels=known.labels, annotations=known.annotations
        )
        return [
            replace(self.pod, metadata=metadata, status=PodStatus()),
            *(each for each in self.put if isinstance(each, Node)),
        ]


class Fixes(list[Fix]):
    """The fixes of one pod, the smallest first; prints as a list to read."""

    def __str__(self) -> str:
        return "\n".join(f"{number}. {fix}" for number, fix in enumerate(self, 1)) or "there is nothing to fix"

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<ol>{''.join(f'<li>{escape(str(fix))}</li>' for fix in self)}</ol>" if self else escape(str(self))


def fixes(found: Explanation, most: int = 10) -> Fixes:
    """The smallest changes that give the pod a place, sorted by size; none for a pod that has one."""
    if found.rows:
        return Fixes()
    if found.rejections:
        return Fixes(_storage(found, most))
    proposals = [*_by_node(found), *_by_departure(found), _new_node(found)]
    proved: dict[str, Fix] = {}
    for proposal in sorted(proposals, key=lambda each: (each.size, each.words)):
        if proposal.words not in proved and (fix := _prove(found, proposal)) is not None:
            proved[proposal.words] = fix
            if len(proved) == most:
                break
    return Fixes(proved.values())


def _prove(found: Explanation, fix: Fix) -> Fix | None:
    profile, columns = found.profile, found.columns
    if fix.put or fix.gone:
        columns = changed(columns.objects, fix.put, fix.gone)
    nodes = explain(profile, columns, fix.pod).feasible
    return fix._replace(nodes=tuple(nodes)) if nodes else None


def _by_node(found: Explanation) -> list[Fix]:
    """For each node the remedies of all that refuse it, put together."""
    refused = {row: [plugin for plugin, by in found.filters.items() if row in by] for row in range(len(found.names))}
    proposals = []
    for row in sorted(refused, key=lambda row: (len(refused[row]), row))[: TRIES * 4]:
        node = found.columns.nodes[row]
        for cures in product(*(CURES.get(plugin, ()) for plugin in refused[row])):
            remedy = _together(found, cures, node)
            if remedy is not None and remedy.words:
                put = (remedy.node,) if remedy.node is not node else ()
                proposals.append(Fix(remedy.size, remedy.words, remedy.pod, put))
    return proposals


def _together(found: Explanation, cures: tuple[Cure, ...], node: Node) -> Remedy | None:
    """One remedy after the other, each on what the ones before have changed."""
    size, words, pod = 0.0, list[str](), found.pod
    for cure in cures:
        step = cure(found.columns, pod, node)
        if step is None:
            return None
        size, pod, node = size + step.size, step.pod, step.node
        words.append(step.words)
    return Remedy(size, " and ".join(filter(None, words)), pod, node)


# ---- proposals that are no node's remedy


def _by_departure(found: Explanation) -> list[Fix]:
    """The smallest set of pods that is in the way on each node, whatever their priority."""
    if found.diagnosis is None or found.rejections:
        return []
    urgent = PodInfo(replace(found.pod, spec=replace(found.pod.spec, priority=2**31 - 1, preemptionPolicy="")))
    possible = preempt(Cycle(found.profile, found.columns), urgent, found.diagnosis)
    proposals = []
    for candidate in sorted(possible.candidates.values(), key=price)[:TRIES]:
        victims = ", ".join(f"{pod.metadata.namespace}/{pod.metadata.name}" for pod in candidate.victims)
        words = f"evict {victims} from {candidate.node}"
        gone = tuple(key_of(pod) for pod in candidate.victims)
        proposals.append(Fix(3.0 + len(gone), words, found.pod, gone=gone))
    return proposals


def _storage(found: Explanation, most: int) -> list[Fix]:
    """A claim, and a volume bound to it, for each that the pod misses; then whatever else it takes."""
    objects, put, words = found.columns.objects, list[Any](), list[str]()
    space = found.pod.metadata.namespace
    for name in claim_names(found.pod):
        claim = objects.get("PersistentVolumeClaim", space, name)
        if claim is not None and objects.get("PersistentVolume", "", claim.spec.volumeName) is not None:
            continue
        words.append(f'create claim "{name}" with a volume' if claim is None else f'give claim "{name}" a volume')
        wanted = claim if claim is not None else PersistentVolumeClaim(metadata=ObjectMeta(name=name, namespace=space))
        volume = wanted.spec.volumeName or f"{name}-volume"
        put += [PersistentVolume(metadata=ObjectMeta(name=volume)), _bound(wanted, volume)]
    if not words:
        return []
    first = Fix(float(len(words)), " and ".join(words), found.pod, put=tuple(put))
    then = explain(found.profile, changed(objects, put), found.pod)
    if then.rows:
        return [first._replace(nodes=tuple(then.feasible))]
    return [
        each._replace(size=first.size + each.size, words=f"{first.words} and {each.words}", put=(*first.put, *each.put))
        for each in ([] if then.rejections else fixes(then, most))
    ]


def _bound(claim: PersistentVolumeClaim, volume: str) -> PersistentVolumeClaim:
    metadata, annotations = claim.metadata, {**claim.metadata.annotations, BOUND: "yes"}
    return replace(
        claim,
        metadata=replace(metadata, annotations=annotations, deletionTimestamp=""),
        spec=replace(claim.spec, volumeName=volume),
        status=replace(claim.status, phase="Bound"),
    )


def _new_node(found: Explanation) -> Fix:
    """One more node, as large as the largest there is or as large as the pod needs."""
    pod, asked = found.pod, requests_of(found.pod).amounts
    sizes: dict[str, int] = {"cpu": 1000, "memory": 1 << 30, "pods": 110}
    for resource, column in found.columns.allocatable.items():
        if len(column):
            sizes[resource] = max(int(column.max()), sizes.get(resource, 0) if resource != "ephemeral-storage" else 0)
    for resource, size in asked.items():
        sizes[resource] = max(sizes.get(resource, 0), size)
    labels = dict(pod.spec.nodeSelector)
    template = found.columns.nodes[0] if found.columns.nodes else Node()
    labelled = label(found.columns, pod, replace(template, metadata=ObjectMeta(labels=labels)))
    if labelled is not None:
        labels = labelled.node.metadata.labels
    quantities = {name: quantity(name, size) for name, size in sizes.items() if size}
    name = "new-node"
    status = replace(template.status, allocatable=quantities, capacity=quantities, images=[])
    node = Node(
        metadata=ObjectMeta(name=name, labels={**labels, "kubernetes.io/hostname": name}),
        spec=NodeSpec(),
        status=status,
    )
    shown = [resource for resource in ("cpu", "memory", *sorted(asked)) if resource in quantities]
    large = ", ".join(f"{quantities[resource]} {resource}" for resource in dict.fromkeys(shown))
    extra = f", labelled {', '.join(f'{key}={value}' for key, value in labels.items())}" if labels else ""
    return Fix(5.0, f"add a node with {large}{extra}", pod, put=(node,))
