"""`kubectl uncordon`: pods may come to a node again."""

from __future__ import annotations

from ..call import Call
from .cordon import FLAGS as FLAGS
from .cordon import mark

USAGE = "uncordon NODE"
ABOUT = "Mark node as schedulable."


def run(call: Call) -> None:
    """Clear ``spec.unschedulable``."""
    mark(call, False)
