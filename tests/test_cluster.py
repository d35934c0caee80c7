"""The face of the engine: what a learner types, and what is said to the one who types it wrongly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pilothouse import Cluster
from pilothouse.api import Node, ObjectMeta, Pod
from pilothouse.apiserver import ApiError
from pilothouse.kernel import Controller, Key, itself

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: eta
spec:
  replicas: 3
  selector:
    matchLabels: {app: eta}
  template:
    metadata:
      labels: {app: eta}
    spec:
      containers:
      - name: model
        image: line/eta-model:1.0
"""


@pytest.fixture
def cluster() -> Cluster:
    made = Cluster(nodes=3)
    made.apply(DEPLOYMENT)
    return made


def test_a_deployment_becomes_ready(cluster: Cluster) -> None:
    assert cluster.run(until=lambda c: c.get("deployment", "eta").status.readyReplicas == 3, timeout="2m")
    assert {p.status.phase for p in cluster.list("pods", selector="app=eta")} == {"Running"}
    assert 0 < cluster.now < 60
    assert {p.spec.nodeName for p in cluster.list("po")} == {"n1", "n2", "n3"}


def test_nodes_are_given_by_number_or_as_objects() -> None:
    given = Cluster(nodes=[{"metadata": {"name": "gpu", "labels": {"zone": "a"}}}, Node(metadata=ObjectMeta(name="b"))])
    assert [n.metadata.name for n in given.list("nodes")] == ["b", "gpu"]
    assert given.get("node", "gpu").metadata.labels["zone"] == "a"
    node = Cluster(nodes=1).get("node", "n1")
    assert {k: node.status.allocatable[k] for k in ("cpu", "memory", "pods")} == {
        "cpu": "4",
        "memory": "8Gi",
        "pods": "110",
    }
    with pytest.raises(ValueError, match="nodes=-1: give 0 or more"):
        Cluster(nodes=-1)


def test_scaling_and_a_rolling_update_never_go_below_three_of_four(cluster: Cluster) -> None:
    cluster.api.patch("deployment", "eta", {"spec": {"replicas": 4}})
    cluster.run("1m")
    cluster.apply(DEPLOYMENT.replace("replicas: 3", "replicas: 4").replace(":1.0", ":1.1"))
    start = cluster.store.revision
    cluster.run("3m")
    ready = [c.after.status.readyReplicas for c in cluster.changes("deployment") if c.revision > start and c.after]
    assert min(ready) >= 3
    assert {p.spec.containers[0].image for p in cluster.list("pods")} == {"line/eta-model:1.1"}
    assert len(cluster.list("pods")) == 4


