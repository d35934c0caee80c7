"""InterPodAffinity: pods choose the company they keep, and the company that keeps them away.

Affinity asks for a place (by any node label) where pods of some kind run, anti-affinity for one where none does; each
is required or preferred. The terms of the pods that already run count too: their anti-affinity keeps the new pod
away, their preferences draw it or push it.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pilothouse.scheduler.affinity import AffinityTerm, InForce
from pilothouse.scheduler.domain import Bools, Ints
from pilothouse.scheduler.nodes import Nodes
from pilothouse.scheduler.plugin import MAX_SCORE, Plugin, Refusal
from pilothouse.scheduler.pod_info import PodInfo


class InterPodAffinity(Plugin):
    """Refuses places with the wrong company or without the right one; scores preferred company by weight.

    Args:
        hard_weight: what a pod that *requires* the arriving pod's company is worth in the score.
        ignore_preferred_of_others: look at the terms of running pods only if the pod itself has some.
    """

    name = "InterPodAffinity"

    def __init__(self, hard_weight: int = 1, ignore_preferred_of_others: bool = False) -> None:
        self.hard_weight = hard_weight
        self.ignore_preferred_of_others = ignore_preferred_of_others

    def filter(self, pod: PodInfo, nodes: Nodes) -> Iterable[Refusal]:
        """First what the pod requires, then what it forbids, then what others forbid it; one reason a node."""
        repelling = [each for each in nodes.columns.book.repels.values() if _means(each, pod, nodes)]
        if not (repelling or pod.terms.attracts or pod.terms.repels):
            return ()
        lonely = ~self._company(pod, nodes)[nodes.rows]
        repelled = nodes.whole.nothing()
        for term in pod.terms.repels:
            counts = nodes.columns.crowd.count((term.whom(nodes.columns.namespaces),), with_leaving=True)
            repelled |= _at(term, counts, nodes) > 0
        unwanted = nodes.whole.nothing()
        for each in repelling:
            unwanted |= _at(each.term, each.counts, nodes) > 0
        refused = repelled[nodes.rows] & ~lonely
        return [
            Refusal(lonely, "node(s) didn't match pod affinity rules", resolvable=False),
            Refusal(refused, "node(s) didn't match pod anti-affinity rules"),
            Refusal(
                unwanted[nodes.rows] & ~lonely & ~refused,
                "node(s) didn't satisfy existing pods anti-affinity rules",
            ),
        ]

    def _company(self, pod: PodInfo, nodes: Nodes) -> Bools:
        """The nodes with the company that the pod requires: in every term's place pods that meet *all* the terms."""
        terms = pod.terms.attracts
        good, labelled = ~nodes.whole.nothing(), ~nodes.whole.nothing()
        if not terms:
            return good
        whom = tuple(term.whom(nodes.columns.namespaces) for term in terms)
        counts = nodes.columns.crowd.count(whom, with_leaving=True)
        somewhere = False
        for term in terms:
            found = _at(term, counts, nodes) > 0
            somewhere = somewhere or bool(found.any())
            good &= found
            labelled &= nodes.domain(term.topology_key).present
        if not somewhere and all(one.means(pod.namespace, pod.labels) for one in whom):
            return labelled  # the first of its kind may start a group
        return good

    def score(self, pod: PodInfo, nodes: Nodes) -> Ints | None:
        """The sum of the weights of all preferences, the pod's own and those of the pods already there."""
        columns, terms = nodes.columns, pod.terms
        if self.ignore_preferred_of_others and not terms.prefers:
            return None
        wishes: list[tuple[int, AffinityTerm, Ints]] = [
            (weight, term, columns.crowd.count((term.whom(columns.namespaces),), with_leaving=True))
            for weight, term in terms.prefers
        ]
        wishes += [
            (each.weight, each.term, each.counts) for each in columns.book.prefers.values() if _means(each, pod, nodes)
        ]
        if self.hard_weight:
            wishes += [
                (self.hard_weight, each.term, each.counts)
                for each in columns.book.attracts.values()
                if _means(each, pod, nodes)
            ]
        total: Ints | None = None
        for weight, term, counts in wishes:
            company = _at(term, counts, nodes)
            if company.any():
                total = weight * company if total is None else total + weight * company
        return None if total is None else total[nodes.rows]

    def normalize(self, scores: Ints, pod: PodInfo, nodes: Nodes) -> Ints:
        """The best place is 100, the worst 0."""
        if not len(scores):
            return scores
        least, most = int(scores.min()), int(scores.max())
        if most == least:
            return np.zeros_like(scores)
        return (float(MAX_SCORE) * ((scores - least) / float(most - least))).astype(np.int64)


def _at(term: AffinityTerm, counts: Ints, nodes: Nodes) -> Ints:
    """For each node, how many pods are in the same place, by the term's topology."""
    domain = nodes.domain(term.topology_key)
    return domain.spread(domain.totals(counts))


def _means(each: InForce, pod: PodInfo, nodes: Nodes) -> bool:
    return each.term.means(pod.namespace, pod.labels, nodes.columns.namespaces)
