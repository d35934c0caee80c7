"""Tab completion: verbs, flags, kinds, names and namespaces of the cluster at hand.

The real counterpart is ``kubectl completion``, a shell script; here the notebook's own completion asks us.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from pilothouse.apiserver import ApiError

from .flags import GLOBAL, Flag
from .verbs import VERBS

if TYPE_CHECKING:
    from .command import Kubectl

FORMATS = ("wide", "yaml", "json", "name", "jsonpath=", "custom-columns=")
KIND_OF = {"logs": "pods", "exec": "pods", "cordon": "nodes", "uncordon": "nodes", "drain": "nodes"}
NAMES_ONLY = ("apply", "replace", "version", "events", "api-resources", "config", "run", "create")


def complete(kubectl: Kubectl, line: str) -> list[str]:
    """What the last word of ``line`` (without the word kubectl) could become."""
    words = line.split()
    last = "" if not words or line[-1:].isspace() else words.pop()
    verb, rest = _verb(words)
    if verb not in VERBS:
        begun = f"{verb} " if verb else ""
        return _fitting(last, (name.removeprefix(begun).split()[0] for name in VERBS if name.startswith(begun)))
    declared = (*GLOBAL, *import_module(f"{__package__}.verbs.{VERBS[verb]}").FLAGS)
    before = rest[-1] if rest else ""
    if last.startswith("-"):
        return _fitting(last, (f"--{flag.name}" for flag in declared))
    if before in ("-n", "--namespace"):
        return _fitting(last, _names(kubectl, "namespaces", ""))
    if before in ("-o", "--output"):
        return _fitting(last, FORMATS)
    return _arguments(kubectl, verb, _plain(rest, declared), _namespace(kubectl, rest), last)


def _verb(words: Sequence[str]) -> tuple[str, list[str]]:
    plain = _plain(words, GLOBAL)
    for length in (2, 1):
        name = " ".join(plain[:length])
        if name in VERBS:
            left = list(words)
            for word in plain[:length]:
                left.remove(word)
            return name, left
    return " ".join(plain[:1]), []


def _plain(words: Sequence[str], declared: Sequence[Flag]) -> list[str]:
    """The arguments among the words: no flags, and no values of flags."""
    valued = {spelling for flag in declared if flag.takes_value for spelling in (f"--{flag.name}", f"-{flag.short}")}
    return [
        word
        for number, word in enumerate(words)
        if not word.startswith("-") and (number == 0 or words[number - 1] not in valued)
    ]


def _namespace(kubectl: Kubectl, words: Sequence[str]) -> str:
    for number, word in enumerate(words):
        if word in ("-n", "--namespace") and number + 1 < len(words):
            return words[number + 1]
        if word.startswith("--namespace="):
            return word.partition("=")[2]
    return kubectl.namespace


def _arguments(kubectl: Kubectl, verb: str, given: Sequence[str], namespace: str, last: str) -> list[str]:
    if verb in NAMES_ONLY:
        return []
    if verb in KIND_OF and "/" not in last:
        return _fitting(last, _names(kubectl, KIND_OF[verb], namespace))
    if "/" in last:
        kind = last.partition("/")[0]
        return _fitting(last, (f"{kind}/{name}" for name in _names(kubectl, kind, namespace)))
    if not given:
        return _fitting(last, dict.fromkeys(info.plural for info in kubectl.cluster.door.scheme))
    return _fitting(last, _names(kubectl, given[0].split(",")[0], namespace))


def _names(kubectl: Kubectl, kind: str, namespace: str) -> list[str]:
    try:
        info = kubectl.cluster.door.scheme.resource(kind)
        found = kubectl.cluster.api.list(info.qualified, namespace=namespace if info.namespaced else None)
    except (LookupError, ApiError):
        return []
    return [thing.metadata.name for thing in found]


def _fitting(last: str, choices: Iterable[str]) -> list[str]:
    return sorted({choice for choice in choices if choice.startswith(last)})
