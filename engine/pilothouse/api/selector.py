"""Selectors: which objects are meant, by their labels or fields.

Why it exists: services, controllers and users pick objects by label, written in two ways: as an object
(``matchLabels``) and as text (``-l app=web,tier in (a,b)``). The real counterparts are
``k8s.io/apimachinery/pkg/labels`` and ``pkg/fields``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple, NoReturn

from pilothouse.api.error import Clear
from pilothouse.api.name import label_value, qualified_name
from pilothouse.api.types.meta import LabelSelector

_TOKEN = re.compile(r"\s*(==|!=|=|!|\(|\)|,|>|<|[^\s=!(),<>]+)")
_SYMBOLS = {"=", "==", "!=", "!", "(", ")", ",", ">", "<"}
_OPERATORS = {"=": "=", "==": "==", "!=": "!=", "in": "in", "notin": "notin", ">": "gt", "<": "lt"}
_FROM_OBJECT = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "!"}


class SelectorError(Clear, ValueError):
    """A selector that cannot be read; the message is the API server's."""


class Requirement(NamedTuple):
    """One condition: `operator` is one of = == != in notin exists ! gt lt."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether these labels fulfil the condition."""
        there = self.key in labels
        if self.operator in ("=", "==", "in"):
            return there and labels[self.key] in self.values
        if self.operator in ("!=", "notin"):
            return not there or labels[self.key] not in self.values
        if self.operator == "exists":
            return there
        if self.operator == "!":
            return not there
        return there and self._compares(labels[self.key])

    def _compares(self, label: str) -> bool:
        if not re.fullmatch(r"[+-]?\d+", label, re.ASCII):
            return False
        left, right = int(label), int(self.values[0])
        return left > right if self.operator == "gt" else left < right

    def __str__(self) -> str:
        """As a user would write it."""
        if self.operator == "exists":
            return self.key
        if self.operator == "!":
            return f"!{self.key}"
        if self.operator in ("in", "notin"):
            return f"{self.key} {self.operator} ({','.join(self.values)})"
        return self.key + {"gt": ">", "lt": "<"}.get(self.operator, self.operator) + self.values[0]


