"""Why a pod goes where it goes, or nowhere: every plugin's answer about every node.

An explanation is the plugins themselves, asked once more with nothing cut short, so it can never say something else
than the decision. It prints as a table, one row a node and one column a plugin; `to_dict()` has everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pilothouse.api import Pod
from pilothouse.kernel import Tables, key_of
from pilothouse.scheduler.columns import Columns
from pilothouse.scheduler.cycle import Cycle
from pilothouse.scheduler.diagnosis import Answer, Diagnosis, answers, diagnose
from pilothouse.scheduler.domain import Ints
from pilothouse.scheduler.nodes import ALL, Nodes
from pilothouse.scheduler.plugin import PluginFailed, Rejected
from pilothouse.scheduler.plugins.default_preemption import Preemption, preempt
from pilothouse.scheduler.pod_info import PodInfo
from pilothouse.scheduler.profile import Profile

if TYPE_CHECKING:
    from pilothouse.scheduler.fixes import Fixes


class Score(NamedTuple):
    """One plugin's opinion of each feasible node: as it came, from 0 to 100, and times its weight."""

    raw: Ints
    norm: Ints
    weighted: Ints


class Explanation:
    """What every plugin says of every node, and what follows from it."""

    def __init__(self, pod: PodInfo, profile: Profile, columns: Columns) -> None:
        self.pod, self.profile, self.columns = pod.pod, profile, columns
        self.names = columns.names
        self.filters: dict[str, dict[int, Answer]] = {}
        self.rejections: dict[str, str] = {}
        self.restricted: dict[str, list[str]] = {}
        self.diagnosis: Diagnosis | None = None
        self.rows: list[int] = []  # of the feasible nodes
        self.scores: dict[str, Score] = {}
        self.skipped: list[str] = []
        self.total: Ints = np.zeros(0, dtype=np.int64)
        self.preemption: Preemption | None = None
        self.failures: list[PluginFailed] = []
        self.chosen: str | None = None
        self.placed = ""  # the node that the pod is on
        self.after = ""  # what the sentence ends with, once preemption has been looked at

    @property
    def feasible(self) -> list[str]:
        """The nodes that may take the pod."""
        return [self.names[row] for row in self.rows]

    @property
    def best(self) -> list[str]:
        """The nodes with the highest total; one of them is drawn."""
        if not self.rows:
            return []
        return [self.names[self.rows[index]] for index in np.flatnonzero(self.total == self.total.max())]

    @property
    def message(self) -> str:
        """The exact words of the event FailedScheduling; "" for a pod that has a place."""
        return "" if self.diagnosis is None else self.diagnosis.message(self.after)

    def fixes(self, most: int = 10) -> Fixes:
        """The smallest changes that would give the pod a place, each tried out on a copy; the smallest first."""
        from pilothouse.scheduler.fixes import fixes

        return fixes(explain(self.profile, self.columns, self.pod), most)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain JSON."""
        found: dict[str, Any] = {
            "filters": {
                plugin: {
                    self.names[row]: {"code": each.code, "reasons": list(each.reasons)} for row, each in by.items()
                }
                for plugin, by in self.filters.items()
            },
            "prefilter": {
                **{
                    plugin: {"code": "UnschedulableAndUnresolvable", "reasons": [reason]}
                    for plugin, reason in self.rejections.items()
                },
                **{plugin: {"nodes": nodes} for plugin, nodes in self.restricted.items()},
            },
            "feasible": self.feasible,
        }
        if self.rows:
            found["scores"] = {
                plugin: {
                    node: {"raw": raw, "norm": norm, "weighted": weighted}
                    for node, raw, norm, weighted in zip(self.feasible, *(each.tolist() for each in score), strict=True)
                }
                for plugin, score in self.scores.items()
            }
            found["skippedScore"] = self.skipped
            found["totals"] = dict(zip(self.feasible, self.total.tolist(), strict=True))
            found["best"] = self.best
            found["chosen"] = self.chosen
        if self.diagnosis is not None:
            found["message"] = self.message
            if self.diagnosis.verdicts:
                found["verdict"] = {
                    self.names[row]: [answer.code, plugin, *answer.reasons]
                    for row, (plugin, answer) in sorted(self.diagnosis.verdicts.items())
                }
        if self.preemption is not None:
            found["preemption"] = {
                "nominated": self.preemption.nominated,
                "candidates": {
                    node: {"victims": [f"{pod.metadata.namespace}/{pod.metadata.name}" for pod in each.victims]}
                    for node, each in self.preemption.candidates.items()
                },
                "notCandidates": self.preemption.refused,
                "message": self.after,
            }
        if self.failures:
            found["failures"] = {failure.plugin: failure.problem for failure in self.failures}
        return found

    def __str__(self) -> str:
        from pilothouse.scheduler.table import text

        return text(self)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from pilothouse.scheduler.table import html

        return html(self)


def explain(profile: Profile, columns: Columns, pod: Pod) -> Explanation:
    """Ask every plugin about every node. The columns are as they were before the pod was placed."""
    cycle, info = Cycle(profile, columns), PodInfo(pod)
    found = Explanation(info, profile, columns)
    for plugin in profile.filters:
        try:
            found.filters[plugin.name] = answers(list(cycle.ask(plugin, info, cycle.whole)))
        except Rejected as rejected:
            found.rejections[plugin.name] = str(rejected)
        only = plugin.only(info)
        if only:
            found.restricted[plugin.name] = only
    refused = {row for by in found.filters.values() for row in by}
    if not found.rejections:
        found.rows = [
            row
            for row in range(len(columns.names))
            if row not in refused and (not columns.nominated or cycle.fits_beside_nominated(info, row))
        ]
    if found.rows:
        _score(found, cycle, info)
    else:
        _fail(found, cycle, info)
    found.failures = cycle.failures
    return found


def _score(found: Explanation, cycle: Cycle, info: PodInfo) -> None:
    nodes = Nodes(cycle.columns, ALL if len(found.rows) == len(found.names) else np.array(found.rows))
    found.total = np.zeros(len(found.rows), dtype=np.int64)
    for plugin, weight in cycle.profile.scores:
        raw = cycle.rate(plugin, info, nodes)
        if raw is None:
            found.skipped.append(plugin.name)
            continue
        norm = plugin.normalize(raw, info, nodes)
        found.scores[plugin.name] = Score(raw, norm, weight * norm)
        found.total = found.total + weight * norm
    found.skipped = sorted([*found.skipped, "VolumeBinding"])
    found.chosen = found.best[0]


def _fail(found: Explanation, cycle: Cycle, info: PodInfo) -> None:
    found.diagnosis = diagnose(cycle, info)
    if info.spec.nodeName or not found.names:
        return  # such a pod never comes to the scheduler
    if found.diagnosis.rejected is not None:
        found.after = "not found"
        return
    found.preemption = preempt(cycle, info, found.diagnosis)
    if not found.preemption.nominated:
        found.after = f"no new claims to deallocate, preemption: {found.preemption.message}"


def snapshot_of(objects: Iterable[Any]) -> Columns:
    """Columns of a handful of objects, for an explanation without a cluster."""
    tables = Tables()
    for item in objects:
        tables._put(key_of(item), None, item)
    return Columns(tables)
