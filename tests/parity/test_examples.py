"""Published examples are taken, defaulted and refused as a real API server does; the committed figure may only rise."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).resolve().parent
KNOWN = {
    "jpetazzo_container.training/k8s/kustomize-examples/ollama-with-sidecar/kustomization.yaml": (
        "we refuse a key that is there twice before we look at the kind"
    ),
    "kubernetes_website/content/en/examples/admin/sched/clusterrole.yaml": "the default ClusterRoles are not there yet",
}


def beside(name: str) -> ModuleType:
    """A module of this folder."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_published_examples() -> None:
    examples = beside("examples")
    if not examples.RECORDED.exists():
        pytest.skip("the recorded facts (../shared/conformance) are not beside this project")
    agreed, differing = examples.compare()
    figure = json.loads((HERE / "figures.json").read_text())["examples"]
    told = "\n".join(f"{what}: {name}: {got['stderr'][:300]}" for name, (what, _, got) in differing.items())
    assert agreed >= figure, told
    assert set(differing) <= set(KNOWN), told
    assert agreed == figure, f"{agreed} examples agree now: write that into figures.json"
