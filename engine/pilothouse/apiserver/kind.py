"""What the door knows about one kind: a table of defaults, rules and habits.

Adding a kind to the door is writing one `Kind`. Without one an object is stored as it is, its metadata checked. The
real counterpart is the `strategy` of each resource in `pkg/registry`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pilothouse.api.name import dns_subdomain
from pilothouse.apiserver.default import Fill
from pilothouse.apiserver.rule import Change, Rule
from pilothouse.apiserver.status import Fault


def keep(value: Any) -> Any:
    """The structure as it is."""
    return value


def _no_rule(value: Any, path: str, faults: Any) -> None:
    return None


def _no_change(new: Any, old: Any, path: str, faults: Any) -> None:
    return None


@dataclass(frozen=True)
class Kind:
    """One kind at the door.

    `name`: judges names. `defaults`: fills the object. `rules`: the fault finder of the whole object but its
    metadata. `annotated`: rules of its annotations. `changes`: what an update may not do, asked with (new, old).
    `prepare`: the object as it enters (empty status, first phase). `status`: whether status is written only through
    its subresource. `generation`: counts changes of the spec; `annotations`: of annotations too, which a status
    update may then write. `status_rules`: rules of a status update. `fields`: what field selectors may ask for.
    `warnings`: what is said of an object that is taken all the same. `orphans`: deletion leaves dependents alone
    unless asked otherwise. `create_status`: status given at creation is kept. `permit`: faults that only the door can
    see, asked with the request. `finish`: what only the door can give, asked with (door, item) when all is well and
    the uid is known.
    """

    kind: str
    name: Callable[[str], list[str]] = dns_subdomain
    defaults: Fill = keep
    rules: Rule = _no_rule
    annotated: Rule | None = None
    changes: Change = _no_change
    prepare: Fill = keep
    update: Callable[[Any, Any], Any] | None = None
    status: bool = False
    create_status: bool = False
    generation: bool = False
    annotations: bool = False
    status_rules: Change = _no_change
    fields: dict[str, Callable[[Any], str]] = field(default_factory=dict)
    warnings: Callable[[Any], list[str]] | None = None
    orphans: bool = False
    permit: Callable[[Any], list[Fault]] | None = None
    finish: Callable[[Any, Any], Any] | None = None
