"""`kubectl describe horizontalpodautoscaler`."""

from __future__ import annotations

from pilothouse.api import HorizontalPodAutoscaler, HPAScalingRules, MetricSpec, MetricStatus

from .events import events
from .page import Page, date
from .surroundings import Surroundings


def describe(scaler: HorizontalPodAutoscaler, around: Surroundings, page: Page) -> None:
    """What is measured, against which target, and what follows from it."""
    meta, spec, status = scaler.metadata, scaler.spec, scaler.status
    page.line(0, f"Name:\t{meta.name}")
    page.line(0, f"Namespace:\t{meta.namespace}")
    page.pairs("Labels", meta.labels)
    page.annotations(meta.annotations)
    page.line(0, f"CreationTimestamp:\t{date(meta.creationTimestamp)}")
    page.line(0, f"Reference:\t{spec.scaleTargetRef.kind}/{spec.scaleTargetRef.name}")
    page.line(0, "Metrics:\t( current / target )")
    measured = status.currentMetrics or []
    for number, metric in enumerate(spec.metrics):
        current = measured[number] if number < len(measured) else None
        page.line(1, metric_text(metric, current))
    page.line(0, f"Min replicas:\t{'<unset>' if spec.minReplicas is None else spec.minReplicas}")
    page.line(0, f"Max replicas:\t{spec.maxReplicas}")
    if spec.behavior is not None:
        page.line(0, "Behavior:")
        _rules(page, "Up", spec.behavior.scaleUp)
        _rules(page, "Down", spec.behavior.scaleDown)
    page.line(
        0, f"{spec.scaleTargetRef.kind} pods:\t{status.currentReplicas} current / {status.desiredReplicas} desired"
    )
    if status.conditions:
        page.line(0, "Conditions:\n  Type\tStatus\tReason\tMessage\n  ----\t------\t------\t-------")
    for one in status.conditions:
        page.line(1, f"{one.type}\t{one.status}\t{one.reason}\t{one.message}")
    events(page, around.events("HorizontalPodAutoscaler", meta))


def metric_text(metric: MetricSpec, current: MetricStatus | None) -> str:
    """One metric on one line: what, then now / wanted."""
    if metric.resource is not None:
        target = metric.resource.target
        now = current.resource.current if current is not None and current.resource is not None else None
        if target.averageValue:
            return f"resource {metric.resource.name} on pods:\t{now.averageValue if now else '<unknown>'} / {target.averageValue}"
        have = "<unknown>"
        if now is not None and now.averageUtilization is not None:
            have = f"{now.averageUtilization}% ({now.averageValue})"
        wanted = "<auto>" if target.averageUtilization is None else f"{target.averageUtilization}%"
        return f"resource {metric.resource.name} on pods  (as a percentage of request):\t{have} / {wanted}"
    if metric.pods is not None:
        measured = (
            current.pods.current.averageValue if current is not None and current.pods is not None else "<unknown>"
        )
        return f'"{metric.pods.metric.name}" on pods:\t{measured} / {metric.pods.target.averageValue}'
    return "<unknown metric type>"


def _rules(page: Page, direction: str, rules: HPAScalingRules | None) -> None:
    if rules is None:
        return
    page.line(1, f"Scale {direction}:")
    if rules.stabilizationWindowSeconds is not None:
        page.line(2, f"Stabilization Window: {rules.stabilizationWindowSeconds} seconds")
    if rules.policies:
        page.line(2, f"Select Policy: {rules.selectPolicy or 'Max'}")
        page.line(2, "Policies:")
    for policy in rules.policies:
        page.line(3, f"- Type: {policy.type}\tValue: {policy.value}\tPeriod: {policy.periodSeconds} seconds")
