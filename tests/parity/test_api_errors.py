"""Every recorded refusal of a real API server is ours, in code, reason, message and causes; what differs is listed
with its reason.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).resolve().parent
FACTS = HERE.parents[2] / "shared" / "conformance" / "controlplane" / "api_errors.json"
HTTP = "a matter of HTTP (paths, methods, media types, query parameters), not of the call in process"
KNOWN = {
    "malformed JSON": HTTP,
    "kind mismatch: Service posted to pods": HTTP,
    "wrong apiVersion apps/v1beta1 posted to apps/v1": HTTP,
    "unsupported media type": HTTP,
    "no such group": HTTP,
    "removed version": HTTP,
    "method not allowed": HTTP,
    "name in URL differs": HTTP,
    "bad dryRun": HTTP,
    "continue invalid": HTTP,
    "bad token": HTTP,
    "server-side apply conflict": "there is no server-side apply yet",
    "pod: cpu resize via normal endpoint": "the diff in it numbers its lines without the token volume, which our pods do not have",
}


def beside(name: str) -> ModuleType:
    """A module of this folder."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_recorded_refusals() -> None:
    if not FACTS.exists():
        pytest.skip("the recorded facts (../shared/conformance) are not beside this project")
    requests = beside("recorded_requests")
    api = requests.client()
    agreed, wrong, settled = 0, [], []
    for case in json.loads(FACTS.read_text())["cases"]:
        known = next((why for title, why in KNOWN.items() if case["title"].startswith(title)), "")
        if known == HTTP:
            continue
        requests.before(api, case.get("n"))
        want = requests.facts(case["code"], case.get("status", {}))
        got = requests.facts(*requests.send(api, case))
        agreed += want == got
        if want != got and not known:
            wrong.append(f"{case.get('n')} {case['title']}\n  real {want}\n  ours {got}")
        if want == got and known:
            settled.append(case["title"])
    assert not wrong, "\n".join(wrong)
    assert not settled, f"no longer different, take them from the list: {settled}"
    figure = json.loads((HERE / "figures.json").read_text())["api_errors"]
    assert agreed == figure, f"{agreed} requests agree: the committed figure is {figure} and may only rise"
