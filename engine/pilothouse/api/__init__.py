"""The nouns: Kubernetes objects as frozen records, and what is needed to read, write, name and compare them.

Why it exists: every other room of the house speaks in these types. The real counterparts are ``k8s.io/api`` and
``k8s.io/apimachinery``. Types are loaded when first used, one API group at a time, so that the import is quick.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from msgspec.structs import replace as replace

from pilothouse.api import scheme as scheme
from pilothouse.api.custom import Custom as Custom
from pilothouse.api.custom import Tree as Tree
from pilothouse.api.document import dump as dump
from pilothouse.api.duration import age as age
from pilothouse.api.duration import go_duration as go_duration
from pilothouse.api.duration import seconds as seconds
from pilothouse.api.error import DecodeError as DecodeError
from pilothouse.api.error import ManifestError as ManifestError
from pilothouse.api.field import fields as fields
from pilothouse.api.hash import template_hash as template_hash
from pilothouse.api.json_text import parse_json as parse_json
from pilothouse.api.manifest import load_all as load_all
from pilothouse.api.name import generate as generate
from pilothouse.api.object import UnknownFieldWarning as UnknownFieldWarning
from pilothouse.api.object import from_dict as from_dict
from pilothouse.api.object import kind_of as kind_of
from pilothouse.api.object import to_dict as to_dict
from pilothouse.api.quantity import QuantityError as QuantityError
from pilothouse.api.quantity import canonical as canonical
from pilothouse.api.quantity import format_quantity as format_quantity
from pilothouse.api.quantity import milli as milli
from pilothouse.api.quantity import parse_quantity as parse_quantity
from pilothouse.api.quantity import whole as whole
from pilothouse.api.scheme import DEFAULT as DEFAULT
from pilothouse.api.scheme import ResourceInfo as ResourceInfo
from pilothouse.api.scheme import Scheme as Scheme
from pilothouse.api.scheme import UnknownKind as UnknownKind
from pilothouse.api.selector import FieldSelector as FieldSelector
from pilothouse.api.selector import Requirement as Requirement
from pilothouse.api.selector import Selector as Selector
from pilothouse.api.selector import SelectorError as SelectorError
from pilothouse.api.selector import matches as matches
from pilothouse.api.struct import Base as Base
from pilothouse.api.time import micro_timestamp as micro_timestamp
from pilothouse.api.time import since_epoch as since_epoch
from pilothouse.api.time import timestamp as timestamp

if TYPE_CHECKING:
    from pilothouse.api.types.names import *  # noqa: F403
else:

    def __getattr__(name: str) -> object:
        """A generated type, from the module of its API group."""
        from pilothouse.api.types.homes import HOMES

        if name == "__all__":  # what `from pilothouse.api import *` gives: everything but the modules
            mine = [key for key, value in globals().items() if key[0] != "_" and not isinstance(value, ModuleType)]
            return sorted({*mine, *HOMES} - {"TYPE_CHECKING", "annotations", "import_module", "ModuleType"})
        if name not in HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(f"pilothouse.api.types.{HOMES[name]}"), name)
        globals()[name] = found
        return found
