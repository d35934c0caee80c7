"""Errors that teach: the message says what, which object, what value, and what to do next, and is all that is shown.

Why it exists: in a notebook a traceback through an engine's rooms hides the one line that helps. An error of this kind
shows its message and the learner's own line; elsewhere it is an exception like any other. Input that cannot be taken
is answered in the words of kubectl and of the real server, whose counterparts are apimachinery's serializer errors.
"""

from __future__ import annotations

import linecache
import traceback
from pathlib import Path

PACKAGE = str(Path(__file__).resolve().parent.parent)
TOOLS = ("IPython", "ipykernel", "asyncio", "runpy")


class Clear(Exception):
    """An error whose message says it all."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: where in the learner's own text, and the message with its notes."""
        shown = []
        for frame, line in traceback.walk_tb(self.__traceback__):
            file = frame.f_code.co_filename
            if file.startswith(PACKAGE) or any(f"/{tool}/" in file.replace("\\", "/") for tool in TOOLS):
                continue
            text = linecache.getline(file, line, frame.f_globals).strip()
            shown += [f"\x1b[32m----> {line}\x1b[39m {text}"] if text else []
        return [*shown, f"\x1b[31m{type(self).__name__}\x1b[39m: {self}", *getattr(self, "__notes__", ())]


class Misuse(Clear, ValueError):
    """A value that means nothing here; the message says which would."""


class Absent(Clear, LookupError):
    """A name that is not there; the message says which are."""


class ManifestError(Clear, ValueError):
    """Text that is no manifest; the message is kubectl's, with the line."""


class DecodeError(Clear, ValueError):
    """A manifest that cannot be read as its kind.

    Attributes:
        detail: the reason without the words "… cannot be handled as …".
        problems: every unknown or repeated field, where these are the reason.
    """

    def __init__(self, message: str, detail: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.detail = detail or message
        self.problems = problems
