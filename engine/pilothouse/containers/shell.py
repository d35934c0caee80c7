"""A deliberately tiny shell: it plays a one-liner through in advance and writes down its future as a tape.

It knows what manifests put behind `sh -c` most often: simple commands joined by `;`, `&&`, `||` and `&`, redirections,
variables, `trap`, and loops. A script that needs more (pipes, functions, substitutions) is not guessed at: it is taken
to stay up silently, and the tape names it as not simulated. The counterpart is busybox ash, whose messages it uses.
"""

from __future__ import annotations

import msgspec

from pilothouse.containers.command import COMMANDS, quiet
from pilothouse.containers.grammar import AndOr, Loop, Script, Simple, Unsupported, Word, parse_script
from pilothouse.containers.program import Launch
from pilothouse.containers.session import DATE, FOREVER, Finished, Session
from pilothouse.containers.tape import Reaction, Tape

__all__ = ["DATE", "Result", "Unsupported", "executable", "play", "run_now"]

SHELLS = ("sh", "bash", "ash", "dash")
ROUNDS = 2000  # of a loop that does not end, before it is taken for an endless one
DEFAULT = Reaction(ignored=True)  # PID 1 has no default action: the kernel drops a signal that it does not handle


class Result(msgspec.Struct, frozen=True, gc=False):
    """What a command that was run to its end has printed and returned; `seconds` it took, None for ever."""

    code: int
    output: str
    seconds: float | None


class Shell:
    """Plays a script forward in its own time, from 0."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.looping = False

    def script(self, script: Script) -> int:
        """Run all of it; the exit code of the last command."""
        code = 0
        for entry in script.entries:
            code = self.and_or(entry)
        return code

    def and_or(self, entry: AndOr) -> int:
        """Run `a && b || c`, in the background where it ends in `&`."""
        session = self.session
        if entry.background:
            return self.in_background(entry)
        code = 0
        for number, (operator, command) in enumerate(entry.commands):
            if (operator == "&&" and code != 0) or (operator == "||" and code == 0):
                continue
            code = session.code = self.command(command)
            last = number == len(entry.commands) - 1
            if code != 0 and session.errexit and last and not session.condition:
                raise Finished(code)
        return code

    def in_background(self, entry: AndOr) -> int:
        """Run commands beside the script: they take no time of it, but `wait` waits for them."""
        session = self.session
        began, marks = session.now, len(session.marks)
        try:
            self.and_or(msgspec.structs.replace(entry, background=False))
            ends = session.now
        except Finished as finished:
            ends = FOREVER if finished.endless else session.now
        if session.loop:
            raise Unsupported("a loop in the background")
        del session.marks[marks:]
        session.background = max(session.background, ends)
        session.now = began
        return 0

    def command(self, command: Simple | Loop) -> int:
        """Run one command or loop."""
        if isinstance(command, Loop):
            return self.loop(command)
        return self.simple(command)

    def simple(self, command: Simple) -> int:
        """Run a simple command with its assignments and redirections."""
        session = self.session
        session.step()
        words = [session.expand(word) for word in command.words]
        while words and words[0] == "exec" and len(words) > 1:
            words = words[1:]
            command = msgspec.structs.replace(command, replaces=True)
        for name, value in command.assignments:
            session.env[name] = session.expand(value)
        if not words:
            return 0
        mark = len(session.output)
        code = self.call(words)
        session.redirect(mark, [(kind, session.expand(target)) for kind, target in command.redirections])
        if command.replaces:
            raise Finished(code)
        return code

    def call(self, words: list[str]) -> int:
        """Run a command by its name."""
        session = self.session
        name = words[0].rpartition("/")[2]
        if name in SHELLS and (words[0] == name or words[0].startswith(("/bin/", "/usr/bin/"))):
            return self.child(words)
        if name == "trap":
            return self.trap(words[1:])
        if "/" in words[0] and not words[0].startswith(("/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/")):
            return session.not_a_command(words[0])
        known = quiet if name in session.installed else COMMANDS.get(name)
        if known is None:
            session.error(f"sh: {words[0]}: not found")
            return 127
        return known(session, words)

    def child(self, words: list[str]) -> int:
        """Run `sh -c SCRIPT` as a process of its own."""
        script = script_of(words)
        if script is None:
            raise Unsupported(" ".join(words))
        outer = self.session.first
        self.session.first = False
        try:
            return self.script(parse_script(script))
        except Finished as finished:
            return finished.code
        finally:
            self.session.first = outer

    def trap(self, words: list[str]) -> int:
        """Say what to do about a signal; the action is played through at once, from where the shell is now."""
        session = self.session
        if len(words) < 2:
            raise Unsupported("trap " + " ".join(words))
        action, names = words[0], [word.upper().removeprefix("SIG") for word in words[1:]]
        names = ["TERM" if name == "15" else name for name in names]
        if action == "-":
            reaction = DEFAULT
        elif not action:
            reaction = Reaction(ignored=True)
        else:
            reaction = self.reaction(action)
        for name in names:
            session.react(name, reaction)
        return 0

    def reaction(self, action: str) -> Reaction:
        """What a trap's action will do: how long it takes, what it prints, with which code it ends."""
        session = self.session
        twin = Session(session.launch, files=dict(session.files), env=dict(session.env))
        try:
            Shell(twin).script(parse_script(action))
        except Finished as finished:
            lines = tuple("".join(text for _, text in twin.output).splitlines())
            return Reaction(seconds=twin.now, code=finished.code, lines=lines, waits=True)
        return Reaction(ignored=True)  # the action is over and the script goes on

    def loop(self, loop: Loop) -> int:
        """Run `while`, `until` or `for`; an endless one is played once and then repeated by the tape."""
        session = self.session
        if loop.name:
            for word in loop.items:
                session.env[loop.name] = session.expand(word)
                session.code = self.script(loop.body)
            return session.code
        if loop.endless:
            return self.endless(loop)
        for _ in range(ROUNDS):
            session.condition += 1
            holds = (self.script(loop.condition) == 0) != loop.until
            session.condition -= 1
            if not holds:
                return session.code
            session.code = self.script(loop.body)
        raise Unsupported("a loop that goes on for very long")

    def endless(self, loop: Loop) -> int:
        """Play the body once; what it did repeats for ever."""
        session = self.session
        session.loop_from, session.loop_output = session.now, len(session.output)
        self.script(loop.body)
        session.loop = max(session.now - session.loop_from, 0.01)  # a busy loop is paced
        raise Finished(0, endless=True)


