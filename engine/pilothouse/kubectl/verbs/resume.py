"""`kubectl rollout resume`: roll out what was collected while paused."""

from __future__ import annotations

from ..call import Call
from .pause import switch
from .rollout import FLAGS as FLAGS

USAGE = "rollout resume (TYPE NAME | TYPE/NAME)"
ABOUT = "Roll out what was collected while paused."


def run(call: Call) -> None:
    """Clear ``spec.paused``."""
    switch(call, False)
