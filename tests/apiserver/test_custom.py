from __future__ import annotations

from typing import Any

import pytest

from pilothouse.apiserver import ApiError, Client, table

pytestmark = pytest.mark.fidelity(
    "API: custom kinds",
    "simplified",
    "schema, pruning, defaults, subresources and columns; rules in CEL are stored but not run",
)

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["spec"],
    "properties": {
        "spec": {
            "type": "object",
            "required": ["image"],
            "properties": {
                "image": {"type": "string", "pattern": "^line/"},
                "replicas": {"type": "integer", "default": 1, "minimum": 0, "maximum": 9},
                "mode": {"type": "string", "enum": ["batch", "online"], "default": "online"},
                "port": {"x-kubernetes-int-or-string": True},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                "steps": {"type": "array", "maxItems": 2, "items": {"type": "object", "properties": {"name": {"type": "string", "default": "step"}}}},
            },
        },
        "status": {"type": "object", "properties": {"replicas": {"type": "integer"}, "ready": {"type": "boolean"}}},
    },
}  # fmt: skip
COLUMNS = [
    {"name": "Image", "type": "string", "jsonPath": ".spec.image"},
    {"name": "Steps", "type": "string", "jsonPath": ".spec.steps[*].name", "priority": 1},
    {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
]
SCALE = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}


def definition(**changes: Any) -> dict[str, Any]:
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": SCHEMA},
        "subresources": {"status": {}, "scale": SCALE},
        "additionalPrinterColumns": COLUMNS,
    }
    names = {"plural": "models", "kind": "Model", "shortNames": ["mo"], "categories": ["all"]}
    spec = {"group": "line.example", "scope": "Namespaced", "names": names, "versions": [version], **changes}
    meta = {"name": f"{names['plural']}.{spec['group']}"}
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": meta, "spec": spec}


def model(name: str = "eta", **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "line.example/v1",
        "kind": "Model",
        "metadata": {"name": name},
        "spec": {"image": "line/eta:1", **spec},
    }


@pytest.fixture
def models(api: Client) -> Client:
    api.create(definition())
    return api


def test_a_definition_is_served_at_once(models: Client) -> None:
    crd = models.get("crd", "models.line.example")
    assert crd.spec.names.listKind == "ModelList"
    assert [one.type for one in crd.status.conditions] == ["NamesAccepted", "Established"]
    assert crd.status.storedVersions == ["v1"]
    models.create(model())
    for word in ("models", "model", "mo", "Model", "models.line.example"):
        assert models.get(word, "eta").spec.image == "line/eta:1"


def test_defaults_are_filled_in_at_every_depth(models: Client) -> None:
    item = models.create(model(steps=[{}], labels={"a": "b"}))
    assert (item.spec.replicas, item.spec.mode, item.spec.steps[0].name) == (1, "online", "step")
    assert (item.metadata.generation, len(item.metadata.uid)) == (1, 36)


def test_what_the_schema_does_not_name_is_refused_or_dropped(models: Client) -> None:
    odd = model(colour="red", free={"any": {"thing": 1}})
    with pytest.raises(ApiError, match=r'strict decoding error: unknown field "spec\.colour"'):
        models.create(odd)
    item = models.create(odd, validation="Warn")
    assert models.warnings == ['unknown field "spec.colour"']
    assert "colour" not in item.spec
    assert item.spec.free.any.thing == 1


