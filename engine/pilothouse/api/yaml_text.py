r"""YAML text to plain JSON values, the way kubectl reads it.

Why it exists: PyYAML parses, but what its nodes mean (words, keys, merges, ``\'`` in double quotes) and how much may come
out of aliases is decided here as ``sigs.k8s.io/yaml``, the real counterpart, decides it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from pilothouse.api.error import ManifestError
from pilothouse.api.scalar import key as map_key
from pilothouse.api.scalar import resolve

if TYPE_CHECKING:
    from yaml.error import MarkedYAMLError

MAX_DEPTH = 200
MAX_ALIASED = 400_000  # values that may come out of aliases; a bomb of nested aliases makes billions
MAX_TOLERATED = 200  # strings with \' in one document
_TAG = "tag:yaml.org,2002:"


def yaml_documents(text: str, prefix: str) -> Iterator[Any]:
    """Each document by itself, as kubectl splits them: a line that begins with three dashes. `prefix` as with JSON."""
    lines = text.splitlines(keepends=True)
    begin = 0
    for index in range(len(lines) + 1):
        if index < len(lines):
            line = lines[index]
            if not line.startswith("---"):
                continue
            rest = line[3:].strip()
            if rest and not rest.startswith("#"):
                raise ManifestError(f"{prefix}invalid Yaml document separator: {rest}")
        if index > begin:
            yield _Document("".join(lines[begin:index]), prefix, begin).value()
        begin = index + 1


class _Document:
    """One YAML document on its way to plain JSON.

    It reads the parser's events itself: PyYAML's composer calls itself for every level and crashes on deep input.
    """

    def __init__(self, text: str, prefix: str, begin: int) -> None:
        self.text = text
        self.prefix = f"{prefix}error converting YAML to JSON: "
        self.begin = begin  # lines of the file before this document
        self.repeated: list[str] = []
        self.count = self.aliased = 0
        self.anchors: dict[str, tuple[Any, int] | None] = {}  # value and size; None while we are inside it
        self.event: Callable[[], Any]

    def value(self) -> Any:
        """The first document in the text, None if there is nothing in it."""
        import yaml

        text = self.text
        for _ in range(MAX_TOLERATED):
            try:
                return self._first(text)
            except yaml.MarkedYAMLError as error:
                repaired = _tolerate(text, error)
                if repaired is None:
                    raise self._error(_problem(error)) from None
                text = repaired
            except yaml.YAMLError as error:
                raise self._error("control characters are not allowed" if "#x" in str(error) else str(error)) from None
        raise self._error("found unknown escape character")

    def _first(self, text: str) -> Any:
        import yaml

        parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        self.repeated, self.anchors, self.count, self.aliased = [], {}, 0, 0
        self.event = parser.get_event
        try:
            self.event()
            if not isinstance(self.event(), yaml.DocumentStartEvent):
                return None
            found = self._read(self.event(), 0)
            self.event()  # the end of the document, or the complaint that something else comes
        finally:
            parser.dispose()
        if self.repeated:
            raise self._error("unmarshal errors:\n  " + "\n  ".join(self.repeated))
        return found

    def _error(self, problem: str, yaml: str = "yaml: ") -> ManifestError:
        place = f" (counted from line {self.begin + 1} of the file)" if self.begin and "line " in problem else ""
        return ManifestError(f"{self.prefix}{yaml}{problem}{place}")

    def _read(self, event: Any, depth: int) -> Any:
        """The value that begins with `event`."""
        import yaml

        if isinstance(event, yaml.AliasEvent):
            return self._alias(str(event.anchor))
        if depth > MAX_DEPTH:
            raise self._error(f"line {event.start_mark.line + 1}: exceeded max depth of {MAX_DEPTH}")
        begin = self.count
        self.count += 1
        if event.anchor:
            self.anchors[event.anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            found = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            found = self._list(depth)
        else:
            found = self._map(depth)
        if event.anchor:
            self.anchors[event.anchor] = found, self.count - begin
        return found

    def _alias(self, name: str) -> Any:
        if name not in self.anchors:
            raise self._error(f"unknown anchor '{name}' referenced")
        known = self.anchors[name]
        if known is None:
            raise self._error(f"anchor '{name}' value contains itself")
        self.count += known[1]
        self.aliased += known[1]
        if self.aliased > 100 and self.count > 1000 and self.aliased > min(0.99 * self.count, MAX_ALIASED):
            raise self._error("document contains excessive aliasing")
        return known[0]

    def _list(self, depth: int) -> list[Any]:
        import yaml

        found = []
        while not isinstance(event := self.event(), yaml.SequenceEndEvent):
            found.append(self._read(event, depth + 1))
        return found

    def _map(self, depth: int) -> dict[str, Any]:
        import yaml

        merged: dict[str, Any] = {}
        found: dict[str, Any] = {}
        while not isinstance(event := self.event(), yaml.MappingEndEvent):
            if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and not event.style and not event.tag:
                merged = {**self._merged(depth), **merged}
                continue
            name, line = self._key(event, depth), event.start_mark.line + 1
            if name in found:
                self.repeated.append(f'line {line}: key "{name}" already set in map')
            found[name] = self._read(self.event(), depth + 1)
        found = {**merged, **found}
        return {name: found[name] for name in sorted(found)}

    def _merged(self, depth: int) -> dict[str, Any]:
        value = self._read(self.event(), depth + 1)
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, dict) for part in parts):
            raise self._error("map merge requires map or sequence of maps as the value")
        found: dict[str, Any] = {}
        for part in parts:
            found = {**part, **found}
        return found

    def _key(self, event: Any, depth: int) -> str:
        value, line = self._read(event, depth + 1), event.start_mark.line + 1
        if isinstance(value, (list, dict)):
            raise self._error(f"invalid map key: line {line} has a list or map where a key must be")
        if value is None:
            raise self._error(f"unsupported map key of type: %!s(<nil>), key: <nil> at line {line}", yaml="")
        return map_key(value)

    def _scalar(self, event: Any) -> Any:
        text = str(event.value)
        tag = str(event.tag or "").removeprefix(_TAG)
        if tag == "binary":
            return base64.b64decode(text).decode("utf-8", "replace")
        if tag not in ("int", "float", "bool", "null") if tag else event.style:
            return text
        value = resolve(text)
        if isinstance(value, float) and (value != value or abs(value) == float("inf")):
            word = "NaN" if value != value else "+Inf" if value > 0 else "-Inf"
            raise self._error(f"json: unsupported value: {word}", yaml="")
        return value


def _problem(error: MarkedYAMLError) -> str:
    """What is wrong and where, with the line counted the way go-yaml counts it."""
    from yaml.scanner import ScannerError

    problem = str(error.problem or error)
    for place in (error.problem_mark, error.context_mark):
        if place is not None and place.line:
            return f"line {place.line + isinstance(error, ScannerError)}: {problem}"
    return problem


def _tolerate(text: str, error: MarkedYAMLError) -> str | None:
    r"""The text with `\'` made `'` in the double-quoted string where the parser stumbled; None if that is not why."""
    if error.problem is None or "unknown escape character" not in error.problem or error.problem_mark is None:
        return None
    lines = text.splitlines(keepends=True)
    mark = error.problem_mark
    position = sum(map(len, lines[: mark.line])) + mark.column
    begin = text.find("\\'", max(0, position - 2), position + 3)
    if begin < 0:
        return None
    pieces, end = [text[:begin]], begin
    for match in re.compile(r'\\.|"|[^"\\]+', re.DOTALL).finditer(text, begin):
        end = match.end()
        pieces.append("'" if match[0] == "\\'" else match[0])
        if match[0] == '"':
            break
    return "".join(pieces) + text[end:]
