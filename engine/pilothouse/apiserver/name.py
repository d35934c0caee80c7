"""What names, labels and keys may look like, in the server's own words.

The real counterparts are `apimachinery/pkg/util/validation` and `pkg/api/validation`. Each function answers with the list of what is wrong;
answers are remembered, because the same few labels pass the door again and again.
"""

from __future__ import annotations

import re
from functools import lru_cache

_ALNUM = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
)
_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = _LABEL + r"(\." + _LABEL + ")*"
_NAME_PART = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE = f"({_NAME_PART})?"
_LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_WILDCARD = r"\*\." + _SUBDOMAIN
_KEY = "[-._a-zA-Z0-9]+"
_C_IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]*"
_IANA = re.compile("[-a-z0-9]+")


def _pattern(message: str, pattern: str, *examples: str) -> str:
    told = " or ".join(f"'{example}', " for example in examples)
    return f"{message} (e.g. {told}regex used for validation is '{pattern}')"


def _judge(value: str, limit: int, pattern: str, message: str, *examples: str) -> list[str]:
    found = [f"must be no more than {limit} characters"] if len(value) > limit else []
    if not re.fullmatch(pattern, value):
        found.append(_pattern(message, pattern, *examples))
    return found


@lru_cache(4096)
def dns_subdomain(value: str) -> list[str]:
    """`web.example.com`: names of most objects."""
    message = (
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
        "and must start and end with an alphanumeric character"
    )
    return _judge(value, 253, _SUBDOMAIN, message, "example.com")


@lru_cache(4096)
def dns_label(value: str) -> list[str]:
    """`web-1`: names of containers, namespaces, services."""
    message = (
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
        "and must start and end with an alphanumeric character"
    )
    found = _judge(value, 63, _LABEL, message, "my-name", "123-abc")
    if found and re.fullmatch(_SUBDOMAIN, value) and not re.fullmatch(_LABEL, value):
        found[-1] = "must not contain dots"
    return found


@lru_cache(1024)
def dns_1035_label(value: str) -> list[str]:
    """A label that begins with a letter."""
    message = (
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
        "start with an alphabetic character, and end with an alphanumeric character"
    )
    return _judge(value, 63, _LABEL_1035, message, "my-name", "abc-123")


@lru_cache(1024)
def wildcard_subdomain(value: str) -> list[str]:
    """`*.example.com`."""
    message = (
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, "
        "which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character"
    )
    return _judge(value, 253, _WILDCARD, message, "*.example.com")


@lru_cache(4096)
def qualified_name(value: str) -> list[str]:
    """`example.com/MyName`: label and annotation keys, resources, taints."""
    prefix, slash, name = value.partition("/")
    if not slash:
        prefix, name = "", value
    elif "/" in name:
        told = _pattern(f"a qualified name {_ALNUM}", _NAME_PART, "MyName", "my.name", "123-abc")
        return [told + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"]
    found: list[str] = []
    if slash:
        found += (
            [f"prefix part {problem}" for problem in dns_subdomain(prefix)]
            if prefix
            else ["prefix part must be non-empty"]
        )
    if not name:
        found.append("name part must be non-empty")
    elif len(name) > 63:
        found.append("name part must be no more than 63 characters")
    if not re.fullmatch(_NAME_PART, name):
        found.append(_pattern(f"name part {_ALNUM}", _NAME_PART, "MyName", "my.name", "123-abc"))
    return found


@lru_cache(4096)
def label_value(value: str) -> list[str]:
    """What may stand behind the `=` of a label."""
    message = (
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
        "and must start and end with an alphanumeric character"
    )
    return _judge(value, 63, _VALUE, message, "MyValue", "my_value", "12345")


@lru_cache(1024)
def port_name(value: str) -> list[str]:
    """`http`: names of container ports."""
    found = []
    if len(value) > 15:
        found.append("must be no more than 15 characters")
    if not _IANA.fullmatch(value):
        found.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search("[a-z]", value):
        found.append("must contain at least one letter (a-z)")
    if "--" in value:
        found.append("must not contain consecutive hyphens")
    if value.startswith("-") or value.endswith("-"):
        found.append("must not begin or end with a hyphen")
    return found


@lru_cache(1024)
def env_name(value: str) -> list[str]:
    """Names of environment variables (since 1.34 nearly everything)."""
    if all(32 <= ord(character) <= 126 and character != "=" for character in value):
        return []
    return ["a valid environment variable name must consist only of printable ASCII characters other than '='"]


@lru_cache(1024)
def config_key(value: str) -> list[str]:
    """Keys of ConfigMaps and Secrets: each may become a file name."""
    message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
    found = _judge(value, 253, _KEY, message, "key.name", "KEY_NAME", "key-name")
    if value == ".":
        found.append("must not be '.'")
    elif value == "..":
        found.append("must not be '..'")
    elif value.startswith(".."):
        found.append("must not start with '..'")
    return found


@lru_cache(256)
def path_segment(value: str) -> list[str]:
    """Names of access objects: anything that can stand in a URL."""
    found = []
    if value in (".", ".."):
        found.append(f"may not be '{value}'")
    return found + [f"may not contain '{sign}'" for sign in ("/", "%") if sign in value]


@lru_cache(256)
def finalizer(value: str) -> list[str]:
    """Finalizers are qualified names with a prefix, or one of the three that Kubernetes itself uses."""
    found = list(qualified_name(value))
    if not found and "/" not in value and value not in ("orphan", "foregroundDeletion", "kubernetes"):
        found.append("name is neither a standard finalizer name nor is it fully qualified")
    return found
