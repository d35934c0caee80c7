"""A cluster of floors 1 to 4 alone: store, door, loop and the kubelet, with pods bound by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pilothouse.api import Pod
from pilothouse.apiserver import Client, Door
from pilothouse.containers import Registry
from pilothouse.kernel import Clock, Loop, Randoms, Store
from pilothouse.kubelet import Heartbeat, Kubelet


class Bench:
    """What the tests act on: `api`, `run`, and what they read."""

    def __init__(self, nodes: int = 1, unknown: str = "refuse", kubelet: bool = True) -> None:
        self.clock = Clock()
        self.store = Store(self.clock, guard=True)
        self.randoms = Randoms(0)
        self.door = Door(self.store, self.clock, self.randoms)
        self.door.bootstrap()
        self.api = Client(self.door)
        self.loop = Loop(self.store, self.clock, self.randoms)
        self.kubelet: Any = Kubelet(Registry(unknown)) if kubelet else Heartbeat()
        self.loop.add(self.kubelet, Client(self.door, user="kubelet"))
        for namespace in ("default",):
            self.api.create(
                {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": namespace}}
            )
        for number in range(nodes):
            self.kubelet.register(f"n{number + 1}")
        self.run(60)

    def run(self, seconds: float) -> None:
        self.loop.run(self.clock.now + seconds)

    def pod(self, name: str, node: str = "n1", **spec: Any) -> Pod:
        spec.setdefault("nodeName", node)
        body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}
        created: Pod = self.api.create(body)
        return created

    def get(self, name: str) -> Pod:
        found: Pod = self.api.get("Pod", name)
        return found

    def story(self, name: str) -> list[tuple[float, Any]]:
        return [
            (change.time, change) for change in self.store.log.changes if change.kind == "Pod" and change.name == name
        ]

    def events(self, name: str) -> list[tuple[str, str, int]]:
        found = self.api.list("Event")
        return [
            (e.reason, e.message, e.count)
            for e in sorted(found, key=lambda e: e.metadata.name)
            if e.involvedObject.name == name
        ]


@pytest.fixture
def bench() -> Callable[..., Bench]:
    return Bench
