"""The events at the end of `kubectl describe`: what happened to this object, oldest first.

The real counterpart is ``DescribeEvents``. An event that concerns one container names its field before the message.
"""

from __future__ import annotations

from collections.abc import Sequence

from pilothouse.api import Event

from .page import Page


def events(page: Page, listed: Sequence[Event]) -> None:
    """The table of events, or ``<none>``."""
    if not listed:
        page.line(0, "Events:\t<none>")
        return
    page.flush()
    page.line(0, "Events:\n  Type\tReason\tAge\tFrom\tMessage")
    page.line(1, "----\t------\t----\t----\t-------")
    for event in sorted(listed, key=last_seen):
        sender = (
            event.source.component if event.source is not None and event.source.component else event.reportingComponent
        )
        field = event.involvedObject.fieldPath
        message = f"{field}: {event.message.strip()}" if field else event.message.strip()
        page.line(1, f"{event.type}\t{event.reason}\t{interval(page, event)}\t{sender}\t{message}")


def interval(page: Page, event: Event) -> str:
    """``8s (x3 over 24s)``: how long ago, how often, since when."""
    first = event.firstTimestamp or event.eventTime
    if event.series is not None:
        return f"{page.since(event.series.lastObservedTime)} (x{event.series.count} over {page.since(first)})"
    if event.count > 1:
        return f"{page.since(event.lastTimestamp)} (x{event.count} over {page.since(first)})"
    return page.since(first)


def last_seen(event: Event) -> str:
    """When an event was last seen: the order in which describe lists events."""
    if event.series is not None and event.series.lastObservedTime:
        return event.series.lastObservedTime
    return event.lastTimestamp or event.eventTime or ""
