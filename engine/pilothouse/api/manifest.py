r"""Manifests: YAML or JSON text to plain objects, as kubectl reads it.

Why it exists: published files use every corner that kubectl lets pass (several documents, ``kind: List``, octal modes,
unquoted times, ``\'`` in double quotes), and its complaints are what people search the web for. One difference is
meant: kubectl lets the last of two equal keys win in silence, we refuse the file. The real counterparts are
``k8s.io/apimachinery/pkg/util/yaml`` and ``sigs.k8s.io/yaml``.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pilothouse.api.decode import Repeated
from pilothouse.api.scalar import key as map_key
from pilothouse.api.scalar import number, resolve

if TYPE_CHECKING:
    from yaml import MappingNode, Node, ScalarNode
    from yaml.error import MarkedYAMLError

MAX_DEPTH = 200
MAX_ALIASED = 400_000  # values that may come out of aliases; a bomb of nested aliases makes billions
MAX_TOLERATED = 200  # strings with \' in one document
_TAG = "tag:yaml.org,2002:"


class ManifestError(ValueError):
    """Text that is no manifest; the message is kubectl's, with the line."""


def load_all(text: str, source: str = "") -> list[dict[str, Any]]:
    """The objects in YAML (of one or more documents) or JSON text; the items of a `kind: List` one by one.

    Args:
        text: the file's content.
        source: its name, for messages.

    Raises:
        ManifestError: (a ValueError) in kubectl's words. Nothing of the file is returned then.
    """
    prefix = f"error parsing {source}: " if source else ""
    text = text.removeprefix("\ufeff")
    documents = _json_documents(text, prefix) if text.lstrip()[:1] == "{" else _yaml_documents(text, prefix)
    found: list[dict[str, Any]] = []
    for document in documents:
        if document is None:
            continue
        if not isinstance(document, dict):
            what = "array" if isinstance(document, list) else "string" if isinstance(document, str) else "number"
            reason = f"json: cannot unmarshal {what} into Go value of type unstructured.detector"
            raise ManifestError(f'unable to decode "{source or "STDIN"}": {reason}')
        found.extend(_items(document))
    return found


def _items(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    kind, items = document.get("kind"), document.get("items")
    if not isinstance(kind, str) or not kind.endswith("List") or not isinstance(items, list):
        yield document
        return
    inherited = {"apiVersion": document.get("apiVersion"), "kind": kind[:-4]} if kind != "List" else {}
    for item in items:
        if isinstance(item, dict):
            yield from _items({**inherited, **item} if inherited and "kind" not in item else item)


# --- JSON ---

_GO_WORDS = {
    "Expecting property name enclosed in double quotes": "looking for beginning of object key string",
    "Expecting value": "looking for beginning of value",
    "Expecting ':' delimiter": "after object key",
    "Illegal trailing comma before end of object": "looking for beginning of object key string",
    "Illegal trailing comma before end of array": "looking for beginning of value",
}


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    names = [name for name, _ in pairs]
    marked = Repeated(found)
    marked.keys_repeated = tuple(name for name in found if names.count(name) > 1)
    return marked


def _constant(word: str) -> None:
    raise ManifestError(f"json: invalid character '{word[0]}' looking for beginning of value")


_JSON = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_float=lambda text: number(float(text)), parse_constant=_constant
)


def parse_json(text: str) -> Any:
    """One JSON value, in which a repeated key is remembered for the decoder.

    Raises:
        ManifestError: in Go's words.
    """
    found = list(_json_documents(text, ""))
    if len(found) != 1:
        raise ManifestError("unexpected end of JSON input" if not found else "json: more than one value")
    return found[0]


def _json_documents(text: str, prefix: str) -> Iterator[Any]:
    position = 0
    while True:
        position += len(text[position:]) - len(text[position:].lstrip())
        if position >= len(text):
            return
        try:
            value, position = _JSON.raw_decode(text, position)
        except json.JSONDecodeError as error:
            raise ManifestError(prefix + _json_error(error)) from None
        except RecursionError:
            raise ManifestError(f"{prefix}json: exceeded max depth") from None
        yield value


