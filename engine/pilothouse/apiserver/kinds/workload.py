"""What Deployment, ReplicaSet, StatefulSet and DaemonSet have in common: a selector, a template, counts and shares.

The real counterparts are the helpers of `pkg/apis/apps/validation`. Spelling and order follow the server.
"""

from __future__ import annotations

import re
from typing import Any

from pilothouse.api import (
    LabelSelector,
    matches,
)
from pilothouse.apiserver.kinds.pod import template_warnings
from pilothouse.apiserver.kinds.selector import LABEL_SELECTOR, broken
from pilothouse.apiserver.rule import NOT_NEGATIVE, Rule, at
from pilothouse.apiserver.status import Fault, forbidden, invalid, required, unsupported

EMPTY = LabelSelector()


def count_or_share(value: Any, path: str, faults: list[Fault]) -> None:
    """A count, or a share such as "25%"."""
    if isinstance(value, int):
        if value < 0:
            faults.append(invalid(path, value, "must be greater than or equal to 0"))
    elif not re.fullmatch(r"[0-9]+%", value):
        told = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', "
        faults.append(invalid(path, value, told + "regex used for validation is '[0-9]+%')"))


def _share(value: Any) -> int | None:
    return int(value[:-1]) if isinstance(value, str) and re.fullmatch(r"[0-9]+%", value) else None


def nothing_above_all(value: Any, path: str, faults: list[Fault]) -> None:
    """A share is at most 100%."""
    share = _share(value)
    if share is not None and share > 100:
        faults.append(invalid(path, value, "must not be greater than 100%"))


def nothing(value: Any) -> bool:
    """Whether a count or share is zero."""
    return (_share(value) if isinstance(value, str) else value) == 0


def selection(needed: bool = True, unsound_words: str = "invalid label selector") -> Rule:
    """The selector: there, sound, and one that takes the pods of the template."""

    def check(spec: Any, path: str, faults: list[Fault]) -> None:
        selector, here = spec.selector, f"{path}.selector"
        unsound = False
        if selector is None or selector == EMPTY:
            if needed:
                faults.append(required(here))
        else:
            LABEL_SELECTOR(selector, here, faults)
            unsound = broken(selector)
            if unsound:
                faults.append(invalid(here, selector, unsound_words))
        if unsound:
            return
        found = spec.template.metadata.labels
        if selector is None or selector == EMPTY or not matches(selector, found):
            told = "`selector` does not match template `labels`"
            faults.append(invalid(f"{path}.template.metadata.labels", found or None, told))

    return check


def always_restart(kind: str) -> Rule:
    """Pods of a set are restarted always, and live without a deadline."""

    def check(spec: Any, path: str, faults: list[Fault]) -> None:
        inner, here = spec.template.spec, f"{path}.template.spec"
        if inner.restartPolicy not in ("", "Always"):
            faults.append(unsupported(f"{here}.restartPolicy", inner.restartPolicy, ("Always",)))
        if inner.activeDeadlineSeconds is not None:
            told = f"activeDeadlineSeconds in {kind} is not Supported"
            faults.append(forbidden(f"{here}.activeDeadlineSeconds", told))

    return check


REPLICAS = at("replicas", NOT_NEGATIVE)


def template_remarks(item: Any) -> list[str]:
    """What is remarked about the pods of a set."""
    return template_warnings(item.spec.template.spec, item.spec.template.metadata, "spec.template.")
