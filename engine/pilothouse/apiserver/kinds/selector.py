"""Validation of selectors: of labels, and of nodes by affinity.

The real counterparts are `ValidateLabelSelector` and `ValidateNodeSelectorRequirement`.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api.name import label_value, qualified_name
from pilothouse.apiserver.metadata import labels
from pilothouse.apiserver.rule import all_of, at, each, fields, need, words
from pilothouse.apiserver.status import Fault, forbidden, invalid, required

LABEL_NAME = words(qualified_name)


def _expression(value: Any, path: str, faults: list[Fault], single: bool) -> None:
    operator, values = value.operator, value.values
    if operator in ("In", "NotIn"):
        if not values:
            faults.append(required(f"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'"))
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            told = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            faults.append(forbidden(f"{path}.values", told))
    elif operator in ("Gt", "Lt") and single:
        if len(values) != 1:
            told = "must be specified single value when `operator` is 'Lt' or 'Gt'"
            faults.append(required(f"{path}.values", told))
    else:
        faults.append(invalid(f"{path}.operator", operator, "not a valid selector operator"))
    LABEL_NAME(value.key, f"{path}.key", faults)
    for index, text in enumerate(values):
        for problem in label_value(text):
            faults.append(invalid(f"{path}.values[{index}]", text, problem))


def _label_expression(value: Any, path: str, faults: list[Fault]) -> None:
    _expression(value, path, faults, single=False)


def _node_expression(value: Any, path: str, faults: list[Fault]) -> None:
    _expression(value, path, faults, single=True)


def _node_field(value: Any, path: str, faults: list[Fault]) -> None:
    if value.operator not in ("In", "NotIn"):
        faults.append(invalid(f"{path}.operator", value.operator, "not a valid selector operator"))
    elif len(value.values) != 1:
        told = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
        faults.append(required(f"{path}.values", told))
    if value.key != "metadata.name":
        faults.append(invalid(f"{path}.key", value.key, "not a valid field selector key"))


LABEL_SELECTOR = fields(at("matchLabels", labels), at("matchExpressions", each(_label_expression)))

NODE_SELECTOR_TERM = fields(
    at("matchExpressions", each(_node_expression)),
    at("matchFields", each(_node_field)),
)

NODE_SELECTOR = fields(
    at("nodeSelectorTerms", need(each(NODE_SELECTOR_TERM), detail="must have at least one node selector term"))
)


def broken(selector: Any) -> bool:
    """True for a label selector that cannot be turned into a question."""
    faults: list[Fault] = []
    LABEL_SELECTOR(selector, "", faults)
    return bool(faults)


def _weight(value: Any, path: str, faults: list[Fault]) -> None:
    if not 1 <= value.weight <= 100:
        faults.append(invalid(f"{path}.weight", value.weight, "must be in the range 1-100"))


def _label_keys(value: Any, path: str, faults: list[Fault]) -> None:
    for name in ("matchLabelKeys", "mismatchLabelKeys"):
        keys = getattr(value, name)
        for index, key in enumerate(keys):
            LABEL_NAME(key, f"{path}.{name}[{index}]", faults)
            if value.labelSelector is None:
                faults.append(forbidden(f"{path}.{name}", "must not be specified when labelSelector is not set"))


POD_AFFINITY_TERM = fields(
    at("labelSelector", LABEL_SELECTOR),
    at("namespaceSelector", LABEL_SELECTOR),
    _label_keys,
    at("topologyKey", all_of(LABEL_NAME)),
)


def _affinity_term(value: Any, path: str, faults: list[Fault]) -> None:
    POD_AFFINITY_TERM(value, path, faults)
    if not value.topologyKey:
        faults.append(required(f"{path}.topologyKey", "can not be empty"))
        LABEL_NAME("", f"{path}.topologyKey", faults)


_REQUIRED, _PREFERRED = (
    "requiredDuringSchedulingIgnoredDuringExecution",
    "preferredDuringSchedulingIgnoredDuringExecution",
)
_POD_AFFINITY = fields(
    at(_REQUIRED, each(_affinity_term)),
    at(_PREFERRED, each(fields(_weight, at("podAffinityTerm", _affinity_term)))),
)

AFFINITY = fields(
    at(
        "nodeAffinity",
        fields(
            at(_REQUIRED, NODE_SELECTOR),
            at(_PREFERRED, each(fields(_weight, at("preference", NODE_SELECTOR_TERM)))),
        ),
    ),
    at("podAffinity", _POD_AFFINITY),
    at("podAntiAffinity", _POD_AFFINITY),
)
