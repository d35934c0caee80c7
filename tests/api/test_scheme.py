"""Which kind a word means, and objects of custom kinds."""

from __future__ import annotations

import copy
import pickle

import pytest

from pilothouse import api

pytestmark = pytest.mark.fidelity(
    "Objects: names of kinds",
    "faithful",
    "recorded discovery: controlplane/tables.json",
)

WORDS = {
    "po": "v1 Pod", "pods": "v1 Pod", "pod": "v1 Pod", "Pod": "v1 Pod", "deploy": "apps/v1 Deployment",
    "deployments.apps": "apps/v1 Deployment", "deployment.v1.apps": "apps/v1 Deployment", "ev": "v1 Event",
    "events.events.k8s.io": "events.k8s.io/v1 Event", "hpa": "autoscaling/v2 HorizontalPodAutoscaler",
    "hpa.v1.autoscaling": "autoscaling/v1 HorizontalPodAutoscaler", "netpol": "networking.k8s.io/v1 NetworkPolicy",
    "crds": "apiextensions.k8s.io/v1 CustomResourceDefinition", "endpoints": "v1 Endpoints", "sc": "storage.k8s.io/v1 StorageClass",
}  # fmt: skip
WIDGET = api.ResourceInfo(
    kind="Widget",
    group="example.com",
    version="v1",
    plural="widgets",
    singular="widget",
    short_names=("wi",),
    custom=True,
)
PLAIN = {
    "apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w", "labels": {"a": "b"}},
    "spec": {"size": 3, "parts": [{"name": "x", "from": {"node": "n1"}}]}, "data": {"k": 1},
}  # fmt: skip


@pytest.mark.parametrize(("word", "want"), WORDS.items())
def test_what_a_word_means(word: str, want: str) -> None:
    info = api.DEFAULT.resource(word)
    assert f"{info.api_version} {info.kind}" == want
    assert info.type.__name__ == info.kind


@pytest.mark.parametrize("word", ["pood", "pods.apps", "widgets", "", "all"])
def test_words_that_mean_nothing(word: str) -> None:
    with pytest.raises(api.UnknownKind) as caught:
        api.DEFAULT.resource(word)
    assert str(caught.value) == f'the server doesn\'t have a resource type "{word}"'


def test_all_is_a_category() -> None:
    kinds = [info.kind for info in api.DEFAULT.category("all")]
    assert kinds[:3] == ["Pod", "ReplicationController", "Service"]
    assert kinds.count("HorizontalPodAutoscaler") == 1


def test_a_copy_of_the_scheme_learns_a_custom_kind() -> None:
    mine = api.DEFAULT.copy()
    mine.register(WIDGET)
    assert mine.resource("wi") is mine.of("example.com/v1", "Widget") is WIDGET
    assert mine.resource("widgets.example.com").store_name == "Widget.example.com"
    assert api.DEFAULT.find("example.com/v1", "Widget") is None
    mine.unregister("example.com/v1", "Widget")
    with pytest.raises(api.UnknownKind):
        mine.resource("wi")


def widget() -> api.Custom:
    mine = api.DEFAULT.copy()
    mine.register(WIDGET)
    found = api.from_dict(PLAIN, scheme=mine)
    assert isinstance(found, api.Custom)
    return found


def test_custom_objects_read_like_built_in_ones() -> None:
    found = widget()
    assert (found.spec.size, found.spec.parts[0].from_.node, found.data.k, found.metadata.name) == (3, "n1", 1, "w")
    assert found.to_dict() == PLAIN
    assert api.kind_of(found) == "Widget.example.com"
    with pytest.raises(AttributeError, match="no field 'sise'; there are: parts, size"):
        _ = found.spec.sise
    with pytest.raises(AttributeError, match="no field 'ready'; there are: none"):
        _ = found.status.ready


def test_custom_objects_are_frozen_to_the_ground() -> None:
    found = widget()
    for change in (
        lambda: found.spec.update(size=4),
        lambda: found.spec.__setitem__("size", 4),
        lambda: found.spec.pop("size"),
    ):
        with pytest.raises(TypeError, match="objects are frozen"):
            change()
    later = api.replace(found, status={"ready": {"count": 1}})
    assert later.status.ready.count == 1
    assert api.to_dict(later) == PLAIN | {"status": {"ready": {"count": 1}}}
    assert later != found
    assert api.replace(found) == found
    assert api.to_dict(api.replace(found, spec={}))["spec"] == {}
    assert copy.copy(found) == pickle.loads(pickle.dumps(found)) == found


def test_metadata_of_custom_objects_is_walked() -> None:
    mine = api.DEFAULT.copy()
    mine.register(WIDGET)
    with pytest.raises(api.DecodeError) as caught:
        api.from_dict({**PLAIN, "metadata": {"name": "w", "label": {}}}, scheme=mine)
    assert (
        str(caught.value)
        == 'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "metadata.label"'
    )


def test_fields_know_how_they_merge() -> None:
    fields = api.fields(api.PodSpec)
    assert fields["containers"].merge.key == "name"
    item = fields["containers"].shape.item
    assert item is not None
    assert item.struct is api.Container
    assert api.fields(api.Container)["ports"].merge.keys == ("containerPort", "protocol")
    assert api.fields(api.PodSpec)["volumes"].merge.strategy == "merge,retainKeys"
    assert api.fields(api.ObjectMeta)["labels"].merge.key == ""
