"""Ports by number or by name, as probes and hooks give them."""

from __future__ import annotations

from pilothouse.api import Container


def number(container: Container, port: int | str) -> int:
    """The number of a port that is given by number or by the name that the container gives it; 0 for none."""
    if isinstance(port, int):
        return port
    if port.isdigit():
        return int(port)
    return next((entry.containerPort for entry in container.ports if entry.name == port), 0)
