"""`kubectl describe statefulset`."""

from __future__ import annotations

from pilothouse.api import StatefulSet

from .events import events
from .page import Page, date
from .surroundings import Surroundings
from .template import pod_counts, selector, template


def describe(stateful: StatefulSet, around: Surroundings, page: Page) -> None:
    """All sections, in kubectl's order."""
    meta, spec, status = stateful.metadata, stateful.spec, stateful.status
    page.line(0, f"Name:\t{meta.name}")
    page.line(0, f"Namespace:\t{meta.namespace}")
    page.line(0, f"CreationTimestamp:\t{date(meta.creationTimestamp)}")
    page.line(0, f"Selector:\t{selector(spec.selector)}")
    page.pairs("Labels", meta.labels)
    page.annotations(meta.annotations)
    page.line(0, f"Replicas:\t{spec.replicas or 0} desired | {status.replicas} total")
    if spec.updateStrategy is not None:
        page.line(0, f"Update Strategy:\t{spec.updateStrategy.type}")
        rolling = spec.updateStrategy.rollingUpdate
        if rolling is not None and rolling.partition is not None:
            page.line(1, f"Partition:\t{rolling.partition}")
    page.line(0, f"Pods Status:\t{pod_counts(around.pods(meta))}")
    template(page, spec.template)
    _claims(stateful, page)
    events(page, around.events("StatefulSet", meta))


def _claims(stateful: StatefulSet, page: Page) -> None:
    claims = stateful.spec.volumeClaimTemplates
    page.line(0, "Volume Claims:" if claims else "Volume Claims:\t<none>")
    for claim in claims:
        page.line(1, f"Name:\t{claim.metadata.name}")
        page.line(1, f"StorageClass:\t{claim.spec.storageClassName or ''}")
        page.pairs("  Labels", claim.metadata.labels)
        page.annotations(claim.metadata.annotations, "  ")
        asked = claim.spec.resources.requests if claim.spec.resources is not None else {}
        if "storage" in asked:
            page.line(1, f"Capacity:\t{asked['storage']}")
        page.line(1, f"Access Modes:\t[{' '.join(claim.spec.accessModes)}]")
