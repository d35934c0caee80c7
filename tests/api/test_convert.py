"""Conditions, and kinds that have two versions."""

from __future__ import annotations

from typing import Any

import pytest

from pilothouse import api
from pilothouse.api import condition
from pilothouse.api.convert import to_stored, to_version

META = {"name": "x", "namespace": "default"}
TARGET = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
PAIRS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {
            "apiVersion": "autoscaling/v1",
            "kind": "HorizontalPodAutoscaler",
            "metadata": META,
            "spec": {
                "maxReplicas": 5,
                "minReplicas": 2,
                "scaleTargetRef": TARGET,
                "targetCPUUtilizationPercentage": 70,
            },
            "status": {"currentReplicas": 2, "desiredReplicas": 3, "currentCPUUtilizationPercentage": 90},
        },
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": META,
            "spec": {
                "maxReplicas": 5,
                "minReplicas": 2,
                "scaleTargetRef": TARGET,
                "metrics": [
                    {
                        "type": "Resource",
                        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
                    }
                ],
            },
            "status": {
                "currentReplicas": 2,
                "desiredReplicas": 3,
                "currentMetrics": [
                    {"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 90}}}
                ],
            },
        },
    ),
    (
        {
            "apiVersion": "events.k8s.io/v1",
            "kind": "Event",
            "metadata": META,
            "eventTime": "2026-01-01T00:00:01.000000Z",
            "note": "it is so",
            "reason": "So",
            "regarding": {"kind": "Pod", "name": "p"},
            "reportingController": "me",
            "reportingInstance": "me-1",
            "type": "Normal",
            "deprecatedSource": {},
            "series": {"count": 2, "lastObservedTime": "2026-01-01T00:00:02.000000Z"},
        },
        {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": META,
            "eventTime": "2026-01-01T00:00:01.000000Z",
            "firstTimestamp": None,
            "lastTimestamp": None,
            "message": "it is so",
            "reason": "So",
            "involvedObject": {"kind": "Pod", "name": "p"},
            "reportingComponent": "me",
            "reportingInstance": "me-1",
            "type": "Normal",
            "source": {},
            "series": {"count": 2, "lastObservedTime": "2026-01-01T00:00:02.000000Z"},
        },
    ),
]


@pytest.mark.fidelity(
    "Objects: HorizontalPodAutoscaler v1, Event of events.k8s.io",
    "simplified",
    "read as autoscaling/v1, metrics other than CPU utilisation are left out instead of kept in annotations",
)
@pytest.mark.parametrize(("other", "stored"), PAIRS, ids=["autoscaler", "event"])
def test_two_versions_of_one_object(other: dict[str, Any], stored: dict[str, Any]) -> None:
    assert api.to_dict(to_stored(api.from_dict(other))) == stored
    assert api.to_dict(to_version(api.from_dict(stored), other["apiVersion"])) == other
    assert api.to_dict(to_version(api.from_dict(stored), stored["apiVersion"])) == stored


def test_other_kinds_have_one_version() -> None:
    pod = api.Pod()
    assert to_stored(pod) is pod
    assert to_version(pod, "v1") is pod


def test_conditions() -> None:
    ready = api.PodCondition(type="Ready", status="False", lastTransitionTime="2026-01-01T00:00:01Z")
    conditions = condition.put([api.PodCondition(type="Initialized", status="True")], ready)
    assert condition.find(conditions, "Ready") is ready
    assert condition.find(conditions, "Other") is None
    assert not condition.is_true(conditions, "Ready")
    later = api.replace(ready, lastTransitionTime="2026-01-01T00:00:09Z")
    assert condition.put(conditions, later) is conditions
    said = condition.put(conditions, api.replace(later, message="why"))
    assert said[1].lastTransitionTime == ready.lastTransitionTime
    well = condition.put(said, api.replace(later, status="True"))
    assert well[1].lastTransitionTime == later.lastTransitionTime
    assert condition.is_true(well, "Ready")
    assert [each.type for each in condition.without(well, "Initialized")] == ["Ready"]
