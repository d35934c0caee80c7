"""The walk over plain JSON: all that is wrong, in the words of a real server (recorded, or known from Go's rules)."""

from __future__ import annotations

import time
from typing import Any

import pytest

from pilothouse import api

pytestmark = pytest.mark.fidelity(
    "Objects: unknown fields, wrong types, bad amounts",
    "faithful",
    "recorded facts: controlplane/api_errors.json, examples_accepted.json.gz, and the decoding rules of Go",
)


def pod(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}


def container(**fields: Any) -> dict[str, Any]:
    return pod(containers=[{"name": "c", "image": "nginx", **fields}])


def deployment(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": spec}


JSON = "json: cannot unmarshal "
POD = 'Pod in version "v1" cannot be handled as a Pod: '
QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
CASES = [
    # recorded
    (
        container(ports=[{"containerPort": "80"}]),
        JSON + "string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32",
    ),
    (
        container(env=[{"name": "A", "value": 1}]),
        JSON + "number into Go struct field EnvVar.spec.containers.env.value of type string",
    ),
    (container(resources={"requests": {"cpu": "abc"}}), QUANTITY),
    (container(resources={"requests": {"memory": "1GB"}}), QUANTITY),
    (
        pod(topologySpreadConstraints=[{"labelSelector": "x"}]),
        JSON
        + "string into Go struct field TopologySpreadConstraint.spec.topologySpreadConstraints.labelSelector of type v1.LabelSelector",
    ),
    (container(imagePolicy="Always"), 'strict decoding error: unknown field "spec.containers[0].imagePolicy"'),
    # Go's rules
    (container(args=[1]), JSON + "number into Go struct field Container.spec.containers.args of type string"),
    (container(args="x"), JSON + "string into Go struct field Container.spec.containers.args of type []string"),
    (container(tty="x"), JSON + "string into Go struct field Container.spec.containers.tty of type bool"),
    (
        container(ports=[{"containerPort": 1.5}]),
        JSON + "number 1.5 into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32",
    ),
    (
        container(ports=[{"containerPort": 2**31}]),
        JSON + "number 2147483648 into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32",
    ),
    (
        container(ports=[{"containerPort": 80, "protocol": 6}]),
        JSON + "number into Go struct field ContainerPort.spec.containers.ports.protocol of type v1.Protocol",
    ),
    (
        container(resources={"requests": ["cpu"]}),
        JSON
        + "array into Go struct field ResourceRequirements.spec.containers.resources.requests of type v1.ResourceList",
    ),
    (
        container(livenessProbe={"httpGet": {"port": True}}),
        JSON + "bool into Go struct field HTTPGetAction.spec.containers.livenessProbe.httpGet.port of type int32",
    ),
    (pod(nodeSelector={"a": True}), JSON + "bool into Go struct field PodSpec.spec.nodeSelector of type string"),
    (
        pod(containers={"name": "c"}),
        JSON + "object into Go struct field PodSpec.spec.containers of type []v1.Container",
    ),
    ({**pod(), "spec": "x"}, JSON + "string into Go struct field Pod.spec of type v1.PodSpec"),
    (
        pod(replica=1, containers=[{"imag": 1}]),
        'strict decoding error: unknown field "spec.replica", unknown field "spec.containers[0].imag"',
    ),
    # a wrong type is told before unknown fields, the first of them, and a bad quantity before all
    (pod(replica=1, hostname=5, nodeName=6), JSON + "number into Go struct field PodSpec.spec.hostname of type string"),
    (pod(hostname=5, overhead={"cpu": "1x"}), QUANTITY),
    (pod(overhead={"cpu": "1kk"}), "unable to parse quantity's suffix"),
    (
        {**pod(), "metadata": {"creationTimestamp": 5}},
        JSON + "number into Go struct field ObjectMeta.metadata.creationTimestamp of type string",
    ),
    (
        {**pod(), "metadata": {"creationTimestamp": "yesterday"}},
        'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
    ),
]


@pytest.mark.parametrize(("data", "detail"), CASES)
def test_words_of_refusal(data: dict[str, Any], detail: str) -> None:
    with pytest.raises(api.DecodeError) as caught:
        api.from_dict(data)
    assert str(caught.value) == POD + detail
    assert caught.value.detail == detail


OTHERS = [
    (
        deployment(replicas="three"),
        'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ),
    (
        {"apiVersion": "v1", "kind": "Secret", "data": {"a": "REPLACE_WITH"}},
        'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 7',
    ),
    (
        {"apiVersion": "v1", "kind": "Service", "spec": {"ipFamily": "IPv4"}},
        'Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.ipFamily"',
    ),
    ({"name": "x"}, "error validating data: [apiVersion not set, kind not set]"),
    ({"apiVersion": "v1"}, "error validating data: kind not set"),
]


@pytest.mark.parametrize(("data", "message"), OTHERS)
def test_words_of_refusal_of_other_kinds(data: dict[str, Any], message: str) -> None:
    with pytest.raises(api.DecodeError) as caught:
        api.from_dict(data)
    assert str(caught.value) == message


def test_a_kind_that_is_not_served() -> None:
    with pytest.raises(api.UnknownKind) as caught:
        api.from_dict({"apiVersion": "apps/v1beta1", "kind": "Deployment"})
    assert str(caught.value) == 'no matches for kind "Deployment" in version "apps/v1beta1"'


def test_a_list_is_no_manifest() -> None:
    with pytest.raises(api.DecodeError, match="not list"):
        api.from_dict([])  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "place"), [("aGk=", None), ("aGk=\n", None), ("aG k", 2), ("_", 0), ("é", 0)])
