"""What a process will do if it is left alone, written down in advance as plain data.

A program that reads nothing while it runs has a future that is already decided when it starts: which lines it will
log, which files it will make and remove, which ports it will open, and when and how it will end. Written down, that
future costs nothing while time passes, tells when the answer of a probe can change, and copies with the cluster.
Nothing real corresponds to it; a real process has to be lived through.

All times are seconds after the start of the process. Where it ends in an endless loop, what lies after `loop_from` repeats
every `loop` seconds; the first `once` lines are from before.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

IGNORED = "ignored"  # how a process takes a signal: not at all, as PID 1 without a handler does


class Reaction(msgspec.Struct, frozen=True, gc=False):
    """What a process does about a signal: go on for `seconds`, write `lines`, end with `code`.

    `waits`: a shell runs its trap only when the command in front of it is over; then the next of the tape's `marks`.
    """

    seconds: float = 0.0
    code: int = 0
    lines: tuple[str, ...] = ()
    waits: bool = False
    ignored: bool = False


class Tape(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The future of a process; see the module for what it means.

    Fields:
        ends: when it ends by itself; None where it never does.
        code: its exit code then.
        lines: (when, text) written to its log.
        files: (when, path, content) for a file that appears or changes, content None for one that goes away.
        memory: (when, bytes) that it uses from then on.
        disk: (when, path, bytes) that it has written below a path.
        opens: (when, port) on which it answers from then on.
        answers: (when, path, status) of its HTTP answers: from then on, a path that begins so gives that status.
        reactions: (when, signal, reaction) in force from then on.
        marks: when one command in front of a shell ends and the next begins.
        unsimulated: what it was asked to do and does not do here.
    """

    ends: float | None = None
    code: int = 0
    lines: tuple[tuple[float, str], ...] = ()
    files: tuple[tuple[float, str, str | None], ...] = ()
    memory: tuple[tuple[float, int], ...] = ()
    disk: tuple[tuple[float, str, int], ...] = ()
    opens: tuple[tuple[float, int], ...] = ()
    answers: tuple[tuple[float, str, int], ...] = ()
    reactions: tuple[tuple[float, str, Reaction], ...] = ()
    marks: tuple[float, ...] = ()
    once: int = 0
    loop_from: float = 0.0
    loop: float = 0.0
    unsimulated: tuple[str, ...] = ()

    def log(self, until: float, limit: int) -> list[tuple[float, str]]:
        """The last `limit` lines written up to `until`, oldest first."""
        first = [line for line in self.lines[: self.once] if line[0] <= until]
        cycle = self.lines[self.once :] if self.loop else ()
        if not self.loop:
            first += [line for line in self.lines[self.once :] if line[0] <= until]
        if not cycle:
            return first[-limit:]
        rounds = int((until - self.loop_from) / self.loop) + 1
        skipped = max(0, rounds - limit // len(cycle) - 1)  # whole rounds that nobody will see
        repeated = [
            (when + turn * self.loop, text)
            for turn in range(skipped, max(rounds, 0))
            for when, text in cycle
            if when + turn * self.loop <= until
        ]
        return (first + repeated if not skipped else repeated)[-limit:]

    def next_mark(self, after: float) -> float | None:
        """When the command that is in front at `after` ends; None where it never does."""
        for mark in self.marks:
            if mark >= after and (not self.loop or mark <= self.loop_from):
                return mark
        cycle = [mark for mark in self.marks if self.loop and mark > self.loop_from]
        if not cycle:
            return self.ends if self.ends is not None and self.ends >= after else None
        turn = max(0, int((after - self.loop_from) / self.loop))
        return next(m + t * self.loop for t in (turn, turn + 1) for m in cycle if m + t * self.loop >= after)

    def content(self, path: str, at: float) -> str | None:
        """What is in a file that the process made, None where there is no such file (any more)."""
        found = None
        for when, name, content in self.files:
            if when <= at and name == path:
                found = content
        return found

    def moments(self) -> Iterator[float]:
        """When something that can be seen from outside changes (log lines aside)."""
        for timed in (self.files, self.opens, self.answers):
            for entry in timed:
                yield entry[0]
