"""Every recorded refusal of a real API server is ours, in code, reason, message and causes; what differs is listed
in differences.py with its reason.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest
from differences import HTTP, REFUSALS

HERE = Path(__file__).resolve().parent
FACTS = HERE.parents[2] / "shared" / "conformance" / "controlplane" / "api_errors.json"


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
        known = next((why for title, why in REFUSALS.items() if case["title"].startswith(title)), "")
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
