"""What a pod asks for, in the corners: init containers, sidecars, overhead, limits, the pod as a whole."""

from __future__ import annotations

from typing import Any

import pytest
from small_world import typed

from pilothouse.scheduler.requests import DEFAULT_CPU, DEFAULT_MEMORY, requests_of

Mi = 1024 * 1024


def container(cpu: str = "", memory: str = "", limits: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    requests = {key: value for key, value in (("cpu", cpu), ("memory", memory)) if value}
    resources = {"requests": requests, **({"limits": limits} if limits else {})}
    return {"name": "c", "image": "x", "resources": resources, **more}


@pytest.mark.parametrize(
    ("spec", "amounts", "scored"),
    [
        ({"containers": [container()]}, {}, (DEFAULT_CPU, DEFAULT_MEMORY)),
        ({"containers": [container("250m", "64Mi")]}, {"cpu": 250, "memory": 64 * Mi}, (250, 64 * Mi)),
        ({"containers": [container("1"), container(memory="1Mi")]}, {"cpu": 1000, "memory": Mi}, (1100, 201 * Mi)),
        ({"containers": [container(limits={"cpu": "2"})]}, {"cpu": 2000}, (2000, DEFAULT_MEMORY)),
        ({"containers": [container("1")], "initContainers": [container("3")]}, {"cpu": 3000}, (3000, DEFAULT_MEMORY)),
        (  # a sidecar stays beside the containers, and beside the init containers after it
            {
                "containers": [container("1")],
                "initContainers": [container("1", restartPolicy="Always"), container("1500m")],
            },
            {"cpu": 2500},
            (2500, 2 * DEFAULT_MEMORY),
        ),
        (  # an init container before the sidecar does not run beside it
            {
                "containers": [container("1")],
                "initContainers": [container("2"), container("500m", restartPolicy="Always")],
            },
            {"cpu": 2000},
            (2000, 2 * DEFAULT_MEMORY),
        ),
        (
            {"containers": [container("1")], "overhead": {"cpu": "250m", "memory": "1Mi"}},
            {"cpu": 1250, "memory": Mi},
            (1250, 201 * Mi),
        ),
        (
            {"containers": [container("1")], "resources": {"requests": {"cpu": "3"}}},
            {"cpu": 3000},
            (3000, DEFAULT_MEMORY),
        ),
        ({"containers": [container("0.1")], "initContainers": []}, {"cpu": 100}, (100, DEFAULT_MEMORY)),
    ],
)
def test_requests(spec: dict[str, Any], amounts: dict[str, int], scored: tuple[int, int]) -> None:
    pod = typed({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec})
    found = requests_of(pod)
    assert found.amounts == amounts
    assert (found.cpu, found.memory) == scored


def test_a_pod_as_a_whole_is_overlooked_in_its_own_score() -> None:
    spec = {"containers": [container("1", "1Mi")], "resources": {"requests": {"cpu": "3"}}}
    found = requests_of(typed({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}))
    assert (found.cpu, found.own_cpu) == (3000, 1000)


def test_a_resized_pod_counts_what_it_holds() -> None:
    pod = typed(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "p"},
            "spec": {"containers": [container("1")]},
            "status": {"containerStatuses": [{"name": "c", "allocatedResources": {"cpu": "2"}}]},
        }
    )
    assert requests_of(pod).amounts == {"cpu": 2000}
