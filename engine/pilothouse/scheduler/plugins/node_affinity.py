"""NodeAffinity: pods choose nodes by label, with `nodeSelector` or with node affinity, required or preferred."""

from __future__ import annotations

from collections.abc import Iterable

from pilothouse.api import NodeSelectorTerm
from pilothouse.scheduler.domain import Ints
from pilothouse.scheduler.node_selector import matching_nodes, required_nodes
from pilothouse.scheduler.nodes import Nodes
from pilothouse.scheduler.plugin import Plugin, Refusal, Rejected, spread_to_100
from pilothouse.scheduler.pod_info import PodInfo


class NodeAffinity(Plugin):
    """Refuses nodes that do not match what is required; scores the weights of the preferences that a node meets."""

    name = "NodeAffinity"
    filter_scope = "node"
    score_scope = "node"

    def filter(self, pod: PodInfo, nodes: Nodes) -> Iterable[Refusal]:
        """The nodes that do not match. Rejects a pod whose terms each name two nodes at once."""
        names = self.only(pod)
        if names is not None and not names:
            raise Rejected("pod affinity terms conflict")
        allowed = required_nodes(nodes.columns, pod)
        if allowed is None:
            return ()
        return [Refusal(~allowed[nodes.rows], "node(s) didn't match Pod's node affinity/selector", resolvable=False)]

    def only(self, pod: PodInfo) -> list[str] | None:
        """The nodes named, where every term names some: nobody else needs to be looked at."""
        affinity = pod.spec.affinity
        if affinity is None or affinity.nodeAffinity is None:
            return None
        required = affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution
        if required is None or not required.nodeSelectorTerms:
            return None
        found: dict[str, None] = {}
        for term in required.nodeSelectorTerms:
            names = _named(term)
            if names is None:
                return None
            found.update(dict.fromkeys(names))
        return sorted(found)

    def score(self, pod: PodInfo, nodes: Nodes) -> Ints | None:
        """The sum of the weights of the preferences met."""
        affinity = pod.spec.affinity
        if affinity is None or affinity.nodeAffinity is None:
            return None
        wishes = affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution
        if not wishes:
            return None
        total = nodes.columns.zeros[nodes.rows].copy()
        for wish in wishes:
            total += wish.weight * matching_nodes(nodes.columns, [wish.preference])[nodes.rows]
        return total

    def normalize(self, scores: Ints, pod: PodInfo, nodes: Nodes) -> Ints:
        """The node that meets most is 100."""
        return spread_to_100(scores)


def _named(term: NodeSelectorTerm) -> list[str] | None:
    """The node names that meet all name requirements of the term; None where it has none."""
    names: list[str] | None = None
    for field in term.matchFields:
        if field.key == "metadata.name" and field.operator == "In":
            names = list(field.values) if names is None else [name for name in names if name in field.values]
    return names
