"""Lengths of time: what a user writes, what kubectl prints.

Why it exists: ``cluster.run("1m30s")`` must understand what people write, and ages must read as kubectl's. The real
counterparts are Go's ``time.ParseDuration`` and ``k8s.io/apimachinery/pkg/util/duration``.
"""

from __future__ import annotations

import math
import re

from pilothouse.api.error import Misuse

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d)", re.ASCII)
_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86400, 86400 * 365


def seconds(duration: str | int | float) -> float:
    """Seconds in `"1m30s"`, `"500ms"`, `"2h"`, `"1d"`, `"30"` or a number.

    Raises:
        ValueError: not a duration, or a negative one; says what would be right.
    """
    if isinstance(duration, bool) or not isinstance(duration, (str, int, float)):
        raise _wrong(duration)
    if isinstance(duration, str):
        text = duration.strip()
        try:
            total = float(text)
        except ValueError:
            total = _sum(text, duration)
    else:
        total = float(duration)
    if not math.isfinite(total):
        raise _wrong(duration)
    if total < 0:
        raise Misuse(f"a duration cannot be negative: {duration!r}; time only runs forward, e.g. '30s'")
    return total


def _sum(text: str, original: str) -> float:
    sign = -1.0 if text.startswith("-") else 1.0
    body = text.lstrip("+-")
    parts = _PART.findall(body)
    if not body or "".join(number + unit for number, unit in parts) != body:
        raise _wrong(original)
    return sign * sum(float(number) * _UNITS[unit] for number, unit in parts)


def _wrong(duration: object) -> Misuse:
    return Misuse(f"not a duration: {duration!r}; write e.g. '30s', '1m30s', '500ms', '2h' or a number of seconds")


def age(length: float) -> str:
    """A length in seconds as kubectl prints ages: `age(323) == "5m23s"`, `age(86400 * 3) == "3d"`."""
    if length < 0:
        return "0s" if length > -2 else "<invalid>"
    whole = int(length)
    if whole < 2 * _MINUTE:
        return f"{whole}s"
    if whole < 10 * _MINUTE:
        return _two(whole, _MINUTE, "m", 1, "s")
    if whole < 3 * _HOUR:
        return f"{whole // _MINUTE}m"
    if whole < 8 * _HOUR:
        return _two(whole, _HOUR, "h", _MINUTE, "m")
    if whole < 2 * _DAY:
        return f"{whole // _HOUR}h"
    if whole < 8 * _DAY:
        return _two(whole, _DAY, "d", _HOUR, "h")
    if whole < 2 * _YEAR:
        return f"{whole // _DAY}d"
    if whole < 8 * _YEAR:
        return _two(whole, _YEAR, "y", _DAY, "d")
    return f"{whole // _YEAR}y"


def _two(whole: int, large: int, large_name: str, small: int, small_name: str) -> str:
    rest = whole % large // small
    return f"{whole // large}{large_name}{rest}{small_name}" if rest else f"{whole // large}{large_name}"


def go_duration(length: float) -> str:
    """A length in seconds as Go prints it in messages: `go_duration(300) == "5m0s"`, `go_duration(1.5) == "1.5s"`."""
    nanos = round(abs(length) * 1_000_000_000)
    sign = "-" if length < 0 and nanos else ""
    if nanos == 0:
        return "0s"
    if nanos < 1_000_000_000:
        unit, name = next((u, n) for u, n in ((1_000_000, "ms"), (1_000, "µs"), (1, "ns")) if nanos >= u)
        return f"{sign}{_decimal(nanos, unit)}{name}"
    whole, hours = nanos // 1_000_000_000, nanos // (_HOUR * 1_000_000_000)
    text = f"{_decimal(nanos % (_MINUTE * 1_000_000_000), 1_000_000_000)}s"
    if whole >= _MINUTE:
        text = f"{whole // _MINUTE % 60}m{text}"
    return f"{sign}{hours}h{text}" if hours else f"{sign}{text}"


def _decimal(number: int, unit: int) -> str:
    rest = f"{number % unit:0{len(str(unit)) - 1}d}".rstrip("0") if unit > 1 else ""
    return f"{number // unit}.{rest}" if rest else str(number // unit)
