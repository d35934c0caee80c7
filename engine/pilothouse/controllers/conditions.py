"""Conditions: what an object says about itself, one entry for each type.

A controller adds, keeps or drops a condition; when nothing but the message would differ the old entry stays, and
`lastTransitionTime` moves only with the status. The counterparts are the SetCondition helpers of each Go controller.
"""

from __future__ import annotations

from pilothouse.api import replace
from pilothouse.api.condition import Condition, find, without

__all__ = ["find", "put", "without"]


def put(conditions: list[Condition], new: Condition) -> list[Condition]:
    """The conditions with `new` at the end, or unchanged where one of the same status and reason is there."""
    old = find(conditions, new.type)
    if old is not None and (old.status, old.reason) == (new.status, new.reason):
        return conditions
    if old is not None and old.status == new.status:
        new = replace(new, lastTransitionTime=old.lastTransitionTime)
    return [*without(conditions, new.type), new]