def _json_error(error: json.JSONDecodeError) -> str:
    text, offset = error.doc, error.pos
    what = _GO_WORDS.get(error.msg, error.msg.lower())
    if error.msg == "Invalid control character at":
        what = "in string literal"
    else:
        offset += len(text[offset:]) - len(text[offset:].lstrip())
    if text[offset : offset + 1] == "," and error.msg.startswith("Illegal trailing"):
        offset += 1 + len(text[offset + 1 :]) - len(text[offset + 1 :].lstrip())
    if error.msg == "Expecting ',' delimiter":
        what = "after array element" if _inside_list(text, offset) else "after object key:value pair"
    word = next((word for word in ("true", "false", "null") if word[0] == text[offset : offset + 1]), "")
    if error.msg == "Expecting value" and word:
        good = next(index for index, letter in enumerate(word) if text[offset + index : offset + index + 1] != letter)
        offset, what = offset + good, f"in literal {word} (expecting '{word[good]}')"
    if offset >= len(text) or error.msg.startswith("Unterminated string"):
        return "unexpected EOF"
    letter = {"'": "\\'", "\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(text[offset], text[offset])
    return f"json: offset {offset + 1}: invalid character '{letter}' {what}"


def _inside_list(text: str, position: int) -> bool:
    depth: list[str] = []
    for token in re.findall(r'"(?:\\.|[^"\\])*"|[\[\]{}]', text[:position], re.DOTALL):
        if token in "[{":
            depth.append(token)
        elif token in "]}" and depth:
            depth.pop()
    return bool(depth) and depth[-1] == "["


# --- YAML ---


def _yaml_documents(text: str, prefix: str) -> Iterator[Any]:
    """Each document by itself, as kubectl splits them: a line that begins with three dashes."""
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
    """One YAML document on its way to plain JSON."""

    def __init__(self, text: str, prefix: str, begin: int) -> None:
        self.text = text
        self.prefix = f"{prefix}error converting YAML to JSON: "
        self.begin = begin  # lines of the file before this document
        self.repeated: list[str] = []
        self.count = self.aliased = 0
        self.seen: dict[Node, bool] = {}  # lists and maps met so far: are we inside them now?

    def value(self) -> Any:
        node = self._compose()
        if node is None:
            return None
        found = self._read(node, 0, False)
        if self.repeated:
            raise self._error("unmarshal errors:\n  " + "\n  ".join(self.repeated))
        return found

    def _error(self, problem: str, yaml: str = "yaml: ") -> ManifestError:
        place = f" (counted from line {self.begin + 1} of the file)" if self.begin and "line " in problem else ""
        return ManifestError(f"{self.prefix}{yaml}{problem}{place}")

    def _compose(self) -> Node | None:
        import yaml

        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        text = self.text
        for _ in range(MAX_TOLERATED):
            try:
                parser = loader(text)
                try:
                    composed: Node | None = parser.get_node() if parser.check_node() else None
                finally:
                    parser.dispose()
                return composed
            except yaml.MarkedYAMLError as error:
                repaired = _tolerate(text, error)
                if repaired is None:
                    raise self._error(_problem(error, text)) from None
                text = repaired
            except yaml.YAMLError as error:
                raise self._error("control characters are not allowed" if "#x" in str(error) else str(error)) from None
            except RecursionError:
                raise self._error(f"exceeded max depth of {MAX_DEPTH}") from None
        raise self._error("found unknown escape character")

    def _read(self, node: Node, depth: int, inside_alias: bool) -> Any:
        import yaml

        self._count(node, depth, inside_alias)
        inside_alias = inside_alias or node in self.seen
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if self.seen.get(node):
            raise self._error(f"anchor '{self._anchor(node)}' value contains itself")
        self.seen[node] = True
        if isinstance(node, yaml.MappingNode):
            found: Any = self._map(node, depth, inside_alias)
        else:
            found = [self._read(item, depth + 1, inside_alias) for item in node.value]
        self.seen[node] = False
        return found

    def _anchor(self, node: Node) -> str:
        match = re.search(r"&([\w-]+)", self.text.splitlines()[node.start_mark.line][node.start_mark.column :])
        return match[1] if match else ""

    def _count(self, node: Node, depth: int, inside_alias: bool) -> None:
        if depth > MAX_DEPTH:
            raise self._error(f"line {node.start_mark.line + 1}: exceeded max depth of {MAX_DEPTH}")
        self.count += 1
        self.aliased += inside_alias
        most = min(0.99 * self.count, MAX_ALIASED)
        if self.aliased > 100 and self.count > 1000 and self.aliased > most:
            raise self._error("document contains excessive aliasing")

    def _map(self, node: MappingNode, depth: int, inside_alias: bool) -> dict[str, Any]:
        import yaml

        merged: dict[str, Any] = {}
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.value == "<<" and isinstance(key_node, yaml.ScalarNode) and not key_node.style:
                merged = {**self._merged(value_node, depth, inside_alias), **merged}
                continue
            name = self._key(key_node)
            if name in found and not inside_alias:
                self.repeated.append(f'line {key_node.start_mark.line + 1}: key "{name}" already set in map')
            found[name] = self._read(value_node, depth + 1, inside_alias)
        found = {**merged, **found}
        return {name: found[name] for name in sorted(found)}

    def _merged(self, node: Node, depth: int, inside_alias: bool) -> dict[str, Any]:
        value = self._read(node, depth + 1, inside_alias)
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, dict) for part in parts):
            raise self._error("map merge requires map or sequence of maps as the value")
        found: dict[str, Any] = {}
        for part in parts:
            found = {**part, **found}
        return found

    def _key(self, node: Node) -> str:
        import yaml

        line = node.start_mark.line + 1
        if not isinstance(node, yaml.ScalarNode):
            raise self._error(f"invalid map key: line {line} has a list or map where a key must be")
        value = self._scalar(node)
        if value is None:
            raise self._error(f"unsupported map key of type: %!s(<nil>), key: <nil> at line {line}", yaml="")
        return map_key(value)

    def _scalar(self, node: ScalarNode) -> Any:
        text = str(node.value)
        tag = node.tag.removeprefix(_TAG) if node.tag else ""
        explicit = tag in ("int", "float", "bool", "null") and node.style
        if tag == "binary":
            return base64.b64decode(text).decode("utf-8", "replace")
        if (node.style and not explicit) or self._is_tagged_text(node):
            return text
        value = resolve(text)
        if isinstance(value, float) and (value != value or abs(value) == float("inf")):
            word = "NaN" if value != value else "+Inf" if value > 0 else "-Inf"
            raise self._error(f"json: unsupported value: {word}", yaml="")
        return value

    def _is_tagged_text(self, node: ScalarNode) -> bool:
        """Whether a plain word was marked `!!str` (or with a tag nobody knows): PyYAML's own guess says so little."""
        if node.tag == f"{_TAG}str" or not node.tag.startswith(_TAG):
            mark = node.start_mark
            lines = self.text.splitlines()
            line = lines[mark.line] if mark.line < len(lines) else ""
            return line[mark.column : mark.column + 1] == "!"
        return False


def _problem(error: MarkedYAMLError, text: str) -> str:
    """What is wrong and where, with the line counted the way go-yaml counts it."""
    from yaml.scanner import ScannerError

    problem, mark = str(error.problem or error), error.problem_mark or error.context_mark
    if problem.startswith("found undefined alias") and mark is not None:
        match = re.compile(r"\*([\w-]+)").search(text.splitlines()[mark.line], mark.column)
        return f"unknown anchor '{match[1] if match else ''}' referenced"
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
