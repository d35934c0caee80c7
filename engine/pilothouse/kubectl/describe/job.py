"""`kubectl describe job`."""

from __future__ import annotations

from pilothouse.api import Job, age

from ..moment import at
from .events import events
from .page import Page, date
from .surroundings import Surroundings, controlled_by
from .template import selector, template


def describe(job: Job, around: Surroundings, page: Page) -> None:
    """All sections, in kubectl's order."""
    meta, spec = job.metadata, job.spec
    page.line(0, f"Name:\t{meta.name}")
    page.line(0, f"Namespace:\t{meta.namespace}")
    if spec.selector is not None:
        page.line(0, f"Selector:\t{selector(spec.selector)}")
    page.pairs("Labels", meta.labels)
    page.annotations(meta.annotations)
    owner = controlled_by(meta)
    if owner:
        page.line(0, f"Controlled By:\t{owner}")
    if spec.parallelism is not None:
        page.line(0, f"Parallelism:\t{spec.parallelism}")
    page.line(0, f"Completions:\t{'<unset>' if spec.completions is None else spec.completions}")
    if spec.completionMode:
        page.line(0, f"Completion Mode:\t{spec.completionMode}")
    if spec.suspend is not None:
        page.line(0, f"Suspend:\t{'true' if spec.suspend else 'false'}")
    if spec.backoffLimit is not None:
        page.line(0, f"Backoff Limit:\t{spec.backoffLimit}")
    if spec.ttlSecondsAfterFinished is not None:
        page.line(0, f"TTL Seconds After Finished:\t{spec.ttlSecondsAfterFinished}")
    _times(job, page)
    _counts(job, page)
    template(page, spec.template)
    events(page, around.events("Job", meta))


def _times(job: Job, page: Page) -> None:
    status = job.status
    if status.startTime:
        page.line(0, f"Start Time:\t{date(status.startTime)}")
    if status.completionTime:
        page.line(0, f"Completed At:\t{date(status.completionTime)}")
    if status.startTime and status.completionTime:
        page.line(0, f"Duration:\t{age(at(status.completionTime) - at(status.startTime))}")
    if job.spec.activeDeadlineSeconds is not None:
        page.line(0, f"Active Deadline Seconds:\t{job.spec.activeDeadlineSeconds}s")


def _counts(job: Job, page: Page) -> None:
    status = job.status
    ready = "" if status.ready is None else f" ({status.ready} Ready)"
    page.line(
        0, f"Pods Statuses:\t{status.active} Active{ready} / {status.succeeded} Succeeded / {status.failed} Failed"
    )
    if job.spec.completionMode == "Indexed":
        page.line(0, f"Completed Indexes:\t{status.completedIndexes or '<none>'}")