@pytest.mark.parametrize(
    ("spec", "field", "words"),
    [
        (
            {"replicas": "two"},
            "spec.replicas",
            'Invalid value: "string": spec.replicas in body must be of type integer: "string"',
        ),
        (
            {"replicas": 10},
            "spec.replicas",
            "Invalid value: 10: spec.replicas in body should be less than or equal to 9",
        ),
        (
            {"replicas": -1},
            "spec.replicas",
            "Invalid value: -1: spec.replicas in body should be greater than or equal to 0",
        ),
        ({"mode": "fast"}, "spec.mode", 'Unsupported value: "fast": supported values: "batch", "online"'),
        ({"image": "other"}, "spec.image", "Invalid value: \"other\": spec.image in body should match '^line/'"),
        ({"steps": [{}, {}, {}]}, "spec.steps", "Too many: 3: must have at most 2 items"),
        ({"image": None}, "spec.image", "Required value"),
        (
            {"labels": {"a": 1}},
            "spec.labels.a",
            'Invalid value: "integer": spec.labels.a in body must be of type string: "integer"',
        ),
    ],
)
def test_what_breaks_the_schema_is_refused_with_the_place(
    models: Client, spec: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(ApiError) as refused:
        models.create(model(**spec))
    assert refused.value.code == 422
    assert refused.value.details is not None
    assert [(cause["field"], cause["message"]) for cause in refused.value.details["causes"]] == [(field, words)]


def test_status_and_scale_are_doors_of_their_own(models: Client) -> None:
    models.create({**model(), "status": {"ready": True}})
    assert "ready" not in models.get("mo", "eta").status
    models.patch(
        "mo", "eta", {"spec": {"mode": "batch"}, "status": {"ready": True, "replicas": 1}}, subresource="status"
    )
    item = models.get("mo", "eta")
    assert (item.spec.mode, item.status.ready, item.metadata.generation) == ("online", True, 1)
    models.patch("mo", "eta", {"spec": {"mode": "batch"}})
    assert models.get("mo", "eta").metadata.generation == 2
    scale = models.patch("mo", "eta", {"spec": {"replicas": 4}}, subresource="scale")
    assert (scale.spec.replicas, scale.status.replicas) == (4, 1)
    assert models.get("mo", "eta").spec.replicas == 4


def test_apply_and_columns(models: Client) -> None:
    assert models.apply(model(steps=[{"name": "a"}, {"name": "b"}]))[1] == "created"
    assert models.apply(model(steps=[{"name": "a"}, {"name": "b"}]))[1] == "unchanged"
    crd = models.get("crd", "models.line.example")
    shown = table("Model.line.example", models.list("mo"), True, 61.0, crd)
    assert [str(column) for column in shown.columns] == ["Name", "Image", "Steps", "Age"]
    assert shown.rows == [["eta", "line/eta:1", "a,b", "61s"]]


def test_with_the_definition_its_objects_go(models: Client) -> None:
    models.create(model())
    models.delete("crd", "models.line.example")
    with pytest.raises(ApiError, match="the server doesn't have a resource type"):
        models.list("models")
    models.create(definition())
    assert models.list("models") == []


def test_another_version_of_an_object_is_stored_in_the_stored_version(api: Client) -> None:
    item = definition()
    old = {**item["spec"]["versions"][0], "name": "v1beta1", "storage": False}
    item["spec"]["versions"].append(old)
    api.create(item)
    made = api.create({**model(), "apiVersion": "line.example/v1beta1"})
    assert made.apiVersion == "line.example/v1"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"group": "other.example"}, 'spec.names.plural+"."+spec.group'),
        (
            {"scope": "Everywhere"},
            'spec.scope: Unsupported value: "Everywhere": supported values: "Cluster", "Namespaced"',
        ),
        ({"versions": []}, "spec.versions: Required value"),
        (
            {"versions": [{"name": "v1", "served": True, "storage": True}]},
            "spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required",
        ),
        (
            {
                "versions": [
                    {
                        "name": "v1",
                        "served": True,
                        "storage": True,
                        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "thing"}}}},
                    }
                ]
            },
            'spec.versions[0].schema.openAPIV3Schema.properties[spec].type: Unsupported value: "thing"',
        ),
    ],
)
def test_a_bad_definition_is_refused_with_the_place(api: Client, changes: dict[str, Any], words: str) -> None:
    item = definition()
    item["spec"] |= changes
    with pytest.raises(ApiError) as refused:
        api.create(item)
    assert refused.value.code == 422
    assert words in refused.value.message


def test_a_fork_serves_what_was_defined_and_no_more(models: Client) -> None:
    from pilothouse.kernel import Clock, Randoms

    door = models.door
    clock = Clock()
    twin = door.fork(door.store.fork(clock), clock, Randoms(0))
    Client(twin).create(model("only-here"))
    models.delete("crd", "models.line.example")
    assert [one.metadata.name for one in Client(twin).list("models")] == ["only-here"]
