"""The allocators' refusals: an address or node port that a service asks for and cannot have."""

from __future__ import annotations

from .. import status
from ..kinds.service import allocation
from .request import Request


def allocate(request: Request) -> None:
    """Refuse what is taken or out of range. The real counterpart stands in the service registry, after validation."""
    if request.operation == "DELETE":
        return
    faults = allocation(request.door, request.item)
    if faults:
        raise status.unprocessable("Service", "", request.item.metadata.name, faults)
