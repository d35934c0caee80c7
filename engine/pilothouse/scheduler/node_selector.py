"""Which nodes a selector matches: `nodeSelector`, node affinity, and the node affinity of a volume.

Each requirement is asked once for each distinct value of its label and the answers are gathered over the nodes. The
counterpart is ``k8s.io/component-helpers/scheduling/corev1/nodeaffinity``.
"""

from __future__ import annotations

import re
from functools import partial
from operator import eq

import msgspec
import numpy as np

from pilothouse.api import NodeSelectorRequirement, NodeSelectorTerm
from pilothouse.scheduler.columns import Columns
from pilothouse.scheduler.domain import Bools
from pilothouse.scheduler.pod_info import PodInfo

MOST_SELECTORS = 1_000
_INTEGER = re.compile(r"[+-]?[0-9]+")


def required_nodes(columns: Columns, pod: PodInfo) -> Bools | None:
    """The nodes that the pod's nodeSelector and required node affinity allow; None where it asks for nothing."""
    affinity = pod.spec.affinity
    node_affinity = affinity.nodeAffinity if affinity is not None else None
    required = node_affinity.requiredDuringSchedulingIgnoredDuringExecution if node_affinity is not None else None
    if required is None and not pod.spec.nodeSelector:
        return None
    essence = msgspec.json.encode((pod.spec.nodeSelector, required))
    mask = columns.selected.get(essence)
    if mask is None:
        mask = np.ones(len(columns.names), dtype=np.bool_)
        for key, value in pod.spec.nodeSelector.items():
            mask &= columns.domain(key).where(partial(eq, value))
        if required is not None:
            mask &= matching_nodes(columns, required.nodeSelectorTerms)
        if len(columns.selected) > MOST_SELECTORS:
            columns.selected.clear()
        columns.selected[essence] = mask
    return mask


def matching_nodes(columns: Columns, terms: list[NodeSelectorTerm]) -> Bools:
    """The nodes that match at least one of the terms; a term without any requirement matches none."""
    mask = np.zeros(len(columns.names), dtype=np.bool_)
    for term in terms:
        if term.matchExpressions or term.matchFields:
            mask |= _matching_term(columns, term)
    return mask


def _matching_term(columns: Columns, term: NodeSelectorTerm) -> Bools:
    mask = np.ones(len(columns.names), dtype=np.bool_)
    for requirement in term.matchExpressions:
        mask &= columns.domain(requirement.key).where(partial(satisfies, requirement))
    for requirement in term.matchFields:
        mask &= _matching_name(columns, requirement)
    return mask


def _matching_name(columns: Columns, requirement: NodeSelectorRequirement) -> Bools:
    """The only field that a node can be selected by is its name, and only by one."""
    mask = np.zeros(len(columns.names), dtype=np.bool_)
    if requirement.key != "metadata.name" or len(requirement.values) != 1:
        return mask
    row = columns.rows.get(requirement.values[0])
    if row is not None:
        mask[row] = True
    if requirement.operator == "NotIn":
        return ~mask
    return mask


def satisfies(requirement: NodeSelectorRequirement, value: str | None) -> bool:
    """Whether a label's value (None: there is no such label) meets the requirement."""
    operator, values = requirement.operator, requirement.values
    if operator == "In":
        return value in values
    if operator == "NotIn":
        return value not in values
    if operator == "Exists":
        return value is not None
    if operator == "DoesNotExist":
        return value is None
    if value is None or len(values) != 1 or not (_INTEGER.fullmatch(value) and _INTEGER.fullmatch(values[0])):
        return False
    return int(value) > int(values[0]) if operator == "Gt" else operator == "Lt" and int(value) < int(values[0])
