"""A running process as plain data, and what can be done to it: signals, commands, requests, looking.

A process is never changed: each of these gives a new one. So a component that keeps processes in a dict can be copied
in one call, and the moment of its end is known as soon as it is decided. The counterpart is a containerd task.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import msgspec

from pilothouse.containers import shell
from pilothouse.containers.image import Image
from pilothouse.containers.program import Assumed, Launch
from pilothouse.containers.tape import Reaction, Tape

NUMBERS = {"HUP": 1, "INT": 2, "QUIT": 3, "KILL": 9, "USR1": 10, "SEGV": 11, "USR2": 12, "TERM": 15}
EPOCH = datetime(2026, 1, 1)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LOG_LINES = 10_000  # kept of one container; the real runtime rotates at 10 MiB
RUNC = "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
EXEC = "failed to exec in container: "


class StartError(Exception):
    """A container that was created cannot be started; the text is containerd's."""


class CreateError(Exception):
    """A container cannot be created; the text is containerd's."""


class ExecError(Exception):
    """A command cannot be run in a container; the text is containerd's, `code` that of its answer."""


class End(msgspec.Struct, frozen=True, gc=False):
    """How a process ends: when (seconds since the epoch of the simulation), its code, and whether memory ran out."""

    at: float
    code: int
    out_of_memory: bool = False


