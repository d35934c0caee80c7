"""A control plane of floors 1 to 4 alone: store, door, loop, controllers, and a scheduler of one line."""

from __future__ import annotations

from typing import Any, ClassVar

from pilothouse.api import from_dict
from pilothouse.apiserver import ApiError, Client, Door
from pilothouse.controllers import CONTROLLERS
from pilothouse.kernel import Clock, Controller, Loop, Randoms, Store, itself

CAPACITY = {"cpu": "1000", "memory": "4000Gi", "pods": "10000"}


class Binder(Controller):
    """Binds every pod to the first schedulable node, in turn."""

    name = "default-scheduler"
    watches: ClassVar = {"Pod": itself}

    def reconcile(self, key: Any) -> None:
        pod = self.store.get(*key)
        nodes = [n for n in self.store.list("Node") if not n.spec.unschedulable and not n.spec.taints]
        if pod is None or pod.spec.nodeName or pod.metadata.deletionTimestamp or not nodes:
            return
        if pod.spec.schedulerName in ("", "default-scheduler") and not pod.spec.nodeSelector:
            try:
                self.api.bind(
                    pod.metadata.name, pod.metadata.namespace, nodes[pod_number(pod) % len(nodes)].metadata.name
                )
            except ApiError as error:
                if error.code != 409:
                    raise


def pod_number(pod: Any) -> int:
    return int(pod.metadata.resourceVersion)


def node(name: str, **labels: str) -> dict[str, Any]:
    ready = {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, **labels}},
        "status": {"capacity": CAPACITY, "allocatable": CAPACITY, "conditions": [ready]},
    }


class Rig:
    """As much of a Cluster as the judge of the controllers needs."""

    def __init__(self, nodes: Any = 1, kubelet: bool = False, seed: int = 0, guard: bool = False) -> None:
        self.clock, randoms = Clock(), Randoms(seed)
        self.store = Store(self.clock, None, guard=guard)
        self.door = Door(self.store, self.clock, randoms)
        self.loop = Loop(self.store, self.clock, randoms)
        self.api = Client(self.door)
        self.door.bootstrap()
        for component in [*(make() for make in CONTROLLERS), Binder()]:
            self.loop.add(component, self.door.client(component.name))
        for item in [node(f"n{i + 1}") for i in range(nodes)] if isinstance(nodes, int) else nodes:
            self.store.create(from_dict(item))
        self.settle()

    @property
    def now(self) -> float:
        return self.clock.now

    def settle(self) -> None:
        self.loop.run(self.clock.now)

    def run(self, time: str | float) -> None:
        self.loop.run(self.clock.now + float(str(time).rstrip("s")))
