"""JSONPath templates, the dialect of ``kubectl get -o jsonpath``.

``{.items[*].metadata.name}``, ``{range .items[*]}{.metadata.name}{"\\n"}{end}``, filters ``[?(@.type=="Ready")]``, slices,
unions, ``..``. A template is read once into nodes (plain tuples) and then walked over plain data. The real counterpart
is ``client-go/util/jsonpath``; unknown fields give nothing, as with ``kubectl get``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from .failure import Failure, error


class Node(NamedTuple):
    """One piece of a template: ``kind`` says which, ``value`` holds its content."""

    kind: str  # text, path, range
    value: Any
    body: tuple[Node, ...] = ()


Step = tuple[str, Any]
NUMBER = re.compile(r"-?\d+(\.\d+)?$")
FILTER = re.compile(r"\s*(.+?)\s*(==|!=|<=|>=|<|>)\s*(.+?)\s*$")


class JSONPath:
    """A template, read once."""

    def __init__(self, template: str) -> None:
        self.template = template
        pieces = list(_pieces(template))
        nodes, rest = _nodes(pieces, template, inside=False)
        if rest:
            raise _unreadable(template, "not in range, nothing to end")
        self.nodes = nodes

    def render(self, data: Any) -> str:
        """The template's text for some data."""
        return "".join(self._texts(self.nodes, data, data))

    def values(self, data: Any, strict: bool = True) -> list[Any]:
        """What the paths of the template find, unformatted."""
        try:
            return [
                value
                for node in self.nodes
                if node.kind == "path"
                for value in walk(node.value, [data], data, self.template)
            ]
        except Failure:
            if strict:
                raise
            return []

    @staticmethod
    def text(value: Any) -> str:
        """A found value as text: strings bare, everything else as JSON."""
        if isinstance(value, str):
            return value
        return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)

    def _texts(self, nodes: Sequence[Node], here: Any, root: Any) -> Iterator[str]:
        for node in nodes:
            if node.kind == "text":
                yield node.value
            elif node.kind == "range":
                for value in walk(node.value, [here], root, self.template):
                    yield from self._texts(node.body, value, root)
            else:
                yield " ".join(self.text(value) for value in walk(node.value, [here], root, self.template))


def _unreadable(template: str, why: str) -> Failure:
    return error(f"error parsing jsonpath {template}, {why}")


def _pieces(template: str) -> Iterator[tuple[bool, str]]:
    """Split into (is an action, content): text outside braces, and what stands inside them."""
    at = 0
    while at < len(template):
        if template[at] != "{":
            end = template.find("{", at)
            end = len(template) if end < 0 else end
            yield False, template[at:end]
            at = end
            continue
        end = _closing(template, at)
        yield True, template[at + 1 : end].strip()
        at = end + 1


def _closing(template: str, start: int) -> int:
    quote = ""
    at = start + 1
    while at < len(template):
        letter = template[at]
        if quote:
            if letter == "\\":
                at += 1
            elif letter == quote:
                quote = ""
        elif letter in "\"'":
            quote = letter
        elif letter == "}":
            return at
        at += 1
    if quote:
        raise _unreadable(template, "unterminated quoted string")
    inside = template[start + 1 :]
    raise _unreadable(template, "unterminated array" if inside.count("[") > inside.count("]") else "unclosed action")


def _nodes(pieces: list[tuple[bool, str]], template: str, inside: bool) -> tuple[tuple[Node, ...], bool]:
    """Read nodes up to the end, or up to ``{end}`` inside a range; answers whether an ``{end}`` stopped it."""
    nodes: list[Node] = []
    while pieces:
        action, text = pieces.pop(0)
        if not action:
            nodes.append(Node("text", text))
        elif text == "end":
            return tuple(nodes), True
        elif text.startswith("range"):
            body, ended = _nodes(pieces, template, inside=True)
            if not ended:
                raise _unreadable(template, "unterminated range")
            nodes.append(Node("range", steps(text[len("range") :].strip(), template), body))
        elif text[:1] in ("'", '"'):
            nodes.append(Node("text", _unquoted(text)))
        else:
            nodes.append(Node("path", steps(text, template)))
    if inside:
        raise _unreadable(template, "unclosed range: expected {end}")
    return tuple(nodes), False


def _unquoted(text: str) -> str:
    body = text[1:-1]
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t", "r": "\r"}.get(match[1], match[1]), body)


