"""A number over virtual time, as a chart with marks for what happened and with words beside it.

Steps and marks are read from the log, so a chart is right for every cluster, past or present, whoever watched. The
figure is plotly's own, to be changed like any other; what a notebook keeps of it is small. The counterpart in a real
cluster is a dashboard of Grafana over Prometheus, which sees what it sampled.
"""

from __future__ import annotations

import json
from typing import Any

from pilothouse.api import Selector
from pilothouse.api.duration import seconds
from pilothouse.api.error import Absent, Misuse
from pilothouse.view.plot import Mark, layout, thinned, trace
from pilothouse.view.series import Gauge, Load, Pods, Table, Workload, read
from pilothouse.view.story import Story
from pilothouse.view.timeline import TROUBLE, clock, kind_name
from pilothouse.view.trend import tell
from pilothouse.view.work import COUNTS

MARKED = {"work-created", "work-scaled", "work-changed", "work-complete", "work-short", "work-deleted"}
MARKED |= {"node-silent", "node-lost", "node-back", "node-ready", "node-closed", "node-opened", "node-gone"}
TALLIES = {"work-complete", "work-short"}  # say nothing of how full a node is
LETTERS = "ABCDEFGHIJ"  # where more happens, trouble and what people did come first
MEANINGS = '"deployment/eta", "pods", "nodes" or "node/n1"'


class Chart:
    """How a number went over virtual time; shows itself in a notebook, prints itself as sentences.

    Args:
        cluster: whose log is read, now; a later chart reads further.
        what: a workload ("deployment/eta": pods wanted, there and ready), "pods" (by state), "nodes" (what their pods
            ask for, in percent of what they have) or one node ("node/n1").
        namespace: where the workload is, or the pods are ("*": all, for pods).
        selector: of the pods only those whose labels match, such as "app=eta".
        quantity: of "nodes": "cpu" or "memory".
        since, until: from this time to that ("30s", "5m", or seconds).

    Attributes:
        table: the numbers behind it: lines, times in seconds, rows.
        marks: what happened meanwhile, each with its letter.
    """

    def __init__(
        self,
        cluster: Any,
        what: str = "pods",
        *,
        namespace: str = "default",
        selector: str = "",
        quantity: str = "cpu",
        since: str | float = 0,
        until: str | float | None = None,
    ) -> None:
        if quantity not in ("cpu", "memory"):
            raise Misuse(f'quantity={quantity!r}: give "cpu" or "memory"')
        start, end = seconds(since), float("inf") if until is None else seconds(until)
        self.what, self.title, gauge = understood(cluster, what, namespace, selector, quantity)
        self.unit = gauge.unit
        self.table: Table = read(cluster.store, gauge, start, end)
        self.left_out = cluster.store.log.dropped
        nothing = all(value is None for row in self.table.rows for value in row)
        if "/" in what and nothing:
            raise Absent(f"there is no {what} in the log of this cluster (namespace {namespace}), so no chart of it")
        self.marks, self.unmarked = marks(cluster, gauge, self.table.times[0], end)

    @property
    def figure(self) -> Any:
        """The chart as a plotly `Figure`; a new one each time, to be changed at will."""
        import plotly.graph_objects as go

        table = thinned(self.table)
        figure = go.Figure(layout=layout(self.title, self.unit, self.table, self.marks, self.notes))
        for place, line in enumerate(table.lines):
            figure.add_trace(go.Scatter(trace(line, table.times, [row[place] for row in table.rows])))
        return figure

    @property
    def words(self) -> str:
        """The same in sentences: what each line does, then what happened."""
        span = f"from {clock(self.table.times[0])} to {clock(self.table.times[-1])}"
        lines = [f"{self.title}, {span}.", *(f"  {told}" for told in tell(self.table, self.unit))]
        if not self.table.lines:
            lines.append("  There was none.")
        if self.marks:
            lines += ["What happened:", *(f"  {mark}" for mark in self.marks)]
        return "\n".join([*lines, *(f"  ({note})" for note in self.notes)])

    @property
    def notes(self) -> list[str]:
        """What the chart does not show."""
        found = [f"{self.unmarked} more marks are left out; see cluster.timeline()"] if self.unmarked else []
        if self.left_out:
            found.append(f"{self.left_out:,} older changes are no longer kept")
        return found

    def __str__(self) -> str:
        return self.words

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """The figure for JupyterLab, and sentences for everybody else."""
        drawn = json.loads(self.figure.to_json())
        drawn["config"] = {"displaylogo": False, "responsive": True}
        return {"application/vnd.plotly.v1+json": drawn, "text/plain": self.words}


def understood(cluster: Any, what: str, namespace: str, selector: str, quantity: str) -> tuple[str, str, Gauge]:
    """What to count for a word such as "deployment/eta": its name, its title, its gauge. Raises Misuse."""
    word, _, name = what.partition("/")
    kind = kind_name(cluster, word) if word else None
    if kind == "Pod" and not name:
        space = namespace.replace("*", "")
        wanted = Selector.parse(selector).matches if selector else None
        of = f" of {selector}" if selector else ""
        return what, f"Pods{of} by state", Pods(space, wanted)
    if kind == "Node":
        asked = "CPU and memory" if name else {"cpu": "CPU", "memory": "Memory"}[quantity]
        of = f"of node {name}" if name else "of the nodes"
        return what, f"{asked} requested {of}", Load(name, quantity)
    if kind in COUNTS and name:
        return what, f"Pods of {kind} {name}", Workload(kind, namespace, name)
    raise Misuse(f"there is no chart of {what!r}; give {MEANINGS}")


def marks(cluster: Any, gauge: Gauge, since: float, until: float) -> tuple[list[Mark], int]:
    """What happened to the workload and to nodes; and how many marks found no letter."""
    story = Story(cluster.store, until=until)
    story.read()
    found: list[tuple[float, str, bool]] = []
    for beat, time in enumerate(story.times):
        rows = [row for row in story.spoken(beat) if time >= since and concerns(story, row, gauge)]
        word = story.word_name(story.rows["word"][rows[0]]) if rows else ""
        if word in MARKED and not (isinstance(gauge, Load) and word in TALLIES):
            found.append((time, story.tell(rows), word in TROUBLE))
    first = sorted(range(len(found)), key=lambda place: not (found[place][2] or found[place][1].startswith("you ")))
    kept = [found[place] for place in sorted(first[: len(LETTERS)])]
    return [Mark(letter, *one) for letter, one in zip(LETTERS, kept, strict=False)], len(found) - len(kept)


def concerns(story: Story, row: int, gauge: Gauge) -> bool:
    """Whether a row of the story belongs into a chart of this gauge."""
    thing = story.things[story.rows["thing"][row]]
    if thing.kind == "Node":
        return not isinstance(gauge, Load) or gauge.node in ("", thing.name)
    if isinstance(gauge, Workload):
        return (thing.kind, thing.namespace, thing.name) == tuple(gauge.key)
    space = gauge.namespace if isinstance(gauge, Pods) else ""
    return thing.kind in COUNTS and thing.owner is None and space in ("", thing.namespace)
