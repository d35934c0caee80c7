"""JSON text to plain values, with Go's complaints.

Why it exists: Python's parser lets repeated keys pass and words its errors otherwise. The real counterpart is
``encoding/json``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pilothouse.api.decode import Repeated
from pilothouse.api.error import ManifestError
from pilothouse.api.scalar import number

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


def _number(word: str) -> int | float:
    digits = word.removeprefix("-")
    value = int(word) if digits.isdigit() and len(digits) < 20 else float(word)
    if abs(value) == float("inf"):
        raise ManifestError(f"json: cannot unmarshal number {word[:40]} into Go value of type float64")
    return number(float(value)) if isinstance(value, float) or abs(value) >= 2**63 else value


_JSON = json.JSONDecoder(object_pairs_hook=_pairs, parse_int=_number, parse_float=_number, parse_constant=_constant)


def parse_json(text: str) -> Any:
    """One JSON value, in which a repeated key is remembered for the decoder.

    Raises:
        ManifestError: in Go's words.
    """
    found = list(json_documents(text, ""))
    if len(found) != 1:
        raise ManifestError("unexpected end of JSON input" if not found else "json: more than one value")
    return found[0]


def json_documents(text: str, prefix: str) -> Iterator[Any]:
    """The values that stand one after another in `text`; `prefix` begins every complaint."""
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
