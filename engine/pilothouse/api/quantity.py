"""Quantities: ``500m`` of a CPU, ``1Gi`` of memory.

Why it exists: schedulers and quotas must add and compare exactly, and an API server prints one canonical form of what
was written in many. Arithmetic is exact (integers and fractions). The real counterpart is ``resource.Quantity``.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from pilothouse.api.error import Clear

_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_SUFFIX = {power: suffix for suffix, power in _DECIMAL.items()}
_QUANTITY = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)", re.ASCII)
_EXPONENT = re.compile(r"[eE][+-]?\d+", re.ASCII)
_FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
_SUFFIX_ERROR = "unable to parse quantity's suffix"
_LARGEST = 2**63 - 1
_NANO = 10**9
_LONGEST = 400  # digits, and powers of ten: what is beyond is no amount of anything


class QuantityError(Clear, ValueError):
    """A quantity that cannot be read; the message is the API server's."""


@lru_cache(maxsize=8192)
def _read(text: str) -> tuple[Fraction, str]:
    """Value and style: binary, decimal or exponent."""
    match = _QUANTITY.fullmatch(text)
    if match is None or not text or len(text) > _LONGEST:
        raise QuantityError(_FORMAT)
    sign, number, part, suffix = match.groups("")
    style, scale = _scale(suffix)
    digits = number.lstrip("0") + part
    value = Fraction(int(digits or "0"), 10 ** len(part)) * scale
    if (value * _NANO).denominator != 1:
        value = Fraction(_up(value * _NANO), _NANO)
    # The real one keeps short decimal numbers as they are and holds all others below 2**63.
    if style == "binary" or len(digits) > 18:
        value = min(value, Fraction(_LARGEST))
    if style == "binary" and value < 1:
        style = "decimal"
    return (-value if sign == "-" else value), style


def _up(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)


def _scale(suffix: str) -> tuple[str, Fraction]:
    if suffix in _BINARY:
        return "binary", Fraction(2 ** _BINARY[suffix])
    if suffix in _DECIMAL:
        return "decimal", Fraction(10) ** _DECIMAL[suffix]
    if not _EXPONENT.fullmatch(suffix):
        raise QuantityError(_SUFFIX_ERROR)
    return "exponent", Fraction(10) ** max(-_LONGEST, min(_LONGEST, int(suffix[1:])))


def parse_quantity(text: str | int | float) -> Fraction:
    """The exact value of a quantity.

    Raises:
        QuantityError: (a ValueError) in the API server's words.
    """
    return _read(str(text))[0]


@lru_cache(maxsize=8192)
def milli(text: str) -> int:
    """Thousandths, rounded up: the scheduler's unit of CPU. `milli("1.5") == 1500`; "" is 0."""
    if not text:
        return 0
    return _up(_read(text)[0] * 1000)


@lru_cache(maxsize=8192)
def whole(text: str) -> int:
    """Units (bytes, counts), rounded up. `whole("1Ki") == 1024`; "" is 0."""
    if not text:
        return 0
    return _up(_read(text)[0])


@lru_cache(maxsize=8192)
def canonical(text: str | int | float) -> str:
    """The one form in which an API server prints this quantity: `canonical("0.5") == "500m"`.

    Raises:
        QuantityError: (a ValueError) in the API server's words.
    """
    return _print(*_read(str(text)))


@lru_cache(maxsize=8192)
def canonical_resource(text: str | int | float) -> str:
    """As `canonical`, for requests, limits and capacities: these are rounded up (away from zero) to thousandths."""
    value, style = _read(str(text))
    thousandths = _up(abs(value) * 1000)
    return _print(Fraction(thousandths if value >= 0 else -thousandths, 1000), style)


def format_quantity(value: Fraction | int, like: str = "") -> str:
    """`value` as canonical text, in the style (binary, decimal, exponent) of the quantity `like`."""
    style = _read(like)[1] if like else "decimal"
    return _print(Fraction(value), style)


def _print(value: Fraction, style: str) -> str:
    if not value:
        return "0"
    if style == "binary":
        if abs(value) < 1024 or value.denominator != 1:
            style = "decimal"
        else:
            return _binary(value.numerator)
    number, power = _up(value * _NANO), -9
    while number % 1000 == 0 and (power < 18 or style == "exponent"):
        number, power = number // 1000, power + 3
    if style == "exponent":
        return f"{number}e{power}" if power else str(number)
    return f"{number}{_SUFFIX[power]}"


def _binary(number: int) -> str:
    for suffix, bits in reversed(_BINARY.items()):
        if number % (1 << bits) == 0:
            return f"{number >> bits}{suffix}"
    return str(number)
