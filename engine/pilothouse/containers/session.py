"""What a script sees and leaves behind while the tiny shell plays it through: time, files, variables, output."""

from __future__ import annotations

import re

from pilothouse.containers.grammar import Unsupported, Word
from pilothouse.containers.program import Launch
from pilothouse.containers.tape import Reaction, Tape

STEPS = 20_000  # commands that are played through in advance
LONGEST = 1_000_000  # characters of a variable, of a file, and of all output
FOREVER = 1e9  # seconds: longer than any cluster runs
DATE = "\0date\0"  # stands in a line for the time at which the line is written
BASE_FILES = {
    "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "/etc/hostname": "",
    "/etc/hosts": "127.0.0.1\tlocalhost\n",
    "/etc/resolv.conf": "nameserver 10.96.0.10\n",
}
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+)|([?$#@*!]))")


class Finished(Exception):
    """The process is at its end with `code`, or (`endless`) in a loop that it will never leave."""

    def __init__(self, code: int, endless: bool = False) -> None:
        super().__init__(code)
        self.code, self.endless = code, endless


class Session:
    """What a script sees and leaves behind while it is played through."""

    def __init__(self, launch: Launch, files: dict[str, str], env: dict[str, str], first: bool = True) -> None:
        self.launch, self.env, self.first = launch, env, first
        self.files: dict[str, str] = {**BASE_FILES, "/etc/hostname": launch.pod + "\n", **files}
        self.now = 0.0
        self.code = 0
        self.errexit = False
        self.condition = 0
        self.background = 0.0
        self.steps, self.printed = 0, 0
        self.output: list[tuple[float, str]] = []
        self.changes: list[tuple[float, str, str | None]] = []
        self.memory: list[tuple[float, int]] = []
        self.disk: list[tuple[float, str, int]] = []
        self.reactions: list[tuple[float, str, Reaction]] = []
        self.marks: list[float] = []
        self.loop_from, self.loop, self.loop_output = 0.0, 0.0, 0
        self.unsimulated: list[str] = []
        self.installed: list[str] = []

    def expand(self, word: Word) -> str:
        """A word with its variables put in."""
        found = "".join(_VARIABLE.sub(self._variable, text) if live else text for text, live in word.pieces)
        return self.bounded(found)

    def bounded(self, text: str) -> str:
        """The text, if it is of a sane length: a script cannot fill the memory of the notebook."""
        if len(text) > LONGEST:
            raise Unsupported(f"a text of more than {LONGEST} characters")
        return text

    def step(self) -> None:
        """One more command: a script cannot keep the notebook busy for ever."""
        self.steps += 1
        if self.steps > STEPS:
            raise Unsupported(f"more than {STEPS} commands without a rest")

    def _variable(self, found: re.Match[str]) -> str:
        braced, default, name, special = found.groups()
        if special == "?":
            return str(self.code)
        if special == "$":
            return "1" if self.first and self.launch.first else "7"
        if special:
            return ""
        return self.env.get(braced or name, default or "")

    def say(self, text: str) -> None:
        """Print."""
        self.printed += len(text)
        if self.printed > LONGEST:
            raise Unsupported(f"an output of more than {LONGEST} characters without a rest")
        self.output.append((self.now, text))

    def error(self, text: str) -> None:
        """Print to standard error, which goes to the same log."""
        self.say(text + "\n")

    def sleep(self, seconds: float) -> None:
        """Let time pass with one command in front."""
        self.now = min(self.now + seconds, FOREVER)
        self.marks.append(self.now)

    def react(self, signal: str, reaction: Reaction) -> None:
        """From now on the process takes a signal like this."""
        self.reactions.append((self.now, signal, reaction))

    def write(self, path: str, content: str | None) -> None:
        """Make, change or (None) remove a file."""
        if content is None:
            self.files.pop(path, None)
        else:
            self.files[path] = self.bounded(content)
        self.changes.append((self.now, path, content))

    def redirect(self, since: int, redirections: list[tuple[str, str]]) -> None:
        """Send what was printed since then into files."""
        for kind, path in redirections:
            if kind == "<":
                continue
            errors = "".join(t for _, t in self.output[since:] if ": " in t and kind == "2>") if kind == "2>" else ""
            if kind == "2>":
                self.output[since:] = [entry for entry in self.output[since:] if entry[1] not in errors]
                continue
            text = "".join(text for _, text in self.output[since:])
            del self.output[since:]
            if path in ("/dev/stdout", "/dev/stderr", "/proc/1/fd/1"):
                self.say(text)
            elif path != "/dev/null":
                self.write(path, (self.files.get(path, "") if kind == ">>" else "") + text)

    def not_a_command(self, path: str) -> int:
        """The answer to running a file that is not a program."""
        if path in self.files:
            self.error(f"sh: {path}: Permission denied")
            return 126
        self.error(f"sh: {path}: not found")
        return 127

    def tape(self, ends: float | None, code: int) -> Tape:
        """Everything that was played, as a tape."""
        lines: list[tuple[float, str]] = []
        partial, since, once = "", 0.0, 0
        for place, (when, text) in enumerate(self.output):
            once = len(lines) if place == self.loop_output else once
            since = since if partial else when
            parts = (partial + text).split("\n")
            partial = parts.pop()
            lines += [(when, part) for part in parts]
        if partial:
            lines.append((since, partial))
        if self.loop_output >= len(self.output):
            once = len(lines)
        return Tape(
            ends=ends,
            code=code,
            lines=tuple(lines),
            files=tuple(self.changes),
            memory=tuple(self.memory),
            disk=tuple(self.disk),
            reactions=tuple(self.reactions),
            marks=tuple(self.marks),
            once=once if self.loop else 0,
            loop_from=self.loop_from,
            loop=self.loop,
            unsimulated=tuple(self.unsimulated),
        )
