"""The language in which validation tables are written.

A rule is a plain function `(value, path, faults)` that appends what is wrong. Tables join rules into bigger ones;
joining happens once, at import, so that checking an object is only calls and attribute reads. The real counterpart is
hand-written Go (`pkg/apis/*/validation`); here a kind is one table of `at("field", rules…)` lines in the order in
which the real server reports faults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from pilothouse.apiserver.status import Fault, duplicate, forbidden, invalid, required, unsupported

Rule = Callable[[Any, str, list[Fault]], None]
Change = Callable[[Any, Any, str, list[Fault]], None]
"""A rule about an update: (new, old, path, faults)."""


def api_name(attribute: str) -> str:
    """The field's name in the API: the trailing underscore of a Python keyword goes."""
    return attribute.rstrip("_")


class At:
    """One line of a table: a field and its rules. Unset fields are skipped, unless a rule wants to see them."""

    def __init__(self, name: str, rules: tuple[Rule, ...]) -> None:
        self.name = name
        self.rule = rules[0] if len(rules) == 1 else all_of(*rules)
        self.always = any(getattr(rule, "sees_unset", False) for rule in rules)


def at(name: str, *rules: Rule) -> At:
    """The field `name` obeys `rules`, in this order."""
    return At(name, rules)


def sees_unset(rule: Rule) -> Rule:
    """The rule, asked also about a field that is not set."""

    def check(value: Any, path: str, faults: list[Fault]) -> None:
        rule(value, path, faults)

    check.sees_unset = True  # type: ignore[attr-defined]
    return check


def all_of(*rules: Rule) -> Rule:
    """Every rule in turn."""

    def check(value: Any, path: str, faults: list[Fault]) -> None:
        for rule in rules:
            rule(value, path, faults)

    return check


def fields(*lines: At | Rule) -> Rule:
    """A structure: `at` lines for its fields; a bare rule sees the whole structure. Order is the order of faults."""
    # a bare rule reads __class__, which is never unset, so that one read serves all lines
    read = attrgetter(*[line.name if isinstance(line, At) else "__class__" for line in lines], "__class__", "__class__")
    plan: list[tuple[str | None, Rule, bool]] = []
    for line in lines:
        if isinstance(line, At):
            plan.append(("." + api_name(line.name), line.rule, line.always))
        else:
            plan.append((None, line, True))

    def check(value: Any, path: str, faults: list[Fault]) -> None:
        for (name, rule, always), got in zip(plan, read(value), strict=False):
            if got or always or got.__class__ is int:
                if name is None:
                    rule(value, path, faults)
                else:
                    rule(got, path + name if path else name[1:], faults)

    return check


def each(rule: Rule) -> Rule:
    """Every item of a list."""

    def check(items: Any, path: str, faults: list[Fault]) -> None:
        for index, item in enumerate(items):
            rule(item, f"{path}[{index}]", faults)

    return check


def maybe(rule: Rule) -> Rule:
    """The rule, when the structure is there."""

    def check(value: Any, path: str, faults: list[Fault]) -> None:
        if value is not None:
            rule(value, path, faults)

    return check


def need(*rules: Rule, detail: str = "") -> Rule:
    """The field must be set; then `rules`."""

    @sees_unset
    def check(value: Any, path: str, faults: list[Fault]) -> None:
        if not value:
            faults.append(required(path, detail))
            return
        for rule in rules:
            rule(value, path, faults)

    return check


def one_of(*choices: str) -> Rule:
    """A text out of a closed list, which the refusal recites in this order."""
    known = frozenset(choices)

    def check(value: Any, path: str, faults: list[Fault]) -> None:
        if value not in known:
            faults.append(unsupported(path, value, choices))

    return check


def between(low: int, high: int) -> Rule:
    """A number within bounds that count as inside."""

    def check(value: Any, path: str, faults: list[Fault]) -> None:
        if not low <= value <= high:
            faults.append(invalid(path, value, f"must be between {low} and {high}, inclusive"))

    return check


def at_least(low: int, detail: str = "") -> Rule:
    """A number that is not below `low`."""
    words = detail or f"must be greater than or equal to {low}"

    def check(value: Any, path: str, faults: list[Fault]) -> None:
        if value is not None and value < low:
            faults.append(invalid(path, value, words))

    return check


PORT = between(1, 65535)
NOT_NEGATIVE = at_least(0)
POSITIVE = at_least(1, "must be greater than zero")


def words(problems: Callable[[str], Iterable[str]]) -> Rule:
    """A text judged by a function that answers with what is wrong with it."""

    def check(value: Any, path: str, faults: list[Fault]) -> None:
        for problem in problems(value):
            faults.append(invalid(path, value, problem))

    return check


def unique(key: str) -> Rule:
    """No two items of a list have the same (set) `key`."""

    def check(items: Any, path: str, faults: list[Fault]) -> None:
        if len(items) < 2:
            return
        seen: dict[Any, bool] = {}
        for index, item in enumerate(items):
            name = getattr(item, key)
            if name and name in seen:
                faults.append(duplicate(f"{path}[{index}].{key}", name))
            seen[name] = True

    return check


def exactly_one(choices: tuple[str, ...], missing: str, extra: str) -> Rule:
    """A union: one of `choices` is set (`missing` says what is wanted, `extra` forbids the second)."""
    read = attrgetter(*choices)

    def check(value: Any, path: str, faults: list[Fault]) -> None:
        found = 0
        for name, got in zip(choices, read(value), strict=True):
            if got is None:
                continue
            found += 1
            if found > 1:
                faults.append(forbidden(f"{path}.{name}", extra))
        if not found:
            faults.append(required(path, missing))

    return check


def frozen(*names: str, detail: str = "field is immutable") -> Change:
    """An update may not touch these fields."""

    def check(new: Any, old: Any, path: str, faults: list[Fault]) -> None:
        for name in names:
            now, before = new, old
            for part in name.split("."):
                now, before = getattr(now, part, None), getattr(before, part, None)
            if now != before:
                faults.append(invalid(f"{path}.{name}" if path else name, now, detail))

    return check
