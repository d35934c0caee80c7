"""Quantities: exact, canonical, all suffixes."""

from __future__ import annotations

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilothouse.api import QuantityError, canonical, format_quantity, milli, parse_quantity, whole
from pilothouse.api.quantity import canonical_resource

pytestmark = pytest.mark.fidelity(
    "Objects: quantities",
    "faithful",
    "exact values and the canonical form of resource.Quantity",
)

CANONICAL = {
    "0": "0", "0Gi": "0", "-0": "0", "00100": "100", "+5": "5", "-1": "-1", "1.0": "1", "5.": "5", ".5": "500m",
    "0.5": "500m", "1000m": "1", "1500m": "1500m", "3.1": "3100m", "0.0001": "100u", "12345678n": "12345678n",
    "1000": "1k", "1000k": "1M", "1024": "1024", "1G": "1G", "100E": "100E", "1024Mi": "1Gi", "1536Mi": "1536Mi",
    "0.5Gi": "512Mi", "1.5Ki": "1536", "0.5Ki": "512", "1.1Mi": "1153433600m", "1Ei": "1Ei", "512Ki": "512Ki",
    "8Ei": "9223372036854775807", "123456789123456789123456789": "9223372036854775807", "1e3": "1e3", "1E3": "1e3",
    "12e6": "12e6", "1e10": "10e9", "1e-3": "1e-3", "1e100": "10e99", "0.0000000001": "1n", "-0.0000000001": "-1n",
}  # fmt: skip
WRONG_FORM = ("", "abc", "1GB", "1KI", "1 G", "1,5", "1e5m", "0x10", "1Gi ", "one", "٣", "9" * 500)
WRONG_SUFFIX = ("1mm", "1e", "1e+", "--1", "1Kii", "1KM", "1ee3")


@pytest.mark.parametrize(("text", "want"), CANONICAL.items())
def test_the_canonical_form(text: str, want: str) -> None:
    assert canonical(text) == want
    assert canonical(want) == want


@pytest.mark.parametrize("text", WRONG_FORM)
def test_what_is_no_quantity(text: str) -> None:
    with pytest.raises(QuantityError, match="quantities must match the regular expression"):
        canonical(text)


@pytest.mark.parametrize("text", WRONG_SUFFIX)
def test_what_is_no_suffix(text: str) -> None:
    with pytest.raises(QuantityError, match="unable to parse quantity's suffix"):
        parse_quantity(text)


def test_units_of_the_scheduler() -> None:
    assert [milli(text) for text in ("1", "0.5", "100m", "1u", "2k", "")] == [1000, 500, 100, 1, 2_000_000, 0]
    assert [whole(text) for text in ("1Ki", "100m", "1.5Gi", "1e3", "")] == [1024, 1, 1610612736, 1000, 0]


def test_amounts_of_resources_are_rounded_up_to_thousandths() -> None:
    assert [canonical_resource(text) for text in ("0.0001", "1u", "-1u", "1.0001Ki", "2")] == [
        "1m",
        "1m",
        "-1m",
        "1024103m",
        "2",
    ]


def test_sums_keep_the_style_of_the_first() -> None:
    assert format_quantity(parse_quantity("1Gi") + parse_quantity("512Mi"), like="1Gi") == "1536Mi"
    assert format_quantity(parse_quantity("1.5") - parse_quantity("250m"), like="1") == "1250m"
    assert format_quantity(0) == "0"


numbers = st.integers(-(10**15), 10**15)
suffixes = st.sampled_from(["", "n", "u", "m", "k", "M", "Ki", "Mi", "e3", "e-3"])


@given(numbers, st.integers(0, 999), suffixes)
def test_canonical_form_keeps_the_value_and_is_final(number: int, part: int, suffix: str) -> None:
    text = f"{number}.{part:03}{suffix}"
    once = canonical(text)
    assert parse_quantity(once) == parse_quantity(text)
    assert canonical(once) == once


@given(numbers, suffixes, numbers, suffixes)
def test_order_and_sums_are_exact(a: int, a_suffix: str, b: int, b_suffix: str) -> None:
    left, right = parse_quantity(f"{a}{a_suffix}"), parse_quantity(f"{b}{b_suffix}")
    total = format_quantity(left + right, like=f"{a}{a_suffix}")
    if abs(left + right) < 2**62:
        assert parse_quantity(total) == left + right
    assert milli(f"{a}{a_suffix}") - 1 < left * 1000 <= milli(f"{a}{a_suffix}")


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(QuantityError):
        assert isinstance(parse_quantity(text), Fraction)