class Process(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One process: how it was started and when, its future, and how others have interfered with it."""

    launch: Launch
    tape: Tape
    started: float
    image: Image
    end: End | None = None
    told: tuple[tuple[float, str], ...] = ()

    def alive(self, now: float) -> bool:
        """Whether it still runs."""
        return self.end is None or now < self.end.at


def start(image: Image, launch: Launch, now: float) -> Process:
    """Start an image's program. Raises CreateError or StartError in containerd's words."""
    if not launch.argv:
        raise CreateError("failed to generate container spec: failed to generate spec: no command specified")
    if launch.workdir in ("/etc/passwd", "/etc/hosts", "/etc/hostname"):
        reason = f"error during container init: mkdir {launch.workdir}: not a directory"
        raise StartError(f"{RUNC}unable to start container process: {reason}: unknown")
    tape = _tape(image, launch)
    return Process(launch=launch, tape=tape, started=now, image=image, end=_own_end(tape, launch, now))


def _tape(image: Image, launch: Launch) -> Tape:
    name = launch.argv[0]
    program = image.programs.get(name.rpartition("/")[2])
    if program is not None:
        return program.tape(launch)
    if image.shell and shell.executable(name) and not (image.assumed and launch.ports):
        return shell.play(launch)
    if image.assumed:
        return Assumed().tape(launch)
    raise StartError(f"{RUNC}unable to start container process: {_not_started(name)}: unknown")


def _not_started(name: str) -> str:
    if "/" not in name:
        return f'exec: "{name}": executable file not found in $PATH'
    if name in ("/etc", "/tmp", "/etc/passwd", "/etc/hosts"):
        return f'exec: "{name}": permission denied'
    return f'exec: "{name}": stat {name}: no such file or directory'


def _own_end(tape: Tape, launch: Launch, now: float) -> End | None:
    used: list[tuple[float, int]] = list(tape.memory)
    if launch.memory_limit:
        for when, size in used:
            if size > launch.memory_limit and (tape.ends is None or when <= tape.ends):
                return End(now + when, 137, out_of_memory=True)
    return None if tape.ends is None else End(now + tape.ends, tape.code)


def signal(process: Process, name: str, now: float) -> Process:
    """Send a signal; the process that results has an end if the signal leads to one."""
    if not process.alive(now):
        return process
    if name == "KILL":
        return _ending(process, End(now, 137))
    reaction = _reaction(process.tape, name, now - process.started)
    if reaction is None:
        if process.launch.first:
            return process
        return _ending(process, End(now, 128 + NUMBERS[name]))
    if reaction.ignored:
        return process
    begins = now
    if reaction.waits:
        mark = process.tape.next_mark(now - process.started)
        if mark is None:
            return process
        begins = process.started + mark
    ended = _ending(process, End(begins + reaction.seconds, reaction.code))
    said = tuple((begins, line) for line in reaction.lines)
    return msgspec.structs.replace(ended, told=process.told + said)


def _reaction(tape: Tape, name: str, at: float) -> Reaction | None:
    found = None
    for when, signal_name, reaction in tape.reactions:
        if signal_name == name and when <= at:
            found = reaction
    return found


def _ending(process: Process, end: End) -> Process:
    if process.end is not None and process.end.at <= end.at:
        return process
    return msgspec.structs.replace(process, end=end)


def execute(process: Process, command: tuple[str, ...], now: float) -> shell.Result:
    """Run a command beside the process, in its container. Raises ExecError."""
    name = command[0] if command else ""
    program = process.image.programs.get(name.rpartition("/")[2])
    if program is not None:
        return shell.Result(program.code, "", program.runs_for or 0.0)
    if process.image.assumed and not shell.executable(name):
        return shell.Result(0, "", 0.0)
    if not (process.image.shell and shell.executable(name)):
        run = hashlib.sha256(f"{process.launch.pod} {process.started} {now}".encode()).hexdigest()
        failed = f'failed to start exec "{run}": OCI runtime exec failed: exec failed: '
        raise ExecError(f"{EXEC}{failed}unable to start container process: {_not_started(name)}: unknown")
    at = now - process.started
    files = dict(process.launch.files)
    for when, path, content in process.tape.files:
        if when <= at:
            if content is None:
                files.pop(path, None)
            else:
                files[path] = content
    launch = msgspec.structs.replace(process.launch, argv=command, files=tuple(files.items()), first=False)
    try:
        return shell.run_now(launch)
    except shell.Unsupported:
        return shell.Result(0, "", 0.0)


def listens(process: Process, port: int, now: float) -> bool:
    """Whether somebody answers on the port."""
    if not process.alive(now):
        return False
    return any(port == opened and process.started + when <= now for when, opened in process.tape.opens)


def http_status(process: Process, path: str, now: float) -> int | None:
    """The status of the answer to GET, None where the process does not speak HTTP."""
    found: tuple[int, float, int] | None = None  # the longest prefix wins, and of those the newest
    for when, prefix, status in process.tape.answers:
        if process.started + when <= now and path.startswith(prefix):
            found = max(found or (-1, 0.0, 0), (len(prefix), when, status))
    return found[2] if found is not None else None


def changes_after(process: Process, now: float) -> float | None:
    """When a look from outside can next give another answer; None where it never can."""
    moments = [process.started + moment for moment in process.tape.moments() if process.started + moment > now]
    if process.end is not None and process.end.at > now:
        moments.append(process.end.at)
    return min(moments, default=None)


def log_of(process: Process, now: float, limit: int = LOG_LINES) -> list[tuple[float, str]]:
    """The last lines of its log: (time, text)."""
    until = now if process.end is None else min(now, process.end.at)
    lines = [(process.started + when, text) for when, text in process.tape.log(until - process.started, limit)]
    told = [line for line in process.told if line[0] <= now]
    return [(when, text.replace(shell.DATE, _date(when))) for when, text in (lines + told)[-limit:]]


def _date(when: float) -> str:
    """A moment as the command `date` prints it."""
    moment = EPOCH + timedelta(seconds=int(when))
    return f"{DAYS[moment.weekday()]} {MONTHS[moment.month - 1]} {moment.day:2} {moment:%H:%M:%S} UTC {moment.year}"


def message_of(process: Process, path: str, limit: int = 4096) -> str:
    """What the process has left in its termination message file, the last `limit` bytes."""
    at = (process.end.at if process.end else process.started) - process.started
    return (process.tape.content(path, at) or "")[-limit:]
