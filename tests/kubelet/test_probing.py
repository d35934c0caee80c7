"""Probes: what they decide, and that they cost nothing while nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

HTTP = {"httpGet": {"path": "/", "port": 80}}


def flips(bench: Any, name: str) -> list[tuple[float, bool]]:
    found: list[tuple[float, bool]] = []
    for time, change in bench.story(name):
        statuses = change.after.status.containerStatuses if change.after else []
        if statuses and (not found or found[-1][1] != statuses[0].ready):
            found.append((round(time - 60, 1), statuses[0].ready))
    return found


def script(text: str, **probes: Any) -> dict[str, Any]:
    return {"name": "c", "image": "busybox", "command": ["sh", "-c", text], **probes}


FILE = {"exec": {"command": ["cat", "/tmp/r"]}}


def test_readiness_follows_the_file(bench: Callable[..., Any]) -> None:
    b = bench()
    probe = {**FILE, "periodSeconds": 2, "successThreshold": 2, "failureThreshold": 2}
    text = "sleep 3; touch /tmp/r; sleep 10; rm /tmp/r; sleep 10; touch /tmp/r; sleep 3600"
    b.pod("flip", containers=[script(text, readinessProbe=probe)])
    b.run(90)
    found = flips(b, "flip")
    assert [ready for _, ready in found] == [False, True, False, True]
    for (at, _), (low, high) in zip(found[1:], [(6, 8.5), (16, 18.5), (26, 28.5)], strict=True):
        assert low <= at <= high
    assert b.get("flip").status.containerStatuses[0].restartCount == 0


@pytest.mark.parametrize("kind", ["readinessProbe", "livenessProbe"])
def test_a_probe_that_goes_on_succeeding_costs_nothing(bench: Callable[..., Any], kind: str) -> None:
    b = bench()
    b.pod("quiet", containers=[{"name": "c", "image": "nginx", kind: {**HTTP, "periodSeconds": 1}}])
    b.run(20)
    turns, revision = b.loop.turns, b.store.revision
    b.run(86_400)
    assert (b.loop.turns, b.store.revision) == (turns, revision)


@pytest.mark.fidelity(
    "Kubelet: events of a probe that goes on failing",
    "simplified",
    "after 25 of them nobody is asked any more until the answer can change; a real kubelet goes on asking",
)
def test_a_probe_that_goes_on_failing_is_asked_a_bounded_number_of_times(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("sad", containers=[script("sleep 360000", readinessProbe={**FILE, "periodSeconds": 1})])
    b.run(100)
    turns = b.loop.turns
    b.run(10_000)
    assert b.loop.turns == turns
    assert b.get("sad").status.containerStatuses[0].ready is False


@pytest.mark.fidelity(
    "Kubelet: liveness, readiness and startup probes",
    "faithful",
    "recorded facts: kubelet_cases, liveness-exec and readiness; a probe is asked only when its answer can be another than before",
)
def test_liveness_restarts_and_says_so(bench: Callable[..., Any]) -> None:
    b = bench()
    text = "touch /tmp/r; sleep 30; rm -f /tmp/r; sleep 600"
    b.pod("doc", containers=[script(text, livenessProbe={**FILE, "initialDelaySeconds": 5, "periodSeconds": 5})])
    b.run(160)
    begun = [
        round(time - 60)
        for time, change in b.story("doc")
        if any(s.state.running is not None for s in change.after.status.containerStatuses)
    ]
    assert [at for at in begun if at > 2] == [76, 151]
    told = {(reason, message) for reason, message, _ in b.events("doc")}
    assert ("Killing", "Container c failed liveness probe, will be restarted") in told
    assert ("Unhealthy", "Liveness probe failed: cat: can't open '/tmp/r': No such file or directory\n") in told


def test_startup_holds_the_others_back(bench: Callable[..., Any]) -> None:
    b = bench()
    container = script(
        "sleep 12; touch /tmp/r; sleep 3600",
        startupProbe={**FILE, "periodSeconds": 4, "failureThreshold": 10},
        livenessProbe={"exec": {"command": ["false"]}, "periodSeconds": 2},
    )
    b.pod("slow", containers=[container])
    b.run(10)
    assert b.get("slow").status.containerStatuses[0].started is False
    b.run(8)
    assert b.get("slow").status.containerStatuses[0].started is True
    b.run(60)
    assert b.get("slow").status.containerStatuses[0].restartCount >= 1


def test_an_error_of_a_probe_is_no_failure(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("odd", containers=[script("sleep 3600", livenessProbe={"exec": {"command": ["nosuch"]}, "periodSeconds": 5})])
    b.run(330)
    assert b.get("odd").status.containerStatuses[0].restartCount == 0
    assert any(
        message.startswith("Liveness probe errored and resulted in unknown state") for _, message, _ in b.events("odd")
    )


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        (
            {"httpGet": {"path": "/x", "port": 81}},
            'Get "http://10.244.0.2:81/x": dial tcp 10.244.0.2:81: connect: connection refused',
        ),
        ({"tcpSocket": {"port": 81}}, "dial tcp 10.244.0.2:81: connect: connection refused"),
        ({"httpGet": {"port": "web"}}, None),
        ({"tcpSocket": {"port": 80}}, None),
        ({"exec": {"command": ["sleep", "5"]}}, 'command timed out: "sleep 5" timed out after 1s'),
        ({"exec": {"command": ["true"]}}, None),
    ],
)
def test_all_kinds(bench: Callable[..., Any], probe: dict[str, Any], words: str | None) -> None:
    b = bench()
    ports = [{"name": "web", "containerPort": 80}]
    b.pod("asked", containers=[{"name": "c", "image": "nginx", "ports": ports, "readinessProbe": probe}])
    b.run(30)
    assert b.get("asked").status.containerStatuses[0].ready is (words is None)
    told = [message for reason, message, _ in b.events("asked") if reason == "Unhealthy"]
    assert told[:1] == ([f"Readiness probe failed: {words}"] if words else [])


def test_a_model_is_ready_when_it_has_started(bench: Callable[..., Any]) -> None:
    b = bench()
    probe = {"httpGet": {"path": "/readyz", "port": 8080}, "periodSeconds": 1}
    b.pod("eta", containers=[{"name": "c", "image": "line/eta-model:1.0", "readinessProbe": probe}])
    b.run(10)
    assert [ready for _, ready in flips(b, "eta")] == [False, True]


def test_a_readiness_gate_is_somebody_elses_word(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("gated", containers=[{"name": "c", "image": "nginx"}], readinessGates=[{"conditionType": "example.com/ok"}])
    b.run(10)
    ready = {c.type: c for c in b.get("gated").status.conditions}["Ready"]
    assert (ready.status, ready.reason) == ("False", "ReadinessGatesNotReady")
    assert ready.message == 'corresponding condition of pod readiness gate "example.com/ok" does not exist.'
    conditions = [*({"type": c.type, "status": c.status} for c in b.get("gated").status.conditions)]
    conditions.append({"type": "example.com/ok", "status": "True"})
    b.api.patch("Pod", "gated", {"status": {"conditions": conditions}}, subresource="status")
    b.run(1)
    assert {c.type: c.status for c in b.get("gated").status.conditions}["Ready"] == "True"
