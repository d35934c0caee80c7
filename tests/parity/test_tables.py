"""What `kubectl get` and `kubectl api-resources` show, beside a real server: columns, some rows, every kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from differences import UNPLAYED
from facts import Facts

from pilothouse.api import DEFAULT, from_dict, timestamp
from pilothouse.apiserver import table

pytestmark = pytest.mark.fidelity(
    "kubectl get: columns and rows; kubectl api-resources",
    "faithful",
    "every fact of controlplane/tables.json, or listed in tests/parity/differences.py",
)
INFOS = {(info.api_version, info.plural): info for info in DEFAULT}
KINDS = {"pods": "Pod", "nodes": "Node", "namespaces": "Namespace", "services": "Service"}
NOW = 1000.0


def test_every_column_row_and_kind(shared: Path) -> None:
    facts = Facts(shared, "tables")
    columns(facts)
    discovery(facts)
    rows(facts)
    facts.close(at_least=1300)


def columns(facts: Facts) -> None:
    for path, theirs in facts["tables"].items():
        version, _, plural = path.rpartition("/")
        info = INFOS.get((version, plural))
        found = table(info.store_name, [], wide=True).columns if info else []
        formats = {"Name": "name"}  # a column's format is not kept: it follows from its name
        ours = [{"name": c.name, "type": c.type, "priority": c.priority, "format": formats.get(c.name)} for c in found]
        facts.compare(f"tables/{path}", theirs, ours)


def discovery(facts: Facts) -> None:
    recorded = facts["discovery"]
    for version, kinds in {"v1": recorded["core"], **recorded["groups"]}.items():
        for kind in kinds:
            name, _, sub = kind["name"].partition("/")
            theirs = {key: value for key, value in kind.items() if key not in ("verbs", "group", "version")}
            facts.compare(f"discovery/{version}/{kind['name']}", theirs, known(version, name, sub, theirs))
    facts.compare("discovery/preferred", recorded["preferred"], preferred(recorded["preferred"]))


def known(version: str, name: str, sub: str, theirs: dict[str, Any]) -> dict[str, Any]:
    """What our scheme knows of a kind or of a subresource."""
    info = INFOS.get((version, name))
    if info is None:
        return {}
    if sub:  # a subresource has the scope of its kind, and no names of its own
        return theirs if sub in info.subresources and info.namespaced == theirs["namespaced"] else {}
    return {
        "name": info.plural,
        "singularName": info.singular,
        "namespaced": info.namespaced,
        "kind": info.kind,
        "shortNames": list(info.short_names),
        "categories": list(info.categories),
    }


def preferred(groups: dict[str, Any]) -> dict[str, list[str]]:
    """The versions of each group, the preferred one first."""
    return {group: list(dict.fromkeys(info.version for info in DEFAULT if info.group == group)) for group in groups}


def rows(facts: Facts) -> None:
    """Objects that say what a recorded row shows are shown in the same words."""
    for plural, recorded in facts["sample_rows"].items():
        kind = KINDS[plural]
        for number, row in enumerate(recorded):
            body = {"apiVersion": "v1", "kind": kind, **MAKERS[kind](row)}
            age = next(cell for cell in row if cell.endswith("s") and cell[:-1].isdigit())
            body["metadata"] |= {"name": row[0], "creationTimestamp": stamp(NOW - int(age[:-1]))}
            item = from_dict(body)
            facts.compare(f"rows/{plural}/{number}", row, table(kind, [item], wide=True, now=NOW).rows[0])


def stamp(seconds: float) -> str:
    return str(timestamp(seconds))


def pod(row: list[str]) -> dict[str, Any]:
    ready, phase, address, node = row[1] == "1/1", row[2], row[5].replace("<none>", ""), row[6]
    state = {"running": {"startedAt": stamp(0)}} if ready else {}
    container = {"name": "c", "image": "a", "imageID": "", "ready": ready, "restartCount": int(row[3]), "state": state}
    status = {"phase": phase, "podIP": address, "podIPs": [{"ip": address}] if address else []}
    spec = {"nodeName": node, "containers": [{"name": "c", "image": "a"}]}
    return {"metadata": {}, "spec": spec, "status": {**status, "containerStatuses": [container]}}


def node(row: list[str]) -> dict[str, Any]:
    system, architecture = row[8].removesuffix(")").split(" (")
    info = {"kubeletVersion": row[4], "osImage": row[7], "kernelVersion": system, "containerRuntimeVersion": row[9]}
    rest = {"machineID": "", "systemUUID": "", "bootID": "", "kubeProxyVersion": "", "operatingSystem": "linux"}
    ready = {"type": "Ready", "status": "True"}
    addresses = [{"type": "InternalIP", "address": row[5]}]
    info |= {**rest, "architecture": architecture}
    return {"metadata": {}, "status": {"nodeInfo": info, "conditions": [ready], "addresses": addresses}}


def namespace(row: list[str]) -> dict[str, Any]:
    return {"metadata": {}, "status": {"phase": row[1]}}


def service(row: list[str]) -> dict[str, Any]:
    port, protocol = row[4].split("/")
    selector = dict([row[6].split("=")]) if "=" in row[6] else {}
    spec = {"type": row[1], "clusterIP": row[2], "ports": [{"port": int(port), "protocol": protocol}]}
    return {"metadata": {}, "spec": {**spec, "selector": selector}}


MAKERS = {"Pod": pod, "Node": node, "Namespace": namespace, "Service": service}


def test_every_recording_is_played(shared: Path) -> None:
    """Each file of recorded facts belongs to a test of this folder, or stands in the list with the reason."""
    written = "".join(path.read_text() for path in sorted(Path(__file__).parent.glob("test_*.py")))
    files = [path.stem for path in sorted((shared / "conformance" / "controlplane").glob("*.json"))]
    assert len(files) >= 20
    missing = [name for name in files if f'"{name}"' not in written and f'{name}.json"' not in written]
    assert missing == sorted(UNPLAYED)