def steps(path: str, template: str) -> list[Step]:
    """The steps of one path: fields, indexes, wildcards, filters."""
    result: list[Step] = []
    at = 0
    if path[:1] in ("$", "@"):
        result.append(("root" if path[0] == "$" else "here", None))
        at = 1
    while at < len(path):
        if path.startswith("..", at):
            result.append(("deep", None))
            name, at = _field(path, at + 2)
            if name:
                result.append(("wild", None) if name == "*" else ("field", name))
        elif path[at] == ".":
            name, at = _field(path, at + 1)
            if name:
                result.append(("wild", None) if name == "*" else ("field", name))
        elif path[at] == "[":
            end = _bracket(path, at, template)
            result.append(_inside(path[at + 1 : end].strip(), template))
            at = end + 1
        elif path[at].isspace():
            at += 1
        else:
            name, end = _field(path, at)
            if not name or at > 0:
                raise _unreadable(template, f"unrecognized character in action: U+{ord(path[at]):04X} '{path[at]}'")
            raise _unreadable(template, f"unrecognized identifier {name}")
    return result


def _field(path: str, at: int) -> tuple[str, int]:
    """A field name; a backslash keeps a dot inside it."""
    name = ""
    while at < len(path) and path[at] not in ".[]{} \t\n":
        if path[at] == "\\" and at + 1 < len(path):
            at += 1
        name += path[at]
        at += 1
    return name, at


def _bracket(path: str, start: int, template: str) -> int:
    depth, quote = 0, ""
    for at in range(start, len(path)):
        letter = path[at]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter == "[":
            depth += 1
        elif letter == "]":
            depth -= 1
            if depth == 0:
                return at
    raise _unreadable(template, "unterminated array")


def _inside(text: str, template: str) -> Step:
    if text == "*" or text == "":
        return ("wild", None)
    if text.startswith("?("):
        if not text.endswith(")"):
            raise _unreadable(template, "unterminated filter")
        return ("filter", _filter(text[2:-1], template))
    names = re.findall(r"'((?:[^'\\]|\\.)*)'", text)
    if names:
        return ("names", [re.sub(r"\\(.)", r"\1", name) for name in names])
    if re.fullmatch(r"\s*-?\d+(\s*,\s*-?\d+)*\s*", text):
        return ("indexes", [int(number) for number in text.split(",")])
    match = re.fullmatch(r"(-?\d+)?\s*:\s*(-?\d+)?(?:\s*:\s*(-?\d+)?)?", text)
    if match is None:
        raise _unreadable(template, f"invalid array index {text}")
    return ("slice", slice(*(int(number) if number else None for number in match.groups())))


def _filter(text: str, template: str) -> tuple[Any, str, Any]:
    match = FILTER.match(text)
    if match is None:
        return (_operand(text.strip(), template), "exists", None)
    return (_operand(match[1], template), match[2], _operand(match[3], template))


def _operand(text: str, template: str) -> Any:
    if text[:1] in ("'", '"'):
        return ("is", _unquoted(text))
    if text in ("true", "false"):
        return ("is", text == "true")
    if NUMBER.match(text):
        return ("is", float(text) if "." in text else int(text))
    return ("path", steps(text, template))


def walk(path: Sequence[Step], here: list[Any], root: Any, template: str) -> list[Any]:
    """What a path finds, starting from some values."""
    for kind, value in path:
        if kind == "root":
            here = [root]
        elif kind == "field":
            here = [one[value] for one in here if isinstance(one, dict) and value in one]
        elif kind == "names":
            here = [one[name] for one in here if isinstance(one, dict) for name in value if name in one]
        elif kind == "wild":
            here = [child for one in here for child in _children(one)]
        elif kind == "deep":
            here = [found for one in here for found in _below(one)]
        elif kind == "indexes":
            here = [_at(one, number, template) for one in here if isinstance(one, list) for number in value]
        elif kind == "slice":
            here = [child for one in here if isinstance(one, list) for child in one[value]]
        elif kind == "filter":
            here = [child for one in here for child in _children(one) if _holds(value, child, root, template)]
    return here


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return [value[key] for key in sorted(value)]
    return value if isinstance(value, list) else []


def _below(value: Any) -> Iterator[Any]:
    yield value
    for child in _children(value):
        yield from _below(child)


def _at(items: list[Any], number: int, template: str) -> Any:
    if not -len(items) <= number < len(items):
        raise error(
            f'error executing jsonpath "{template}": Error executing template: array index out of bounds: '
            f"index {number}, length {len(items)}. "
        )
    return items[number]


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
    "<": lambda a, b: bool(a < b),
    ">": lambda a, b: bool(a > b),
    "<=": lambda a, b: bool(a <= b),
    ">=": lambda a, b: bool(a >= b),
}


def _holds(rule: tuple[Any, str, Any], value: Any, root: Any, template: str) -> bool:
    left, sign, right = rule
    lefts = _resolve(left, value, root, template)
    if sign == "exists":
        return bool(lefts)
    rights = _resolve(right, value, root, template)
    if not lefts or not rights:
        return False
    try:
        return COMPARE[sign](lefts[0], rights[0])
    except TypeError:
        return False


def _resolve(operand: tuple[str, Any], value: Any, root: Any, template: str) -> list[Any]:
    return [operand[1]] if operand[0] == "is" else walk(operand[1], [value], root, template)
