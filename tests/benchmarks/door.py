"""Benchmarks of the door: `python tests/benchmarks/door.py`.

Figures of one machine on one day, for comparing two versions side by side; nothing here is a test. The targets stand
beside the figures.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from pilothouse.api import Container, Node, ObjectMeta, Pod, PodSpec, replace
from pilothouse.apiserver import Client, Door, table
from pilothouse.kernel import Clock, Randoms, Store

PODS = 3_000
DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "c", "image": "nginx:1", "ports": [{"containerPort": 80}]}]},
        },
    },
}


def measure(name: str, target: str, times: int, act: Callable[[int], object]) -> None:
    """Print the microseconds of one call."""
    begin = time.perf_counter()
    for number in range(times):
        act(number)
    print(f"{name:<44}{(time.perf_counter() - begin) / times * 1e6:8.1f} us   {target}")


def main() -> None:
    """Measure each way through the door once."""
    clock = Clock()
    store = Store(clock)
    door = Door(store, clock, Randoms(0))
    door.bootstrap()
    user, component = Client(door), door.client("component")
    user.apply(DEPLOYMENT)
    user.create(Node(metadata=ObjectMeta(name="n1")))
    template = user.get("deploy", "web").spec.template
    plain = PodSpec(containers=[Container(name="c", image="nginx")])

    def pod(name: str, spec: PodSpec) -> Pod:
        return Pod(metadata=ObjectMeta(name=name, namespace="default", labels={"app": "web"}), spec=spec)

    made = [pod(f"made-{number}", template.spec) for number in range(PODS)]
    own = [pod(f"own-{number}", plain) for number in range(PODS)]
    measure("create a pod from a template (typed)", "under 60", PODS, lambda n: component.create(made[n]))
    measure("create a pod without defaults (typed)", "under 60", PODS, lambda n: component.create(own[n]))
    measure("bind it", "", PODS, lambda n: component.bind(f"made-{n}", "default", "n1"))
    live = [store.get("Pod", "default", f"made-{number}") for number in range(PODS)]
    seen = [replace(one, status=replace(one.status, phase="Running")) for one in live]
    measure("write its status", "under 20", PODS, lambda n: component.update(seen[n], subresource="status"))
    measure(
        "say something about it", "under 30", PODS, lambda n: component.event(live[n], "Normal", "Started", "it runs")
    )
    change = [
        {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": f"nginx:{number}"}]}}}}
        for number in range(500)
    ]
    measure(
        "strategic-merge patch of a Deployment",
        "under 300",
        500,
        lambda n: user.patch("deploy", "web", change[n], "strategic"),
    )
    measure(
        "apply an unchanged Deployment", "", 500, lambda n: user.apply({**DEPLOYMENT, "metadata": {"name": "web2"}})
    )
    begin = time.perf_counter()
    rows = table("Pod", user.list("pods"), True, 60.0).rows
    print(f"{'print a pod':<44}{(time.perf_counter() - begin) / len(rows) * 1e6:8.1f} us   under 15")


if __name__ == "__main__":
    main()
