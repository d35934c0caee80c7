"""A door to an empty cluster, and a client of it."""

from __future__ import annotations

from typing import Any

import pytest

from pilothouse.apiserver import Client, Door
from pilothouse.kernel import Clock, Randoms, Store


@pytest.fixture
def api() -> Client:
    clock = Clock()
    door = Door(Store(clock, guard=True), clock, Randoms(0))
    door.bootstrap()
    return Client(door)


def manifest(kind: str, name: str = "a", version: str = "v1", **rest: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **rest}


@pytest.fixture
def make() -> Any:
    """Manifests by kind: `make("Pod", "web-1", spec={…})`; pods and deployments come with one container."""

    def built(kind: str, name: str = "a", **rest: Any) -> dict[str, Any]:
        if kind == "Pod":
            rest = {"spec": {"containers": [{"name": "c", "image": "line/eta:1"}], **rest.pop("spec", {})}, **rest}
        if kind in ("Deployment", "ReplicaSet"):
            template = {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "c", "image": "line/eta:1"}]},
            }
            spec = {"selector": {"matchLabels": {"app": name}}, "template": template, **rest.pop("spec", {})}
            return manifest(kind, name, "apps/v1", spec=spec, **rest)
        return manifest(kind, name, **rest)

    return built
