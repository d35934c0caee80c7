"""Recorded requests to a real API server, replayed at our door without HTTP.

A request's method and path name the call; the answer is compared in code, reason, message and causes.
"""

from __future__ import annotations

import json
import re
from typing import Any

from pilothouse.api import manifest, to_dict
from pilothouse.apiserver import ApiError, Client, Door
from pilothouse.kernel import Clock, Randoms, Store

NAMESPACE = "r-api"
_PATCHES = {
    "application/merge-patch+json": "merge",
    "application/json-patch+json": "json",
    "application/strategic-merge-patch+json": "strategic",
}


def client() -> Client:
    """A door to an empty cluster with the namespace of the recording."""
    clock = Clock()
    door = Door(Store(clock), clock, Randoms(0))
    door.bootstrap()
    api = Client(door)
    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    return api


_ABSENT: dict[int, tuple[str, dict[str, Any]]] = {
    157: ("patch", {"kind": "pod", "name": "okp", "body": {"spec": {"activeDeadlineSeconds": 100}}}),
    167: (
        "create",
        {
            "obj": {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "s2"},
                "spec": {"type": "NodePort", "selector": {"a": "b"}, "ports": [{"port": 80, "nodePort": 30080}]},
            }
        },
    ),
    175: (
        "create",
        {
            "obj": {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "cim"},
                "data": {"a": "c"},
                "immutable": True,
            }
        },
    ),
}
"""Requests that the recording kept back, without which later ones make no sense."""


_STRANGERS = {"anonymous": "system:anonymous", "RBAC denied list pods (user jane)": "jane"}
"""Requests of people without any role."""


def before(api: Client, number: int | None) -> None:
    """Send what must have been sent before request `number`."""
    call, arguments = _ABSENT.get(number or 0, ("", {}))
    if call:
        getattr(api, call)(namespace=NAMESPACE, **arguments)


def place(path: str) -> tuple[str, str, str, str, str]:
    """Group, namespace, resource, name and subresource of a path."""
    parts = path.strip("/").split("/")
    group = "" if parts[0] == "api" else parts[1]
    parts = parts[2:] if parts[0] == "api" else parts[3:]
    namespace = ""
    if parts[0] == "namespaces" and len(parts) > 2:
        namespace, parts = parts[1], parts[2:]
    parts += [""] * (3 - len(parts))
    return group, namespace, parts[0], parts[1], parts[2]


def send(api: Client, case: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Code and body of our answer."""
    if case["title"] in _STRANGERS:
        user = _STRANGERS[case["title"]]
        case = {**case, "method": "GET", "path": f"/api/v1/namespaces/{NAMESPACE}/pods"}
        api = api.as_(user)
    group, namespace, plural, name, sub = place(case["path"])
    word = f"{plural}.{group}" if group else plural
    params = case.get("params", {})
    body = case.get("body")
    if isinstance(body, str) and body.startswith("{"):
        (body,) = manifest.load_all(body)
    try:
        return _call(api, case, word, namespace, name, sub, params, body)
    except ApiError as error:
        return error.code, error.to_dict()


def _call(
    api: Client, case: dict[str, Any], word: str, namespace: str, name: str, sub: str, params: dict[str, str], body: Any
) -> tuple[int, dict[str, Any]]:
    method, check = case["method"], params.get("fieldValidation", "Warn")
    if method == "POST":
        if case["title"] == "configmap too big":
            body = {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "c1"},
                "data": {"a": "x" * (2**20 + 1)},
            }
        return 201, to_dict(api.create(body, namespace=namespace or None, validation=check))
    if method == "GET" and name:
        return 200, to_dict(api.get(word, name, namespace))
    if method == "GET":
        return 200, {"items": api.list(word, namespace, params.get("labelSelector"), params.get("fieldSelector"))}
    if method == "PUT":
        return 200, to_dict(api.update(body, validation=check))
    if method == "PATCH":
        kind = _PATCHES.get(case.get("ct", ""), case.get("ct", ""))
        return 200, to_dict(api.patch(word, name, body, kind, namespace, sub or None, validation=check))
    options = body or {}
    api.delete(word, name, namespace, options.get("propagationPolicy"), options.get("gracePeriodSeconds"),
               preconditions=options.get("preconditions"))  # fmt: skip
    return 200, {}


def facts(code: int, status: dict[str, Any]) -> dict[str, Any]:
    """What is compared: code, reason, message, causes; uids generalised."""
    found = {"code": code}
    if status.get("status") == "Failure":
        details = status.get("details") or {}
        found |= {
            "reason": status.get("reason"),
            "message": status.get("message"),
            "kind": details.get("kind"),
            "group": details.get("group"),
            "name": details.get("name"),
            "causes": details.get("causes"),
        }
    return json.loads(re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22,23}", "UID", json.dumps(found)))
