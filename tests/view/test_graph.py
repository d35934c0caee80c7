"""Who owns whom: vertices, edges, colours and the tree, of a cluster of real components."""

import base64
import io
import json

import networkx
import pytest
from PIL import Image

from pilothouse import Cluster
from pilothouse.api.error import Absent, Misuse
from pilothouse.view import Graph
from pilothouse.view.family import LINES, arranged
from pilothouse.view.series import GREY
from pilothouse.view.state import READY, RUNNING, STATES

ETA = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: eta}
spec:
  replicas: REPLICAS
  selector: {matchLabels: {app: eta}}
  template:
    metadata: {labels: {app: eta}}
    spec: {containers: [{name: eta, image: IMAGE}]}
"""


def eta(replicas=3, image="nginx:1.27"):
    return ETA.replace("REPLICAS", str(replicas)).replace("IMAGE", image)


@pytest.fixture(scope="module")
def world():
    cluster = Cluster(nodes=2, unknown_images="assume")
    cluster.apply(eta())
    cluster.run("30s")
    cluster.apply(eta(image="nginx:1.28"))
    cluster.run("1m")
    return cluster


def kinds(graph):
    found = {}
    for vertex in graph.vertices.values():
        found[vertex.kind] = found.get(vertex.kind, 0) + 1
    return found


@pytest.mark.fidelity("The view: who owns whom", "invented", "owner references as a graph; kubectl has no such command")
def test_a_deployment_with_all_that_it_owns(world):
    graph = Graph(world, "deployment/eta")
    assert kinds(graph) == {"Deployment": 1, "ReplicaSet": 2, "Pod": 3, "Node": 2}
    assert len(graph.owns) == 5
    assert len(graph.places) == 3
    assert Graph(world, "deploy/eta").words == Graph(world).words == graph.words


def test_networkx_answers_questions_about_it(world):
    graph = Graph(world, "deployment/eta").graph
    assert networkx.is_directed_acyclic_graph(graph)
    gone = networkx.descendants(graph, "deployment/eta")
    assert sum(name.startswith("pod/") for name in gone) == 3
    pod = next(name for name in gone if name.startswith("pod/"))
    assert graph.nodes[pod]["colour"] == STATES[READY].light
    assert [data["relation"] for _, _, data in graph.out_edges(pod, data=True)] == ["runs on"]


def test_the_tree_is_read_line_by_line(world):
    lines = Graph(world, "deployment/eta").words.splitlines()
    assert lines[0] == "Deployment eta: 3 of 3 ready"
    assert sum("ReplicaSet" in line and "0 of 0 ready" in line for line in lines) == 1
    assert sum(": ready, on n" in line for line in lines) == 3
    assert lines[-1].startswith(("└─ ", "   └─ "))


def test_colours_tell_how_things_are(world):
    twin = world.fork()
    twin.fail("node/n1")
    twin.run("90s")
    graph = Graph(twin, "deployment/eta")
    assert graph.vertices["node/n1"].words == "not ready"
    assert graph.vertices["deployment/eta"].colour == STATES[RUNNING].light
    lost = [pod for pod, node in graph.places if node == "node/n1"]
    assert lost
    assert {graph.vertices[pod].colour for pod in lost} == {STATES[RUNNING].light}
    assert [v.colour for v in graph.vertices.values() if v.words == "0 of 0 ready"] == [GREY]


def test_the_past_has_a_graph_too(world):
    assert kinds(Graph(world.at("20s"), "deployment/eta"))["ReplicaSet"] == 1


def test_every_namespace(world):
    graph = Graph(world, namespace="*")
    assert "deployment/default/eta" in graph.vertices


@pytest.mark.parametrize("count", [0, 3, 60])
def test_it_has_a_small_picture_and_words(count):
    cluster = Cluster(nodes=3, unknown_images="assume")
    cluster.apply(eta(count))
    cluster.run("10s")
    bundle, metadata = Graph(cluster)._repr_mimebundle_()
    assert len(json.dumps(bundle)) < 50_000
    image = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    assert image.width == metadata["image/png"]["width"] * 2
    assert metadata["image/png"]["alt"] == bundle["text/plain"]


def test_of_many_pods_some_are_drawn_with_their_owners():
    cluster = Cluster(nodes=3, unknown_images="assume")
    cluster.apply(eta(60))
    cluster.run("10s")
    columns, rows = arranged(Graph(cluster))
    owners = [id_ for id_ in columns if not id_.startswith("pod/")]
    assert len(owners) == 2
    assert all(rows[owner] < LINES for owner in owners)
    assert {columns[id_] for id_ in columns if id_.startswith("pod/")} == {2}


def test_an_empty_cluster_says_so():
    graph = Graph(Cluster(nodes=0))
    assert graph.words == "There is nothing that owns anything."
    assert graph.png().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("what", "error", "words"),
    [
        ("deployment/zeta", Absent, "no deployment/zeta in namespace default"),
        ("deployment", Misuse, 'give "deployment/eta"'),
        ("boat/eta", LookupError, "boat"),
    ],
)
def test_what_is_wrong_is_said(world, what, error, words):
    with pytest.raises(error, match=words):
        Graph(world, what)
