"""EndpointSlices beside a real control plane, as pods are pending, unready, ready, terminating and finished."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from facts import Facts
from stage import Stage, every, none, zoned

from pilothouse.api import to_dict

pytestmark = pytest.mark.fidelity(
    "Services: EndpointSlices and Endpoints through the lives of pods",
    "faithful",
    "every fact of controlplane/endpointslice.json, or listed in tests/parity/differences.py",
)
WEB = {"name": "web", "port": 80, "targetPort": "http"}
SPACE = "r-eps"


class Scene:
    """A Service `svc` whose selector is app=web, and pods that come and go."""

    def __init__(self, shared: Path) -> None:
        self.facts, self.stage = Facts(shared, "endpointslice", "eps"), Stage(zoned(), SPACE)
        self.left: dict[str, Any] = dict(self.facts["states"])

    def pod(self, name: str, phase: str = "Running", is_ready: bool = True, **spec: Any) -> None:
        container = {"name": "c", "image": "a", "ports": [{"name": "http", "containerPort": 8080}]}
        self.stage.create("Pod", name, {"containers": [container], **spec}, labels={"app": "web"})
        self.stage.cluster.settle()
        (pod,) = [pod for pod in self.stage.pods() if pod.metadata.name == name]
        if pod.spec.nodeName:
            self.stage.write(pod, phase, is_ready)

    def service(self, name: str, **spec: Any) -> None:
        self.stage.create("Service", name, {"ports": [{"port": 80}], "selector": {"app": "web"}, **spec})

    def compare(self, state: str, name: str = "svc") -> None:
        """What is said of the Service's slices, endpoints in any order."""
        self.stage.quiet(ready=none, end=none, seconds=0.5)
        theirs = [{**one, "endpoints": sorted(one["endpoints"], key=target)} for one in self.left.pop(state)]
        self.facts.compare(state, theirs, [slice_ for slice_ in self.slices() if slice_["name"] == f"{name}-RAND"])

    def slices(self) -> list[dict[str, Any]]:
        return [noted(to_dict(item)) for item in self.stage.cluster.list("endpointslices", SPACE)]


def target(endpoint: dict[str, Any]) -> str:
    return str(endpoint["target"])


def noted(item: dict[str, Any]) -> dict[str, Any]:
    """A slice as the recorder noted it."""
    endpoints = [
        {
            "addr": bool(one["addresses"]),
            "conditions": one["conditions"],
            "node": "nodeName" in one,
            "target": one["targetRef"]["name"],
            "zone": "zone" in one,
        }
        for one in item.get("endpoints") or []
    ]
    return {
        "addressType": item["addressType"],
        "endpoints": sorted(endpoints, key=target),
        "labels": item["metadata"]["labels"],
        "name": item["metadata"]["generateName"] + "RAND",
        "ports": item.get("ports"),
    }


def test_every_state(shared: Path) -> None:
    scene = Scene(shared)
    stage, api = scene.stage, scene.stage.cluster.api
    scene.service("svc", ports=[WEB])
    scene.compare("service without pods")
    scene.pod("unsched", nodeSelector={"no": "where"})
    scene.compare("unschedulable pod")
    scene.pod("unready", is_ready=False)
    scene.compare("unready pod")
    scene.pod("ok")
    scene.compare("ready pod")
    scene.pod("done", "Succeeded", False)
    scene.compare("succeeded pod")
    scene.pod("ready2")
    api.delete("pod", "ok", SPACE)
    scene.compare("ready pod terminating (4 s)")
    stage.quiet(ready=none, end=every)
    scene.compare("gone")
    stage.patch("svc", "svc", {"publishNotReadyAddresses": True})
    scene.compare("publishNotReadyAddresses")
    stage.patch("svc", "svc", {"selector": {"app": "none"}})
    scene.compare("selector changed to none")
    spec = {key: value for key, value in to_dict(api.get("svc", "svc", SPACE))["spec"].items() if key != "clusterIP"}
    theirs, ours = (
        {**given, "clusterIPs": len(given["clusterIPs"])} for given in (scene.facts["service_defaults"], spec)
    )
    scene.facts.compare("service_defaults", theirs, ours)
    scene.service("hl", clusterIP="None")
    scene.compare("headless", "hl")
    stage.create("Service", "none", {"ports": [{"port": 80}]})
    scene.compare("no selector", "none")
    several = [{"name": "a", "port": 80, "targetPort": "http"}, {"name": "b", "port": 81, "protocol": "UDP"}]
    scene.service("multi", ports=[*several, {"name": "c", "port": 82, "targetPort": "unknown"}])
    scene.compare("multi port, one unknown named port", "multi")
    scene.facts.compare("Endpoints objects", places(scene.left.pop("Endpoints objects")), places(endpoints(scene)))
    api.delete("svc", "svc", SPACE)
    scene.compare("service deleted")
    assert not scene.left, f"nobody compared {list(scene.left)}"
    scene.facts.close(at_least=150)


def endpoints(scene: Scene) -> list[Any]:
    found = [to_dict(item) for item in scene.stage.cluster.list("endpoints", SPACE)]
    return [[item["metadata"]["name"], item.get("subsets")] for item in found]


def places(found: Any) -> Any:
    """Endpoints without the addresses and nodes that were drawn."""
    if isinstance(found, dict):
        return {key: bool(value) if key in ("ip", "nodeName") else places(value) for key, value in found.items()}
    return [places(one) for one in found] if isinstance(found, list) else found
