from __future__ import annotations

from typing import Any

import pytest

from pilothouse.api import Node, ObjectMeta, replace
from pilothouse.apiserver import ApiError, Client

pytestmark = pytest.mark.fidelity(
    "API: deletion, grace, finalizers", "faithful", "recorded facts: gc.json, api_errors.json"
)


@pytest.fixture
def running(api: Client, make: Any) -> Client:
    """A pod `p` that is bound to node `n1` and runs."""
    api.create(Node(metadata=ObjectMeta(name="n1", labels={"topology.kubernetes.io/zone": "rotterdam", "x": "y"})))
    api.create(make("Pod", "p"))
    pod = api.bind("p", "default", "n1")
    api.update(replace(pod, status=replace(pod.status, phase="Running")), subresource="status")
    return api


def there(api: Client, kind: str, name: str) -> bool:
    return any(item.metadata.name == name for item in api.list(kind))


@pytest.mark.parametrize(
    ("grace", "stays", "stamp", "seconds"),
    [
        (None, True, "2026-01-01T00:00:30Z", 30),
        (5, True, "2026-01-01T00:00:05Z", 5),
        (-1, True, "2026-01-01T00:00:01Z", 1),
        (0, False, "", None),
    ],
)
def test_a_running_pod_is_given_time(
    running: Client, grace: int | None, stays: bool, stamp: str, seconds: int | None
) -> None:
    running.delete("pod", "p", grace=grace)
    assert there(running, "pods", "p") is stays
    if stays:
        meta = running.get("pod", "p").metadata
        assert (meta.deletionTimestamp, meta.deletionGracePeriodSeconds) == (stamp, seconds)
        running.delete("pod", "p", grace=0)
        assert not there(running, "pods", "p")


def test_less_patience_shortens_the_grace_and_more_does_not_lengthen_it(running: Client) -> None:
    running.delete("pod", "p", grace=20)
    running.delete("pod", "p", grace=60)
    assert running.get("pod", "p").metadata.deletionGracePeriodSeconds == 20
    running.delete("pod", "p", grace=3)
    assert running.get("pod", "p").metadata.deletionTimestamp == "2026-01-01T00:00:03Z"


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_has_ended_goes_at_once(running: Client, phase: str) -> None:
    pod = running.get("pod", "p")
    running.update(replace(pod, status=replace(pod.status, phase=phase)), subresource="status")
    running.delete("pod", "p")
    assert not there(running, "pods", "p")


def test_a_pod_without_a_node_goes_at_once(api: Client, make: Any) -> None:
    api.create(make("Pod", "p"))
    api.delete("po", "p")
    assert not there(api, "pods", "p")


def test_a_finalizer_holds_an_object_until_its_owner_lets_go(api: Client, make: Any) -> None:
    item = make("ConfigMap", "c")
    item["metadata"]["finalizers"] = ["example.com/wait"]
    api.create(item)
    marked = api.delete("cm", "c")
    assert marked.metadata.deletionTimestamp
    assert api.delete("cm", "c").metadata.resourceVersion == marked.metadata.resourceVersion
    with pytest.raises(ApiError, match="no new finalizers can be added if the object is being deleted"):
        api.patch("cm", "c", {"metadata": {"finalizers": ["example.com/wait", "example.com/more"]}})
    api.patch("cm", "c", {"metadata": {"finalizers": None}})
    assert not there(api, "cm", "c")
    assert [change.verb for change in api.door.store.log.changes[-3:]] == ["ADDED", "MODIFIED", "DELETED"]


@pytest.mark.parametrize(
    ("kind", "propagation", "finalizers"),
    [
        ("Deployment", None, None),
        ("Deployment", "Background", None),
        ("Deployment", "Foreground", ["foregroundDeletion"]),
        ("Deployment", "Orphan", ["orphan"]),
    ],
)
def test_what_becomes_of_dependents_is_written_down(
    api: Client, make: Any, kind: str, propagation: str | None, finalizers: list[str] | None
) -> None:
    api.create(make(kind, "web"))
    last = api.delete(kind, "web", propagation=propagation)
    assert there(api, kind, "web") is (finalizers is not None)
    assert last.metadata.finalizers == (finalizers or [])


def test_a_namespace_ends_when_its_own_finalizer_is_taken_away(api: Client) -> None:
    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team"}})
    ending = api.delete("ns", "team")
    assert (ending.status.phase, ending.spec.finalizers) == ("Terminating", ["kubernetes"])
    with pytest.raises(ApiError) as refused:
        api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "late", "namespace": "team"}})
    assert refused.value.message == (
        'configmaps "late" is forbidden: unable to create new content in namespace team because it is being terminated'
    )
    assert refused.value.details is not None
    assert refused.value.details["causes"][0]["reason"] == "NamespaceTerminating"
    api.update(replace(ending, spec=replace(ending.spec, finalizers=[])), subresource="finalize")
    assert not any(space.metadata.name == "team" for space in api.list("ns"))
    with pytest.raises(ApiError, match="this namespace may not be deleted"):
        api.delete("ns", "default")


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ({"preconditions": {"uid": "1"}}, 409, "the UID in the precondition (1) does not match the UID in record"),
        (
            {"preconditions": {"resourceVersion": "1"}},
            409,
            "the ResourceVersion in the precondition (1) does not match",
        ),
        ({"propagation": "Never"}, 422, 'supported values: "Foreground", "Background", "Orphan", "nil"'),
    ],
)
def test_a_deletion_under_wrong_conditions_is_refused(
    api: Client, make: Any, options: dict[str, Any], code: int, words: str
) -> None:
    api.create(make("Deployment", "web"))
    with pytest.raises(ApiError) as refused:
        api.delete("deploy", "web", **options)
    assert refused.value.code == code
    assert words in refused.value.message
    assert there(api, "deploy", "web")
