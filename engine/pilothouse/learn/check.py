"""Checks: promises that the learner's cluster must keep, tried out in forks of it.

A check never reads what the learner wrote. It forks the cluster, does to the fork what life would do (a pod sinks, a
load comes), lets time pass, over several seeds, and asks for properties of what happened. The learner's own cluster is
not touched. Where a promise is broken, known patterns of error give a sentence that was written for them.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pilothouse
from pilothouse.learn.deed import by_hand
from pilothouse.learn.hand import hand
from pilothouse.learn.hint import Hints
from pilothouse.learn.moments import Trace
from pilothouse.learn.properties import Finding, Property
from pilothouse.learn.verdict import Verdict

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

Fault = Callable[["Cluster", Random], None]


@dataclass(frozen=True)
class Promise:
    """Something the cluster must do: `property`, while `fault` is done to a fork that then runs for `lasts`.

    `lasts=""` judges what has already happened since the task began, in the learner's own cluster.
    """

    words: str
    property: Property
    fault: Fault | None = None
    lasts: str = "60s"

    def judge(self, cluster: Cluster, since: int, seed: int) -> tuple[Finding, Cluster]:
        """Try the promise in one fork; return what was found and the fork, as it is afterwards."""
        fork = cluster.fork(seed=seed)
        if not self.lasts:
            return self.property.judge(Trace(fork, since)), fork
        fork.run("1s")
        trace = Trace(fork)
        if self.fault is not None:
            with hand(fork, "the check"):
                self.fault(fork, Random(seed))
        fork.run(self.lasts)
        return self.property.judge(trace), fork


@dataclass(frozen=True)
class Diagnosis:
    """A known pattern of error: how to see it in the cluster, and the sentence for whoever has it."""

    name: str
    applies: Callable[[Cluster], bool]
    sentence: str


@dataclass(frozen=True)
class Check:
    """One task: its promises, what to say, and the help that belongs to it."""

    name: str
    promises: Sequence[Promise]
    passed: str
    hints: Hints | None = None
    diagnoses: Sequence[Diagnosis] = ()
    seeds: Sequence[int] = (0, 1, 2)
    points: int = 0
    needs_a_hand: bool = True
    began: Callable[[Cluster, int], bool] | None = None  # says whether anything was done, where `touched` cannot
    score: Callable[[Cluster, int], str] | None = None

    def judge(self, cluster: Cluster, since: int = 0) -> Verdict:
        """Judge a cluster in which the task began at revision `since`."""
        if self.needs_a_hand and not (self.began or touched)(cluster, since):
            return Verdict("untouched", self.name, "nothing has been changed in this cluster yet")
        try:
            return self._judge(cluster, since)
        except Exception as error:
            return Verdict("error", self.name, f"{type(error).__name__}: {error}", advice=line_of(error))

    def _judge(self, cluster: Cluster, since: int) -> Verdict:
        broken: list[tuple[Promise, Finding, Cluster]] = []
        for promise in self.promises:
            for seed in self.seeds if promise.lasts else self.seeds[:1]:
                finding, fork = promise.judge(cluster, since, seed)
                if not finding.holds:
                    broken.append((promise, finding, fork))
                    break
        total = len(self.promises)
        if not broken:
            score = self.score(cluster, since) if self.score is not None else ""
            return Verdict("pass", self.name, self.passed, total, total, score=score)
        promise, finding, fork = broken[0]
        status = "partial" if len(broken) < total else "fail"
        kept = total - len(broken)
        sentence, forked = f"not kept: {promise.words}", cluster.store.revision
        return Verdict(status, self.name, sentence, kept, total, self._advice(cluster), finding, fork, forked=forked)

    def _advice(self, cluster: Cluster) -> str:
        """Return the sentence of the first known error that this cluster shows."""
        for diagnosis in self.diagnoses:
            if diagnosis.applies(cluster):
                return diagnosis.sentence
        return ""


def touched(cluster: Cluster, since: int) -> bool:
    """Say whether somebody outside the cluster has written to it after revision `since`."""
    return any(by_hand(change) for change in cluster.store.log.since(since))


def line_of(error: BaseException) -> str:
    """Name the learner's line that an error came from, or "" if it came from nowhere but our own code."""
    ours = str(Path(pilothouse.__file__).parent)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith(ours)]
    frames = [f for f in frames if f.line]
    return f"look at line {frames[-1].lineno} of your cell: {frames[-1].line}" if frames else ""
