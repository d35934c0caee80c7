"""Where a DaemonSet's pods belong: one on each node that fits, pinned to it, tolerating the troubles of nodes.

The scheduler binds these pods as any other; what pins one is a node affinity for the node's name. The counterpart is
`pkg/controller/daemon/util`.
"""

from __future__ import annotations

from collections.abc import Mapping

from pilothouse.api import (
    Affinity,
    DaemonSet,
    Node,
    NodeAffinity,
    NodeSelector,
    NodeSelectorRequirement,
    NodeSelectorTerm,
    Pod,
    PodSpec,
    Requirement,
    Toleration,
    replace,
)
from pilothouse.controllers.tainteviction import tolerates

NODE_NAME = "metadata.name"
OPERATORS = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "!", "Gt": "gt", "Lt": "lt"}
TROUBLES = (  # taints that every daemon pod stands
    ("not-ready", "NoExecute"),
    ("unreachable", "NoExecute"),
    ("disk-pressure", "NoSchedule"),
    ("memory-pressure", "NoSchedule"),
    ("pid-pressure", "NoSchedule"),
    ("unschedulable", "NoSchedule"),
)


def tolerant(spec: PodSpec) -> PodSpec:
    """The pod's spec with the tolerations of daemon pods."""
    troubles = (*TROUBLES, ("network-unavailable", "NoSchedule")) if spec.hostNetwork else TROUBLES
    more = [
        Toleration(key=f"node.kubernetes.io/{trouble}", operator="Exists", effect=effect)
        for trouble, effect in troubles
    ]
    return replace(spec, tolerations=[*spec.tolerations, *(t for t in more if t not in spec.tolerations)])


def pinned(spec: PodSpec, node: str) -> PodSpec:
    """The pod's spec for this node and no other."""
    here = NodeSelectorRequirement(key=NODE_NAME, operator="In", values=[node])
    terms = [NodeSelectorTerm(matchFields=[here])]
    affinity = spec.affinity or Affinity()
    required = replace(
        affinity.nodeAffinity or NodeAffinity(),
        requiredDuringSchedulingIgnoredDuringExecution=NodeSelector(nodeSelectorTerms=terms),
    )
    return replace(tolerant(spec), affinity=replace(affinity, nodeAffinity=required))


def node_of(pod: Pod) -> str:
    """The node for which a daemon pod is meant, "" where it does not say."""
    if pod.spec.nodeName:
        return pod.spec.nodeName
    affinity = pod.spec.affinity and pod.spec.affinity.nodeAffinity
    required = affinity and affinity.requiredDuringSchedulingIgnoredDuringExecution
    for term in required.nodeSelectorTerms if required else []:
        for field in term.matchFields:
            if field.key == NODE_NAME and field.operator == "In" and len(field.values) == 1:
                return field.values[0]
    return ""


def should_run(daemonset: DaemonSet, node: Node) -> tuple[bool, bool]:
    """Whether a pod should be made for the node, and whether one that is there should stay."""
    spec = tolerant(daemonset.spec.template.spec)
    if spec.nodeName not in ("", node.metadata.name) or not selects(spec, node):
        return False, False
    untolerated = {
        taint.effect for taint in node.spec.taints if not any(tolerates(t, taint) for t in spec.tolerations)
    } - {"PreferNoSchedule"}
    return not untolerated, "NoExecute" not in untolerated


def selects(spec: PodSpec, node: Node) -> bool:
    """The pod's node selector and required node affinity fit the node."""
    labels = node.metadata.labels
    if any(labels.get(key) != value for key, value in spec.nodeSelector.items()):
        return False
    affinity = spec.affinity and spec.affinity.nodeAffinity
    required = affinity and affinity.requiredDuringSchedulingIgnoredDuringExecution
    if not required:
        return True
    fields = {NODE_NAME: node.metadata.name}
    return any(
        (term.matchExpressions or term.matchFields)
        and all(fits(expression, labels) for expression in term.matchExpressions)
        and all(fits(field, fields) for field in term.matchFields)
        for term in required.nodeSelectorTerms
    )


def fits(expression: NodeSelectorRequirement, values: Mapping[str, str]) -> bool:
    """One condition of a node affinity."""
    return Requirement(expression.key, OPERATORS[expression.operator], tuple(expression.values)).matches(values)
