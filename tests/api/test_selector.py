"""Label and field selectors."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilothouse.api import FieldSelector, LabelSelector, LabelSelectorRequirement, Selector, SelectorError, matches

pytestmark = pytest.mark.fidelity(
    "Objects: label and field selectors",
    "faithful",
    "the grammar and the error words of apimachinery",
)

LABELS = {"app": "web", "tier": "a", "n": "5"}
TEXTS = [
    ("", True), ("app", True), ("!app", False), ("!old", True), ("app=web", True), ("app==web", True), ("app!=web", False),
    ("old!=x", True), ("app in (web,db)", True), ("app notin (web)", False), ("old notin (web)", True), ("n>4", True),
    ("n>5", False), ("n<6", True), ("app>1", False), ("app = web , tier in ( a , b ), !old", True), ("old", False),
    ("app=", False), ("old=", False), ("in in (in)", False), ("tier in (b)", False), (" app ", True),
]  # fmt: skip
WRONG = [
    ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
    ("a=b,", "found '', expected: identifier after ','"),
    ("=a", "found '=', expected: !, identifier, or 'end of string'"),
    ("a=b=c", "found '=', expected: ',' or 'end of string'"),
    ("a,,b", "found ',', expected: identifier after ','"),
    ("a in b", "unable to parse requirement: found 'b' expected: '('"),
    ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
    ("a notin ()", "unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty"),
    ("a>x", "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer"),
    ("!", "unable to parse requirement: found '', expected: identifier"),
    ("-a", "unable to parse requirement: <nil>: Invalid value: \"-a\": name part must consist of"),
    ("a=-b", 'unable to parse requirement: values[0][a]: Invalid value: "-b": a valid label must be'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "want"), TEXTS)
def test_selectors_as_text(text: str, want: bool) -> None:
    selector = Selector.parse(text)
    assert selector.matches(LABELS) is want
    assert Selector.parse(str(selector)) == selector


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_words_of_refusal(text: str, message: str) -> None:
    with pytest.raises(SelectorError) as caught:
        Selector.parse(text)
    assert str(caught.value).startswith(message)


def test_selectors_as_objects() -> None:
    assert not matches(None, LABELS)
    assert matches(LabelSelector(), LABELS)
    assert matches(LabelSelector(matchLabels={"app": "web"}), LABELS)
    for operator, values, want in (
        ("In", ["a"], True),
        ("NotIn", ["a"], False),
        ("Exists", [], True),
        ("DoesNotExist", [], False),
    ):
        rule = LabelSelectorRequirement(key="tier", operator=operator, values=values)
        assert matches(LabelSelector(matchLabels={"app": "web"}, matchExpressions=[rule]), LABELS) is want
        assert not matches(LabelSelector(matchLabels={"app": "db"}, matchExpressions=[rule]), LABELS)
    with pytest.raises(SelectorError, match='"Is" is not a valid label selector operator'):
        matches(LabelSelector(matchExpressions=[LabelSelectorRequirement(key="a", operator="Is")]), LABELS)
    assert Selector.of(None) is None
    assert str(Selector.of({"b": "2", "a": "1"})) == "a=1,b=2"


def test_field_selectors() -> None:
    selector = FieldSelector.parse("status.phase!=Running,spec.nodeName=n1")
    assert selector.matches({"status.phase": "Pending", "spec.nodeName": "n1"})
    assert not selector.matches({"status.phase": "Running", "spec.nodeName": "n1"})
    assert not selector.matches({})
    assert FieldSelector.parse("").matches({"a": "b"})
    assert FieldSelector.parse(r"a=b\,c\=d==").terms == (("a", "=", "b,c=d=="),)
    with pytest.raises(SelectorError) as caught:
        FieldSelector.parse("status.phase")
    assert str(caught.value) == "invalid selector: 'status.phase'; can't understand 'status.phase'"


words = st.from_regex(r"\A[a-z][a-z0-9]{0,3}\Z")


@given(st.dictionaries(words, words, max_size=4), words, st.lists(words, min_size=1, max_size=3))
def test_an_object_and_its_text_select_the_same(labels: dict[str, str], key: str, values: list[str]) -> None:
    for operator, text in (
        ("In", f"{key} in ({','.join(values)})"),
        ("NotIn", f"{key} notin ({','.join(values)})"),
        ("Exists", key),
        ("DoesNotExist", f"!{key}"),
    ):
        rule = LabelSelectorRequirement(key=key, operator=operator, values=values if "In" in operator else [])
        assert matches(LabelSelector(matchExpressions=[rule]), labels) is Selector.parse(text).matches(labels)


def test_an_empty_value_in_a_set() -> None:
    assert Selector.parse("app in (,)").matches({"app": ""})
    assert Selector.parse("app in (,web)").matches(LABELS)


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parser in (Selector.parse, FieldSelector.parse):
        with contextlib.suppress(SelectorError):
            assert parser(text).matches({}) in (True, False)
