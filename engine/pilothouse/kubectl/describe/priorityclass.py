"""`kubectl describe priorityclass`."""

from __future__ import annotations

from pilothouse.api import PriorityClass

from .events import events
from .page import Page
from .surroundings import Surroundings


def describe(priority: PriorityClass, around: Surroundings, page: Page) -> None:
    """The value and what it does to others."""
    meta = priority.metadata
    page.line(0, f"Name:\t{meta.name}")
    page.line(0, f"Value:\t{priority.value}")
    page.line(0, f"GlobalDefault:\t{'true' if priority.globalDefault else 'false'}")
    page.line(0, f"PreemptionPolicy:\t{priority.preemptionPolicy or 'PreemptLowerPriority'}")
    page.line(0, f"Description:\t{priority.description}")
    page.annotations(meta.annotations)
    events(page, around.events("PriorityClass", meta))
