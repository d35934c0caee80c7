"""Flags as people type them: ``-owide``, ``-o wide``, ``--namespace=ns``, ``-it``, before or after the names.

A verb declares its flags as data; `parse` does the rest and complains in the words of kubectl's own parser. The real
counterpart is ``spf13/pflag``. Simplified: we know the flags that a verb here obeys and the harmless global ones; any
other is refused as unknown, never silently ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from .failure import Failure

FlagType = Literal["bool", "string", "int", "strings", "duration"]
Value = bool | str | int | float | list[str] | None


class Flag(NamedTuple):
    """One flag of a verb. ``bare`` is what it means when written without a value (``--watch``, ``--dry-run``)."""

    name: str
    short: str = ""
    type: FlagType = "string"
    default: Value = None
    bare: str | None = None
    help: str = ""

    @property
    def takes_value(self) -> bool:
        """Whether the next word is its value, where none is attached with `=`."""
        return self.type != "bool" and self.bare is None


GLOBAL = (
    Flag("namespace", "n", help="the namespace that this command is about"),
    Flag("context", help="accepted; the only context is the notebook's cluster"),
    Flag("kubeconfig", help="accepted; the only cluster is the notebook's"),
    Flag("as", help="act as this user"),
    Flag("request-timeout", default="0", help="accepted; the simulated server answers at once"),
    Flag("warnings-as-errors", type="bool", default=False, help="treat warnings from the server as errors"),
    Flag("v", "v", "int", 0, help="accepted; there is no client log"),
    Flag("help", "h", "bool", False, help="how to use the verb"),
)


class Flags:
    """The flags and arguments of one command line. ``flags["output"]`` is its value or the declared default."""

    def __init__(self, declared: Iterable[Flag]) -> None:
        self.declared = {flag.name: flag for flag in declared}
        self.values: dict[str, Value] = {}
        self.args: list[str] = []
        self.dash: int | None = None  # how many arguments stood before `--`

    def __getitem__(self, name: str) -> Value:
        return self.values.get(name, self.declared[name].default)

    def given(self, name: str) -> bool:
        """Whether the flag was written, even with its default value."""
        return name in self.values

    def text(self, name: str) -> str:
        """A string flag's value, or the empty string."""
        value = self[name]
        return value if isinstance(value, str) else ""

    def on(self, name: str) -> bool:
        """Whether a boolean flag is set."""
        return self[name] is True

    def integer(self, name: str) -> int | None:
        """A number flag's value, or None."""
        value = self[name]
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def many(self, name: str) -> list[str]:
        """A repeatable flag's values in the order of writing."""
        value = self[name]
        return list(value) if isinstance(value, list) else []

    def seconds(self, name: str) -> float | None:
        """A duration flag in virtual seconds."""
        value = self[name]
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def parse(argv: Sequence[str], declared: Iterable[Flag], command: str) -> Flags:
    """Sort ``argv`` into flags and arguments. ``command`` is named in complaints (``rollout status``).

    Raises `Failure` in kubectl's words for unknown flags, missing and malformed values.
    """
    flags = Flags(declared)
    shorts = {flag.short: flag for flag in flags.declared.values() if flag.short}
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        if word == "--":
            flags.dash = len(flags.args)
            flags.args.extend(rest)
            break
        if word.startswith("--"):
            _long(word, rest, flags, command)
        elif word.startswith("-") and len(word) > 1:
            _short(word, rest, flags, shorts, command)
        else:
            flags.args.append(word)
    return flags


def _long(word: str, rest: list[str], flags: Flags, command: str) -> None:
    name, equals, value = word[2:].partition("=")
    flag = flags.declared.get(name)
    if flag is None:
        raise _wrong(f"unknown flag: --{name}", command)
    if equals:
        _set(flags, flag, value, command)
    elif not flag.takes_value:
        _set(flags, flag, flag.bare or "true", command)
    elif rest:
        _set(flags, flag, rest.pop(0), command)
    else:
        raise _wrong(f"flag needs an argument: --{name}", command)


def _short(word: str, rest: list[str], flags: Flags, shorts: dict[str, Flag], command: str) -> None:
    letters = word[1:]
    while letters:
        letter, tail = letters[0], letters[1:]
        flag = shorts.get(letter)
        if flag is None:
            raise _wrong(f"unknown shorthand flag: '{letter}' in -{letters}", command)
        if tail.startswith("="):
            return _set(flags, flag, tail[1:], command)
        if not flag.takes_value:
            _set(flags, flag, flag.bare or "true", command)
            letters = tail
        elif tail:
            return _set(flags, flag, tail, command)
        elif rest:
            return _set(flags, flag, rest.pop(0), command)
        else:
            raise _wrong(f"flag needs an argument: '{letter}' in -{letters}", command)
    return None


def _set(flags: Flags, flag: Flag, text: str, command: str) -> None:
    try:
        value = _value(flag, text)
    except ValueError as problem:
        named = f"-{flag.short}, --{flag.name}" if flag.short else f"--{flag.name}"
        raise _wrong(f'invalid argument "{text}" for "{named}" flag: {problem}', command) from None
    before = flags.values.get(flag.name)
    if flag.type == "strings" and isinstance(before, list) and isinstance(value, list):
        value = before + value
    flags.values[flag.name] = value


def _value(flag: Flag, text: str) -> Value:
    if flag.type == "bool":
        if text in ("1", "t", "T", "true", "TRUE", "True"):
            return True
        if text in ("0", "f", "F", "false", "FALSE", "False"):
            return False
        raise ValueError(f'strconv.ParseBool: parsing "{text}": invalid syntax')
    if flag.type == "int":
        if not re.fullmatch(r"[+-]?\d+", text):
            raise ValueError(f'strconv.ParseInt: parsing "{text}": invalid syntax')
        return int(text)
    if flag.type == "strings":
        return text.split(",") if flag.bare != "whole" else [text]
    if flag.type == "duration":
        return _duration(text)
    return text


UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


def _duration(text: str) -> float:
    sign, body = (-1.0, text[1:]) if text.startswith("-") else (1.0, text.removeprefix("+"))
    if body == "0":
        return 0.0
    pieces = re.findall(r"(\d+\.?\d*|\.\d+)(h|ms|m|s|us|µs|ns)", body)
    if not body or "".join(number + unit for number, unit in pieces) != body:
        if re.fullmatch(r"\d+\.?\d*", body):
            raise ValueError(f'time: missing unit in duration "{text}"')
        raise ValueError(f'time: invalid duration "{text}"')
    return sign * sum(float(number) * UNITS[unit] for number, unit in pieces)


def _wrong(message: str, command: str) -> Failure:
    see = f"kubectl {command}".strip()
    return Failure(f"error: {message}\nSee '{see} --help' for usage.")
