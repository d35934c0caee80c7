"""One scheduling cycle: every filter, then every score, over all nodes; the heart of the scheduler.

`place` is the whole of it: which nodes may take the pod, which of them has the highest sum of weighted scores, and
how many are equally good. The counterpart is ``schedule_one.go`` and the framework's runtime.

Pods come in shapes: a thousand replicas differ in nothing that a plugin looks at. So what follows from a node and its
pods is kept for each shape and computed anew only where pods came or went. Nothing about the answer changes by that;
a test compares both.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pilothouse.api import Pod
from pilothouse.scheduler.columns import Columns
from pilothouse.scheduler.domain import Bools, Ints
from pilothouse.scheduler.nodes import ALL, Nodes, Rows
from pilothouse.scheduler.plugin import Plugin, PluginFailed, Refusal, Rejected, checked, failure_of
from pilothouse.scheduler.pod_info import PodInfo
from pilothouse.scheduler.profile import Profile

MOST_SHAPES = 256
MOST_STATES = 10_000
MANY = 32  # more rows than this are computed together


class Places(NamedTuple):
    """The outcome: `best` are the rows with the highest total, in the order of the nodes' names."""

    feasible: Bools
    best: NDArray[np.intp]


class Standing:
    """What is known of pods of one shape: which nodes pass the filters that look at one node only, and its scores."""

    def __init__(self, pod: PodInfo, columns: Columns, cycle: Cycle) -> None:
        self.pod, self.columns = pod, columns
        self.versions = (columns.node_version, columns.wire_version)
        self.moment = len(columns.touched)
        nodes = Nodes(columns)
        self.by_node = cycle.passing(pod, nodes, cycle.node_filters)
        self.mask = self.by_node & cycle.passing(pod, nodes, cycle.pod_filters)
        self.fixed: Ints = columns.zeros.copy()  # scores that need not be seen together
        self.parts: list[tuple[Plugin, int, Ints]] = []  # scores of the node alone, to be normalised
        for plugin, weight in cycle.node_scores:
            scores = plugin.score(pod, nodes)
            if scores is None or (len(scores) and scores.min() == scores.max()):
                continue  # the same for all nodes: decides nothing
            if type(plugin).normalize is Plugin.normalize:
                self.fixed += weight * scores
            else:
                self.parts.append((plugin, weight, scores))
        self.base = self.fixed.copy()
        self.fixed += cycle.pod_totals(pod, nodes)
        self._known: dict[tuple[int, ...], tuple[bool, int]] = {}  # by the state of a node

    def catch_up(self, cycle: Cycle) -> None:
        """Look again at the nodes on which pods came or went; nodes in equal states get equal answers."""
        touched = self.columns.touched
        if self.moment == len(touched):
            return
        rows, self.moment = sorted({*touched[self.moment :]}), len(touched)
        if len(rows) > MANY or self.pod.host_ports:
            self._look(np.array(rows), cycle)
            return
        for row in rows:
            state = self.columns.state(row)
            known = self._known.get(state)
            if known is None:
                if len(self._known) > MOST_STATES:
                    self._known.clear()
                passes = bool(self._look(slice(row, row + 1), cycle)[0])
                known = self._known[state] = (passes, int(self.fixed[row] - self.base[row]))
            else:
                self.mask[row] = self.by_node[row] and known[0]
                self.fixed[row] = self.base[row] + known[1]

    def _look(self, where: Rows, cycle: Cycle) -> Bools:
        nodes = Nodes(self.columns, where)
        passes = cycle.passing(self.pod, nodes, cycle.pod_filters)
        self.mask[where] = self.by_node[where] & passes
        self.fixed[where] = self.base[where] + cycle.pod_totals(self.pod, nodes)
        return passes