def script_of(argv: list[str] | tuple[str, ...]) -> str | None:
    """The script of `sh -c SCRIPT` (with any flags), or None."""
    for number, word in enumerate(argv[1:], 1):
        if word.startswith("-") and word.endswith("c") and number + 1 < len(argv):
            prefix = "set -e; " if "e" in word else ""
            return prefix + argv[number + 1]
        if not word.startswith(("-", "+")):
            return None
    return None


def executable(name: str) -> bool:
    """Whether the small shell's system has a command of that name, in the places where commands are."""
    directory, _, base = name.rpartition("/")
    return directory in ("", "/bin", "/usr/bin", "/sbin", "/usr/sbin") and (base in COMMANDS or base in SHELLS)


def run(session: Session) -> int:
    """Run what the session was started for; the exit code, unless it finishes otherwise."""
    argv = session.launch.argv
    if len(argv) == 1 and argv[0].rpartition("/")[2] in SHELLS:
        return 0  # nobody types anything
    script = script_of(argv) if argv[0].rpartition("/")[2] in SHELLS else None
    if script is not None:
        return Shell(session).script(parse_script(script))
    return Shell(session).simple(Simple(words=tuple(Word.plain(word) for word in argv)))


def play(launch: Launch) -> Tape:
    """The future of a process of the shell's system, such as `sh -c "sleep 5; exit 1"` or `sleep 3600`."""
    session = Session(launch, files=dict(launch.files), env=dict(launch.env))
    session.react("TERM", DEFAULT if launch.first else Reaction(code=143))
    ends: float | None
    try:
        code, ends = run(session), session.now
    except Finished as finished:
        code, ends = finished.code, None if finished.endless else session.now
    except Unsupported as reason:
        session.unsimulated.append(f"{' '.join(launch.argv)}: {reason}")
        code, ends = 0, None
    if ends is not None and ends >= FOREVER:
        ends = None
    return session.tape(ends, code)


def run_now(launch: Launch) -> Result:
    """Run a command to its end, as `kubectl exec` and the probes do. Raises Unsupported where it cannot be told."""
    session = Session(launch, files=dict(launch.files), env=dict(launch.env))
    endless = False
    try:
        code = run(session)
    except Finished as finished:
        code, endless = finished.code, finished.endless
    seconds = None if endless or session.now >= FOREVER else session.now
    return Result(code, "".join(text for _, text in session.output), seconds)
