"""The real kubectl beside ours: it asks a small read-only server that serves the same objects."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pilothouse.api import DEFAULT, Selector, from_dict
from pilothouse.apiserver import table

VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]


class Answers(BaseHTTPRequestHandler):
    """Discovery and reads of the Kubernetes REST protocol, over plain objects."""

    protocol_version = "HTTP/1.1"
    server: Any

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        code, body = self.answer(url.path.strip("/").split("/"), query)
        if "as=Table" in self.headers.get("Accept", "") and body.get("kind", "Status") not in UNTABLED:
            body = tabular(body, self.server.now)
        text = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def answer(self, path: list[str], query: dict[str, str]) -> tuple[int, Any]:
        if path == ["version"]:
            return 200, {"major": "1", "minor": "36", "gitVersion": "v1.36.0"}
        if path == ["api"]:
            return 200, {"kind": "APIVersions", "versions": ["v1"]}
        if path == ["apis"]:
            return 200, groups()
        if path[0] == "api":
            prefix, rest = "v1", path[2:]
        else:
            prefix, rest = "/".join(path[1:3]), path[3:]
        if not rest:
            return 200, resources(prefix)
        namespace = ""
        if rest[0] == "namespaces" and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        info = next((one for one in DEFAULT if one.api_version == prefix and one.plural == rest[0]), None)
        if info is None:
            return 404, {
                "kind": "Status",
                "status": "Failure",
                "code": 404,
                "reason": "NotFound",
                "message": "no such path",
            }
        things = [
            one
            for one in self.server.objects
            if one["kind"] == info.kind and (not namespace or one["metadata"].get("namespace") == namespace)
        ]
        if len(rest) > 1:
            named = [one for one in things if one["metadata"]["name"] == rest[1]]
            return (200, named[0]) if named else (404, missing(info.plural, info.group, rest[1]))
        return 200, listing(info, [one for one in things if chosen(one, query)])


UNTABLED = ("Status", "APIVersions", "APIGroupList", "APIResourceList")


def tabular(body: dict[str, Any], now: float) -> dict[str, Any]:
    """The server's side of printing: cells by our own tables, so that only the client's layout is compared."""
    items = body.get("items", [body])
    made = table(body["kind"].removesuffix("List"), [from_dict(one, strict=False) for one in items], True, now)
    columns = [
        {"name": one.name, "type": one.type, "format": one.format, "priority": one.priority, "description": ""}
        for one in made.columns
    ]
    rows = [
        {"cells": cells, "object": {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", **one}}
        for cells, one in zip(made.rows, items, strict=True)
    ]
    meta = {"resourceVersion": "1"}
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": meta,
        "columnDefinitions": columns,
        "rows": rows,
    }


def chosen(one: dict[str, Any], query: dict[str, str]) -> bool:
    if query.get("labelSelector") and not Selector.parse(query["labelSelector"]).matches(
        one["metadata"].get("labels", {})
    ):
        return False
    for term in query.get("fieldSelector", "").split(","):
        if term and "!=" not in term:
            path, _, value = term.partition("=")
            found: Any = one
            for key in path.split("."):
                found = found.get(key, "") if isinstance(found, dict) else ""
            if str(found) != value.removeprefix("="):
                return False
        elif term:
            path, _, value = term.partition("!=")
            found = one
            for key in path.split("."):
                found = found.get(key, "") if isinstance(found, dict) else ""
            if str(found) == value:
                return False
    return True


def missing(plural: str, group: str, name: str) -> dict[str, Any]:
    what = f"{plural}.{group}" if group else plural
    return {
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404,
        "message": f'{what} "{name}" not found', "details": {"name": name, "kind": plural, "group": group},
    }  # fmt: skip


def listing(info: Any, items: Sequence[Any]) -> dict[str, Any]:
    return {
        "kind": f"{info.kind}List",
        "apiVersion": info.api_version,
        "metadata": {"resourceVersion": "1"},
        "items": list(items),
    }


def groups() -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for info in DEFAULT:
        if info.group and info.version not in found.setdefault(info.group, []):
            found[info.group].append(info.version)
    listed = [
        {
            "name": group,
            "versions": [{"groupVersion": f"{group}/{one}", "version": one} for one in versions],
            "preferredVersion": {"groupVersion": f"{group}/{versions[0]}", "version": versions[0]},
        }
        for group, versions in found.items()
    ]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": listed}


def resources(prefix: str) -> dict[str, Any]:
    listed = [
        {
            "name": info.plural, "singularName": info.singular, "namespaced": info.namespaced, "kind": info.kind,
            "verbs": VERBS, "shortNames": list(info.short_names), "categories": list(info.categories),
        }
        for info in DEFAULT
        if info.api_version == prefix
    ]  # fmt: skip
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": prefix, "resources": listed}


CONFIG = """
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "http://127.0.0.1:%d"}}]
contexts: [{name: c, context: {cluster: c}}]
current-context: c
"""


class RealKubectl:
    """The kubectl of this machine against some objects."""

    def __init__(self, binary: str, home: Path) -> None:
        self.binary, self.home = binary, home
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.server.objects = []  # type: ignore[attr-defined]
        self.server.now = 0.0  # type: ignore[attr-defined]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def at(self, now: float) -> RealKubectl:
        """The moment that the server's tables count ages to, in virtual seconds."""
        self.server.now = now  # type: ignore[attr-defined]
        return self

    def run(self, objects: Sequence[dict[str, Any]], *argv: str, stdin: str = "") -> tuple[str, str, int]:
        """Standard output, standard error and exit code."""
        self.server.objects = list(objects)  # type: ignore[attr-defined]
        (self.home / "config").write_text(CONFIG % self.server.server_port)
        command = [self.binary, *argv]
        environment = {**os.environ, "KUBECONFIG": str(self.home / "config"), "HOME": str(self.home), "TZ": "UTC"}
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, env=environment, timeout=60, check=False
        )
        return done.stdout, done.stderr, done.returncode

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealKubectl]:
    """The real kubectl, or a skip with the reason."""
    binary = shutil.which("kubectl")
    if binary is None:
        pytest.skip("the real kubectl is not installed, so there is nothing to compare with")
    kubectl = RealKubectl(binary, tmp_path_factory.mktemp("kubectl"))
    yield kubectl
    kubectl.close()
