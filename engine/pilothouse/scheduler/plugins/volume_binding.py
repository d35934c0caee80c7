"""VolumeBinding: a pod's claims must be bound, or bindable on the node.

A claim of a class with WaitForFirstConsumer waits for the pod: the node decides which volume is taken, or where a new
one is made. What was found is written down when the pod is placed: a volume is reserved for its claim, and a claim
that needs a new volume gets the node as an annotation, which its provisioner follows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from pilothouse.api import PersistentVolume, PersistentVolumeClaim, Selector, StorageClass, whole
from pilothouse.scheduler.domain import Bools
from pilothouse.scheduler.node_selector import matching_nodes
from pilothouse.scheduler.nodes import Nodes
from pilothouse.scheduler.plugin import Plugin, Refusal, Rejected
from pilothouse.scheduler.pod_info import PodInfo

SELECTED_NODE = "volume.kubernetes.io/selected-node"
BOUND = "pv.kubernetes.io/bind-completed"
CONFLICT = "node(s) didn't match PersistentVolume's node affinity"
NOT_FOUND = "node(s) didn't find available persistent volumes to bind"
NO_VOLUME = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"


class Claims(NamedTuple):
    """A pod's claims: those that are bound, and those that wait for the pod to be placed."""

    bound: list[PersistentVolumeClaim]
    waiting: list[PersistentVolumeClaim]


class Choice(NamedTuple):
    """What placing the pod would do to its waiting claims: take a volume each, or have one made."""

    static: list[tuple[PersistentVolumeClaim, PersistentVolume]]
    made: list[PersistentVolumeClaim]


class VolumeBinding(Plugin):
    """Refuses nodes that cannot reach a bound volume, or for which no volume can be found or made."""

    name = "VolumeBinding"

    def filter(self, pod: PodInfo, nodes: Nodes) -> Iterable[Refusal]:
        """The nodes out of reach. Rejects a pod whose claim is missing, lost, or not bound although it should be."""
        if not pod.claims:
            return ()
        claims = claims_of(pod, nodes)
        lost, apart = self._check_bound(claims.bound, nodes.whole)
        unbound = self._check_waiting(claims.waiting, nodes.whole)
        return [
            Refusal(apart[nodes.rows], CONFLICT, resolvable=False),
            Refusal(unbound[nodes.rows], NOT_FOUND, resolvable=False),
            Refusal(lost[nodes.rows], NO_VOLUME, resolvable=False),
        ]

    def _check_bound(self, claims: list[PersistentVolumeClaim], nodes: Nodes) -> tuple[Bools, Bools]:
        """The nodes for which a claim's volume does not exist, and those that it cannot be reached from."""
        lost, apart = nodes.nothing(), nodes.nothing()
        for claim in claims:
            volume = nodes.objects.get("PersistentVolume", "", claim.spec.volumeName)
            if volume is None:
                lost |= ~apart
            else:
                apart |= ~reachable(volume, nodes) & ~lost
        return lost, apart

    def _check_waiting(self, claims: list[PersistentVolumeClaim], nodes: Nodes) -> Bools:
        refused = nodes.nothing()
        if claims:
            for row in range(len(nodes)):
                refused[row] = choose(claims, nodes, row) is None
        return refused


def claims_of(pod: PodInfo, nodes: Nodes) -> Claims:
    """The pod's claims, sorted out. Raises Rejected."""
    found = Claims([], [])
    for mount in pod.spec.volumes:
        if mount.persistentVolumeClaim is None and mount.ephemeral is None:
            continue
        own = mount.persistentVolumeClaim is None
        name = f"{pod.name}-{mount.name}" if own else mount.persistentVolumeClaim.claimName  # type: ignore[union-attr]
        claim = nodes.objects.get("PersistentVolumeClaim", pod.namespace, name)
        if claim is None:
            missing = f'persistentvolumeclaim "{name}"'
            raise Rejected(
                f"waiting for ephemeral volume controller to create the {missing}" if own else f"{missing} not found"
            )
        volume = claim.spec.volumeName
        if claim.status.phase == "Lost":
            raise Rejected(f'persistentvolumeclaim "{name}" bound to non-existent persistentvolume "{volume}"')
        if claim.metadata.deletionTimestamp:
            raise Rejected(f'persistentvolumeclaim "{name}" is being deleted')
        if volume and BOUND in claim.metadata.annotations:
            found.bound.append(claim)
        elif not volume and waits(claim, nodes):
            found.waiting.append(claim)
        else:
            raise Rejected("pod has unbound immediate PersistentVolumeClaims")
    return found


