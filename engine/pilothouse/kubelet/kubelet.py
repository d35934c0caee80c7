"""The kubelet of every node: it makes the containers of the pods that are bound to its node, and tells how they are.

One component serves all nodes; each pod is a key, and its `Record` is all that is remembered of it. What a real
kubelet finds out again after its restart (which containers run, since when, how often they were started) is read back
from the pod's status here. Its restart forgets the back-off, as in reality.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from pilothouse.api import Pod, PodStatus, replace
from pilothouse.containers import Registry, Result, log_of
from pilothouse.kernel import Change, Key
from pilothouse.kernel.loop import Watch
from pilothouse.kubelet import inside
from pilothouse.kubelet import node as nodes
from pilothouse.kubelet.adoption import adopt, rebooted
from pilothouse.kubelet.images import Images
from pilothouse.kubelet.nodekeeper import NodeKeeper, of_lease, of_node
from pilothouse.kubelet.record import Box, Record
from pilothouse.kubelet.worker import Worker

RANGE = 253  # pod addresses of a node
RUNS = 2  # of a container whose logs are kept: this one and the one before, as `kubectl logs --previous` reads it


class Kubelet(NodeKeeper):
    """All kubelets of the cluster.

    Args:
        registry: where images come from.
    """

    name = "kubelet"
    declares: ClassVar[tuple[str, ...]] = ("records", "present", "addresses", "old_logs")

    def __init__(self, registry: Registry | None = None) -> None:
        self.registry = registry if registry is not None else Registry()
        self.records: dict[Key, Record] = {}
        self.present: dict[str, tuple[tuple[int, str], ...]] = {}  # node -> (minus the bytes, image), largest first
        self.addresses: dict[str, int] = {}  # node -> how many pod addresses were given
        self.old_logs: dict[tuple[str, str, int], tuple[tuple[float, str], ...]] = {}  # (uid, container, run)

    @property
    def watches(self) -> Mapping[str, Watch]:
        """Pods that change otherwise than by its own reports, and the life of nodes."""
        return {"Pod": of_pod, "Lease": of_lease, "Node": of_node}

    def start(self) -> None:
        """Know again which images are where."""
        self.images = Images(self.store, self.present)

    def fork(self) -> Kubelet:
        """The same kubelets for a forked cluster."""
        twin = super().fork()
        assert isinstance(twin, Kubelet)
        twin.registry = self.registry.copy()
        return twin

    def keys(self) -> Iterable[Key]:
        """After a start: every pod that has a node, and every node."""
        for node in self.store.list("Node"):
            yield Key("Node", "", node.metadata.name)
        for pod in self.store.list("Pod"):
            if pod.spec.nodeName:
                yield Key("Pod", pod.metadata.namespace, pod.metadata.name)

    def reconcile(self, key: Key) -> float | None:
        """Give a pod's worker its turn, or look after a node."""
        if key.kind == "Node":
            return self._node(key)
        pod = self.store.get("Pod", key.namespace, key.name)
        record = self.records.get(key)
        if pod is None or (record is not None and record.uid != pod.metadata.uid):
            self._forget(key, record)
            record = None
        if pod is None or not pod.spec.nodeName or not self.lives(pod.spec.nodeName):
            return None
        self.store.actor = f"{self.name}/{pod.spec.nodeName}"
        if record is None:
            record = adopt(self, pod)
        worker = Worker(self, pod, record)
        after = worker.turn()
        if self.store.get("Pod", key.namespace, key.name) is None:
            self._forget(key, worker.record)
        else:
            self.records[key] = worker.record
        return after

    def _node(self, key: Key) -> float | None:
        self.store.actor = f"{self.name}/{key.name}"
        self.look_after(key.name)
        if not self.lives(key.name):
            return None
        self.images.report(self, key.name)
        for pod in self.store.by("Pod", "node", key.name):
            place = Key("Pod", pod.metadata.namespace, pod.metadata.name)
            if place not in self.records:
                self.wake(place)
        return None

    def _forget(self, key: Key, record: Record | None) -> None:
        self.records.pop(key, None)
        if record is not None:
            for place in [place for place in self.old_logs if place[0] == record.uid]:
                del self.old_logs[place]

    # --- faults

    def fail(self, name: str) -> None:
        """The machine dies: its containers with it, and its kubelet says nothing any more."""
        super().fail(name)
        for key, record in list(self.records.items()):
            if record.node == name:
                self.records[key] = rebooted(record, self.clock.now)

    def recover(self, name: str) -> None:
        """The machine is back: its kubelet finds its pods without containers and starts them again."""
        back = not self.lives(name)
        super().recover(name)
        if not back:
            return
        for pod in self.store.by("Pod", "node", name):
            key = Key("Pod", pod.metadata.namespace, pod.metadata.name)
            record = self.records.get(key)
            if record is None or record.uid != pod.metadata.uid:
                record = rebooted(adopt(self, pod), self.clock.now)
            self.records[key] = record
            self.wake(key)

    # --- what a worker needs

    def event(self, about: Any, type: str, reason: str, message: str, field: str = "") -> None:
        """Tell what happened to an object, in the name of the node's kubelet."""
        node = about.spec.nodeName
        self.api.event(about, type, reason, message, component=f"{self.name}/{node}", field=field)

    def report(self, pod: Pod, status: PodStatus) -> Pod:
        """Write a pod's status if it says anything new; the pod as it is then."""
        if status == pod.status:
            return pod
        written: Pod = self.api.update(replace(pod, status=status), subresource="status")
        return written

    def remove(self, pod: Pod) -> None:
        """Nothing of a deleted pod is left: let it go."""
        self.api.delete("Pod", pod.metadata.name, pod.metadata.namespace, grace=0)

    def address(self, node: str) -> str:
        """The address of a node."""
        return nodes.host_address(self.store.get("Node", "", node))

    def next_ip(self, pod: Pod, name: str) -> str:
        """An address for a new sandbox: the next free one of the node's range, in turn."""
        node = self.store.get("Node", "", name)
        if pod.spec.hostNetwork or node is None or not node.spec.podCIDR:
            return self.address(name)
        prefix = node.spec.podCIDR.rpartition(".")[0]
        given = self.addresses.get(name)
        fresh = given is not None and given < RANGE  # the first time round, nothing can be taken
        others = [] if fresh else [other.status.podIP for other in self.store.by("Pod", "node", name)]
        taken = {address for address in others if address}
        if given is not None:
            first = given
        else:  # after a restart, some may be
            first = RANGE + len(taken) if taken else 0
        for count in range(first, first + RANGE):
            address = f"{prefix}.{count % RANGE + 2}"
            if address not in taken:
                self.addresses[name] = count + 1
                return address
        return ""

    def has_image(self, node: str, image: str) -> bool:
        """Whether an image is on a node."""
        return self.images.has(node, image)

    def add_image(self, node: str, image: str) -> None:
        """An image has been pulled to a node; the node's status tells of it with the next report."""
        self.images.add(node, image, self.registry.find(image).size)
        self.wake(Key("Node", "", node), nodes.HEARTBEAT)

    # --- logs

    def keep_log(self, record: Record, box: Box) -> None:
        """Keep the end of the log of a run that is over."""
        if box.process is None:
            return
        lines = tuple(log_of(box.process, self.clock.now, inside.LOG_LINES))
        self.old_logs.pop((record.uid, box.name, box.runs - RUNS), None)
        if lines:
            self.old_logs[record.uid, box.name, box.runs] = lines

    def logs(
        self, pod: str, container: str = "", namespace: str = "default", previous: bool = False
    ) -> list[tuple[float, str]]:
        """The log of a container of a pod: (time, line), oldest first; of the run before with `previous`.

        Raises ApiError where there is no such pod or container, no run of it, or nobody on the node to ask.
        """
        return inside.logs(self, self.api.get("Pod", pod, namespace), container, previous)

    def unsimulated(self) -> list[str]:
        """What containers were asked to do and only seem to do: one line each, sorted."""
        found = [
            f"image {name}: nobody knows it; it is taken for a server that stays up" for name in self.registry.assumed
        ]
        for key, record in self.records.items():
            for box in record.boxes:
                if box.process is not None:
                    told = f"pod {key.namespace}/{key.name}, container {box.name}: "
                    found += [told + line for line in box.process.tape.unsimulated]
        return sorted(found)

    def execute(self, pod: str, command: list[str], container: str = "", namespace: str = "default") -> Result:
        """Run a command in a container, beside its process, as `kubectl exec` does.

        Raises ApiError where there is no such pod or container, where it does not run, or the command is not there.
        """
        return inside.run(self, self.api.get("Pod", pod, namespace), command, container)


def of_pod(change: Change) -> Iterable[Key]:
    """Wake for a pod with a node, unless the change is a report of its own kubelet."""
    if change.object.spec.nodeName and not (change.verb == "MODIFIED" and change.actor.startswith("kubelet/")):
        yield change.key