class Selector(NamedTuple):
    """A label selector as text: all its requirements must be fulfilled; without any it matches everything."""

    requirements: tuple[Requirement, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Selector:
        """Read `app=web,tier in (a,b),!old`.

        Raises:
            SelectorError: (a ValueError) in the API server's words.
        """
        return cls(tuple(sorted(_Parser(text).requirements(), key=lambda requirement: requirement.key)))

    @classmethod
    def of(cls, selector: LabelSelector | Mapping[str, str] | None) -> Selector | None:
        """From an object's selector, or from a plain map of labels; None stays None (and matches nothing)."""
        if selector is None:
            return None
        if isinstance(selector, Mapping):
            return cls(tuple(Requirement(key, "=", (selector[key],)) for key in sorted(selector)))
        found = [Requirement(key, "=", (value,)) for key, value in selector.matchLabels.items()]
        for expression in selector.matchExpressions:
            operator = _FROM_OBJECT.get(expression.operator)
            if operator is None:
                raise SelectorError(f'"{expression.operator}" is not a valid label selector operator')
            found.append(Requirement(expression.key, operator, tuple(sorted(expression.values))))
        return cls(tuple(sorted(found, key=lambda requirement: requirement.key)))

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether these labels fulfil every requirement."""
        return all(requirement.matches(labels) for requirement in self.requirements)

    def __str__(self) -> str:
        """As a user would write it; "" matches everything."""
        return ",".join(map(str, self.requirements))


def matches(selector: LabelSelector | None, labels: Mapping[str, str]) -> bool:
    """Whether an object's selector picks these labels: None picks nothing, an empty selector everything."""
    if selector is None:
        return False
    for key, value in selector.matchLabels.items():
        if labels.get(key) != value:
            return False
    if not selector.matchExpressions:
        return True
    compiled = Selector.of(selector)
    return compiled is not None and compiled.matches(labels)


class _Parser:
    """Reads a label selector token by token; END is the token after the last."""

    def __init__(self, text: str) -> None:
        self.tokens = [match[1] for match in _TOKEN.finditer(text)]
        self.position = 0

    @property
    def next(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self) -> str:
        token = self.next
        self.position += 1
        return token

    def fail(self, token: str, expected: str) -> NoReturn:
        raise SelectorError(f"found '{token}', expected: {expected}")

    def requirements(self) -> list[Requirement]:
        found: list[Requirement] = []
        while self.next:
            if self.next in _SYMBOLS and self.next != "!":
                self.fail(self.next, "!, identifier, or 'end of string'")
            try:
                found.append(self.requirement())
            except SelectorError as error:
                raise SelectorError(f"unable to parse requirement: {error}") from None
            separator = self.take()
            if separator not in ("", ","):
                self.fail(separator, "',' or 'end of string'")
            if separator == "," and (not self.next or (self.next in _SYMBOLS and self.next != "!")):
                self.fail(self.next, "identifier after ','")
        return found

    def requirement(self) -> Requirement:
        absent = self.next == "!"
        if absent:
            self.take()
        key = self.identifier("identifier")
        wrong = qualified_name(key)
        if wrong:
            raise SelectorError(f'<nil>: Invalid value: "{key}": {"; ".join(wrong)}')
        if self.next in ("", ","):
            return Requirement(key, "!" if absent else "exists")
        if absent:
            return Requirement(key, "!")
        word = self.take()
        if word not in _OPERATORS:
            self.fail(word, "in, notin, =, ==, !=, gt, lt")
        operator = _OPERATORS[word]
        values = self.several() if operator in ("in", "notin") else (self.one(),)
        return _checked(Requirement(key, operator, values))

    def identifier(self, expected: str) -> str:
        token = self.take()
        if not token or token in _SYMBOLS:
            self.fail(token, expected)
        return token

    def one(self) -> str:
        return "" if self.next in ("", ",") else self.identifier("identifier")

    def several(self) -> tuple[str, ...]:
        opening = self.take()
        if opening != "(":
            raise SelectorError(f"found '{opening}' expected: '('")
        if self.next == ")":
            self.take()
            return ()
        found: dict[str, None] = {}
        while True:
            found["" if self.next in (",", ")") else self.identifier("',', ')' or identifier")] = None
            separator = self.take()
            if separator == ")":
                return tuple(sorted(found))
            if separator != ",":
                self.fail(separator, "',' or ')'")


def _checked(requirement: Requirement) -> Requirement:
    if requirement.operator in ("in", "notin") and not requirement.values:
        raise SelectorError("values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty")
    for index, value in enumerate(requirement.values):
        if requirement.operator in ("gt", "lt") and not re.fullmatch(r"[+-]?\d+", value, re.ASCII):
            rule = "for 'Gt', 'Lt' operators, the value must be an integer"
            raise SelectorError(f'values[{index}]: Invalid value: "{value}": {rule}')
        wrong = label_value(value)
        if wrong:
            place = f"values[{index}][{requirement.key}]"
            raise SelectorError(f'{place}: Invalid value: "{value}": {"; ".join(wrong)}')
    return requirement


class FieldSelector(NamedTuple):
    """A field selector: `(field, "=" or "!=", value)` terms, all of which must be fulfilled."""

    terms: tuple[tuple[str, str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> FieldSelector:
        r"""Read `status.phase!=Running,spec.nodeName=n1`; `\,`, `\=` and `\\` stand for the characters themselves.

        Raises:
            SelectorError: (a ValueError) in the API server's words.
        """
        terms = []
        for part in re.findall(r"((?:\\.|[^,\\])+)", text):
            match = re.fullmatch(r"((?:\\.|[^=!\\])+?)(!=|==|=)(.*)", part, re.DOTALL)
            if match is None:
                raise SelectorError(f"invalid selector: '{text}'; can't understand '{part}'")
            value = re.sub(r"\\([\\,=])", r"\1", match[3])
            terms.append((match[1].strip(), "!=" if match[2] == "!=" else "=", value))
        return cls(tuple(terms))

    def matches(self, fields: Mapping[str, str]) -> bool:
        """Whether these fields (a field that is not there is "") fulfil every term."""
        return all((fields.get(name, "") == value) is (operator == "=") for name, operator, value in self.terms)

    def __str__(self) -> str:
        """As a user would write it."""
        return ",".join(f"{name}{operator}{value}" for name, operator, value in self.terms)
