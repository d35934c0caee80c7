from __future__ import annotations

from typing import Any

import pytest

from pilothouse.api import Deployment, Pod, Service
from pilothouse.apiserver import ApiError, Client, patch, strategic

pytestmark = pytest.mark.fidelity(
    "API: JSON, merge and strategic patches", "faithful", "merge keys of the published schema"
)


@pytest.mark.parametrize(
    ("target", "change", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch(target: Any, change: Any, result: Any) -> None:
    assert patch.merge(target, change) == result


@pytest.mark.parametrize(
    ("target", "operations", "result"),
    [
        ({"a": 1}, [{"op": "add", "path": "/b", "value": 2}], {"a": 1, "b": 2}),
        ({"a": [1, 3]}, [{"op": "add", "path": "/a/1", "value": 2}], {"a": [1, 2, 3]}),
        ({"a": [1]}, [{"op": "add", "path": "/a/-", "value": 2}], {"a": [1, 2]}),
        ({"a": 1, "b": 2}, [{"op": "remove", "path": "/a"}], {"b": 2}),
        ({"a": [1, 2]}, [{"op": "remove", "path": "/a/0"}], {"a": [2]}),
        ({"a": 1}, [{"op": "replace", "path": "/a", "value": 9}], {"a": 9}),
        ({"a": 1}, [{"op": "move", "from": "/a", "path": "/b"}], {"b": 1}),
        ({"a": {"x": 1}}, [{"op": "copy", "from": "/a/x", "path": "/a/y"}], {"a": {"x": 1, "y": 1}}),
        ({"a/b": 1, "c~d": 2}, [{"op": "remove", "path": "/a~1b"}, {"op": "remove", "path": "/c~0d"}], {}),
        ({"a": 1}, [{"op": "test", "path": "/a", "value": 1}], {"a": 1}),
    ],
)
def test_json_patch(target: Any, operations: Any, result: Any) -> None:
    before = repr(target)
    assert patch.json_patch(target, operations) == result
    assert repr(target) == before


@pytest.mark.parametrize(
    ("operations", "code"),
    [
        ([{"op": "test", "path": "/a", "value": 2}], 422),
        ([{"op": "remove", "path": "/b"}], 422),
        ([{"op": "replace", "path": "/b/c", "value": 1}], 422),
        ([{"op": "add", "path": "/l/7", "value": 1}], 422),
        ([{"op": "burn", "path": "/a"}], 422),
        ({"a": 1}, 400),
    ],
)
def test_a_json_patch_that_does_not_fit_is_refused(operations: Any, code: int) -> None:
    with pytest.raises(ApiError) as refused:
        patch.json_patch({"a": 1, "l": []}, operations)
    assert refused.value.code == code


PODS = {
    "spec": {
        "containers": [{"name": "a", "image": "x:1", "env": [{"name": "K", "value": "1"}]}, {"name": "b", "image": "y"}]
    }
}
PORTS = {"spec": {"ports": [{"port": 80, "name": "http"}, {"port": 443, "name": "https"}]}}


@pytest.mark.parametrize(
    ("owner", "target", "change", "where", "result"),
    [
        (
            Pod,
            PODS,
            {"spec": {"containers": [{"name": "a", "image": "x:2"}]}},
            lambda found: [one["image"] for one in found["spec"]["containers"]],
            ["x:2", "y"],
        ),
        (
            Pod,
            PODS,
            {"spec": {"containers": [{"name": "a", "env": [{"name": "L", "value": "2"}]}]}},
            lambda found: [one["name"] for one in found["spec"]["containers"][0]["env"]],
            ["K", "L"],
        ),
        (
            Pod,
            PODS,
            {"spec": {"containers": [{"name": "a", "$patch": "delete"}]}},
            lambda found: [one["name"] for one in found["spec"]["containers"]],
            ["b"],
        ),
        (
            Pod,
            PODS,
            {"spec": {"containers": [{"name": "c", "image": "z"}, {"$patch": "replace"}]}},
            lambda found: [one["name"] for one in found["spec"]["containers"]],
            ["c"],
        ),
        (
            Pod,
            PODS,
            {"spec": {"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]}},
            lambda found: [one["name"] for one in found["spec"]["containers"]],
            ["b", "a"],
        ),
        (
            Pod,
            {"metadata": {"finalizers": ["x/a", "x/b"]}},
            {"metadata": {"$deleteFromPrimitiveList/finalizers": ["x/a"]}},
            lambda found: found["metadata"]["finalizers"],
            ["x/b"],
        ),
        (
            Deployment,
            {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}},
            {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}},
            lambda found: found["spec"]["strategy"],
            {"type": "Recreate"},
        ),
        (
            Service,
            PORTS,
            {"spec": {"ports": [{"port": 80, "targetPort": 8080}]}},
            lambda found: [one.get("targetPort") for one in found["spec"]["ports"]],
            [8080, None],
        ),
        (
            Pod,
            {"spec": {"nodeSelector": {"a": "1"}}},
            {"spec": {"nodeSelector": None}},
            lambda found: found["spec"],
            {},
        ),
    ],
)
def test_strategic_merge(owner: Any, target: Any, change: Any, where: Any, result: Any) -> None:
    before = repr(target)
    assert where(strategic.merge(target, change, owner)) == result
    assert repr(target) == before


def test_a_patch_of_an_unknown_manner_is_refused(api: Client, make: Any) -> None:
    api.create(make("Deployment", "web"))
    with pytest.raises(ApiError, match="415: Unsupported Media Type"):
        api.patch("deploy", "web", {}, type="clever")


def test_a_patch_may_name_a_field_that_does_not_exist(api: Client, make: Any) -> None:
    api.create(make("Deployment", "web"))
    with pytest.raises(ApiError, match=r'strict decoding error: unknown field "spec\.replica"'):
        api.patch("deploy", "web", {"spec": {"replica": 3}})
    api.patch("deploy", "web", {"spec": {"replica": 3, "replicas": 3}}, validation="Warn")
    assert api.warnings == ['unknown field "spec.replica"']
    assert api.get("deploy", "web").spec.replicas == 3
