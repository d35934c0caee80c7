"""How a chart looks, as plain dicts for plotly: lines as steps, letters for what happened, a key below.

Everything is grey or of a colour that stands out on light and on dark ground, and the ground itself is left open, so
that one saved figure is right in every theme. Times are dates, as in the objects: plotly then labels them at any zoom.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from pilothouse.api.time import EPOCH
from pilothouse.view.series import GREY, Line, Table, Value
from pilothouse.view.timeline import clock

KEPT = 650  # numbers drawn at most, all lines together: a saved notebook stays small
BAD = "#C2600F"
FAINT = "rgba(128,140,148,0.28)"
LINE_HEIGHT = 18  # pixels of a line of the key


class Mark(NamedTuple):
    """Something that happened: its letter in the chart, when it was (seconds), the sentence, and whether it is trouble."""

    letter: str
    time: float
    text: str
    bad: bool

    def __str__(self) -> str:
        return f"{self.letter} {clock(self.time)} {self.text}"


def thinned(table: Table) -> Table:
    """At most so many rows as a small file has room for: of each stretch of time the last, and what is most unlike it."""
    room = max(KEPT // max(len(table.lines), 1), 20)
    if len(table.times) <= room:
        return table
    first, span = table.times[0], table.times[-1] - table.times[0]
    buckets: dict[int, list[int]] = {}
    for place, time in enumerate(table.times):
        buckets.setdefault(int((time - first) / span * (room // 2 - 1)), []).append(place)
    kept: list[int] = []
    for places in buckets.values():
        last = table.rows[places[-1]]
        odd = max(
            places,
            key=lambda place: sum(abs((a or 0) - (b or 0)) for a, b in zip(table.rows[place], last, strict=True)),
        )
        kept += sorted({odd, places[-1]})
    return Table(table.lines, [table.times[place] for place in kept], [table.rows[place] for place in kept])


def trace(line: Line, times: list[float], values: list[Value]) -> dict[str, Any]:
    """One line as plotly wants it; a line of its own keeps only the steps."""
    points = list(zip(times, values, strict=True))
    if not line.stacked:
        inner = (step for before, step in pairwise(points[:-1]) if step[1] != before[1])
        points = [points[0], *inner, *points[1:][-1:]]
        while points and points[0][1] is None:
            points.pop(0)
    drawn: dict[str, Any] = {
        "x": [moment(time) for time, _ in points],
        "y": [value for _, value in points],
        "name": escaped(line.name),
        "mode": "lines",
        "line": {"shape": "hv", "color": line.colour, "dash": line.dash, "width": 1 if line.stacked else 2.5},
        "hovertemplate": "%{y} " + escaped(line.name) + "<extra></extra>",
    }
    return drawn | ({"stackgroup": "all", "fillcolor": line.colour} if line.stacked else {})


def layout(title: str, unit: str, table: Table, marks: Sequence[Mark], notes: Sequence[str]) -> dict[str, Any]:
    """Title and lines above, letters of what happened in the chart, what they mean below."""
    first, last = table.times[0], table.times[-1]
    form = "%M:%S" if last < 3600 else "%H:%M:%S" if last < 86_400 else "day %-j, %H:%M"
    key = [str(mark) for mark in marks] + [f"({note})" for note in notes]
    axis = {"gridcolor": FAINT, "zerolinecolor": FAINT, "linecolor": FAINT, "ticks": "outside", "tickcolor": FAINT}
    top = highest(table)
    return {
        "template": {},
        "title": {"text": escaped(title), "x": 0, "xref": "paper", "y": 0.99, "yref": "container", "yanchor": "top"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": GREY, "family": "system-ui, sans-serif", "size": 12},
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": "#F4F7F8", "bordercolor": GREY, "font": {"color": "#1E323D"}},
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "yref": "paper", "traceorder": "normal"},
        "height": 340 + LINE_HEIGHT * len(key),
        "margin": {"l": 52, "r": 16, "t": 78, "b": 46 + LINE_HEIGHT * len(key)},
        "xaxis": axis
        | {"type": "date", "tickformat": form, "hoverformat": form, "showgrid": False}
        | {"range": [moment(first), moment(max(last, first + 1))]},
        "yaxis": axis
        | {"title": {"text": unit}, "range": [0, max(top * 1.15, 1)], "rangemode": "tozero"}
        | ({"dtick": 1} if unit == "pods" and top <= 8 else {}),
        "shapes": [stroke(mark) for mark in marks],
        "annotations": [*letters(marks, last - first), *(below(place, text) for place, text in enumerate(key))],
    }


def highest(table: Table) -> float:
    """The largest number that is drawn; stacked ones add up."""
    stacked = any(line.stacked for line in table.lines)
    rows = ([value or 0 for value in row] or [0] for row in table.rows)
    return max(sum(row) if stacked else max(row) for row in rows)


def stroke(mark: Mark) -> dict[str, Any]:
    """An upright line at the time of a mark."""
    line = {"color": BAD if mark.bad else GREY, "width": 1, "dash": "solid" if mark.bad else "dot"}
    x = moment(mark.time)
    return {"type": "line", "xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}


def letters(marks: Sequence[Mark], span: float) -> list[dict[str, Any]]:
    """The letters at the top; those of nearly the same time stand together."""
    groups: list[list[Mark]] = []
    for mark in marks:
        if groups and mark.time - groups[-1][-1].time <= span * 0.025:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    found = []
    for group in groups:
        text = group[0].letter if len(group) == 1 else f"{group[0].letter}–{group[-1].letter}"
        font = {"size": 11, "color": BAD if any(mark.bad for mark in group) else GREY}
        place = {"x": moment(group[0].time), "xref": "x", "xanchor": "left", "y": 1, "yref": "paper"}
        hover = {"hovertext": "<br>".join(escaped(str(mark)) for mark in group), "showarrow": False}
        found.append(place | hover | {"yanchor": "top", "text": f"<b>{text}</b>", "font": font})
    return found


def below(place: int, text: str) -> dict[str, Any]:
    """A line of the key."""
    at = {"x": 0, "xref": "paper", "xanchor": "left", "y": 0, "yref": "paper", "yanchor": "top"}
    return at | {"yshift": -30 - LINE_HEIGHT * place, "text": escaped(text), "showarrow": False, "align": "left"}


def moment(time: float) -> int:
    """Virtual seconds as plotly's date: milliseconds since 1970 (it takes small numbers for years)."""
    return round((EPOCH.timestamp() + time) * 1000)


def escaped(text: str) -> str:
    """A text as plotly shows it unchanged; of a very long one the beginning."""
    return html.escape(text if len(text) <= 130 else f"{text[:129]}…", quote=False)
