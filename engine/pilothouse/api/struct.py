"""The base of every Kubernetes object in Pilothouse.

Why it exists: an object is a frozen record whose attributes carry the API's own names. Go encodes a value type always
and leaves out what is empty and marked ``omitempty``; the structs mirror this, so that encoding gives what
a real server would print. The real counterpart is ``k8s.io/apimachinery/pkg/runtime.Object``.

Frozen is one level deep: lists and dicts inside an object must never be changed in place.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import msgspec

# Strings and numbers that the walker checks more closely than their Python type says.
Quantity = Annotated[str, "quantity"]
Time = Annotated[str, "time"]
MicroTime = Annotated[str, "microtime"]
Bytes = Annotated[str, "bytes"]
Int32 = Annotated[int, "int32"]
IntOrString: TypeAlias = int | str
Raw: TypeAlias = Any


class Base(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, repr_omit_defaults=True, gc=False):
    """A part of an object: every generated type derives from it."""
