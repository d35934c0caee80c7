"""Whatever a manifest is mangled into, the answer is an object or a Status, and a refusal leaves everything as it was."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilothouse.api import to_dict
from pilothouse.apiserver import ApiError, Client, Door, table
from pilothouse.kernel import Clock, Randoms, Store

POD: dict[str, Any] = {
    "volumes": [{"name": "v", "configMap": {"name": "c", "items": [{"key": "a", "path": "b"}]}}, {"name": "w", "emptyDir": {"sizeLimit": "1Gi"}}],
    "initContainers": [{"name": "i", "image": "x", "restartPolicy": "Always"}],
    "containers": [
        {
            "name": "c",
            "image": "line/eta:1",
            "env": [{"name": "A", "value": "b"}, {"name": "N", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
            "ports": [{"containerPort": 80, "name": "http"}],
            "resources": {"requests": {"cpu": "0.5"}, "limits": {"memory": "1Gi", "nvidia.com/gpu": 1}},
            "volumeMounts": [{"name": "v", "mountPath": "/v"}],
            "readinessProbe": {"httpGet": {"port": "http", "path": "/"}, "periodSeconds": 5},
            "securityContext": {"runAsUser": 1, "seccompProfile": {"type": "RuntimeDefault"}},
        }
    ],
    "tolerations": [{"key": "a", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 5}],
    "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "z", "labelSelector": {"matchLabels": {"a": "b"}}}]}},
    "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "z", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {}}],
}  # fmt: skip
TEMPLATE = {"metadata": {"labels": {"a": "b"}}, "spec": POD}
ONCE = {"spec": {"containers": [{"name": "c", "image": "x"}], "restartPolicy": "Never"}}
SETS = {"selector": {"matchLabels": {"a": "b"}}, "template": TEMPLATE}
BACKEND = {"service": {"name": "s", "port": {"number": 80}}}
SPECS: list[tuple[str, str, Any]] = [
    ("v1", "Pod", POD),
    ("apps/v1", "Deployment", {**SETS, "replicas": 2, "strategy": {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 1}}}),
    ("apps/v1", "StatefulSet", {**SETS, "serviceName": "s", "volumeClaimTemplates": [{"metadata": {"name": "d"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}]}),
    ("apps/v1", "DaemonSet", {**SETS, "updateStrategy": {"rollingUpdate": {"maxUnavailable": 1}}}),
    ("v1", "ReplicationController", {"template": TEMPLATE}),
    ("batch/v1", "Job", {"template": ONCE, "completions": 2, "podFailurePolicy": {"rules": [{"action": "Ignore", "onPodConditions": [{"type": "X"}]}]}}),
    ("batch/v1", "CronJob", {"schedule": "*/5 * * * 1-5", "timeZone": "UTC", "jobTemplate": {"spec": {"template": ONCE}}}),
    ("v1", "Service", {"type": "NodePort", "ports": [{"port": 80, "targetPort": "http", "nodePort": 30123}], "selector": {"a": "b"}, "clusterIP": "10.0.0.9"}),
    ("networking.k8s.io/v1", "Ingress", {"rules": [{"host": "a.b", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": BACKEND}]}}]}),
    ("networking.k8s.io/v1", "NetworkPolicy", {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}], "ports": [{"port": 80}]}]}),
    ("autoscaling/v2", "HorizontalPodAutoscaler", {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}, "maxReplicas": 3, "behavior": {"scaleDown": {"selectPolicy": "Min"}}}),
    ("policy/v1", "PodDisruptionBudget", {"minAvailable": "50%", "selector": {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]}}),
    ("v1", "ResourceQuota", {"hard": {"pods": 3, "requests.cpu": "1"}, "scopes": ["NotBestEffort"]}),
    ("v1", "LimitRange", {"limits": [{"type": "Container", "max": {"cpu": 1}, "min": {"cpu": "10m"}}]}),
    ("v1", "PersistentVolumeClaim", {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}),
    ("v1", "PersistentVolume", {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"}, "hostPath": {"path": "/"}}),
    ("v1", "Node", {"taints": [{"key": "a", "effect": "NoSchedule"}]}),
]  # fmt: skip
MANIFESTS = [
    {"apiVersion": v, "kind": k, "metadata": {"name": "a", "labels": {"x": "y"}}, "spec": spec} for v, k, spec in SPECS
]
ODD = [
    None,
    0,
    -1,
    "",
    "x y",
    "A" * 300,
    [],
    {},
    True,
    10**20,
    1.5,
    "5%",
    "0.5",
    [None],
    [{}],
    {"a": None},
    {1: 2},
    "10.0.0.1/33",
]


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from paths(inner, (*path, key))


def mangled(chance: random.Random) -> dict[str, Any]:
    item = copy.deepcopy(chance.choice(MANIFESTS))
    places = list(paths({"spec": item["spec"], "metadata": item["metadata"]}))
    for path in chance.sample(places, chance.choice([1, 1, 2])):
        place: Any = item
        with suppress(KeyError, IndexError, TypeError):  # an earlier change may have taken the place away
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = chance.choice(ODD)
    return item


@pytest.fixture(scope="module")
def api() -> Client:
    clock = Clock()
    door = Door(Store(clock), clock, Randoms(0))
    door.bootstrap()
    client = Client(door)
    for item in MANIFESTS:
        client.create(item)
    return client


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.integers(0, 2**32))
def test_whatever_comes_is_answered(api: Client, seed: int) -> None:
    chance = random.Random(seed)
    item = mangled(chance)
    before = api.door.store.revision, api.door.random.getstate()
    with suppress(ApiError):
        name = item["metadata"].get("name") if isinstance(item["metadata"], dict) else ""
        if chance.random() < 0.5 or name != "a":
            to_dict(api.create(item, dry_run=True))
        else:
            way = chance.choice(["merge", "strategic", "apply"])
            body = {"spec": item["spec"]}
            if way == "apply":
                api.apply(item, dry_run=True)
            else:
                api.patch(item["kind"], "a", body, way, dry_run=True)
    assert (api.door.store.revision, api.door.random.getstate()) == before


@pytest.mark.parametrize("item", MANIFESTS, ids=lambda item: item["kind"])
def test_sound_manifests_are_taken_applied_and_printed(api: Client, item: dict[str, Any]) -> None:
    live = api.get(item["kind"], "a")
    assert table(item["kind"], [live], True, 5.0).rows[0][0] == "a"
    assert api.update(to_dict(live)) == live
    first, _ = api.apply(item)
    assert api.apply(item) == (first, "unchanged")
