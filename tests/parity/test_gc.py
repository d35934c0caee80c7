"""Who goes along with whom, beside a real control plane: cascades, finalizers, a namespace that ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from facts import Facts
from stage import Stage

from pilothouse.api import to_dict
from pilothouse.apiserver import ApiError

pytestmark = pytest.mark.fidelity(
    "Garbage collection: cascades, finalizers, the end of a namespace",
    "faithful",
    "every fact of controlplane/gc.json, or listed in tests/parity/differences.py",
)
TEMPLATE = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "a:1"}]}}
WEB = {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": TEMPLATE}


class Scene:
    """The recorded facts by their titles, and the stage on which they are played again."""

    def __init__(self, shared: Path) -> None:
        self.facts, self.stage = Facts(shared, "gc", "cascade"), Stage(namespace="r-gc")
        self.api = self.stage.cluster.api
        self.recorded = {title(fact): rest(fact) for fact in self.facts["facts"]}

    def compare(self, name: str, *ours: Any) -> None:
        self.facts.compare(name, self.recorded.pop(name), list(ours))

    def configs(self) -> list[str]:
        return [item.metadata.name for item in self.api.list("cm", "r-gc")]

    def config(self, name: str, namespace: str = "r-gc", **metadata: Any) -> Any:
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}}
        return self.api.create(body, namespace=namespace)


def title(fact: list[Any]) -> str:
    policy = fact[0] in ("Background", "Foreground", "Orphan")
    return f"{fact[0]} {fact[1]}" if policy else fact[0]


def rest(fact: list[Any]) -> list[Any]:
    kept = fact[2:] if fact[0] in ("Background", "Foreground", "Orphan") else fact[1:]
    if isinstance(kept[0], list):  # the recorded server's own map of certificates
        kept = [[name for name in kept[0] if name != "openshift-service-ca.crt"]]
    return kept


def test_all_of_it(shared: Path) -> None:
    scene = Scene(shared)
    for policy in ("Background", "Foreground", "Orphan"):
        cascade(scene, policy)
    dependents(scene)
    finalizer(scene)
    namespace(scene)
    assert not scene.recorded, f"nobody compared {list(scene.recorded)}"
    scene.facts.compare_events(scene.facts["events"], scene.stage.events("Deployment", "ReplicaSet"))
    scene.facts.close(at_least=120)


def cascade(scene: Scene, policy: str) -> None:
    """Delete a Deployment of two ready pods, which end after 0.7 seconds."""
    stage, cluster = scene.stage, scene.stage.cluster
    stage.create("Deployment", "web", WEB)
    stage.quiet()
    answer = scene.api.delete("deployment", "web", "r-gc", propagation=policy)
    live = cluster.store.get("Deployment", "r-gc", "web")
    body = to_dict(answer)
    if body["kind"] == "Deployment":
        body = {"kind": "Deployment", "details": None, "status": body["status"]}
    finalizers = live.metadata.finalizers if live else None
    scene.compare(f"{policy} response", 200, stage_words(scene, body), finalizers, bool(live))
    for seconds in (0.1, 0.5, 1, 2.5):
        if seconds == 1:
            stage.quiet(seconds=0)
        cluster.run(cluster.now + seconds - {0.1: 0, 0.5: 0.1, 1: 0.5, 2.5: 1}[seconds] - cluster.now)
        scene.compare(f"{policy} +{seconds}s", state(scene))
    if policy == "Orphan":
        for replicaset in cluster.list("rs", "r-gc"):
            scene.api.delete("rs", replicaset.metadata.name, "r-gc")
        stage.quiet()
        scene.compare("Orphan rs deleted too (default policy)", state(scene))


def stage_words(scene: Scene, body: Any) -> Any:
    """The body with the replica set's name as it was recorded."""
    scene.stage.name_replica_sets()
    for condition in body.get("status", {}).get("conditions", []) if isinstance(body.get("status"), dict) else []:
        condition["message"] = scene.stage.text(condition["message"])
    return body


def state(scene: Scene) -> dict[str, Any]:
    """What is there, whether it is being deleted, and by what it is held."""

    def kinds(item: Any) -> list[str]:
        return [reference.kind for reference in item.metadata.ownerReferences]

    cluster = scene.stage.cluster
    return {
        "deploy": [
            [d.metadata.name, bool(d.metadata.deletionTimestamp), d.metadata.finalizers]
            for d in cluster.list("deployments", "r-gc")
        ],
        "pods": [[bool(pod.metadata.deletionTimestamp), kinds(pod)] for pod in scene.stage.pods()],
        "rs": [
            [bool(rs.metadata.deletionTimestamp), rs.metadata.finalizers, kinds(rs)]
            for rs in cluster.list("rs", "r-gc")
        ],
    }


def dependents(scene: Scene) -> None:
    """Config maps that name an owner: the one with a wrong uid goes at once, the other with the owner."""
    owner = scene.config("owner")
    for name, uid in (("dep1", owner.metadata.uid), ("dep2", "00000000-0000-0000-0000-000000000000")):
        scene.config(name, ownerReferences=[{"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": uid}])
    scene.stage.cluster.run("3s")
    scene.compare("configmap with a wrong owner uid after 3 s", scene.configs())
    scene.api.delete("cm", "owner", "r-gc")
    scene.stage.cluster.run("3s")
    scene.compare("owner deleted", scene.configs())


def finalizer(scene: Scene) -> None:
    scene.config("held", finalizers=["x.io/f"])
    answer = scene.api.delete("cm", "held", "r-gc")
    scene.compare("delete with finalizer: response", 200, bool(answer.metadata.deletionTimestamp))
    scene.api.delete("cm", "held", "r-gc")
    scene.compare("delete again", 200)
    scene.api.patch("cm", "held", {"metadata": {"finalizers": None}}, namespace="r-gc")
    scene.compare("finalizer removed", 200, "held" not in scene.configs())


def namespace(scene: Scene) -> None:
    """A namespace with a config map that a finalizer holds."""
    cluster = scene.stage.cluster
    scene.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "r-nsdel"}})
    cluster.settle()
    scene.config("held", "r-nsdel", finalizers=["x.io/f"])
    answer = to_dict(scene.api.delete("ns", "r-nsdel"))
    scene.compare("namespace delete response", 200, {key: answer[key] for key in ("kind", "spec", "status")})
    with pytest.raises(ApiError) as refused:
        scene.config("late", "r-nsdel")
    error = refused.value
    scene.compare("create in terminating namespace", error.code, error.reason, error.message, error.details)
    for seconds in (3, 20):
        cluster.run(seconds if seconds == 3 else 17)
        name = f"namespace conditions while a finalizer blocks +{seconds} s"
        scene.compare(name, to_dict(cluster.get("ns", "r-nsdel"))["status"])
    scene.api.patch("cm", "held", {"metadata": {"finalizers": None}}, namespace="r-nsdel")
    began = cluster.now
    cluster.run(until=lambda c: c.store.get("Namespace", "", "r-nsdel") is None, timeout="60s")
    scene.compare("namespace gone seconds after finalizer removal", round(cluster.now - began, 1))
