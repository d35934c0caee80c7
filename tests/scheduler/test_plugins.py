"""Corners of the plugins that the recorded decisions may not reach, each as objects in, refusals or scores out."""

from __future__ import annotations

from typing import Any

import pytest
from small_world import HOST, ZONE, node, pod, typed

from pilothouse.api import kind_of
from pilothouse.scheduler import Explanation, Profile, explain, snapshot_of

WEB = {"matchLabels": {"app": "web"}}


def asked(objects: list[dict[str, Any]], of: dict[str, Any], profile: Profile | None = None) -> Explanation:
    items = [typed(item) for item in objects]
    assert all(kind_of(item) for item in items)
    return explain(profile or Profile(), snapshot_of(items), typed(of))


def anti(selector: dict[str, Any], key: str = HOST, **more: Any) -> dict[str, Any]:
    term = {"topologyKey": key, "labelSelector": selector, **more}
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def near(selector: dict[str, Any], key: str = HOST, **more: Any) -> dict[str, Any]:
    term = {"topologyKey": key, "labelSelector": selector, **more}
    return {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


@pytest.mark.parametrize(
    ("taint", "toleration", "passes"),
    [
        ({"key": "k", "effect": "NoSchedule"}, {}, True),
        ({"key": "k", "effect": "NoSchedule"}, None, False),
        ({"key": "k", "effect": "NoExecute"}, None, False),
        ({"key": "k", "effect": "PreferNoSchedule"}, None, True),
        ({"key": "k", "value": "v", "effect": "NoSchedule"}, {"key": "k", "value": "v"}, True),
        ({"key": "k", "value": "v", "effect": "NoSchedule"}, {"key": "k", "value": "w"}, False),
        ({"key": "k", "value": "v", "effect": "NoSchedule"}, {"key": "k", "operator": "Exists"}, True),
        (
            {"key": "k", "value": "v", "effect": "NoSchedule"},
            {"key": "k", "operator": "Exists", "effect": "NoExecute"},
            False,
        ),
        ({"key": "k", "value": "5", "effect": "NoSchedule"}, {"key": "k", "operator": "Gt", "value": "3"}, True),
        ({"key": "k", "value": "5", "effect": "NoSchedule"}, {"key": "k", "operator": "Lt", "value": "3"}, False),
        ({"key": "k", "value": "x", "effect": "NoSchedule"}, {"key": "k", "operator": "Gt", "value": "3"}, False),
    ],
)
def test_taints(taint: dict[str, str], toleration: dict[str, str] | None, passes: bool) -> None:
    tolerations = [] if toleration is None else [toleration or {"operator": "Exists"}]
    found = asked([node("n1", taints=[taint])], pod(tolerations=tolerations))
    assert found.feasible == (["n1"] if passes else [])


@pytest.mark.parametrize(
    ("expression", "nodes"),
    [
        ({"operator": "In", "values": ["5", "7"]}, ["five", "seven"]),
        ({"operator": "NotIn", "values": ["5"]}, ["none", "seven", "word"]),
        ({"operator": "Exists"}, ["five", "seven", "word"]),
        ({"operator": "DoesNotExist"}, ["none"]),
        ({"operator": "Gt", "values": ["5"]}, ["seven"]),
        ({"operator": "Lt", "values": ["7"]}, ["five"]),
        ({"operator": "Gt", "values": ["x"]}, []),
    ],
)
def test_node_affinity_operators(expression: dict[str, Any], nodes: list[str]) -> None:
    values = {"five": "5", "seven": "7", "word": "many", "none": None}
    world = [node(name, labels={"gen": value} if value else {}) for name, value in values.items()]
    terms = [{"matchExpressions": [{"key": "gen", **expression}]}]
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}}
    assert asked(world, pod(affinity=affinity)).feasible == nodes


