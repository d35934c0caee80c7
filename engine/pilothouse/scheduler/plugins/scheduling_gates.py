"""SchedulingGates: a pod with gates is not looked at until somebody has removed them all."""

from __future__ import annotations

from pilothouse.api import Pod


def gates(pod: Pod) -> list[str]:
    """The names of the gates that are still shut."""
    return [gate.name for gate in pod.spec.schedulingGates]