def waits(claim: PersistentVolumeClaim, nodes: Nodes) -> bool:
    """Whether the claim's class waits for the first pod that uses it."""
    storage = nodes.objects.get("StorageClass", "", claim.spec.storageClassName or "")
    return storage is not None and storage.volumeBindingMode == "WaitForFirstConsumer"


def reachable(volume: PersistentVolume, nodes: Nodes) -> Bools:
    """The nodes from which the volume can be mounted."""
    affinity = volume.spec.nodeAffinity
    if affinity is None or affinity.required is None:
        return np.ones(len(nodes), dtype=np.bool_)
    return matching_nodes(nodes.columns, affinity.required.nodeSelectorTerms)


def choose(claims: list[PersistentVolumeClaim], nodes: Nodes, row: int) -> Choice | None:
    """A volume for each claim on this node, the smallest that will do, or a new one; None where that cannot be."""
    choice = Choice([], [])
    taken: list[str] = []
    for claim in sorted(claims, key=lambda each: whole(each.spec.resources.requests.get("storage", ""))):
        selected = claim.metadata.annotations.get(SELECTED_NODE)
        if selected is not None and selected != nodes.columns.names[row]:
            return None
        volume = _match(claim, nodes, row, taken) if selected is None else None
        if volume is not None:
            taken.append(volume.metadata.name)
            choice.static.append((claim, volume))
        elif _can_be_made(claim, nodes, row):
            choice.made.append(claim)
        else:
            return None
    return choice


def _match(claim: PersistentVolumeClaim, nodes: Nodes, row: int, taken: list[str]) -> PersistentVolume | None:
    needed = whole(claim.spec.resources.requests.get("storage", ""))
    best: tuple[int, str] | None = None
    found: PersistentVolume | None = None
    for volume in nodes.objects.all("PersistentVolume"):
        size = whole(volume.spec.capacity.get("storage", ""))
        if volume.metadata.name in taken or size < needed or not _suits(claim, volume):
            continue
        if not reachable(volume, nodes)[row]:
            continue
        if best is None or (size, volume.metadata.name) < best:
            best, found = (size, volume.metadata.name), volume
    return found


def _suits(claim: PersistentVolumeClaim, volume: PersistentVolume) -> bool:
    spec, wanted = volume.spec, claim.spec
    owner = spec.claimRef
    if owner is not None:
        mine = (owner.namespace, owner.name) == (claim.metadata.namespace, claim.metadata.name)
        if not mine or (owner.uid and owner.uid != claim.metadata.uid):
            return False
    elif volume.status.phase not in ("", "Available"):
        return False
    if volume.metadata.deletionTimestamp or (spec.volumeMode or "Filesystem") != (wanted.volumeMode or "Filesystem"):
        return False
    selector = Selector.of(wanted.selector)
    if selector is not None and not selector.matches(volume.metadata.labels):
        return False
    return spec.storageClassName == (wanted.storageClassName or "") and all(
        mode in spec.accessModes for mode in wanted.accessModes
    )


def _can_be_made(claim: PersistentVolumeClaim, nodes: Nodes, row: int) -> bool:
    storage: StorageClass | None = nodes.objects.get("StorageClass", "", claim.spec.storageClassName or "")
    if storage is None or storage.provisioner in ("", "kubernetes.io/no-provisioner"):
        return False
    labels = nodes.columns.nodes[row].metadata.labels
    terms = storage.allowedTopologies
    return not terms or any(
        all(labels.get(each.key) in each.values for each in term.matchLabelExpressions) for term in terms
    )
