"""Flags as people type them, and the words for those that are wrong."""

from __future__ import annotations

import pytest

from pilothouse.kubectl.failure import Failure
from pilothouse.kubectl.flags import GLOBAL, Flag, Flags, parse

DECLARED = (
    *GLOBAL,
    Flag("output", "o"),
    Flag("all-namespaces", "A", "bool", False),
    Flag("watch", "w", "bool", False),
    Flag("filename", "f", "strings"),
    Flag("replicas", type="int"),
    Flag("timeout", type="duration", default=0.0),
    Flag("cascade", default="background", bare="background"),
)


def read(*words: str) -> Flags:
    return parse(words, DECLARED, "get")


@pytest.mark.parametrize(
    "words",
    [("-owide", "-A"), ("-o", "wide", "-A"), ("-o=wide", "-A=true"), ("--output=wide", "--all-namespaces"), ("-Aowide",), ("-A", "--output", "wide")],
)  # fmt: skip
def test_all_spellings_mean_the_same(words: tuple[str, ...]) -> None:
    flags = read("pods", *words, "web-1")
    assert flags.text("output") == "wide"
    assert flags.on("all-namespaces")
    assert flags.args == ["pods", "web-1"]


def test_values_have_their_types() -> None:
    flags = read(
        "-f", "a,b", "-f", "c", "--replicas=-1", "--timeout", "1m30s", "-w=false", "--cascade", "--", "-x", "y"
    )
    assert flags.many("filename") == ["a", "b", "c"]
    assert flags.integer("replicas") == -1
    assert flags.seconds("timeout") == 90.0
    assert not flags.on("watch")
    assert flags.text("cascade") == "background"
    assert (flags.args, flags.dash) == (["-x", "y"], 0)
    assert not flags.given("output")


WRONG = [
    (("--foo",), "error: unknown flag: --foo\nSee 'kubectl get --help' for usage.\n"),
    (("-x",), "error: unknown shorthand flag: 'x' in -x\nSee 'kubectl get --help' for usage.\n"),
    (("-o",), "error: flag needs an argument: 'o' in -o\nSee 'kubectl get --help' for usage.\n"),
    (("--output",), "error: flag needs an argument: --output\nSee 'kubectl get --help' for usage.\n"),
    (("--watch=maybe",), 'error: invalid argument "maybe" for "-w, --watch" flag: strconv.ParseBool: parsing "maybe": invalid syntax\nSee \'kubectl get --help\' for usage.\n'),
    (("--replicas=x",), 'error: invalid argument "x" for "--replicas" flag: strconv.ParseInt: parsing "x": invalid syntax\nSee \'kubectl get --help\' for usage.\n'),
    (("--timeout=soon",), 'error: invalid argument "soon" for "--timeout" flag: time: invalid duration "soon"\nSee \'kubectl get --help\' for usage.\n'),
    (("--timeout=5",), 'error: invalid argument "5" for "--timeout" flag: time: missing unit in duration "5"\nSee \'kubectl get --help\' for usage.\n'),
]  # fmt: skip


@pytest.mark.parametrize(("words", "said"), WRONG)
def test_wrong_flags_are_named(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(Failure) as failure:
        read(*words)
    assert failure.value.text == said
    assert failure.value.code == 1
