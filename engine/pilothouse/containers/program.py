"""What an image does when it runs, declared.

A `Program` turns the way it was started (arguments, environment, limits) into a `Tape`, its future. Three kinds are
enough: a server that stays up, a job that ends, and a learner's function or class (in `learned`). The small shell is
the fourth, for `sh -c`. A real image has a file system and machine code instead.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from pilothouse.containers.tape import Reaction, Tape


class Launch(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How a process is started.

    Fields:
        argv: the command line, the command itself first.
        env: names and values.
        pod, container: where it runs; the pod's name is its host name.
        ports: on which its manifest says that it answers.
        first: whether it is process 1, which the kernel spares the signals that it does not handle.
        workdir: where it starts.
        memory_limit: bytes, 0 for none.
        memory_mounts: paths whose files are kept in memory, and so count as memory.
        files: what is mounted, by path.
    """

    argv: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    pod: str = ""
    container: str = ""
    ports: tuple[int, ...] = ()
    first: bool = True
    workdir: str = ""
    memory_limit: int = 0
    memory_mounts: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A declared program.

    Fields:
        startup: seconds from the start until it opens its ports.
        ports: on which it answers.
        paths: (path, status) of its HTTP answers; every other path gives `status`.
        status: the HTTP status of a path that is not listed; 0 means that it does not speak HTTP.
        runs_for: seconds until it ends by itself; None for ever.
        code: its exit code then.
        lines: (seconds, text) of its log.
        memory: bytes once it is up.
        stops_in: seconds that it takes to end after SIGTERM; None where it ignores the signal.
        stop_code: its exit code then.
    """

    startup: float = 0.0
    ports: tuple[int, ...] = ()
    paths: tuple[tuple[str, int], ...] = ()
    status: int = 200
    runs_for: float | None = None
    code: int = 0
    lines: tuple[tuple[float, str], ...] = ()
    memory: int = 0
    stops_in: float | None = 0.1
    stop_code: int = 0

    def tape(self, launch: Launch) -> Tape:
        """The future of this program, started in this way."""
        return declared(self)


@lru_cache(maxsize=1024)
def declared(program: Program) -> Tape:
    """The future of a program that is the same however it is started."""
    if program.stops_in is None:
        reaction = Reaction(ignored=True)
    else:
        reaction = Reaction(seconds=program.stops_in, code=program.stop_code)
    answers = [(program.startup, "/", program.status)] if program.status else []
    answers += [(program.startup, path, status) for path, status in program.paths]
    return Tape(
        ends=program.runs_for,
        code=program.code,
        lines=program.lines,
        memory=((program.startup, program.memory),) if program.memory else (),
        opens=tuple((program.startup, port) for port in program.ports),
        answers=tuple(answers),
        reactions=((0.0, "TERM", reaction),),
    )


class Assumed(Program, frozen=True, kw_only=True):
    """A program about which nothing is known: it stays up, and answers on the ports that its manifest names."""

    def tape(self, launch: Launch) -> Tape:
        """The future of a server on those ports."""
        return Program.tape(msgspec.structs.replace(self, ports=launch.ports), launch)


class Agnhost(Program, frozen=True, kw_only=True):
    """The image of Kubernetes' own tests, which is many programs in one: the first argument says which."""

    def tape(self, launch: Launch) -> Tape:
        """The future of that program."""
        which = launch.argv[1] if len(launch.argv) > 1 else "pause"
        tape = Program.tape(msgspec.structs.replace(self, ports=(AGNHOST.get(which, 8080),)), launch)
        if which == "liveness":  # well for ten seconds, then ill
            return msgspec.structs.replace(
                tape, answers=(*tape.answers, (0.0, "/healthz", 200), (10.0, "/healthz", 500))
            )
        return tape


class Stress(Program, frozen=True, kw_only=True):
    """A program that uses what it is told to: `--vm-bytes 250M`, `--timeout 60s`."""

    def tape(self, launch: Launch) -> Tape:
        """Its future; memory that it may not have is its end."""
        given = dict(zip(launch.argv[1:], launch.argv[2:], strict=False))
        size = re.fullmatch(r"(\d+)([BKMG]?)", given.get("--vm-bytes", "256M" if "--vm" in given else "0"))
        ends = re.fullmatch(r"(\d+)s?", given.get("--timeout", given.get("-t", "")))
        hogs = ", ".join(f"{given.get(f'--{kind}', 0)} {kind}" for kind in ("cpu", "io", "vm", "hdd"))
        tape = Program.tape(self, launch)
        return msgspec.structs.replace(
            tape,
            memory=((0.5, int(size[1]) * UNITS[size[2]]),) if size else (),
            lines=((0.0, f"stress: info: [1] dispatching hogs: {hogs}"),),
            ends=float(ends[1]) if ends else None,
        )


UNITS = {"": 1, "B": 1, "K": 1024, "M": 1024**2, "G": 1024**3}
AGNHOST = {"serve-hostname": 9376, "porter": 80}


def server(*ports: int, startup: float = 0.1, **declared: object) -> Program:
    """A program that stays up and answers on `ports`."""
    return msgspec.convert({"ports": ports, "startup": startup, **declared}, Program)


def job(seconds: float, code: int = 0, lines: tuple[tuple[float, str], ...] = ()) -> Program:
    """A program that ends after `seconds` with `code`; it ignores SIGTERM, as a PID 1 without a handler does."""
    return Program(runs_for=seconds, code=code, lines=lines, stops_in=None, status=0)
