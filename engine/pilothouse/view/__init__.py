"""What happened in a cluster, to be watched and read: the animated view, the timeline, and why something is as it is.

All of them read the store's log and nothing else, so they are right for every cluster, past or present. Read in this
order: state and word (the vocabulary), thing, pod, node, work and meaning (of one change), story (of all), frames (for the browser), then the
faces: timeline, why, picture, widget. Beside them stand charts (series, trend, plot, chart), the graph of owners (family,
graph) and two clusters side by side (compare). A real cluster has dashboards, which show now; nothing there shows then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pilothouse.view.chart import Chart
from pilothouse.view.compare import Compare
from pilothouse.view.graph import Graph
from pilothouse.view.picture import still
from pilothouse.view.timeline import Sentence, Timeline
from pilothouse.view.why import Why

if TYPE_CHECKING:
    from pilothouse.view.widget import View as View

__all__ = ["Chart", "Compare", "Graph", "Sentence", "Timeline", "View", "Why", "still"]


def __getattr__(name: str) -> Any:
    """Import the widget when it is first asked for: anywidget takes a while."""
    if name == "View":
        from pilothouse.view.widget import View

        return View
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
