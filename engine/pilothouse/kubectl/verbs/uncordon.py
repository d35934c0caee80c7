"""`kubectl uncordon`: pods may come to a node again."""

from __future__ import annotations

from ..call import Call
from .cordon import FLAGS as FLAGS
from .cordon import mark

USAGE = "uncordon NODE"
ABOUT = "Let pods come to a node again."


def run(call: Call) -> None:
    """Clear ``spec.unschedulable``."""
    mark(call, False)
