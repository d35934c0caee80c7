"""The engine's own lines in the notebook: what just happened, as code to read.

Nothing is copied into the lesson, so the text on the page cannot grow old: it is taken from the running engine. The
notebook gets it as Markdown, so that JupyterLab colours it in the reader's own theme.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pilothouse


@dataclass(frozen=True)
class Source:
    """Some lines of source, with colours in a notebook and as text elsewhere."""

    text: str
    place: str

    def __repr__(self) -> str:
        return f"# {self.place}\n{self.text}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/plain": repr(self), "text/markdown": f"`{self.place}`\n\n```python\n{self.text}\n```"}


def source(thing: Any) -> Source:
    """Show the source of a function, method or class of the engine.

    Raises TypeError, with words, for things that have no Python source.
    """
    try:
        lines, _ = inspect.getsourcelines(thing)
        file = inspect.getsourcefile(thing)
    except (TypeError, OSError) as error:
        raise TypeError(f"{thing!r} has no Python source: ask for a function, a method or a class") from error
    return Source(inspect.cleandoc("\n" + "".join(lines)).rstrip(), _place(file, getattr(thing, "__qualname__", "")))


def _place(file: str | None, name: str) -> str:
    """Name the file relative to the package, without line numbers: they change while the words on the page stay."""
    package = Path(pilothouse.__file__).parent.parent
    path = Path(file or "?")
    return f"{path.relative_to(package).as_posix() if path.is_relative_to(package) else path.name}  {name}".rstrip()
