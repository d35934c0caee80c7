"""TaintToleration: a taint keeps away every pod that does not tolerate it."""

from __future__ import annotations

from collections.abc import Iterable

from pilothouse.scheduler.domain import Ints
from pilothouse.scheduler.nodes import Nodes
from pilothouse.scheduler.plugin import Plugin, Refusal, spread_to_100
from pilothouse.scheduler.pod_info import PodInfo
from pilothouse.scheduler.toleration import HARD, SOFT, untolerated


class TaintToleration(Plugin):
    """Refuses nodes with a NoSchedule or NoExecute taint that the pod does not tolerate; prefers fewer soft taints."""

    name = "TaintToleration"
    filter_scope = "node"
    score_scope = "node"

    def filter(self, pod: PodInfo, nodes: Nodes) -> Iterable[Refusal]:
        """The nodes with a taint that is not tolerated."""
        tolerations = pod.spec.tolerations
        refused = nodes.by_taints(lambda taints: untolerated(taints, tolerations, HARD)) > 0
        return [Refusal(refused, "node(s) had untolerated taint(s)", resolvable=False)]

    def score(self, pod: PodInfo, nodes: Nodes) -> Ints:
        """How many PreferNoSchedule taints the pod does not tolerate."""
        # A toleration without an effect covers soft taints as well.
        tolerations = [one for one in pod.spec.tolerations if one.effect in ("", *SOFT)]
        return nodes.by_taints(lambda taints: untolerated(taints, tolerations, SOFT))

    def normalize(self, scores: Ints, pod: PodInfo, nodes: Nodes) -> Ints:
        """No such taint is 100, the most of all nodes is 0."""
        return spread_to_100(scores, reverse=True)
