"""`kubectl describe deployment`."""

from __future__ import annotations

from collections.abc import Sequence

from pilothouse.api import Deployment, ReplicaSet

from ..revision import new_replica_set
from .events import events
from .page import Page, date
from .surroundings import Surroundings
from .template import selector, template


def describe(deployment: Deployment, around: Surroundings, page: Page) -> None:
    """All sections, in kubectl's order."""
    meta, spec, status = deployment.metadata, deployment.spec, deployment.status
    page.line(0, f"Name:\t{meta.name}")
    page.line(0, f"Namespace:\t{meta.namespace}")
    page.line(0, f"CreationTimestamp:\t{date(meta.creationTimestamp)}")
    page.pairs("Labels", meta.labels)
    page.annotations(meta.annotations)
    page.line(0, f"Selector:\t{selector(spec.selector)}")
    page.line(
        0,
        f"Replicas:\t{spec.replicas or 0} desired | {status.updatedReplicas} updated | {status.replicas} total | "
        f"{status.availableReplicas} available | {status.unavailableReplicas} unavailable",
    )
    if spec.strategy is not None:
        page.line(0, f"StrategyType:\t{spec.strategy.type}")
    page.line(0, f"MinReadySeconds:\t{spec.minReadySeconds}")
    if spec.strategy is not None and spec.strategy.rollingUpdate is not None:
        rolling = spec.strategy.rollingUpdate
        page.line(0, f"RollingUpdateStrategy:\t{rolling.maxUnavailable} max unavailable, {rolling.maxSurge} max surge")
    template(page, spec.template)
    if status.conditions:
        page.line(0, "Conditions:\n  Type\tStatus\tReason")
        page.line(1, "----\t------\t------")
    for condition in status.conditions:
        page.line(1, f"{condition.type} \t{condition.status}\t{condition.reason}")
    sets: list[ReplicaSet] = around.owned("ReplicaSet", meta)
    new = new_replica_set(deployment, sets)
    if sets:
        page.line(0, f"OldReplicaSets:\t{_sets([one for one in sets if one is not new])}")
        page.line(0, f"NewReplicaSet:\t{_sets([new] if new is not None else [])}")
    events(page, around.events("Deployment", meta))


def _sets(listed: Sequence[ReplicaSet]) -> str:
    return (
        ", ".join(
            f"{one.metadata.name} ({one.status.replicas}/{one.spec.replicas or 0} replicas created)" for one in listed
        )
        or "<none>"
    )
