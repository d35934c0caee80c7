"""PriorityClass and RuntimeClass at the door: what a pod may ask for by name.

The real counterparts are `pkg/apis/scheduling` and `pkg/apis/node`.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api.name import dns_label
from pilothouse.apiserver.default import defaults
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.rule import at, fields, need, words
from pilothouse.apiserver.status import Fault, forbidden, invalid, unsupported

SYSTEM_CLASSES = {"system-cluster-critical": 2000000000, "system-node-critical": 2000001000}
_HIGHEST = 1000000000


def _priority(item: Any, path: str, faults: list[Fault]) -> None:
    name = item.metadata.name
    if name.startswith("system-"):
        if SYSTEM_CLASSES.get(name) != item.value:
            told = "priority class names with 'system-' prefix are reserved for system use only. error: "
            known = (
                f"value of {name} must be {SYSTEM_CLASSES[name]}"
                if name in SYSTEM_CLASSES
                else f"{name} is not a known system priority class"
            )
            faults.append(forbidden("metadata.name", told + known))
    elif item.value > _HIGHEST:
        faults.append(forbidden("value", f"maximum allowed value of a user defined priority is {_HIGHEST}"))
    if item.preemptionPolicy and item.preemptionPolicy not in ("PreemptLowerPriority", "Never"):
        faults.append(unsupported("preemptionPolicy", item.preemptionPolicy, ("PreemptLowerPriority", "Never")))


def _priority_changes(new: Any, old: Any, path: str, faults: list[Fault]) -> None:
    if new.value != old.value:
        faults.append(forbidden("value", "may not be changed in an update."))
    if new.preemptionPolicy != old.preemptionPolicy:
        faults.append(invalid("preemptionPolicy", new.preemptionPolicy, "field is immutable"))


PRIORITY_CLASS = Kind(
    "PriorityClass",
    defaults=defaults(preemptionPolicy="PreemptLowerPriority"),
    rules=_priority,
    changes=_priority_changes,
    generation=True,
)

RUNTIME_CLASS = Kind("RuntimeClass", rules=fields(at("handler", need(words(dns_label)))))

KINDS = (PRIORITY_CLASS, RUNTIME_CLASS)
