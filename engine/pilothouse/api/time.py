"""Instants as text: ``2026-01-01T00:00:30Z``.

Why it exists: objects carry times as RFC 3339 text, components reckon in virtual seconds since the epoch of every
cluster, and the API server accepts a few spellings of which it stores one. The real counterparts are ``metav1.Time`` and
``metav1.MicroTime``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)", re.ASCII)
_NORMAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


@lru_cache(maxsize=4096)
def timestamp(seconds: float) -> str:
    """Virtual seconds since the epoch as text, whole seconds: `timestamp(30) == "2026-01-01T00:00:30Z"`."""
    moment = EPOCH + timedelta(seconds=int(seconds // 1))
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def micro_timestamp(seconds: float) -> str:
    """Virtual seconds since the epoch as text with microseconds, as in leases and new events."""
    moment = EPOCH + timedelta(microseconds=round(seconds * 1_000_000))
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@lru_cache(maxsize=4096)
def since_epoch(text: str) -> float:
    """Virtual seconds since the epoch (negative before 2026) of a time as text.

    Raises:
        ValueError: in Go's words.
    """
    return (_moment(text) - EPOCH) / timedelta(seconds=1)


def _moment(text: str) -> datetime:
    match = _RFC3339.fullmatch(text)
    if match is None:
        layout, rest, expected = _stumble(text)
        raise ValueError(f'parsing time "{text}" as "{layout}": cannot parse "{rest}" as "{expected}"')
    year, month, day, hour, minute, second = (int(match[index]) for index in range(1, 7))
    zone = match[8]
    offset = timedelta() if zone == "Z" else timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
    try:
        moment = datetime(year, month, day, hour, minute, second, int((match[7] or "0")[:6].ljust(6, "0")), UTC)
    except ValueError as error:
        what = str(error).split(" ")[0]
        raise ValueError(f'parsing time "{text}": {what} out of range') from None
    return moment - offset if zone[0] != "-" else moment + offset


def _stumble(text: str) -> tuple[str, str, str]:
    """Which part of the layout Go could not match, and what stood there."""
    layout = "2006-01-02T15:04:05Z07:00"
    position = 0
    for pattern, part in (
        (r"\d{4}", "2006"),
        ("-", "-"),
        (r"\d\d", "01"),
        ("-", "-"),
        (r"\d\d", "02"),
        ("T", "T"),
        (r"\d\d", "15"),
        (":", ":"),
        (r"\d\d", "04"),
        (":", ":"),
        (r"\d\d(?:[.,]\d+)?", "05"),
    ):
        match = re.compile(pattern, re.ASCII).match(text, position)
        if match is None:
            return layout, text[position:], part
        position = match.end()
    return layout, text[position:], "Z07:00"


def normal_time(text: str) -> str:
    """A time as the API server stores it: UTC, whole seconds."""
    if _NORMAL.fullmatch(text):
        _moment(text)
        return text
    return _moment(text).strftime("%Y-%m-%dT%H:%M:%SZ")


def normal_micro_time(text: str) -> str:
    """A time as the API server stores it: UTC, microseconds."""
    return _moment(text).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
