"""A cluster without kubelets on which a recording is played again: the test itself writes the pods' statuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from pilothouse import Cluster
from pilothouse.api import Pod, timestamp, to_dict
from pilothouse.kernel import Controller, Key, itself

Choice = Callable[[Pod], bool]


def every(pod: Pod) -> bool:
    return True


def none(pod: Pod) -> bool:
    return False


def zoned() -> list[dict[str, Any]]:
    """The six nodes of the recordings, in three zones."""
    room = {"cpu": "8", "memory": "32Gi", "pods": "110"}
    return [
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": f"node-{number}",
                "labels": {"topology.kubernetes.io/zone": f"zone-{'abc'[number % 3]}"},
            },
            "status": {"capacity": room, "allocatable": room},
        }
        for number in range(1, 7)
    ]


class Stage:
    """One cluster, one namespace, and replica sets named RS1, RS2, ... in the order in which they were first seen."""

    def __init__(self, nodes: int | Iterable[Any] = 6, namespace: str = "default", seed: int = 0) -> None:
        self.cluster = Cluster(nodes=nodes, kubelet=False, seed=seed)
        self.namespace = namespace
        self.names: dict[str, str] = {}
        self.hashes: dict[str, str] = {}
        self.addresses = 0
        if namespace != "default":
            self.cluster.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
            self.cluster.settle()

    def create(self, kind: str, name: str, spec: dict[str, Any], **metadata: Any) -> Any:
        version = {"Deployment": "apps/v1", "ReplicaSet": "apps/v1", "DaemonSet": "apps/v1", "StatefulSet": "apps/v1"}
        version |= {"PodDisruptionBudget": "policy/v1", "Job": "batch/v1"}
        body = {"apiVersion": version.get(kind, "v1"), "kind": kind, "metadata": {"name": name, **metadata}}
        return self.cluster.api.create({**body, "spec": spec}, namespace=self.namespace)

    def patch(self, kind: str, name: str, spec: dict[str, Any], **options: Any) -> None:
        self.cluster.api.patch(kind, name, {"spec": spec}, namespace=self.namespace, **options)

    def image(self, kind: str, name: str, image: str) -> None:
        self.patch(
            kind, name, {"template": {"spec": {"containers": [{"name": "c", "image": image}]}}}, type="strategic"
        )

    def pods(self) -> list[Pod]:
        return sorted(self.cluster.list("pods", self.namespace), key=lambda pod: int(pod.metadata.resourceVersion))

    # ----------------------------------------------------------------------------------------------- the lives of pods
    def write(self, pod: Pod, phase: str, is_ready: bool) -> None:
        """Write a pod's status as a kubelet would."""
        self.addresses += 1
        now = timestamp(self.cluster.now)
        ready = {"type": "Ready", "status": "True" if is_ready else "False", "lastTransitionTime": now}
        up = {"imageID": "", "ready": is_ready, "restartCount": 0, "state": {"running": {"startedAt": now}}}
        containers = [{"name": c.name, "image": c.image, **up} for c in pod.spec.containers]
        status: dict[str, Any] = {"phase": phase, "conditions": [ready], "containerStatuses": containers}
        if not pod.status.podIP:
            status["podIP"] = f"10.128.0.{self.addresses}"
            status["podIPs"] = [{"ip": status["podIP"]}]
        body = {"status": status}
        self.cluster.api.patch("pod", pod.metadata.name, body, namespace=self.namespace, subresource="status")

    def quiet(self, ready: Choice = every, end: Choice = every, seconds: float = 1.0) -> None:
        """Let the controllers work until all is quiet; these bound pods become ready, these deleted ones go."""
        while True:
            self.cluster.settle()
            before = self.cluster.store.revision
            for pod in self.pods():
                if pod.metadata.deletionTimestamp:
                    if end(pod):
                        self.cluster.api.delete("pod", pod.metadata.name, self.namespace, grace=0)
                elif pod.spec.nodeName and pod.status.phase == "Pending" and ready(pod):
                    self.write(pod, "Running", True)
            if self.cluster.store.revision == before:
                break
        self.cluster.run(seconds)
        self.name_replica_sets()

    def name_replica_sets(self) -> None:
        for rs in sorted(self.cluster.list("rs", self.namespace), key=lambda rs: int(rs.metadata.uid[-12:], 16)):
            known = sum(alias.startswith("RS") for alias in self.names.values())
            self.names.setdefault(rs.metadata.name, f"RS{known + 1}")
            if "pod-template-hash" in rs.metadata.labels:
                self.hashes[rs.metadata.labels["pod-template-hash"]] = "HASH"

    def text(self, words: str) -> str:
        """Words with the replica sets' names in them replaced."""
        for real, alias in [*self.names.items(), *self.hashes.items()]:
            words = words.replace(real, alias)
        return words

    # -------------------------------------------------------------------------------------------------- what was noted
    def rollout(self, name: str = "web") -> dict[str, Any]:
        """What the recorder noted of a Deployment."""
        status = to_dict(self.cluster.get("deployment", name, self.namespace))["status"]
        told = status.pop("conditions")
        status.pop("observedGeneration")
        conditions = [[c["type"], c["status"], c["reason"], self.text(c["message"])] for c in told]
        return {"conds": conditions, "dep": status, "rs": self.sizes()}

    def sizes(self) -> dict[str, list[int]]:
        return {
            self.names[rs.metadata.name]: [
                rs.spec.replicas,
                rs.status.replicas,
                rs.status.readyReplicas,
                rs.status.availableReplicas,
            ]
            for rs in self.cluster.list("rs", self.namespace)
        }

    def notes(self) -> dict[str, Any]:
        """The annotations of the replica sets."""
        sets = self.cluster.list("rs", self.namespace)
        return {self.names[rs.metadata.name]: dict(rs.metadata.annotations) for rs in sets}

    def events(self, *kinds: str) -> Counter[str]:
        """What was told about objects of these kinds, and how often."""
        found = Counter[str]()
        for event in self.cluster.list("events", self.namespace):
            about = event.involvedObject.kind
            if about in kinds:
                words = self.text(event.message)
                source = event.source.component or event.reportingComponent
                name = self.text(event.involvedObject.name)
                found[f"{about}/{name} {event.type} {event.reason} {source}: {words}"] += event.count or 1
        return found


class Free(Controller):
    """Lets the lives of pods run freely: bound ones are ready a tenth of a second later, one by one; deleted ones end at once."""

    name = "player"
    watches: ClassVar = {"Pod": itself}
    DELAY, BETWEEN = 0.1, 0.02  # seconds

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.due: dict[str, float] = {}
        self.last = 0.0

    def reconcile(self, key: Key) -> float | None:
        pod = self.store.get(*key)
        if pod is None or not pod.spec.nodeName:
            return None
        if pod.metadata.deletionTimestamp:
            self.api.delete("pod", key.name, key.namespace, grace=0)
        elif pod.status.phase == "Pending":
            if pod.metadata.uid not in self.due:
                self.last = max(self.clock.now + self.DELAY, self.last + self.BETWEEN)
                self.due[pod.metadata.uid] = self.last
            left = self.due[pod.metadata.uid] - self.clock.now
            if left > 1e-6:
                return left
            self.stage.write(pod, "Running", True)
        return None
