"""DefaultBinder: writes the node into the pod, and what the pod's volumes need before that.

The binding itself is the API server's: it also copies the node's topology labels onto the pod.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api import ObjectReference, Pod, replace
from pilothouse.scheduler.nodes import Nodes
from pilothouse.scheduler.plugins.volume_binding import SELECTED_NODE, choose, claims_of
from pilothouse.scheduler.pod_info import PodInfo


def bind(api: Any, pod: Pod, node: str) -> Pod:
    """Put the pod on the node and say so. Raises ApiError where the server refuses."""
    metadata = pod.metadata
    bound: Pod = api.bind(metadata.name, metadata.namespace, node)
    words = f"Successfully assigned {metadata.namespace}/{metadata.name} to {node}"
    api.event(bound, "Normal", "Scheduled", words)
    return bound


def prepare_volumes(api: Any, pod: PodInfo, nodes: Nodes, row: int) -> bool:
    """Reserve a volume for each claim that waited for the pod, or ask for one to be made on this node.

    Returns whether there is something to wait for; the pod is then bound when its claims are.
    """
    if not pod.claims:
        return False
    waiting = claims_of(pod, nodes).waiting
    choice = choose(waiting, nodes, row) if waiting else None
    if choice is None:
        return False
    for claim, volume in choice.static:
        metadata = claim.metadata
        owner = ObjectReference(
            kind="PersistentVolumeClaim",
            apiVersion="v1",
            namespace=metadata.namespace,
            name=metadata.name,
            uid=metadata.uid,
        )
        if volume.spec.claimRef is None or volume.spec.claimRef.uid != metadata.uid:
            api.update(replace(volume, spec=replace(volume.spec, claimRef=owner)))
    for claim in choice.made:
        if SELECTED_NODE not in claim.metadata.annotations:
            annotations = {**claim.metadata.annotations, SELECTED_NODE: nodes.columns.names[row]}
            api.update(replace(claim, metadata=replace(claim.metadata, annotations=annotations)))
    return True
