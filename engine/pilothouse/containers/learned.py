"""A learner's own function or class as the program of an image.

    @image("line/eta-model:3", startup="2s", memory="300Mi")
    class EtaModel:
        served: int = 0
        def start(self): ...

It runs in the notebook's process when a container of that image starts. What it prints is the container's log; where
it raises, the container exits with code 1 and the traceback in its log, and the cluster goes on.

A function is a job: it runs once, and the container ends `runs_for` seconds after start-up, with the number that it
returned as the exit code. A class is a server: it is made anew for each container, `start()` is called, and it stays up.
Its annotated attributes are its state. The counterpart is the entrypoint of a real image.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import traceback
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from pilothouse.api import seconds as parse_seconds
from pilothouse.api import whole
from pilothouse.containers.image import Image
from pilothouse.containers.program import Launch, Program
from pilothouse.containers.registry import register
from pilothouse.containers.tape import Reaction, Tape

T = TypeVar("T", bound=Callable[..., Any])


class Container(msgspec.Struct, frozen=True):
    """What a program may know about where it runs: handed to a function that takes an argument."""

    pod: str
    name: str
    args: tuple[str, ...]
    env: dict[str, str]


class Learned(Program, frozen=True, kw_only=True):
    """The program behind a learner's function or class."""

    code_object: Any

    def tape(self, launch: Launch) -> Tape:
        """Run it, and write down what came of it."""
        printed = io.StringIO()
        server = inspect.isclass(self.code_object)
        try:
            with contextlib.redirect_stdout(printed):
                code = self._run(launch)
        except SystemExit as request:
            failed, code = True, request.code if isinstance(request.code, int) else int(request.code is not None)
        except Exception as error:
            failed, code = True, 1
            printed.write(told(error))
        else:
            failed = False
        lines = tuple((self.startup, line) for line in printed.getvalue().splitlines())
        if server and not failed:
            base = Program.tape(self, launch)
            return msgspec.structs.replace(base, lines=lines)
        ends = self.startup + (0.0 if failed else self.runs_for or 0.0)
        ignored = (0.0, "TERM", Reaction(ignored=True))
        memory = ((0.0, self.memory),) if self.memory else ()
        return Tape(ends=ends, code=code % 256, lines=lines, reactions=(ignored,), memory=memory)

    def _run(self, launch: Launch) -> int:
        if inspect.isclass(self.code_object):
            begin = getattr(self.code_object(), "start", None)
            if begin is not None:
                begin()
            return 0
        takes = [p for p in inspect.signature(self.code_object).parameters.values() if p.default is p.empty]
        container = Container(launch.pod, launch.container, launch.argv[1:], dict(launch.env))
        result = self.code_object(container) if takes else self.code_object()
        return result if isinstance(result, int) and not isinstance(result, bool) else 0


def told(error: BaseException) -> str:
    """The traceback as the program's own: without our frames, and without the places where files lie."""
    summary = traceback.extract_tb(error.__traceback__)[2:]
    for frame in summary:
        frame.filename = "<cell>" if "ipykernel" in frame.filename else os.path.basename(frame.filename)
    text = "".join(traceback.format_list(summary) + traceback.format_exception_only(error))
    return "Traceback (most recent call last):\n" + text


def image(
    name: str,
    *,
    startup: str | float = 0,
    runs_for: str | float | None = None,
    memory: str | int = 0,
    ports: tuple[int, ...] = (8080,),
    size: str | int = "60Mi",
) -> Callable[[T], T]:
    """Register the decorated function or class as the program of the image `name`.

    Args:
        startup: seconds (or "2s") from the start of the container until it is up.
        runs_for: for a function, how long its work takes in virtual time.
        memory: bytes (or "300Mi") that it uses; above the container's limit it is killed.
        ports: on which a class answers.
        size: bytes (or "60Mi") to pull.

    Raises ValueError where `name` cannot be the name of an image.
    """

    def decorate(code_object: T) -> T:
        program = Learned(
            code_object=code_object,
            startup=parse_seconds(startup),
            runs_for=None if runs_for is None else parse_seconds(runs_for),
            memory=whole(str(memory)),
            ports=ports if inspect.isclass(code_object) else (),
        )
        command = getattr(code_object, "__name__", "program")
        register(Image(name=name, size=whole(str(size)), cmd=(command,), programs={command: program}, shell=True))
        return code_object

    return decorate
