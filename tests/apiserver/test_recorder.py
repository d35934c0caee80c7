from __future__ import annotations

from typing import Any

import pytest

from pilothouse.apiserver import Client

pytestmark = pytest.mark.fidelity(
    "Events: counting and combining", "faithful", "the EventCorrelator of client-go; nothing is kept in memory"
)


@pytest.fixture
def pod(api: Client, make: Any) -> Any:
    return api.create(make("Pod", "p"))


def said(api: Client) -> list[tuple[str, int]]:
    return sorted((event.message, event.count) for event in api.list("events"))


def test_the_same_event_counts_up(api: Client, pod: Any) -> None:
    api.event(pod, "Normal", "Pulled", "image is there", component="kubelet/n1")
    api.door.clock.now = 40.0
    api.event(pod, "Normal", "Pulled", "image is there", component="kubelet/n1")
    api.event(pod, "Normal", "Pulled", "image is there", component="kubelet/n2")
    events = api.list("events")
    assert [(one.count, one.firstTimestamp[-3:], one.lastTimestamp[-3:]) for one in events] == [
        (2, "00Z", "40Z"),
        (1, "40Z", "40Z"),
    ]
    assert (events[0].source.component, events[0].source.host) == ("kubelet", "n1")
    assert events[0].involvedObject.uid == pod.metadata.uid


def test_the_tenth_message_of_one_reason_is_combined_with_the_rest(api: Client, pod: Any) -> None:
    for number in range(13):
        api.event(pod, "Normal", "Created", f"created {number}", component="c")
    combined = [event for event in api.list("events") if event.message.startswith("(combined from similar events): ")]
    assert len(api.list("events")) == 10
    assert [(event.count, event.message[-10:]) for event in combined] == [(4, "created 12")]


def test_after_twenty_five_a_component_falls_silent_and_speaks_again_later(api: Client, pod: Any) -> None:
    for _ in range(40):
        api.event(pod, "Warning", "BackOff", "again", component="kubelet")
    assert said(api) == [("again", 25)]
    api.event(pod, "Normal", "Pulled", "another sort", component="kubelet")
    api.door.clock.now = 300.0
    api.event(pod, "Warning", "BackOff", "again", component="kubelet")
    api.event(pod, "Warning", "BackOff", "again", component="kubelet")
    assert said(api) == [("again", 26), ("another sort", 1)]


def test_events_of_cluster_wide_objects_lie_in_default(api: Client) -> None:
    space = api.get("ns", "kube-system")
    assert api.event(space, "Normal", "Seen", "it is there").metadata.namespace == "default"


def test_nothing_is_said_in_a_namespace_that_ends(api: Client, make: Any) -> None:
    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team"}})
    item = make("Pod", "p")
    item["metadata"]["namespace"] = "team"
    pod = api.create(item)
    api.delete("ns", "team")
    assert api.event(pod, "Normal", "Late", "too late") is None