def test_where_base64_is_wrong(text: str, place: int | None) -> None:
    from pilothouse.api.decode import illegal_base64

    assert illegal_base64(text) == place


def test_nulls_are_as_if_not_there() -> None:
    plain = pod(containers=[{"name": "c", "args": [None], "env": None, "resources": {"limits": {"cpu": None}}}, None])
    spec = api.from_dict(plain).spec
    assert spec.containers[0].args == [""]
    assert spec.containers[0].env == []
    assert spec.containers[0].resources.limits == {"cpu": "0"}
    assert spec.containers[1] == api.Container()


def test_amounts_and_times_are_stored_in_one_form() -> None:
    data = container(resources={"requests": {"cpu": 0.5, "memory": "1024Mi"}, "limits": {"cpu": 1, "x.io/y": "0.0001"}})
    data["metadata"]["creationTimestamp"] = "2026-01-01T01:00:00.5+01:00"
    found = api.from_dict(data)
    assert found.spec.containers[0].resources.requests == {"cpu": "500m", "memory": "1Gi"}
    assert found.spec.containers[0].resources.limits == {"cpu": "1", "x.io/y": "1m"}
    assert found.metadata.creationTimestamp == "2026-01-01T00:00:00Z"


def test_unknown_fields_can_be_dropped_with_or_without_a_word() -> None:
    data = pod(replica=1)
    assert api.to_dict(api.from_dict(data, strict=False))["spec"] == {}
    with pytest.warns(api.UnknownFieldWarning, match=r'unknown field "spec.replica"'):
        api.from_dict(data, strict="warn")


def test_repeated_keys_in_json_are_refused() -> None:
    text = '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"dk"},"spec":{"containers":[{"name":"c","image":"x","image":"y"}]}}'
    with pytest.raises(api.DecodeError) as caught:
        api.from_dict(api.parse_json(text))
    assert str(caught.value) == POD + 'strict decoding error: duplicate field "spec.containers[0].image"'


def test_what_the_caller_holds_is_not_what_the_object_holds() -> None:
    labels, data = {"a": "b"}, [1]
    found = api.from_dict(
        {"apiVersion": "apps/v1", "kind": "ControllerRevision", "metadata": {"labels": labels}, "data": data}
    )
    labels["a"] = "c"
    data.append(2)
    assert found.metadata.labels == {"a": "b"}
    assert found.data == [1]


def nested(depth: int, leaf: Any = 1) -> Any:
    for _ in range(depth):
        leaf = {"not": leaf}
    return leaf


def test_hostile_input_is_refused_quickly() -> None:
    many = pod(**{f"f{index}": index for index in range(10_000)})
    schema = {"openAPIV3Schema": nested(100_000, {})}
    crd = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    deep = crd | {"spec": {"versions": [{"name": "v1", "schema": schema}]}}
    revision = {"apiVersion": "apps/v1", "kind": "ControllerRevision", "data": nested(100_000)}
    digits = container(resources={"requests": {"cpu": "9" * 1_000_000}})
    huge = container(resources={"requests": {"cpu": 10**100_000}})
    port = container(ports=[{"containerPort": 10**100_000}])
    begin = time.perf_counter()
    cases = (
        (many, "f99"),
        (deep, "exceeded max depth"),
        (revision, "exceeded max depth"),
        (digits, QUANTITY),
        (huge, QUANTITY),
        (port, "number of 332193 bits"),
    )
    for data, words in cases:
        with pytest.raises(api.DecodeError) as caught:
            api.from_dict(data)
        assert words in str(caught.value)
        assert len(str(caught.value)) < 10_000
    assert time.perf_counter() - begin < 2


def test_a_hundred_levels_are_nothing_special() -> None:
    crd = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    schema = {"openAPIV3Schema": nested(100, {"type": "object"})}
    found = api.from_dict(crd | {"spec": {"versions": [{"name": "v1", "schema": schema}]}})
    assert api.to_dict(found)["spec"]["versions"][0]["schema"] == schema
    revision = {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "data": nested(100),
        "revision": 1,
        "metadata": {},
    }
    assert api.to_dict(api.from_dict(revision)) == revision