def test_a_lost_node_is_noticed_after_forty_to_fifty_seconds_and_left_five_minutes_later(cluster: Cluster) -> None:
    cluster.run("1m")
    lost = cluster.list("pods")[0].spec.nodeName
    cluster.fail(f"node/{lost}")
    begin = cluster.now

    def ready(c: Cluster) -> str:
        return next(x.status for x in c.get("node", lost).status.conditions if x.type == "Ready")

    assert cluster.run(until=lambda c: ready(c) == "Unknown", timeout="5m")
    assert 40 <= cluster.now - begin <= 50
    cluster.run("6m")
    alive = [p for p in cluster.list("pods") if not p.metadata.deletionTimestamp]
    assert len(alive) == 3
    assert all(p.spec.nodeName != lost for p in alive)
    cluster.recover(f"node/{lost}")
    cluster.run("1m")
    assert ready(cluster) == "True"


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda c: c.run("soon"), ValueError, r"'soon'.*(30s|5m)"),
        (lambda c: c.run("-5s"), ValueError, "-5s"),
        (lambda c: c.run(-5), ValueError, r"30s|5m"),
        (lambda c: c.run(), ValueError, r'run\("30s"\)'),
        (lambda c: c.get("pod", "nobody"), ApiError, 'pods "nobody" not found'),
        (lambda c: c.get("boat", "b"), Exception, 'the server doesn\'t have a resource type "boat"'),
        (lambda c: c.fail("node/n9"), ApiError, 'nodes "n9" not found'),
        (lambda c: c.fail("n1"), ValueError, 'give "node/NAME" or "component/NAME"'),
        (lambda c: c.fail("component/steward"), LookupError, "no component 'steward' runs here; there are: "),
        (lambda c: c.recover("component/scheduler"), LookupError, "did not fail"),
        (lambda c: c.at("1h"), None, ""),
        (lambda c: c.at(revision=10**6), Exception, "there is no revision 1000000"),
        (lambda c: c.apply(""), FileNotFoundError, "does not exist"),
        (lambda c: c.apply(str(Path(__file__).parent / "kernel")), FileNotFoundError, "no .yaml, .yml or .json file"),
        (lambda c: Cluster(nodes="three"), ValueError, "nodes='three': give 0 or more"),
        (lambda c: c.apply("nowhere.yaml"), FileNotFoundError, "nowhere.yaml"),
        (lambda c: c.apply("a: [b"), Exception, "yaml"),
        (lambda c: c.apply("kind: Pod"), Exception, "apiVersion"),
        (lambda c: c.apply({"kind": "Pod", "apiVersion": "v1", "metadata": {}}), Exception, "name"),
        (
            lambda c: c.apply({"kind": "Boat", "apiVersion": "v1", "metadata": {"name": "x"}}),
            Exception,
            'no matches for kind "Boat"',
        ),
        (
            lambda c: c.apply(DEPLOYMENT.replace("replicas:", "replica:").replace("image:", "imag:")),
            ApiError,
            r'unknown field "spec.replica".*unknown field "spec.template.spec.containers\[0\].imag"'
            r'|unknown field "spec.template.spec.containers\[0\].imag".*unknown field "spec.replica"',
        ),
        (lambda c: c.apply(DEPLOYMENT.replace("replicas: 3", "replicas: three")), Exception, "spec.replicas"),
    ],
)
def test_what_is_wrong_is_said_with_what_would_be_right(
    cluster: Cluster, call: Any, error: type[Exception] | None, words: str
) -> None:
    revision = cluster.store.revision
    if error is None:
        call(cluster)
    else:
        with pytest.raises(error, match=words):
            call(cluster)
    assert cluster.store.revision == revision


def test_a_file_that_is_refused_in_the_middle_says_what_was_applied_before(cluster: Cluster) -> None:
    files = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "harbour"}},
        {"apiVersion": "v1", "kind": "Pod"},
    ]
    with pytest.raises(ApiError) as caught:
        cluster.apply(files)
    assert caught.value.__notes__ == ["applied before it: namespace/harbour; not applied: 1"]


def test_manifests_are_paths_texts_dicts_objects_and_lists(tmp_path: Path) -> None:
    cluster = Cluster(nodes=1)
    file = tmp_path / "eta.yaml"
    file.write_text(DEPLOYMENT)
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p"},
        "spec": {"containers": [{"name": "c", "image": "nginx"}]},
    }
    applied = cluster.apply(
        [file, pod, {"apiVersion": "v1", "kind": "List", "items": [pod | {"metadata": {"name": "q"}}]}]
    )
    assert [(o.kind, o.metadata.name) for o in applied] == [("Deployment", "eta"), ("Pod", "p"), ("Pod", "q")]
    assert [o.metadata.name for o in cluster.apply(str(file))] == ["eta"]
    assert isinstance(cluster.get("pod", "p"), Pod)


def test_a_cluster_says_what_it_is(cluster: Cluster) -> None:
    assert repr(Cluster(nodes=1)) == "Cluster: 1 node, 0 pods, at 0 s"
    cluster.run("90s")
    assert repr(cluster) == "Cluster: 3 nodes, 3 pods, at 90 s"


def test_causes_lead_from_a_pod_on_a_node_back_to_what_was_applied(cluster: Cluster) -> None:
    cluster.run("30s")
    name = cluster.list("pods")[0].metadata.name
    chain = cluster.why(f"pod/{name}")
    words = str(chain)
    assert name in words
    assert "eta" in words
    assert words.count("because") >= 2


def test_the_past_can_be_read_and_forked(cluster: Cluster) -> None:
    begin = cluster.store.revision
    cluster.run("1m")
    assert cluster.at(revision=begin).list("pods") == []
    assert len(cluster.at("1m").list("pods")) == 3
    with pytest.raises(LookupError, match="there was no pod 'x' at"):
        cluster.at("1m").get("pod", "x")
    then = cluster.at(revision=begin).fork()
    then.api.patch("deployment", "eta", {"spec": {"replicas": 1}})
    then.run("1m")
    assert (len(then.list("pods")), len(cluster.list("pods"))) == (1, 3)
    assert "objects that differ" in str(then.diff(cluster))


