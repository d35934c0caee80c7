"""From a line of text to an `Output`: split it, find the verb, read its flags, run it, catch what went wrong.

The real counterpart is kubectl's cobra command tree. Nothing that a user can type ends in a traceback; an exception of
ours that is no complaint to the user is our bug and does reach the caller.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from pilothouse.apiserver import ApiError

from .call import Call
from .failure import Failure, words
from .flags import GLOBAL, parse
from .output import Output, Part
from .verbs import ELSEWHERE, VERBS

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

ABOUT = "kubectl controls the simulated cluster: the notebook's variable `cluster`, or the one that was used last."
GROUPS = tuple(dict.fromkeys(verb.split()[0] for verb in VERBS if " " in verb))


class Kubectl:
    """A kubectl whose context is one cluster. It remembers nothing but the namespace chosen for it."""

    def __init__(self, cluster: Cluster, namespace: str = "default") -> None:
        self.cluster = cluster
        self.namespace = namespace

    def run(self, line: str | Sequence[str], stdin: str | None = None) -> Output:
        """Run one command line (without the word kubectl).

        ``stdin`` is what ``-f -`` reads. Never raises for what a user typed: the output has the words and the code.
        """
        try:
            argv = shlex.split(line, comments=True) if isinstance(line, str) else list(line)
        except ValueError as problem:
            return _failed(Failure(f"error: cannot read the command line: {problem}"))
        if argv[:1] == ["kubectl"]:
            argv = argv[1:]
        call: Call | None = None
        if _asks_for_help(argv):
            return Output([Part("out", _help(" ".join(argv[1:])))])
        try:
            name, module, rest = _verb(argv)
            flags = parse(rest, (*GLOBAL, *module.FLAGS), name)
            if flags.on("help"):
                return Output([Part("out", _help(name))])
            call = Call(self.cluster, name, flags, self.namespace, stdin)
            module.run(call)
            self.namespace = call.chosen_namespace
        except Failure as failure:
            return _failed(failure, call)
        except ApiError as refusal:
            return _failed(Failure(words(refusal)), call)
        return call.output


def _failed(failure: Failure, call: Call | None = None) -> Output:
    output = call.output if call is not None else Output()
    if failure.text:
        output.parts.append(Part("err", failure.text))
    output.code = failure.code
    return output


def _verb(argv: list[str]) -> tuple[str, ModuleType, list[str]]:
    """The verb's name, its module, and the other words; flags may stand before the verb."""
    at = _first_word(argv, 0)
    if at is None:
        raise Failure(overview())
    name, rest = argv[at], argv[:at] + argv[at + 1 :]
    if name in GROUPS:
        second = _first_word(rest, at)
        if second is None:
            raise Failure(_group(name), code=1)
        if f"{name} {rest[second]}" not in VERBS:
            raise Failure(f"error: unknown command \"{rest[second]}\"\nSee 'kubectl {name} -h' for help and examples")
        name, rest = f"{name} {rest[second]}", rest[:second] + rest[second + 1 :]
    if name not in VERBS:
        raise _unknown(name)
    return name, import_module(f"{__package__}.verbs.{VERBS[name]}"), rest


def _first_word(argv: Sequence[str], start: int) -> int | None:
    """Where the first word stands that is neither a flag nor the value of a global flag."""
    valued = {f"--{flag.name}" for flag in GLOBAL if flag.takes_value} | {
        f"-{flag.short}" for flag in GLOBAL if flag.short and flag.takes_value
    }
    at = start
    while at < len(argv):
        if argv[at] == "--":
            return None
        if not argv[at].startswith("-"):
            return at
        at += 2 if argv[at] in valued else 1
    return None


def _unknown(name: str) -> Failure:
    if name in ELSEWHERE:
        known = ", ".join(sorted({verb.split()[0] for verb in VERBS}))
        return Failure(f'error: "kubectl {name}" is not part of this simulation; the verbs that work here are: {known}')
    everything = sorted({verb.split()[0] for verb in VERBS} | {*ELSEWHERE})
    close = [verb for verb in everything if _distance(name.lower(), verb) <= 2 or verb.startswith(name.lower())]
    text = f'error: unknown command "{name}" for "kubectl"\n'
    if close:
        text += "\nDid you mean this?\n" + "".join(f"\t{verb}\n" for verb in close) + "\n"
    return Failure(text)


def _distance(one: str, other: str) -> int:
    """How many letters must be added, dropped or changed (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, right in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (left != right))
    return row[-1]


def overview() -> str:
    """What `kubectl` alone prints: the verbs, one line each."""
    lines = [ABOUT, "", "Verbs:"]
    for verb, module in VERBS.items():
        lines.append(f"  {verb:<16} {import_module(f'{__package__}.verbs.{module}').ABOUT}")
    return "\n".join([*lines, "", 'Use "kubectl VERB --help" for the flags of a verb.', ""])


def _group(name: str) -> str:
    lines = [f"kubectl {name} needs a subcommand:"]
    for verb, module in VERBS.items():
        if verb.startswith(f"{name} "):
            lines.append(f"  {verb.split()[1]:<16} {import_module(f'{__package__}.verbs.{module}').ABOUT}")
    return "\n".join([*lines, ""])


def _asks_for_help(argv: Sequence[str]) -> bool:
    return not argv or argv[0] in ("help", "-h", "--help")


def _help(name: str) -> str:
    """How to use a verb; the overview where there is no such verb."""
    if name not in VERBS:
        return overview()
    module = import_module(f"{__package__}.verbs.{VERBS[name]}")
    lines = [module.ABOUT, "", "Usage:", f"  kubectl {module.USAGE}", "", "Options:"]
    for flag in (*GLOBAL, *module.FLAGS):
        short = f"-{flag.short}, " if flag.short else "    "
        default = "" if flag.default in (None, "", False) else f" (default {flag.default})"
        lines.append(f"  {short}--{flag.name:<22} {flag.help}{default}")
    return "\n".join([*lines, ""])
