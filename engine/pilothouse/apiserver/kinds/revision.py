"""ControllerRevision and PodTemplate at the door: templates that are kept.

The real counterparts are `ValidateControllerRevision` and `ValidatePodTemplate`.
"""

from __future__ import annotations

from typing import Any

from pilothouse.apiserver.default import defaults, inside
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.kinds.podspec import TEMPLATE, template_defaults
from pilothouse.apiserver.rule import at, at_least, fields
from pilothouse.apiserver.status import Fault, invalid


def _data_frozen(new: Any, old: Any, path: str, faults: list[Fault]) -> None:
    if new.data != old.data:
        faults.append(invalid("data", new.data, "field is immutable"))


CONTROLLER_REVISION = Kind(
    "ControllerRevision",
    rules=fields(at("revision", at_least(0))),
    changes=_data_frozen,
)

POD_TEMPLATE = Kind(
    "PodTemplate",
    defaults=defaults(template=inside(template_defaults)),
    rules=fields(at("template", TEMPLATE)),
    generation=True,
)

KINDS = (CONTROLLER_REVISION, POD_TEMPLATE)