def test_a_fork_with_a_seed_of_its_own_goes_another_way(cluster: Cluster) -> None:
    other = cluster.fork(seed=99)
    cluster.run("1m")
    other.run("1m")
    assert cluster.digest() != other.digest()
    assert len(other.list("pods")) == 3


class Fickle(Controller):
    """A learner's controller that cannot stand one name."""

    name = "fickle"
    watches = {"Pod": itself}  # noqa: RUF012

    def reconcile(self, key: Key) -> None:
        if key.name == "cursed":
            raise ZeroDivisionError("division by zero")


def test_a_learners_controller_that_raises_becomes_an_event_and_the_cluster_goes_on(cluster: Cluster) -> None:
    cluster.add(Fickle())
    cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "cursed"},
            "spec": {"containers": [{"name": "c", "image": "nginx"}]},
        }
    )
    cluster.run("1m")
    events = [e for e in cluster.list("events") if e.reason == "ReconcileError"]
    assert [(e.involvedObject.name, e.message) for e in events] == [
        ("cursed", "fickle raised ZeroDivisionError: division by zero")
    ]
    assert cluster.get("pod", "cursed").status.phase == "Running"


def test_a_component_that_failed_is_missed_and_catches_up(cluster: Cluster) -> None:
    cluster.run("30s")
    cluster.fail("component/replicaset-controller")
    cluster.api.delete("pod", cluster.list("pods")[0].metadata.name)
    cluster.run("2m")
    assert len(cluster.list("pods")) == 2
    cluster.recover("component/replicaset-controller")
    cluster.run("30s")
    assert len(cluster.list("pods")) == 3


def test_objects_of_a_real_cluster_are_loaded_as_they_are(cluster: Cluster) -> None:
    from pilothouse.api import to_dict

    cluster.run("1m")
    dump = {
        "apiVersion": "v1",
        "kind": "List",
        "items": [to_dict(o) for kind in ("nodes", "pods") for o in cluster.list(kind)],
    }
    loaded = Cluster.load(dump, kubelet=False)
    assert [p.metadata.uid for p in loaded.list("pods")] == [p.metadata.uid for p in cluster.list("pods")]
    assert loaded.now == int(loaded.now) <= cluster.now


def test_a_program_that_raises_ends_its_container_with_its_traceback() -> None:
    from pilothouse import image

    @image("line/broken:1")
    def broken(*_: object) -> None:
        raise RuntimeError("no model on board")

    cluster = Cluster(nodes=1)
    cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "b"},
            "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "line/broken:1"}]},
        }
    )
    cluster.run("1m")
    state = cluster.get("pod", "b").status.containerStatuses[0].state.terminated
    assert (state.exitCode, state.reason) == (1, "Error")
    assert "RuntimeError: no model on board" in cluster.logs("b")


def test_a_dump_says_which_nodes_were_alive(cluster: Cluster) -> None:
    from pilothouse.api import to_dict

    cluster.fail("node/n1")
    cluster.run("2m")
    dump = [to_dict(item) for kind in ("nodes", "leases") for item in cluster.list(kind, namespace="*")]
    loaded = Cluster.load(dump)
    loaded.run("2m")
    ready = {n.metadata.name: c.status for n in loaded.list("nodes") for c in n.status.conditions if c.type == "Ready"}
    assert ready == {"n1": "Unknown", "n2": "True", "n3": "True"}


def test_a_dump_brings_its_own_kinds() -> None:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "boats.line.example"},
        "spec": {
            "group": "line.example",
            "scope": "Namespaced",
            "names": {"plural": "boats", "singular": "boat", "kind": "Boat"},
            "versions": [version],
        },
    }
    boat = {"apiVersion": "line.example/v1", "kind": "Boat", "metadata": {"name": "eta"}, "spec": {"sails": 3}}
    loaded = Cluster.load([boat, definition], kubelet=False)
    assert loaded.get("boat", "eta").spec.sails == 3
