"""`kubectl describe namespace`."""

from __future__ import annotations

from pilothouse.api import Namespace

from .page import Page
from .surroundings import Surroundings


def describe(namespace: Namespace, around: Surroundings, page: Page) -> None:
    """State, quotas and limits."""
    meta = namespace.metadata
    page.line(0, f"Name:\t{meta.name}")
    page.pairs("Labels", meta.labels)
    page.annotations(meta.annotations)
    page.line(0, f"Status:\t{namespace.status.phase}")
    _conditions(namespace, page)
    quotas = around.api.list("ResourceQuota", namespace=meta.name)
    page.line(0, "\nResource Quotas" if quotas else "\nNo resource quota.")
    for quota in quotas:
        page.line(0, f"  Name:\t{quota.metadata.name}")
        page.line(0, "  Resource\tUsed\tHard\n  --------\t---\t---")
        for name in sorted(quota.status.hard):
            page.line(0, f"  {name}\t{quota.status.used.get(name, '0')}\t{quota.status.hard[name]}")
    limits = around.api.list("LimitRange", namespace=meta.name)
    page.line(0, "\nResource Limits" if limits else "\nNo LimitRange resource.")
    if limits:
        page.line(0, " Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio")
        page.line(0, " ----\t--------\t---\t---\t---------------\t-------------\t-----------------------")
    for limit in limits:
        for item in limit.spec.limits:
            columns = (item.min, item.max, item.defaultRequest, item.default, item.maxLimitRequestRatio)
            for name in sorted({key for column in columns for key in column}):
                page.line(0, f" {item.type}\t{name}\t" + "\t".join(column.get(name, "-") for column in columns))


def _conditions(namespace: Namespace, page: Page) -> None:
    if not namespace.status.conditions:
        return
    page.line(0, "Conditions:\n  Type\tStatus\tLastTransitionTime\tReason\tMessage")
    page.line(1, "----\t------\t------------------\t------\t-------")
    for one in namespace.status.conditions:
        page.line(1, f"{one.type}\t{one.status}\t{one.lastTransitionTime}\t{one.reason}\t{one.message}")
