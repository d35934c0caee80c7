"""Whether a pod puts up with a taint. The counterpart is ``ToleratesTaint`` in ``k8s.io/api/core/v1``."""

from __future__ import annotations

from collections.abc import Iterable

from pilothouse.api import Taint, Toleration
from pilothouse.scheduler.columns import Taints

HARD = ("NoSchedule", "NoExecute")
SOFT = ("PreferNoSchedule",)


def tolerates(toleration: Toleration, taint: Taint) -> bool:
    """Whether this toleration covers the taint; one without a key and with Exists covers all."""
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if toleration.key and toleration.key != taint.key:
        return False
    operator = toleration.operator or "Equal"
    if operator == "Exists":
        return True
    if operator == "Equal":
        return bool(toleration.value == taint.value)
    return operator in ("Gt", "Lt") and _compares(operator, taint.value, toleration.value)


def _compares(operator: str, ours: str, theirs: str) -> bool:
    if not (_is_number(ours) and _is_number(theirs)):
        return False
    return int(ours) > int(theirs) if operator == "Gt" else int(ours) < int(theirs)


def _is_number(text: str) -> bool:
    return text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()


def untolerated(taints: Taints, tolerations: list[Toleration], effects: Iterable[str]) -> int:
    """How many of the taints with one of these effects no toleration covers."""
    wanted = tuple(effects)
    return sum(
        taint.effect in wanted and not any(tolerates(toleration, taint) for toleration in tolerations)
        for taint in taints
    )
