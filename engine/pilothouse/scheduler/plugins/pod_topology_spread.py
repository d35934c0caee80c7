"""PodTopologySpread: keeps the pods that a selector means evenly spread over zones, nodes or any other label.

A hard constraint (DoNotSchedule) filters: no place may get more than `maxSkew` pods ahead of the emptiest. A soft one
(ScheduleAnyway) scores. Pods that say nothing are spread softly over nodes and zones when a Service, ReplicaSet,
StatefulSet or ReplicationController selects them.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from pilothouse.api import Requirement, Selector, TopologySpreadConstraint
from pilothouse.scheduler.crowd import Whom
from pilothouse.scheduler.domain import Bools, Domain, Ints
from pilothouse.scheduler.node_selector import required_nodes
from pilothouse.scheduler.nodes import ALL, Nodes
from pilothouse.scheduler.plugin import MAX_SCORE, Plugin, Refusal
from pilothouse.scheduler.pod_info import PodInfo
from pilothouse.scheduler.toleration import HARD, untolerated

HOSTNAME = "kubernetes.io/hostname"
BROKEN = "node(s) didn't match pod topology spread constraints"
MISSING = f"{BROKEN} (missing required label)"
SYSTEM_DEFAULTS = (
    TopologySpreadConstraint(maxSkew=3, topologyKey=HOSTNAME, whenUnsatisfiable="ScheduleAnyway"),
    TopologySpreadConstraint(maxSkew=5, topologyKey="topology.kubernetes.io/zone", whenUnsatisfiable="ScheduleAnyway"),
)


class Constraint(NamedTuple):
    """A constraint, read: over which label, whom it counts, and on which nodes."""

    domain: Domain
    whom: tuple[Whom]
    skew: int
    least_domains: int
    counted: Bools  # the nodes that its policies let count
    itself: bool  # whether the pod is one of those it counts
    everyone: bool  # whether that is all nodes


class Constraints(NamedTuple):
    """The hard or the soft constraints of one pod."""

    all: tuple[Constraint, ...]
    complete: Bools  # the nodes that have all of their labels
    scored: Bools  # the nodes that may get points: those, or with the system's defaults all
    everywhere: bool  # no node lacks any of the labels
    places: dict[str, int]  # of how many values all nodes to be scored are, by label


class PodTopologySpread(Plugin):
    """Refuses nodes where a hard constraint would be broken; scores by soft ones.

    Args:
        defaults: the constraints of pods that have none; None for the system's own.
    """

    name = "PodTopologySpread"

    def __init__(self, defaults: Iterable[TopologySpreadConstraint] | None = None) -> None:
        self.defaults = SYSTEM_DEFAULTS if defaults is None else tuple(defaults)
        self.system_defaulted = defaults is None

    def filter(self, pod: PodInfo, nodes: Nodes) -> Iterable[Refusal]:
        """Nodes without a label, and nodes that would get too far ahead; the first constraint broken is named."""
        constraints = self._constraints(pod, nodes, "DoNotSchedule")
        if not constraints.all:
            return ()
        open_ = ~nodes.nothing()
        refusals = []
        for constraint in constraints.all:
            lacking = open_ & (constraint.domain.codes[nodes.rows] < 0)
            ahead = open_ & ~lacking & (_skew(constraint, constraints.complete, nodes) > constraint.skew)[nodes.rows]
            refusals += [Refusal(lacking, MISSING, resolvable=False), Refusal(ahead, BROKEN)]
            open_ &= ~lacking & ~ahead
        return refusals

    def score(self, pod: PodInfo, nodes: Nodes) -> Ints | None:
        """The pods already there, weighted by the number of places: a low number is good, `normalize` turns it."""
        constraints = self._constraints(pod, nodes, "ScheduleAnyway")
        if not constraints.all:
            return None
        total: Any = 0.0
        for constraint in constraints.all:
            counts, domain = nodes.columns.crowd.count(constraint.whom), constraint.domain
            weight = logarithm(self._places(constraints, domain, nodes) + 2)
            if domain.key == HOSTNAME:  # every node is a place of its own
                worth = counts[nodes.rows] * weight + float(constraint.skew - 1)
                total = total + (worth if constraints.everywhere else worth * domain.present[nodes.rows])
                continue
            of_place = domain.totals(counts if constraint.everyone else counts * constraint.counted) * weight
            of_place += float(constraint.skew - 1)
            of_place[-1] = 0.0  # nodes without the label
            total = total + domain.spread(of_place)[nodes.rows]
        rounded: Ints = (total + 0.5).astype(np.int64)  # half up; nothing is negative
        return rounded if constraints.everywhere else rounded * constraints.scored[nodes.rows]

    def _places(self, constraints: Constraints, domain: Domain, nodes: Nodes) -> int:
        """How many places the nodes to be scored are in."""
        known = constraints.places.get(domain.key) if nodes.rows is ALL else None
        if known is None:
            scored = constraints.scored[nodes.rows]
            if domain.key == HOSTNAME:
                known = int(np.count_nonzero(scored))
            else:
                known = int(np.count_nonzero(np.bincount(domain.codes[nodes.rows][scored] + 1)))
            if nodes.rows is ALL:
                constraints.places[domain.key] = known
        return known

    def normalize(self, scores: Ints, pod: PodInfo, nodes: Nodes) -> Ints:
        """The emptiest place is 100; nodes without the labels get 0."""
        constraints = self._constraints(pod, nodes, "ScheduleAnyway")
        scored = None if constraints.everywhere else constraints.scored[nodes.rows]
        seen = scores if scored is None else scores[scored]
        if not len(seen):
            return np.zeros_like(scores)
        least, most = int(seen.min()), int(seen.max())
        if most == 0:
            result = np.full_like(scores, MAX_SCORE)
        else:
            result = (most + least - scores) * MAX_SCORE // most
        return result if scored is None else result * scored

    def _constraints(self, pod: PodInfo, nodes: Nodes, action: str) -> Constraints:
        known = pod.memo.get((self.name, action))
        if known is None:
            known = pod.memo[self.name, action] = self._read(pod, nodes, action)
        return known

    def _read(self, pod: PodInfo, nodes: Nodes, action: str) -> Constraints:
        given = pod.spec.topologySpreadConstraints
        strict = bool(given) or not self.system_defaulted
        chosen = [each for each in given or self.defaults if each.whenUnsatisfiable == action]
        default = default_selector(pod, nodes) if chosen and not given else None
        if chosen and not given and default is None:
            chosen = []
        allowed = required_nodes(nodes.columns, pod)
        found = []
        complete = np.ones(len(nodes.columns.names), dtype=np.bool_)
        for each in chosen:
            selector = default if not given else _selector(each, pod)
            whom = Whom((pod.namespace,), selector)
            domain = nodes.domain(each.topologyKey)
            complete &= domain.present
            counted = np.ones(len(nodes.columns.names), dtype=np.bool_)
            if each.nodeAffinityPolicy in ("", "Honor") and allowed is not None:
                counted &= allowed
            if each.nodeTaintsPolicy == "Honor":
                tolerations = pod.spec.tolerations
                counted &= nodes.whole.by_taints(lambda taints: untolerated(taints, tolerations, HARD)) == 0  # noqa: B023
            itself = selector is not None and selector.matches(pod.labels)
            least = 1 if each.minDomains is None else each.minDomains
            found.append(Constraint(domain, (whom,), each.maxSkew, least, counted, itself, bool(counted.all())))
        if strict:
            found = [
                each._replace(counted=each.counted & complete, everyone=bool((each.counted & complete).all()))
                for each in found
            ]
        scored = complete if strict else np.ones_like(complete)
        return Constraints(tuple(found), complete, scored, bool(complete.all()), {})


def _skew(constraint: Constraint, complete: Bools, nodes: Nodes) -> Ints:
    """For each node, how far its place would be ahead of the emptiest place, were the pod put there."""
    domain = constraint.domain
    counted = constraint.counted & complete
    counts = nodes.columns.crowd.count(constraint.whom)
    pods = domain.totals(counts * counted)
    there = domain.totals(counted.astype(np.int64)) > 0
    least = 0 if np.count_nonzero(there) < constraint.least_domains else int(pods[there].min())
    return domain.spread(pods) + (int(constraint.itself) - least)


def _selector(constraint: TopologySpreadConstraint, pod: PodInfo) -> Selector | None:
    """The constraint's selector, with the pod's own values of the labels in `matchLabelKeys`."""
    selector = Selector.of(constraint.labelSelector)
    own = [Requirement(key, "=", (pod.labels[key],)) for key in constraint.matchLabelKeys if key in pod.labels]
    return selector if selector is None or not own else Selector((*selector.requirements, *own))


def default_selector(pod: PodInfo, nodes: Nodes) -> Selector | None:
    """What the Services that select the pod, and the controller that owns it, say of its kin; None where nobody does."""
    objects, wanted = nodes.objects, dict[str, str]()
    for service in objects.all("Service"):
        chosen = service.spec.selector
        if service.metadata.namespace == pod.namespace and chosen and chosen.items() <= pod.labels.items():
            wanted.update(chosen)
    owner = next((each for each in pod.metadata.ownerReferences if each.controller), None)
    more: tuple[Requirement, ...] = ()
    if owner is not None and (owner.apiVersion, owner.kind) == ("v1", "ReplicationController"):
        controller = objects.get(owner.kind, pod.namespace, owner.name)
        wanted.update(controller.spec.selector if controller is not None else {})
    elif owner is not None and owner.apiVersion == "apps/v1" and owner.kind in ("ReplicaSet", "StatefulSet"):
        controller = objects.get(owner.kind, pod.namespace, owner.name)
        selector = Selector.of(controller.spec.selector) if controller is not None else None
        more = selector.requirements if selector is not None else ()
    requirements = (*(Requirement(key, "=", (wanted[key],)) for key in sorted(wanted)), *more)
    return Selector(requirements) if requirements else None


@lru_cache
def logarithm(number: int) -> float:
    """The natural logarithm, the same on every platform: worked out in decimal and rounded once."""
    return float(Decimal(number).ln())
