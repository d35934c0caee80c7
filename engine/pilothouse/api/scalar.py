"""What an unquoted word in YAML means.

Why it exists: ``0644`` is 420, ``yes`` is true and ``2020-01-01`` stays text, because kubectl reads YAML 1.1 in Go's way,
and PyYAML has other ideas about each. The real counterpart is the resolver of ``sigs.k8s.io/yaml``.
"""

from __future__ import annotations

import re

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= dict.fromkeys("true True TRUE y Y yes Yes YES on On ON".split(), True)  # noqa: SIM905
_WORDS |= dict.fromkeys("false False FALSE n N no No NO off Off OFF".split(), False)  # noqa: SIM905
_WORDS |= dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf"))
_WORDS |= dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf"))
_WORDS |= dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan"))

_TIME = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|\s+)\d{1,2}:\d\d:\d\d.*)?", re.ASCII)
_SIXTY = re.compile(r"[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?", re.ASCII)  # 12:30 is 750 to the base of sixty
_INTEGER = re.compile(r"([+-]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([1-9]\d*|0))", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?", re.ASCII)


def resolve(word: str) -> Scalar:
    """The value of an unquoted word: `resolve("0644") == 420`, `resolve("yes") is True`."""
    if word in _WORDS:
        return _WORDS[word]
    if not word or word[0] not in "0123456789+-." or _TIME.fullmatch(word):
        return word
    plain = word.replace("_", "") if word[0] != "." else word
    match = _INTEGER.fullmatch(plain)
    value = _integer(match) if match is not None else None
    return _float(plain, word) if value is None else value


def _integer(match: re.Match[str]) -> int | float | None:
    """The number, as a float where 64 bits do not hold its sign; None where they do not hold it at all."""
    sign, *digits = match.groups()
    text, base = next((text, base) for text, base in zip(digits, (16, 2, 8, 10), strict=True) if text is not None)
    size = int(text, base) if len(text) <= 64 else 2**64
    if size >= 2**64 or (sign == "-" and size > 2**63):
        return None
    value = -size if sign == "-" else size
    return value if value < 2**63 else float(value)


def _float(plain: str, word: str) -> Scalar:
    if not _FLOAT.fullmatch(plain):
        return word
    value = float(plain)
    return number(value) if abs(value) != float("inf") else word


def number(value: float) -> int | float:
    """JSON has one kind of number: a float without a fraction is an integer."""
    return int(value) if value.is_integer() and abs(value) < 2**63 else value


def key(value: str | int | float) -> str:
    """A word as the key of a map: JSON's keys are text, so `1: x` and `yes: x` have the keys "1" and "true"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else format_number(value)


def format_number(value: int | float) -> str:
    """A number as Go prints it: from a million on, a float has an exponent."""
    if isinstance(value, int):
        return str(value)
    size = abs(value)
    if size and not 1e-4 <= size < 1e6:
        digits = f"{value:.16e}" if float(f"{value:.15e}") != value else f"{value:.15e}"
        mantissa, _, exponent = digits.partition("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{exponent}"
    return f"{value!r}".removesuffix(".0")


def needs_quotes(text: str) -> bool:
    """Whether YAML 1.1 would take this text, unquoted, for something else than text."""
    return resolve(text) is not text or bool(_TIME.fullmatch(text) or _SIXTY.fullmatch(text))
