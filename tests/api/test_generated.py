"""The generated types: rerunning the generator gives the same, and real objects survive a round trip."""

from __future__ import annotations

import gzip
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pilothouse import api
from pilothouse.api.types import core, discovery
from pilothouse.api.types.homes import HOMES, KINDS

pytestmark = pytest.mark.fidelity(
    "Objects: types and what is printed of them",
    "faithful",
    "the published 1.36 schema; every object of the recorded examples survives a round trip unchanged",
)

ROOT = Path(__file__).parents[2]
RECORDED = ROOT.parent / "shared" / "conformance" / "examples_accepted.json.gz"


def test_rerunning_the_generator_gives_the_same() -> None:
    pytest.importorskip("kubernetes_validate", reason="the schema is in the package kubernetes-validate")
    spec = importlib.util.spec_from_file_location("generate", ROOT / "engine" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = ROOT / "engine" / "pilothouse" / "api" / "types"
    committed = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))}
    assert module.generate() == committed


def recorded_objects() -> list[dict[str, Any]]:
    with gzip.open(RECORDED, "rt", encoding="utf-8") as file:
        files = json.load(file)["files"]
    found = [found for want in files.values() for found in want.get("objects") or []]
    # The recorder wrote PORT where a real server draws a port: no number any more.
    return json.loads(
        json.dumps(found).replace('"nodePort": "PORT"', '"nodePort": 30000').replace('ort": "PORT"', 'ort": 30001')
    )


@pytest.mark.skipif(not RECORDED.exists(), reason="the recordings of a real cluster are not here")
def test_every_recorded_object_survives_a_round_trip() -> None:
    objects = recorded_objects()
    assert len(objects) > 400
    for plain in objects:
        assert api.to_dict(api.from_dict(plain)) == plain


# What a real server prints of objects that say little: which empty things stay and which go.
SMALL = [
    (
        {"apiVersion": "apps/v1", "kind": "Deployment"},
        {
            "metadata": {},
            "spec": {"selector": {}, "strategy": {}, "template": {"metadata": {}, "spec": {}}},
            "status": {},
        },
    ),
    ({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "c"}]}}, None),
    (
        {"apiVersion": "v1", "kind": "Event", "involvedObject": {}, "metadata": {}},
        {"eventTime": None, "firstTimestamp": None, "lastTimestamp": None, "reportingComponent": "", "source": {}},
    ),
    (
        {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget"},
        {"status": {"currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0}},
    ),
    ({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"}, {"rules": None}),
    ({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice"}, {"endpoints": None, "ports": None}),
    (
        {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"},
        {"status": {"acceptedNames": {"kind": "", "plural": ""}, "conditions": None, "storedVersions": None}},
    ),
    ({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": 0, "minReadySeconds": 0}}, None),
]


@pytest.mark.parametrize(("given", "has"), SMALL)
def test_empty_things_are_kept_or_left_out_as_by_a_real_server(
    given: dict[str, Any], has: dict[str, Any] | None
) -> None:
    plain = api.to_dict(api.from_dict(given))
    for name, value in (has or {}).items():
        assert plain[name] == value
    spec = given.get("spec", {})
    assert ("replicas" in plain.get("spec", {})) == ("replicas" in spec)
    assert "minReadySeconds" not in plain.get("spec", {})


def test_what_is_always_there_never_is_none() -> None:
    pod = api.Pod()
    assert pod.metadata.name == pod.spec.nodeName == pod.status.phase == ""
    assert api.Container().resources.requests == {}
    assert api.Deployment().spec.template.spec.containers == []
    assert api.Deployment().spec.replicas is None


def test_python_words_get_an_underscore() -> None:
    rule = api.NetworkPolicyIngressRule(from_=[api.NetworkPolicyPeer()])
    assert msgspec.to_builtins(rule) == {"from": [{}]}
    assert api.JSONSchemaProps(x_kubernetes_int_or_string=True, not_=api.JSONSchemaProps()).not_ is not None


def test_names_that_two_groups_have_belong_to_the_first() -> None:
    assert api.EndpointPort is core.EndpointPort
    assert discovery.EndpointPort is not core.EndpointPort
    with pytest.raises(AttributeError, match="Deploymnt"):
        _ = api.Deploymnt  # type: ignore[attr-defined]


def test_every_generated_type_can_be_built_and_explored() -> None:
    for name in sorted(HOMES):
        owner = getattr(api, name)
        assert msgspec.structs.asdict(owner()) is not None
        assert api.fields(owner).keys() == {field.encode_name for field in msgspec.structs.fields(owner)}


def test_kinds_know_what_they_are_called() -> None:
    for api_version, kinds in KINDS.items():
        for kind in kinds:
            obj = (
                api.from_dict({"apiVersion": api_version, "kind": kind})
                if api.DEFAULT.find(api_version, kind)
                else None
            )
            if obj is not None:
                assert (obj.apiVersion, obj.kind, api.kind_of(obj)) == (api_version, kind, kind)


def test_objects_are_frozen() -> None:
    with pytest.raises(AttributeError):
        api.Pod().spec = api.PodSpec()  # type: ignore[misc]
    pod = api.Pod()
    moved = api.replace(pod, spec=api.replace(pod.spec, nodeName="n1"))
    assert (pod.spec.nodeName, moved.spec.nodeName) == ("", "n1")


def test_the_import_is_light() -> None:
    heavy = {"yaml", "numpy", "IPython", "ipywidgets", "plotly", "pilothouse.api.types.core"}
    script = "import sys, pilothouse.api; print(*(name for name in sys.argv[1:] if name in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", script, *sorted(heavy)], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""


def test_a_star_import_gives_the_nouns_and_no_modules() -> None:
    names: dict[str, Any] = {}
    exec("from pilothouse.api import *", names)
    assert names["Pod"] is api.Pod
    assert names["from_dict"] is api.from_dict
    assert not {"time", "struct", "types", "import_module"} & names.keys()
