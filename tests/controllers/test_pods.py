from __future__ import annotations

from typing import Any

import pytest

from pilothouse.api import Pod, from_dict, timestamp
from pilothouse.controllers.pods import available_in, magnitude, victims

NOW = 1000.0


def pod(name: str, node: str = "n1", phase: str = "Running", ready: float | None = 500.0, **more: Any) -> Pod:
    conditions = (
        [{"type": "Ready", "status": "True", "lastTransitionTime": timestamp(ready)}] if ready is not None else []
    )
    cost = {"controller.kubernetes.io/pod-deletion-cost": str(more["cost"])} if "cost" in more else {}
    return from_dict(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "annotations": cost, "creationTimestamp": timestamp(more.get("created", 100.0))},
            "spec": {"nodeName": node, "containers": [{"name": "c", "image": "a"}]},
            "status": {
                "phase": phase,
                "conditions": conditions,
                "containerStatuses": [
                    {"name": "c", "image": "a", "imageID": "", "ready": True, "restartCount": more.get("restarts", 0)}
                ],
            },
        }
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(pod("b", node=""), pod("a", phase="Pending"), id="without a node before pending"),
        pytest.param(pod("b", phase="Pending"), pod("a", phase="Unknown"), id="pending before unknown"),
        pytest.param(pod("b", phase="Unknown"), pod("a"), id="unknown before running"),
        pytest.param(pod("b", ready=None, cost=1000), pod("a", cost=-10), id="not ready before cheap"),
        pytest.param(pod("b", cost=-1), pod("a", restarts=9), id="cheap before often restarted"),
        pytest.param(pod("b", ready=999.0), pod("a", ready=10.0), id="ready for a short time before long"),
        pytest.param(pod("b", restarts=3), pod("a", restarts=1), id="often restarted first"),
        pytest.param(pod("b", created=998.0), pod("a", created=1.0), id="young before old"),
    ],
)
def test_who_goes_first(first: Pod, second: Pod) -> None:
    assert victims([second, first], 1, [], NOW) == [first]


def test_pods_of_crowded_nodes_go_first() -> None:
    lonely, crowded, neighbour = pod("a", node="n1"), pod("b", node="n2"), pod("c", node="n2")
    assert victims([lonely, crowded], 1, [lonely, crowded, neighbour], NOW) == [crowded]
    assert victims([lonely, crowded], 1, [], NOW) == [lonely]


def test_ages_are_compared_by_their_magnitude() -> None:
    assert [magnitude(since, NOW) for since in (None, 1000.0, 999.0, 996.0, 0.0)] == [-2, -1, 29, 31, 39]


@pytest.mark.parametrize(
    ("ready", "seconds", "expected"), [(None, 0, None), (990.0, 0, 0.0), (990.0, 10, 0.0), (995.0, 10, 5.0)]
)
def test_available_after_having_been_ready_for_long_enough(
    ready: float | None, seconds: int, expected: float | None
) -> None:
    assert available_in(pod("a", ready=ready), seconds, NOW) == expected
