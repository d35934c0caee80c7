"""Published Kubernetes examples at our door, compared with what a real API server made of them.

The same comparison as the served judge, but in process: each file is decoded as kubectl does, sent as a dry run, and
the answer is put into kubectl's words.
"""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

from pilothouse.api import manifest, to_dict
from pilothouse.apiserver import ApiError, Client, Door
from pilothouse.kernel import Clock, Randoms, Store

SHARED = Path(__file__).resolve().parents[3] / "shared"
RECORDED = SHARED / "conformance" / "examples_accepted.json.gz"
EXAMPLES = SHARED / "examples" / "kubernetes"


def recorded() -> dict[str, Any]:
    """What the real server answered, by file; and the namespaces that it had."""
    with gzip.open(RECORDED, "rt") as file:
        found: dict[str, Any] = json.load(file)
    return found


def client(namespaces: list[str]) -> Client:
    """A door to an empty cluster that has these namespaces."""
    clock = Clock()
    door = Door(Store(clock), clock, Randoms(0))
    door.bootstrap()
    api = Client(door)
    for name in namespaces:
        if api.door.store.get("Namespace", "", name) is None:
            api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return api


def words(error: ApiError) -> str:
    """A refusal as kubectl prints it."""
    causes = (error.details or {}).get("causes", [])
    if error.reason == "Invalid" and causes:
        lines = list(dict.fromkeys(f"{cause['field']}: {cause['message']}" for cause in causes))
        told = lines[0] if len(lines) == 1 else "".join(f"\n* {line}" for line in lines)
        name = (error.details or {}).get("name", "")
        return f'The {(error.details or {})["kind"]} "{name}" is invalid: {told}'
    return f'Error from server ({error.reason}): error when creating "FILE": {error.message}'


def unserved(data: dict[str, Any], message: str) -> str:
    """kubectl's own refusal of a kind that no server knows."""
    meta = data.get("metadata") or {}
    place = f'name: "{meta.get("name", "")}" namespace: "{meta.get("namespace", "")}" from "FILE"'
    return f"error: resource mapping not found for {place}: {message}\nensure CRDs are installed first"


def answer(api: Client, path: Path) -> dict[str, Any]:
    """Exit status, objects and errors, as `kubectl create --dry-run=server -o json -f FILE` gives them."""
    try:
        found = manifest.load_all(path.read_text(), "FILE")
    except ValueError as error:
        return {"exit": 1, "stderr": f"error: {error}", "objects": []}
    objects, said = [], []
    mapped = []
    for data in found:
        missing = [f"{name} not set" for name in ("apiVersion", "kind") if not data.get(name)]
        if missing:
            told = ", ".join(missing) if len(missing) == 1 else f"[{', '.join(missing)}]"
            off = "if you choose to ignore these errors, turn validation off with --validate=false"
            return {
                "exit": 1,
                "stderr": f'error: error validating "FILE": error validating data: {told}; {off}',
                "objects": [],
            }
        if api.door.scheme.find(data["apiVersion"], data["kind"]) is None:
            said.append(unserved(data, f'no matches for kind "{data["kind"]}" in version "{data["apiVersion"]}"'))
        else:
            mapped.append(data)
    for data in mapped:
        try:
            objects.append(normal(to_dict(api.create(data, dry_run=True))))
            said += [f"Warning: {remark}" for remark in api.warnings]
        except ApiError as error:
            said.append(words(error))
    failed = any(not line.startswith("Warning: ") for line in said)
    return {"exit": int(failed), "stderr": "\n".join(said), "objects": objects}


def normal(value: dict[str, Any]) -> dict[str, Any]:
    """An object without what a server draws at random."""
    value = json.loads(json.dumps(value))
    meta, state, spec = value.get("metadata", {}), value.get("status") or {}, value.get("spec") or {}
    state.pop("lastPhaseTransitionTime", None)
    for condition in state.get("conditions", []):
        condition.pop("lastTransitionTime", None)
    for key in ("uid", "creationTimestamp", "resourceVersion", "managedFields", "generation", "selfLink"):
        meta.pop(key, None)
    if meta.get("generateName"):
        meta.pop("name", None)
    if value["kind"] == "Service":
        _normal_service(spec)
    if value["kind"] == "Job":
        text = re.sub(
            r'"(batch\.kubernetes\.io/)?controller-uid": "[^"]*"', r'"\1controller-uid": "UID"', json.dumps(value)
        )
        value = json.loads(text)
    return value


def _normal_service(spec: dict[str, Any]) -> None:
    if spec.get("clusterIP") not in (None, "None", ""):
        spec["clusterIP"] = "IP"
        spec["clusterIPs"] = ["IP"] * len(spec.get("clusterIPs", [1]))
    for port in spec.get("ports", []):
        if "nodePort" in port:
            port["nodePort"] = "PORT"
    if "healthCheckNodePort" in spec:
        spec["healthCheckNodePort"] = "PORT"


def difference(want: dict[str, Any], got: dict[str, Any]) -> str:
    """In what two answers differ: "", "accepted", "refused", "objects" or "words"."""
    if (want["exit"] == 0) != (got["exit"] == 0):
        return "accepted" if got["exit"] == 0 else "refused"
    if want["exit"] == 0:
        return "" if want["objects"] == got["objects"] else "objects"
    return "" if want["stderr"] == got["stderr"] else "words"


def compare() -> tuple[int, dict[str, tuple[str, Any, Any]]]:
    """How many files agree, and the others: (in what, the real answer, ours)."""
    facts = recorded()
    api = client(facts["namespaces"])
    agreed, differing = 0, {}
    for name, want in sorted(facts["files"].items()):
        got = answer(api, EXAMPLES / name)
        what = difference(want, got)
        if what:
            differing[name] = (what, want, got)
        else:
            agreed += 1
    return agreed, differing
