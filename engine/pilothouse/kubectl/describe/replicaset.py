"""`kubectl describe replicaset`."""

from __future__ import annotations

from pilothouse.api import ReplicaSet

from .events import events
from .page import Page
from .surroundings import Surroundings, controlled_by
from .template import pod_counts, selector, template


def describe(replicaset: ReplicaSet, around: Surroundings, page: Page) -> None:
    """All sections, in kubectl's order."""
    meta, spec, status = replicaset.metadata, replicaset.spec, replicaset.status
    page.line(0, f"Name:\t{meta.name}")
    page.line(0, f"Namespace:\t{meta.namespace}")
    page.line(0, f"Selector:\t{selector(spec.selector)}")
    page.pairs("Labels", meta.labels)
    page.annotations(meta.annotations)
    owner = controlled_by(meta)
    if owner:
        page.line(0, f"Controlled By:\t{owner}")
    page.line(0, f"Replicas:\t{status.replicas} current / {spec.replicas or 0} desired")
    page.line(0, f"Pods Status:\t{pod_counts(around.pods(meta))}")
    template(page, spec.template)
    if status.conditions:
        page.line(0, "Conditions:\n  Type\tStatus\tReason")
        page.line(1, "----\t------\t------")
    for condition in status.conditions:
        page.line(1, f"{condition.type} \t{condition.status}\t{condition.reason}")
    events(page, around.events("ReplicaSet", meta))
