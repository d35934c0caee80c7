"""Why a pod fits nowhere: for each node the first filter that refuses it, and the one sentence that sums it up.

The counterpart is ``framework.Diagnosis`` and ``FitError``, whose words these are.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from pilothouse.scheduler.cycle import Cycle
from pilothouse.scheduler.plugin import UNRESOLVABLE, UNSCHEDULABLE, Refusal, Rejected
from pilothouse.scheduler.pod_info import PodInfo


class Answer(NamedTuple):
    """What one filter says of one node that it refuses."""

    code: str
    reasons: tuple[str, ...]


class Diagnosis:
    """Why a pod fits nowhere: `rejected` (by a plugin, whatever the node), or for each row a verdict."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.rejected: tuple[str, str] | None = None
        self.verdicts: dict[int, tuple[str, Answer]] = {}
        self.passed_over = ""  # why nodes without a verdict were not looked at

    def code(self, row: int) -> str:
        """Whether preemption may help on the node (Unschedulable) or not (UnschedulableAndUnresolvable)."""
        found = self.verdicts.get(row)
        return UNRESOLVABLE if found is None else found[1].code

    def rows_with(self, code: str) -> list[int]:
        """The rows whose verdict has this code."""
        return [row for row, (_, answer) in sorted(self.verdicts.items()) if answer.code == code]

    @property
    def plugins(self) -> list[str]:
        """The plugins whose answer must change before the pod has a chance."""
        if self.rejected is not None:
            return [self.rejected[0]]
        return sorted({plugin for plugin, _ in self.verdicts.values()})

    def message(self, after: str = "") -> str:
        """The sentence of the event FailedScheduling; `after` is what preemption has to say."""
        if not self.total:
            return "no nodes available to schedule pods"
        if self.rejected is not None:
            why = self.rejected[1]
        else:
            reasons = [reason for _, answer in self.verdicts.values() for reason in answer.reasons]
            reasons += [self.passed_over] * (self.total - len(self.verdicts)) if self.passed_over else []
            why = histogram(reasons)
        return f"0/{self.total} nodes are available: {why}." + (f" {after}" if after else "")


def histogram(reasons: list[str]) -> str:
    """Equal reasons counted, in the order of the words: "1 Too many pods, 2 Insufficient cpu"."""
    return ", ".join(sorted(f"{count} {reason}" for reason, count in Counter(reasons).items()))


def diagnose(cycle: Cycle, pod: PodInfo) -> Diagnosis:
    """Ask every filter about every node, each node up to its first refusal."""
    names = cycle.columns.names
    found = Diagnosis(len(names))
    rows: list[int] | None = None
    asked: list[tuple[str, list[Refusal]]] = []
    for plugin in cycle.profile.filters:
        try:
            asked.append((plugin.name, list(cycle.ask(plugin, pod, cycle.whole))))
        except Rejected as rejected:
            found.rejected = (plugin.name, str(rejected))
            return found
        only = plugin.only(pod)
        if only is not None:
            rows = [cycle.columns.rows[name] for name in only if name in cycle.columns.rows]
            found.passed_over = f"node(s) didn't satisfy plugin(s) [{plugin.name}]"
    for name, refusals in asked:
        for row, answer in answers(refusals).items():
            if row not in found.verdicts and (rows is None or row in rows):
                found.verdicts[row] = (name, answer)
    return found


def answers(refusals: list[Refusal]) -> dict[int, Answer]:
    """A filter's refusals by row: all its reasons for the node, and whether one of them cannot be resolved."""
    reasons: dict[int, list[str]] = {}
    final: dict[int, bool] = {}
    for refusal in refusals:
        for row in refusal.nodes.nonzero()[0].tolist():
            reasons.setdefault(row, []).append(refusal.reason)
            resolvable = refusal.resolvable if isinstance(refusal.resolvable, bool) else bool(refusal.resolvable[row])
            final[row] = final.get(row, False) or not resolvable
    return {row: Answer(UNRESOLVABLE if final[row] else UNSCHEDULABLE, tuple(reasons[row])) for row in sorted(reasons)}
