"""Names, hashes, durations, times."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from pilothouse import api
from pilothouse.api import hash as hashes
from pilothouse.api import name
from pilothouse.api.time import normal_micro_time, normal_time

NAMES = [
    (name.dns_subdomain, "a.b-c", ""), (name.dns_subdomain, "Bad", "a lowercase RFC 1123 subdomain must consist"),
    (name.dns_subdomain, "a" * 254, "must be no more than 253 characters"), (name.dns_label, "1abc", ""),
    (name.dns_label, "a.b", "must not contain dots"), (name.dns_label, "a\n", "a lowercase RFC 1123 label"),
    (name.dns_1035_label, "1abc", "a DNS-1035 label must consist"), (name.label_value, "", ""),
    (name.label_value, "b c", "a valid label must be an empty string"), (name.label_value, "x" * 64, "must be no more than 63"),
    (name.qualified_name, "example.com/MyName", ""), (name.qualified_name, "a b", "name part must consist"),
    (name.qualified_name, "Foo.com/x", "prefix part a lowercase RFC 1123 subdomain"), (name.qualified_name, "a/b/c", "a qualified name"),
    (name.qualified_name, "/x", "prefix part must be non-empty"), (name.qualified_name, "", "name part must be non-empty"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "value", "begins"), NAMES)
def test_rules_for_names(rule: Any, value: str, begins: str) -> None:
    wrong = rule(value)
    assert bool(wrong) == bool(begins)
    assert not wrong or wrong[0].startswith(begins)


def test_generated_names_are_short_safe_and_repeatable() -> None:
    made = api.generate("web-", random.Random(1))
    assert made == api.generate("web-", random.Random(1))
    assert made.startswith("web-")
    assert len(made) == 9
    assert set(made[4:]) <= set(name.SAFE_ALPHABET)
    assert len(api.generate("x" * 80, random.Random(1))) == 63


@pytest.mark.fidelity(
    "Objects: pod-template-hash",
    "simplified",
    "the same algorithm over our JSON instead of Go's dump: other letters than in a real cluster, same behaviour",
)
def test_the_hash_of_a_template() -> None:
    assert hashes.fnv32a(b"") == 0x811C9DC5
    assert hashes.fnv32a(b"foobar") == 0xBF9CF968  # the published test vector
    assert hashes.safe_encode("0123456789") == "456789bcdf"
    first = api.PodTemplateSpec(metadata=api.ObjectMeta(labels={"a": "1", "b": "2"}))
    second = api.PodTemplateSpec(metadata=api.ObjectMeta(labels={"b": "2", "a": "1"}))
    assert (
        api.template_hash(first)
        == api.template_hash(second)
        == api.template_hash(
            api.from_dict({"apiVersion": "v1", "kind": "PodTemplate", "template": api.to_dict(first)}).template
        )
    )
    assert len({api.template_hash(first, collisions) for collisions in (None, 0, 1)}) == 3


DURATIONS = [
    ("30s", 30),
    ("1m30s", 90),
    ("500ms", 0.5),
    ("2h", 7200),
    ("1d", 86400),
    ("1.5h", 5400),
    (" 5s ", 5),
    ("30", 30),
    (2, 2),
    (0.5, 0.5),
    ("0", 0),
]


@pytest.mark.parametrize(("text", "want"), DURATIONS)
def test_durations(text: Any, want: float) -> None:
    assert api.seconds(text) == want


@pytest.mark.parametrize("text", ["soon", "", "5 minutes", "s", "nan", "inf", None, True, "1m30", "5s!"])
def test_what_is_no_duration_says_what_would_be(text: Any) -> None:
    with pytest.raises(ValueError, match=r"not a duration: .*; write e\.g\. '30s'"):
        api.seconds(text)


@pytest.mark.parametrize("text", ["-5s", -1, "-0.1"])
def test_time_runs_forward(text: Any) -> None:
    with pytest.raises(ValueError, match="a duration cannot be negative"):
        api.seconds(text)


AGES = [(-5, "<invalid>"), (-1, "0s"), (0, "0s"), (59.9, "59s"), (119, "119s"), (120, "2m"), (323, "5m23s"), (600, "10m"), (10799, "179m"), (10800, "3h"), (12000, "3h20m"), (8 * 3600 + 60, "8h"), (47 * 3600, "47h"), (48 * 3600, "2d"), (50 * 3600, "2d2h"), (8 * 86400, "8d"), (729 * 86400, "729d"), (730 * 86400, "2y"), (800 * 86400, "2y70d"), (3000 * 86400, "8y")]  # fmt: skip


@pytest.mark.parametrize(("length", "want"), AGES)
def test_ages_as_kubectl_prints_them(length: float, want: str) -> None:
    assert api.age(length) == want


@pytest.mark.parametrize(("length", "want"), [(0, "0s"), (300, "5m0s"), (10, "10s"), (1.5, "1.5s"), (0.0015, "1.5ms"), (3661, "1h1m1s"), (-3, "-3s"), (7200, "2h0m0s"), (1e-6, "1µs"), (2e-9, "2ns")])  # fmt: skip
def test_durations_as_go_prints_them(length: float, want: str) -> None:
    assert api.go_duration(length) == want


def test_times() -> None:
    assert api.timestamp(30) == "2026-01-01T00:00:30Z"
    assert api.timestamp(30.9) == "2026-01-01T00:00:30Z"
    assert api.micro_timestamp(30.25) == "2026-01-01T00:00:30.250000Z"
    assert api.since_epoch("2026-01-01T00:00:30Z") == 30
    assert api.since_epoch(api.micro_timestamp(1234567.891011)) == 1234567.891011
    assert api.since_epoch("2025-12-31T23:59:59Z") == -1
    assert normal_time("2026-01-01T01:00:00.9+01:00") == "2026-01-01T00:00:00Z"
    assert normal_micro_time("2026-01-01T00:00:00Z") == "2026-01-01T00:00:00.000000Z"


@pytest.mark.parametrize(("text", "rest", "part"), [("", "", "2006"), ("2026", "", "-"), ("2026-01-01", "", "T"), ("2026-01-01T00:00:00", "", "Z07:00"), ("2026-01-01 00:00:00Z", " 00:00:00Z", "T")])  # fmt: skip
def test_what_is_no_time(text: str, rest: str, part: str) -> None:
    words = f'parsing time "{text}" as "2006-01-02T15:04:05Z07:00": cannot parse "{rest}" as "{part}"'
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        api.since_epoch(text)


def test_a_thirteenth_month() -> None:
    with pytest.raises(ValueError, match="month out of range"):
        api.since_epoch("2026-13-01T00:00:00Z")
