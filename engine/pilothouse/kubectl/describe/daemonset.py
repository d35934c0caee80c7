"""`kubectl describe daemonset`."""

from __future__ import annotations

from pilothouse.api import DaemonSet

from .events import events
from .page import Page
from .surroundings import Surroundings
from .template import pod_counts, selector, template


def describe(daemons: DaemonSet, around: Surroundings, page: Page) -> None:
    """All sections, in kubectl's order."""
    meta, spec, status = daemons.metadata, daemons.spec, daemons.status
    page.line(0, f"Name:\t{meta.name}")
    page.line(0, f"Selector:\t{selector(spec.selector)}")
    page.pairs("Node-Selector", spec.template.spec.nodeSelector)
    page.pairs("Labels", meta.labels)
    page.annotations(meta.annotations)
    page.line(0, f"Desired Number of Nodes Scheduled: {status.desiredNumberScheduled}")
    page.line(0, f"Current Number of Nodes Scheduled: {status.currentNumberScheduled}")
    page.line(0, f"Number of Nodes Scheduled with Up-to-date Pods: {status.updatedNumberScheduled}")
    page.line(0, f"Number of Nodes Scheduled with Available Pods: {status.numberAvailable}")
    page.line(0, f"Number of Nodes Misscheduled: {status.numberMisscheduled}")
    page.line(0, f"Pods Status:\t{pod_counts(around.pods(meta))}")
    template(page, spec.template)
    events(page, around.events("DaemonSet", meta))
