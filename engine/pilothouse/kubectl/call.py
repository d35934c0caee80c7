"""One command under way: where it is addressed, what it reads, what it has printed so far.

kubectl spreads this over a ``Factory`` and ``IOStreams``. A verb is a function of one `Call`; it prints with `say` and
`warn`, ends early with `Failure`, and lets virtual time pass only where the real command waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pilothouse.apiserver import ApiError

from .failure import Failure, words
from .flags import Flags
from .output import Grid, Output, Part, Stream

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

FOREVER = 10 * 365 * 86400.0  # virtual seconds that a command without --timeout waits before we call it stuck


class Call:
    """What a verb gets: the cluster, the flags and arguments, the text on standard input, and where to print."""

    def __init__(self, cluster: Cluster, verb: str, flags: Flags, default_namespace: str, stdin: str | None) -> None:
        self.cluster = cluster
        self.verb = verb
        self.flags = flags
        self.args = flags.args
        self.default_namespace = default_namespace
        self.chosen_namespace = default_namespace  # what later commands are about (`kubectl config set-context`)
        self.stdin = stdin
        self.output = Output()
        self.begun = cluster.store.revision
        user = flags.text("as")
        self.api: Any = cluster.api.as_(user) if user else cluster.api

    @property
    def now(self) -> float:
        """Virtual seconds."""
        return self.cluster.now

    @property
    def namespace(self) -> str:
        """The namespace that the command is about."""
        return self.flags.text("namespace") or self.default_namespace

    @property
    def everywhere(self) -> bool:
        """Whether ``-A`` was given, by a verb that has it."""
        return "all-namespaces" in self.flags.declared and self.flags.on("all-namespaces")

    def say(self, text: str, grid: Grid | None = None) -> None:
        """Print to standard output."""
        self._print("out", text, grid)

    def warn(self, text: str) -> None:
        """Print to standard error."""
        self._print("err", text, None)

    def _print(self, stream: Stream, text: str, grid: Grid | None) -> None:
        if text:
            self.output.parts.append(Part(stream, text, grid))

    def fail(self, failure: Failure | ApiError, doing: str = "") -> None:
        """Note a failure and go on with the next object; the command will exit with its code."""
        if isinstance(failure, Failure):
            self.warn(failure.text)
            self.output.code = max(self.output.code, failure.code)
        else:
            self.warn(words(failure, doing))
            self.output.code = max(self.output.code, 1)

    def settle(self) -> None:
        """Let the controllers react to what was just written. No time passes."""
        if self.cluster.store.revision != self.begun:
            self.cluster.settle()

    def wait(self, until: Callable[[], bool], timeout: float | None = None) -> bool:
        """Let virtual time pass until something is true; False when ``timeout`` seconds were not enough."""
        self.cluster.settle()
        if until():
            return True
        self.cluster.run(
            until=lambda _: until(), timeout=FOREVER if not timeout or timeout <= 0 else min(timeout, FOREVER)
        )
        return until()