def test_a_term_that_names_nodes_restricts_the_search_and_says_so() -> None:
    fields = [{"key": "metadata.name", "operator": "In", "values": ["n1"]}]
    required = {"nodeSelectorTerms": [{"matchFields": fields}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    found = asked([node("n1", cpu="100m"), node("n2"), node("n3")], pod(affinity=affinity))
    assert found.message.startswith(
        "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]."
    )


def test_terms_that_name_two_nodes_at_once_conflict() -> None:
    fields = [{"key": "metadata.name", "operator": "In", "values": [name]} for name in ("n1", "n2")]
    required = {"nodeSelectorTerms": [{"matchFields": fields}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    found = asked([node("n1"), node("n2")], pod(affinity=affinity))
    assert found.message == "0/2 nodes are available: pod affinity terms conflict. not found"


def test_no_nodes_at_all() -> None:
    assert asked([], pod()).message == "no nodes available to schedule pods"


@pytest.mark.parametrize(
    ("wanted", "taken", "free"),
    [
        ({}, {}, False),
        ({"protocol": "UDP"}, {}, True),
        ({"hostIP": "10.0.0.1"}, {"hostIP": "10.0.0.2"}, True),
        ({"hostIP": "10.0.0.1"}, {}, False),
        ({}, {"hostIP": "10.0.0.2"}, False),
    ],
)
def test_host_ports(wanted: dict[str, str], taken: dict[str, str], free: bool) -> None:
    def holding(port: dict[str, str], **more: Any) -> dict[str, Any]:
        found = pod(**more)
        found["spec"]["containers"][0]["ports"] = [{"containerPort": 80, "hostPort": 8080, **port}]
        return found

    found = asked([node("n1"), holding(taken, name="old", on="n1")], holding(wanted, name="new"))
    assert bool(found.feasible) is free


def test_extended_resources_count_where_a_node_has_them() -> None:
    world = [node("plain"), node("gpu", resources={"nvidia.com/gpu": "2"})]
    wanting = pod()
    wanting["spec"]["containers"][0]["resources"]["requests"]["nvidia.com/gpu"] = "1"
    found = asked(world, wanting)
    assert found.feasible == ["gpu"]
    assert found.filters["NodeResourcesFit"][1].code == "UnschedulableAndUnresolvable"


def test_the_first_of_a_group_may_start_it() -> None:
    assert asked([node("n1"), node("n2")], pod(affinity=near(WEB))).feasible == ["n1", "n2"]
    assert asked([node("n1"), node("n2")], pod(affinity=near({"matchLabels": {"app": "db"}}))).feasible == []


def test_affinity_follows_its_company() -> None:
    world = [node("n1"), node("n2"), pod("db", on="n2", labels={"app": "db"})]
    assert asked(world, pod(affinity=near({"matchLabels": {"app": "db"}}))).feasible == ["n2"]


def test_anti_affinity_holds_in_both_directions() -> None:
    world = [node("n1"), node("n2"), pod("shy", on="n1", labels={"app": "shy"}, affinity=anti(WEB))]
    assert asked(world, pod()).feasible == ["n2"]
    assert asked([node("n1"), node("n2"), pod("web", on="n1")], pod(affinity=anti(WEB))).feasible == ["n2"]


def test_terms_are_about_the_own_namespace_unless_they_select_others() -> None:
    other = pod("web", on="n1")
    other["metadata"]["namespace"] = "team"
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team", "labels": {"env": "prod"}}}
    world = [node("n1"), node("n2"), space, other]
    assert asked(world, pod(affinity=anti(WEB))).feasible == ["n1", "n2"]
    assert asked(world, pod(affinity=anti(WEB, namespaceSelector={}))).feasible == ["n2"]
    assert asked(world, pod(affinity=anti(WEB, namespaceSelector={"matchLabels": {"env": "prod"}}))).feasible == ["n2"]
    assert asked(world, pod(affinity=anti(WEB, namespaceSelector={"matchLabels": {"env": "x"}}))).feasible == [
        "n1",
        "n2",
    ]


def test_a_selector_that_matches_nothing_is_no_company() -> None:
    nobody = {"matchLabels": {"app": "nobody"}}
    assert asked([node("n1"), pod("web", on="n1")], pod(affinity=anti(nobody))).feasible == ["n1"]
    assert asked([node("n1"), pod("web", on="n1")], pod(affinity=near(nobody))).feasible == []


def spread(**more: Any) -> list[dict[str, Any]]:
    usual = {"maxSkew": 1, "topologyKey": ZONE, "whenUnsatisfiable": "DoNotSchedule", "labelSelector": WEB}
    return [{**usual, **more}]


@pytest.mark.parametrize(
    ("constraint", "nodes"),
    [
        (spread(), ["b"]),
        (spread(maxSkew=2), ["a", "b"]),
        (spread(minDomains=3), []),
        (spread(labelSelector={"matchLabels": {"app": "x"}}), ["a", "b"]),
        (spread(topologyKey="missing"), []),
        (spread(nodeTaintsPolicy="Honor"), ["b"]),
    ],
)
def test_hard_spreading(constraint: list[dict[str, Any]], nodes: list[str]) -> None:
    world = [node("a", labels={ZONE: "1"}), node("b", labels={ZONE: "2"}), pod("web", on="a")]
    if constraint[0].get("minDomains"):
        world.append(pod("other", on="b"))
    assert asked(world, pod(topologySpreadConstraints=constraint)).feasible == nodes


def test_pods_of_a_service_spread_by_themselves() -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s", "namespace": "default"}}
    world = [node("n1"), node("n2"), pod("web", on="n1"), {**service, "spec": {"selector": {"app": "web"}}}]
    assert "PodTopologySpread" in asked(world, pod()).scores
    assert "PodTopologySpread" in asked(world[:3], pod()).skipped


def claim(name: str = "data", volume: str = "", modes: tuple[str, ...] = ("ReadWriteOnce",)) -> dict[str, Any]:
    annotations = {"pv.kubernetes.io/bind-completed": "yes"} if volume else {}
    spec = {"accessModes": list(modes), "storageClassName": "late", "resources": {"requests": {"storage": "1Gi"}}}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": "default", "annotations": annotations},
        "spec": {**spec, "volumeName": volume},
        "status": {"phase": "Bound" if volume else "Pending"},
    }


def volume(name: str, on: str = "", size: str = "1Gi", **labels: str) -> dict[str, Any]:
    where = [{"matchExpressions": [{"key": HOST, "operator": "In", "values": [on]}]}]
    affinity = {"nodeAffinity": {"required": {"nodeSelectorTerms": where}}} if on else {}
    spec = {"capacity": {"storage": size}, "accessModes": ["ReadWriteOnce"], "storageClassName": "late", **affinity}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "labels": labels},
        "spec": spec,
        "status": {"phase": "Available"},
    }


def storage(provisioner: str = "kubernetes.io/no-provisioner", mode: str = "WaitForFirstConsumer") -> dict[str, Any]:
    metadata = {"name": "late"}
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": metadata,
        "provisioner": provisioner,
        "volumeBindingMode": mode,
    }


