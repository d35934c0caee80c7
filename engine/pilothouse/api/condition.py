"""Conditions: what an object says about itself, one entry for each type.

Why it exists: nodes, pods, jobs and deployments all carry such a list, and whoever writes one must keep its transition
time unless the status changes. The real counterpart is ``meta.SetStatusCondition`` and its kin.
"""

from __future__ import annotations

from typing import Any, TypeVar

from msgspec.structs import replace

Condition = TypeVar("Condition", bound=Any)  # each kind has its own type of condition, all with these fields


def find(conditions: list[Condition], type: str) -> Condition | None:
    """The condition of that type, or None."""
    for condition in conditions:
        if condition.type == type:
            return condition
    return None


def is_true(conditions: list[Condition], type: str) -> bool:
    """Whether the condition of that type is there and says "True"."""
    return any(condition.type == type and condition.status == "True" for condition in conditions)


def without(conditions: list[Condition], type: str) -> list[Condition]:
    """The conditions without that type, as a new list."""
    return [condition for condition in conditions if condition.type != type]


def put(conditions: list[Condition], new: Condition) -> list[Condition]:
    """The conditions with `new` in its place (or at the end), as a new list.

    Where the status stays, so does `lastTransitionTime`; where nothing changes, the same list is returned.
    """
    old = find(conditions, new.type)
    if old is None:
        return [*conditions, new]
    if old.status == new.status:
        new = replace(new, lastTransitionTime=old.lastTransitionTime)
    return conditions if new == old else [new if each is old else each for each in conditions]