class Cycle:
    """The plugins of a profile at work on the columns. `failures` are the plugins of the learner's that failed."""

    def __init__(self, profile: Profile, columns: Columns) -> None:
        self.profile, self.columns = profile, columns
        self.failures: list[PluginFailed] = []
        self.node_filters = [each for each in profile.filters if each.filter_scope == "node"]
        self.pod_filters = [each for each in profile.filters if each.filter_scope == "pods"]
        self.wide_filters = [each for each in profile.filters if each.filter_scope == "cluster"]
        self.node_scores = [each for each in profile.scores if each[0].score_scope == "node"]
        self.pod_scores = [each for each in profile.scores if each[0].score_scope == "pods"]
        self.wide_scores = [each for each in profile.scores if each[0].score_scope == "cluster"]
        self.whole = Nodes(columns)

    def place(self, pod: PodInfo) -> Places:
        """Where the pod may go, and the best of it. Raises Rejected where no node could ever take it."""
        self.failures.clear()
        standing = self.standing(pod)
        feasible = self.feasible(pod, standing)
        nominated = self.columns.rows.get(pod.status.nominatedNodeName, -1)
        if nominated >= 0 and feasible[nominated]:  # it has made room there, so it goes there
            return Places(feasible, np.array([nominated]))
        some = None if np.count_nonzero(feasible) == len(feasible) else feasible.nonzero()[0]
        if not len(feasible if some is None else some):
            return Places(feasible, np.zeros(0, dtype=np.intp))
        totals = self.totals(pod, ALL if some is None else some, standing)
        best = (totals == totals.max()).nonzero()[0]
        return Places(feasible, best if some is None else some[best])

    def standing(self, pod: PodInfo) -> Standing:
        """What is known of pods of this shape, brought up to date."""
        columns, shape = self.columns, pod.shape
        known: Standing | None = columns.standing.get((self.profile.name, shape))
        if known is None or known.versions != (columns.node_version, columns.wire_version):
            if len(columns.standing) >= MOST_SHAPES:
                del columns.standing[next(iter(columns.standing))]
            known = columns.standing[self.profile.name, shape] = Standing(pod, columns, self)
        else:
            known.catch_up(self)
        return known

    def feasible(self, pod: PodInfo, standing: Standing) -> Bools:
        """The nodes that no filter refuses."""
        mask = standing.mask
        for plugin in self.wide_filters:
            asking = standing.pod if plugin.built_in else pod
            for refusal in self.ask(plugin, asking, self.whole):
                mask = mask & ~refusal.nodes
        return self._beside_nominated(pod, mask) if self.columns.nominated else mask

    def totals(self, pod: PodInfo, rows: Rows, standing: Standing) -> Ints:
        """The sum of weighted scores of the feasible nodes, up to what is the same for all of them."""
        nodes = Nodes(self.columns, rows)
        total = standing.fixed[rows]
        for plugin, weight, scores in standing.parts:
            total = total + weight * plugin.normalize(scores[rows], standing.pod, nodes)
        for plugin, weight in self.wide_scores:
            asking = standing.pod if plugin.built_in else pod
            raw = self.rate(plugin, asking, nodes)
            if raw is not None:
                total = total + weight * plugin.normalize(raw, asking, nodes)
        return total

    def ask(self, plugin: Plugin, pod: PodInfo, nodes: Nodes) -> Iterable[Refusal]:
        """A filter's refusals; a learner's plugin that fails refuses nobody and is noted."""
        if plugin.built_in:
            return plugin.filter(pod, nodes)
        try:
            return checked(plugin, plugin.filter(pod, nodes), nodes)
        except Rejected:
            raise
        except Exception as error:
            self.failures.append(failure_of(plugin, error))
            return ()

    def rate(self, plugin: Plugin, pod: PodInfo, nodes: Nodes) -> Ints | None:
        """A plugin's scores; a learner's plugin that fails has no opinion and is noted."""
        if plugin.built_in:
            return plugin.score(pod, nodes)
        try:
            return plugin.score(pod, nodes)
        except Exception as error:
            self.failures.append(failure_of(plugin, error))
            return None

    def passing(self, pod: PodInfo, nodes: Nodes, filters: list[Plugin]) -> Bools:
        """The nodes that none of these filters refuses."""
        mask = ~nodes.nothing()
        for plugin in filters:
            for refusal in self.ask(plugin, pod, nodes):
                mask &= ~refusal.nodes
        return mask

    def pod_totals(self, pod: PodInfo, nodes: Nodes) -> Ints:
        """The weighted scores that follow from each node and its pods."""
        total = np.zeros(len(nodes), dtype=np.int64)
        for plugin, weight in self.pod_scores:
            scores = plugin.score(pod, nodes)
            if scores is not None:
                total += weight * plugin.normalize(scores, pod, nodes)
        return total

    # ---- pods that have been promised a place

    def _beside_nominated(self, pod: PodInfo, mask: Bools) -> Bools:
        """Nodes must also do with the pods of equal or higher priority that will come there."""
        mask = mask.copy()
        for name in self.columns.nominated:
            row = self.columns.rows.get(name, -1)
            if row >= 0 and mask[row]:
                mask[row] = self.fits_beside_nominated(pod, row)
        return mask

    def fits_beside_nominated(self, pod: PodInfo, row: int) -> bool:
        """Whether the pod fits on the node even when the pods promised to it have come."""
        waiting = self.columns.nominated.get(self.columns.names[row], {})
        coming = [one for key, one in waiting.items() if key != pod.key and (one.spec.priority or 0) >= pod.priority]
        if not coming:
            return True
        self.put(coming, row, 1)
        try:
            return self.fits(pod, row)
        finally:
            self.put(coming, row, -1)

    def fits(self, pod: PodInfo, row: int) -> bool:
        """Whether the filters that look at pods let the pod on the node as it is now."""
        nodes = Nodes(self.columns, slice(row, row + 1))
        return bool(self.passing(pod, nodes, [*self.pod_filters, *self.wide_filters])[0])

    def put(self, pods: list[Pod], row: int, by: int) -> None:
        """Put pods on a node, or take them off, to see what would be; whoever does it undoes it."""
        for pod in pods:
            self.columns.move(pod, row, by, supposed=True)
