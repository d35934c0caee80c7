"""The nouns: Kubernetes objects as frozen records, and what is needed to read, write, name and compare them.

Why it exists: every other room of the house speaks in these types. The real counterparts are ``k8s.io/api`` and
``k8s.io/apimachinery``. Types are loaded when first used, one API group at a time, so that the import is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from msgspec.structs import replace as replace

from pilothouse.api.struct import Base as Base

if TYPE_CHECKING:
    from pilothouse.api.types.names import *  # noqa: F403
else:

    def __getattr__(name: str) -> object:
        """A generated type, from the module of its API group."""
        from pilothouse.api.types.homes import HOMES

        if name not in HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(f"pilothouse.api.types.{HOMES[name]}"), name)
        globals()[name] = found
        return found