MOUNT = [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]


@pytest.mark.parametrize(
    ("objects", "nodes"),
    [
        ([claim(volume="pv"), volume("pv", on="n2")], ["n2"]),
        ([claim(volume="pv"), volume("pv", **{ZONE: "z1"})], ["n1"]),
        ([claim(), storage(), volume("pv", on="n2")], ["n2"]),
        ([claim(), storage(), volume("pv", on="n2", size="512Mi")], []),
        ([claim(), storage("disk.example.com")], ["n1", "n2"]),
        ([claim(volume="pv", modes=("ReadWriteOncePod",)), volume("pv"), pod("old", on="n1", volumes=MOUNT)], []),
    ],
)
def test_volumes(objects: list[dict[str, Any]], nodes: list[str]) -> None:
    world = [node("n1", labels={ZONE: "z1"}), node("n2", labels={ZONE: "z2"}), *objects]
    assert asked(world, pod(volumes=MOUNT)).feasible == nodes


@pytest.mark.parametrize(
    ("objects", "words"),
    [
        ([], 'persistentvolumeclaim "data" not found'),
        ([claim()], "pod has unbound immediate PersistentVolumeClaims"),
        ([claim(), storage(mode="Immediate")], "pod has unbound immediate PersistentVolumeClaims"),
        ([claim(volume="pv")], 'persistentvolume "pv" not found'),
    ],
)
def test_missing_storage_rejects_the_pod(objects: list[dict[str, Any]], words: str) -> None:
    found = asked([node("n1"), *objects], pod(volumes=MOUNT))
    assert found.message == f"0/1 nodes are available: {words}. not found"


def test_volume_limits() -> None:
    driver = {"name": "disk.example.com", "nodeID": "n1", "allocatable": {"count": 1}}
    limits = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "CSINode",
        "metadata": {"name": "n1"},
        "spec": {"drivers": [driver]},
    }
    used = [{"name": "v", "persistentVolumeClaim": {"claimName": "old"}}]
    world = [node("n1"), node("n2"), limits, storage("disk.example.com"), claim(), claim("old")]
    found = asked([*world, pod("other", on="n1", volumes=used)], pod(volumes=MOUNT))
    assert found.feasible == ["n2"]
    assert found.filters["NodeVolumeLimits"][0].reasons == ("node(s) exceed max volume count",)


@pytest.mark.parametrize(
    ("strategy", "best"),
    [
        ({"type": "LeastAllocated"}, "empty"),
        ({"type": "MostAllocated"}, "busy"),
        (
            {
                "type": "RequestedToCapacityRatio",
                "requestedToCapacityRatio": {
                    "shape": [{"utilization": 0, "score": 0}, {"utilization": 100, "score": 10}]
                },
            },
            "busy",
        ),
    ],
)
def test_scoring_strategies(strategy: dict[str, Any], best: str) -> None:
    profile = Profile.read(
        {
            "plugins": {"score": {"disabled": [{"name": "NodeResourcesBalancedAllocation"}]}},
            "pluginConfig": [{"name": "NodeResourcesFit", "args": {"scoringStrategy": strategy}}],
        }
    )
    world = [node("busy"), node("empty"), pod("old", cpu="2", memory="4Gi", on="busy")]
    found = asked(world, pod(), profile)
    assert found.best == [best]
    assert "NodeResourcesBalancedAllocation" not in found.scores


def test_images_that_are_there_count() -> None:
    big = {"images": [{"names": ["nginx:1.27"], "sizeBytes": 900_000_000}]}
    found = asked([node("cold"), node("warm", **big)], pod())
    assert found.best == ["warm"]
