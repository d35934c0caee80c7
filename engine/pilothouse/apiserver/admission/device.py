"""Admin access to devices: only in namespaces that are labelled for it."""

from __future__ import annotations

from .. import status
from ..kinds.extension import admin_access
from .request import Request


def admin(request: Request) -> None:
    """Refuse a claim for devices of others in an ordinary namespace."""
    if request.operation == "DELETE":
        return
    faults = admin_access(request)
    if faults:
        raise status.unprocessable(request.info.kind, request.info.group, request.item.metadata.name, faults)
