"""The states in which the picture shows pods and nodes: one table for the canvas, the static picture and the words.

A pod's `status.phase` has five values and hides most of what a learner must see: "Pending" may mean that no node fits
or that an image is on its way, "Running" may mean that it crashes every ten seconds. So the view reads conditions and
container states too, as `kubectl get pods` does for its STATUS column, and arrives at the states below.

The colours are apart for every kind of colour vision (after Okabe and Ito), and no state is told by colour alone: each
has a `mark` of its own, which every drawing shows.
"""

from __future__ import annotations

from typing import NamedTuple

GONE, WAITING, STUCK, PLACED, RUNNING, READY, DONE, FAILED, CRASHING, LEAVING = range(10)


class State(NamedTuple):
    """How a pod's state is called and drawn.

    `fill` is how a container in this state is painted: "none" (an outline), "hatch", "half", "solid", "stripes";
    `mark` is the sign on it; the colours are for light and for dark themes.
    """

    name: str
    words: str
    fill: str
    mark: str
    light: str
    dark: str


STATES = (
    State("gone", "gone", "none", "", "#8A97A0", "#6C7A85"),
    State("waiting", "waiting for a node", "none", "…", "#A87B1E", "#E3B75A"),
    State("stuck", "no node fits", "none", "?", "#B4570B", "#F2A25C"),
    State("placed", "placed, not started", "hatch", "↓", "#4E9CC9", "#6DB9E3"),
    State("running", "running, not ready", "half", "", "#2F6FB0", "#5C9BDD"),
    State("ready", "ready", "solid", "", "#0C7F63", "#2FB795"),
    State("done", "finished", "solid", "✓", "#6B7983", "#8795A1"),
    State("failed", "failed", "stripes", "✕", "#C2410C", "#F0743E"),
    State("crashing", "crashing, or cannot start", "stripes", "!", "#C24D14", "#F58A55"),
    State("leaving", "stopping", "none", "→", "#A2588F", "#D68CC2"),
)

NODE_GONE, NODE_READY, NODE_SILENT, NODE_LOST = range(4)
CORDONED = 4  # added to one of the above: no new pods
NODE_STATES = ("gone", "ready", "silent: its kubelet says nothing any more", "not ready")


def node_words(state: int) -> str:
    """The state of a node in words, such as "ready, closed for new pods"."""
    return NODE_STATES[state & 3] + (", closed for new pods" if state & CORDONED else "")
