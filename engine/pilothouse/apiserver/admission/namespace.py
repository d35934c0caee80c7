"""NamespaceLifecycle: nothing enters a namespace that is not there or is on its way out."""

from __future__ import annotations

from typing import Any

from pilothouse.apiserver import status
from pilothouse.apiserver.admission.request import Request

PERMANENT = ("default", "kube-system", "kube-public")


def exists(request: Request) -> Any:
    """A new object's namespace must exist and stay."""
    item = request.item
    if request.operation != "CREATE" or not request.info.namespaced:
        return item
    name = item.metadata.namespace
    found = request.door.store.get("Namespace", "", name)
    if found is None:
        raise status.not_found("namespaces", "", name)
    if found.metadata.deletionTimestamp:
        told = f"unable to create new content in namespace {name} because it is being terminated"
        field = "metadata.namespace"
        cause = {"reason": "NamespaceTerminating", "message": f"namespace {name} is being terminated", "field": field}
        raise status.denied(request.info.plural, request.info.group, request.name, told, [cause])
    return item


def may_delete(request: Request) -> None:
    """The first namespaces stay for good."""
    name = request.old.metadata.name
    if request.info.kind == "Namespace" and name in PERMANENT:
        raise status.denied("namespaces", "", name, "this namespace may not be deleted")
