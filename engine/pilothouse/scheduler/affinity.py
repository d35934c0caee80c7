"""The terms by which pods attract and repel each other, and the book of those that are in force on the nodes.

A term says *whom* it means (a label selector, in some namespaces) and over which topology. Pods that are placed keep
their terms: a required anti-affinity also keeps later pods away. The book counts for each distinct term on which nodes
it stands and how often, so that an arriving pod is compared with terms, not with pods. The real scheduler keeps
``PodsWithAffinity`` on each node and compares pod by pod.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
import numpy as np

from pilothouse.api import Pod, PodAffinityTerm, Selector
from pilothouse.scheduler.crowd import Whom
from pilothouse.scheduler.domain import Ints

MOST_TERMS = 10_000  # specifications of affinity that are read only once
Namespaces = dict[str, dict[str, str]]  # the labels of each namespace, by name


class AffinityTerm:
    """One term of a pod in `namespace`: whom it means, and by which label nodes count as one place."""

    __slots__ = ("namespaces", "others", "selector", "topology_key")

    def __init__(self, term: PodAffinityTerm, namespace: str) -> None:
        self.topology_key = term.topologyKey
        self.selector = Selector.of(term.labelSelector)
        self.others = Selector.of(term.namespaceSelector)
        alone = not term.namespaces and self.others is None
        self.namespaces = (namespace,) if alone else tuple(sorted(term.namespaces))

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for two terms that say the same."""
        return self.topology_key, self.namespaces, self.others, self.selector

    def whom(self, namespaces: Namespaces) -> Whom:
        """The pods meant, with the namespaces that the term selects by label looked up now."""
        if self.others is None:
            return Whom(self.namespaces, self.selector)
        if not self.others.requirements:
            return Whom(None, self.selector)
        selected = [name for name, labels in namespaces.items() if self.others.matches(labels)]
        return Whom(tuple(sorted({*self.namespaces, *selected})), self.selector)

    def means(self, namespace: str, labels: dict[str, str], namespaces: Namespaces) -> bool:
        """Whether a pod in `namespace` with these labels is meant."""
        if namespace not in self.namespaces:
            found = namespaces.get(namespace, {})
            if self.others is None or not self.others.matches(found):
                return False
        return self.selector is not None and self.selector.matches(labels)


class Terms(NamedTuple):
    """All terms of one pod; preferred ones with their weight, repelling ones with a negative weight."""

    attracts: tuple[AffinityTerm, ...]
    repels: tuple[AffinityTerm, ...]
    prefers: tuple[tuple[int, AffinityTerm], ...]


NONE = Terms((), (), ())


def terms_of(pod: Pod) -> Terms:
    """The inter-pod terms of a pod."""
    affinity, namespace = pod.spec.affinity, pod.metadata.namespace
    if affinity is None or (affinity.podAffinity is None and affinity.podAntiAffinity is None):
        return NONE
    attracts: list[AffinityTerm] = []
    repels: list[AffinityTerm] = []
    prefers: list[tuple[int, AffinityTerm]] = []
    for side, required, sign in ((affinity.podAffinity, attracts, 1), (affinity.podAntiAffinity, repels, -1)):
        if side is None:
            continue
        required += [AffinityTerm(term, namespace) for term in side.requiredDuringSchedulingIgnoredDuringExecution]
        prefers += [
            (sign * wish.weight, AffinityTerm(wish.podAffinityTerm, namespace))
            for wish in side.preferredDuringSchedulingIgnoredDuringExecution
        ]
    return Terms(tuple(attracts), tuple(repels), tuple(prefers))


class InForce:
    """One distinct term and the nodes on which pods that have it run: `counts[row]`."""

    def __init__(self, term: AffinityTerm, weight: int, nodes: int) -> None:
        self.term, self.weight, self.pods = term, weight, 0
        self.counts: Ints = np.zeros(nodes, dtype=np.int64)

    def move(self, row: int, by: int) -> None:
        """One more pod (-1: one less) has the term on the node."""
        self.counts[row] += by
        self.pods += by


class TermBook:
    """The terms of the pods that are placed, each kept once: those that attract, repel, and prefer."""

    def __init__(self, nodes: int) -> None:
        self.nodes = nodes
        self.attracts: dict[Any, InForce] = {}
        self.repels: dict[Any, InForce] = {}
        self.prefers: dict[Any, InForce] = {}
        self._of: dict[bytes, list[tuple[dict[Any, InForce], Any, AffinityTerm, int]]] = {}

    def move(self, pod: Pod, row: int, by: int) -> None:
        """Follow a pod onto a node (by=1) or off it (by=-1)."""
        affinity = pod.spec.affinity
        if affinity is None or (affinity.podAffinity is None and affinity.podAntiAffinity is None):
            return
        essence = msgspec.json.encode((pod.metadata.namespace, affinity))
        entries = self._of.get(essence)
        if entries is None:
            if len(self._of) > MOST_TERMS:
                self._of.clear()
            entries = self._of[essence] = self._entries(pod)
        for shelf, key, term, weight in entries:
            found = shelf.get(key)
            if found is None:
                found = shelf[key] = InForce(term, weight, self.nodes)
            found.move(row, by)
            if not found.pods:
                del shelf[key]

    def _entries(self, pod: Pod) -> list[tuple[dict[Any, InForce], Any, AffinityTerm, int]]:
        terms = terms_of(pod)
        weighted = [
            *((self.attracts, term, 1) for term in terms.attracts),
            *((self.repels, term, 1) for term in terms.repels),
            *((self.prefers, term, weight) for weight, term in terms.prefers),
        ]
        return [(shelf, (weight, *term.key), term, weight) for shelf, term, weight in weighted]
