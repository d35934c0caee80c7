"""Names: what may be one, and how one is made up.

Why it exists: objects, labels and ports each have their own rule, and the API server explains a breach in fixed words.
The real counterparts are ``k8s.io/apimachinery/pkg/util/validation`` and ``k8s.io/apiserver/pkg/storage/names``.
"""

from __future__ import annotations

import random
import re

SAFE_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"  # no vowels and no look-alikes: nothing rude, nothing misread
MAX_GENERATED = 63
RANDOM_LENGTH = 5

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_OLD_LABEL = r"[a-z]([-a-z0-9]*[a-z0-9])?"
_QUALIFIED = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE = rf"({_QUALIFIED})?"
_IS = {text: re.compile(text, re.ASCII) for text in (_LABEL, _SUBDOMAIN, _OLD_LABEL, _QUALIFIED, _VALUE)}


def _regex_error(text: str, pattern: str, *examples: str) -> str:
    shown = ",  or ".join(f"'{example}'" for example in examples)
    return f"{text} (e.g. {shown}, regex used for validation is '{pattern}')"


def _length_error(most: int) -> str:
    return f"must be no more than {most} bytes"


def _check(value: str, pattern: str, most: int, error: str) -> list[str]:
    found = [_length_error(most)] if len(value.encode()) > most else []
    return found if _IS[pattern].fullmatch(value) else [*found, error]


def dns_label(value: str) -> list[str]:
    """What is wrong with `value` as an RFC 1123 label (names of namespaces and containers); nothing wrong: []."""
    text = (
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end"
    )
    text += " with an alphanumeric character"
    return _check(value, _LABEL, 63, _regex_error(text, _LABEL, "my-name", "123-abc"))


def dns_subdomain(value: str) -> list[str]:
    """What is wrong with `value` as an RFC 1123 subdomain (names of most objects)."""
    text = (
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start"
    )
    text += " and end with an alphanumeric character"
    return _check(value, _SUBDOMAIN, 253, _regex_error(text, _SUBDOMAIN, "example.com"))


def dns_1035_label(value: str) -> list[str]:
    """What is wrong with `value` as an RFC 1035 label, which must begin with a letter."""
    text = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic"
    text += " character, and end with an alphanumeric character"
    return _check(value, _OLD_LABEL, 63, _regex_error(text, _OLD_LABEL, "my-name", "abc-123"))


def label_value(value: str) -> list[str]:
    """What is wrong with `value` as a label's value."""
    text = (
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start"
    )
    text += " and end with an alphanumeric character"
    return _check(value, _VALUE, 63, _regex_error(text, f"({_VALUE[1:-2]})?", "MyValue", "my_value", "12345"))


def qualified_name(value: str) -> list[str]:
    """What is wrong with `value` as a label's or annotation's key: `name` or `prefix/name`."""
    text = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
    prefix, slash, name = value.rpartition("/")
    found: list[str] = []
    if "/" in prefix:
        note = _regex_error(f"a qualified name {text}", _QUALIFIED, "MyName", "my.name", "123-abc")
        return [f"{note} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"]
    if slash:
        found += ["prefix part must be non-empty"] if not prefix else []
        found += [f"prefix part {error}" for error in dns_subdomain(prefix)] if prefix else []
    if not name:
        found.append("name part must be non-empty")
    elif len(name.encode()) > 63:
        found.append(f"name part {_length_error(63)}")
    if not _IS[_QUALIFIED].fullmatch(name):
        found.append(f"name part {_regex_error(text, _QUALIFIED, 'MyName', 'my.name', '123-abc')}")
    return found


def suffix(rng: random.Random, length: int = RANDOM_LENGTH) -> str:
    """`length` random letters that are safe in a name."""
    return "".join(SAFE_ALPHABET[rng.randrange(len(SAFE_ALPHABET))] for _ in range(length))


def generate(base: str, rng: random.Random) -> str:
    """A name for `metadata.generateName`: `generate("web-", rng) == "web-x7k2p"`, at most 63 characters."""
    return base[: MAX_GENERATED - RANDOM_LENGTH] + suffix(rng)
