"""Two kinds in two versions: which is stored, and how one becomes the other.

Why it exists: ``autoscaling/v1`` and ``autoscaling/v2`` show one HorizontalPodAutoscaler, ``v1`` and ``events.k8s.io/v1``
one Event; the store holds the first version that the scheme names (v2, and core v1). Simplified: metrics other than CPU
utilisation, and behaviour, are not carried in annotations when read as autoscaling/v1. The real counterpart is the
conversion functions of each API group.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api.struct import Base
from pilothouse.api.types import autoscaling, autoscaling_v1, core, events

_SAME = ("metadata", "action", "eventTime", "reason", "related", "reportingInstance", "type")
_EVENT = {
    "involvedObject": "regarding",
    "message": "note",
    "count": "deprecatedCount",
    "firstTimestamp": "deprecatedFirstTimestamp",
    "lastTimestamp": "deprecatedLastTimestamp",
    "source": "deprecatedSource",
    "reportingComponent": "reportingController",
}


def to_stored(obj: Base) -> Base:
    """The object in the version that the store holds; any object of another kind is returned as it is."""
    if isinstance(obj, autoscaling_v1.HorizontalPodAutoscaler):
        return _autoscaler_in(obj)
    return _event_in(obj) if isinstance(obj, events.Event) else obj


def to_version(obj: Base, api_version: str) -> Base:
    """A stored object as a client wants it that asks for `api_version`."""
    if isinstance(obj, autoscaling.HorizontalPodAutoscaler) and api_version == "autoscaling/v1":
        return _autoscaler_out(obj)
    return _event_out(obj) if isinstance(obj, core.Event) and api_version == "events.k8s.io/v1" else obj


def _event_in(event: events.Event) -> core.Event:
    values: dict[str, Any] = {name: getattr(event, name) for name in _SAME}
    for mine, theirs in _EVENT.items():
        value = getattr(event, theirs)
        if value is not None:
            values[mine] = value
    for name in ("firstTimestamp", "lastTimestamp", "eventTime"):
        values[name] = values.get(name) or None
    series = event.series
    if series is not None:
        values["series"] = core.EventSeries(count=series.count, lastObservedTime=series.lastObservedTime)
    return core.Event(**values)


def _event_out(event: core.Event) -> events.Event:
    values: dict[str, Any] = {name: getattr(event, name) for name in _SAME}
    values |= {theirs: getattr(event, mine) for mine, theirs in _EVENT.items()}
    for name in ("deprecatedFirstTimestamp", "deprecatedLastTimestamp", "eventTime"):
        values[name] = values[name] or ""
    series = event.series
    if series is not None:
        values["series"] = events.EventSeries(count=series.count, lastObservedTime=series.lastObservedTime)
    return events.Event(**values)


def _autoscaler_in(old: autoscaling_v1.HorizontalPodAutoscaler) -> autoscaling.HorizontalPodAutoscaler:
    spec, status, target = old.spec, old.status, old.spec.scaleTargetRef
    wanted, seen = spec.targetCPUUtilizationPercentage, status.currentCPUUtilizationPercentage
    metrics = [] if wanted is None else [_cpu(wanted)]
    current = None if seen is None else [_cpu_now(seen)]
    return autoscaling.HorizontalPodAutoscaler(
        metadata=old.metadata,
        spec=autoscaling.HorizontalPodAutoscalerSpec(
            scaleTargetRef=autoscaling.CrossVersionObjectReference(
                apiVersion=target.apiVersion, kind=target.kind, name=target.name
            ),
            minReplicas=spec.minReplicas,
            maxReplicas=spec.maxReplicas,
            metrics=metrics,
        ),
        status=autoscaling.HorizontalPodAutoscalerStatus(
            currentReplicas=status.currentReplicas,
            desiredReplicas=status.desiredReplicas,
            lastScaleTime=status.lastScaleTime,
            observedGeneration=status.observedGeneration,
            currentMetrics=current,
        ),
    )


def _cpu(percent: int) -> autoscaling.MetricSpec:
    target = autoscaling.MetricTarget(type="Utilization", averageUtilization=percent)
    return autoscaling.MetricSpec(type="Resource", resource=autoscaling.ResourceMetricSource(name="cpu", target=target))


def _cpu_now(percent: int) -> autoscaling.MetricStatus:
    current = autoscaling.MetricValueStatus(averageUtilization=percent)
    return autoscaling.MetricStatus(
        type="Resource", resource=autoscaling.ResourceMetricStatus(name="cpu", current=current)
    )


def _autoscaler_out(new: autoscaling.HorizontalPodAutoscaler) -> autoscaling_v1.HorizontalPodAutoscaler:
    spec, status, target = new.spec, new.status, new.spec.scaleTargetRef
    wanted = [m.resource.target.averageUtilization for m in spec.metrics if m.resource and m.resource.name == "cpu"]
    seen = [
        m.resource.current.averageUtilization
        for m in status.currentMetrics or []
        if m.resource and m.resource.name == "cpu"
    ]
    return autoscaling_v1.HorizontalPodAutoscaler(
        metadata=new.metadata,
        spec=autoscaling_v1.HorizontalPodAutoscalerSpec(
            scaleTargetRef=autoscaling_v1.CrossVersionObjectReference(
                apiVersion=target.apiVersion, kind=target.kind, name=target.name
            ),
            minReplicas=spec.minReplicas,
            maxReplicas=spec.maxReplicas,
            targetCPUUtilizationPercentage=wanted[0] if wanted else None,
        ),
        status=autoscaling_v1.HorizontalPodAutoscalerStatus(
            currentReplicas=status.currentReplicas,
            desiredReplicas=status.desiredReplicas,
            lastScaleTime=status.lastScaleTime,
            observedGeneration=status.observedGeneration,
            currentCPUUtilizationPercentage=seen[0] if seen else None,
        ),
    )
