"""Objects of kinds that a CustomResourceDefinition declares.

Why it exists: their schema is known only when a cluster runs, so one frozen type serves them all: ``widget.spec.size``
reads as with a built-in kind. The real counterpart is ``unstructured.Unstructured``.
"""

from __future__ import annotations

from typing import Any, Never

from msgspec import field

from pilothouse.api.struct import Base
from pilothouse.api.types.meta import ObjectMeta


class Tree(dict[str, Any]):
    """A dict that also reads by attribute and cannot be changed in place; nested dicts become trees when made by `tree`."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        """The value under `name`; a field that is not there is an AttributeError that names those that are."""
        if name.startswith("__"):
            raise AttributeError(name)
        for key in (name, name.rstrip("_"), name.replace("_", "-")):
            if key in self:
                return self[key]
        raise AttributeError(f"no field {name!r}; there are: {', '.join(sorted(self)) or 'none'}")

    def _refuse(self, *_: object, **__: object) -> Never:
        raise TypeError("objects are frozen: make a new one, e.g. replace(obj, spec={**obj.spec, 'size': 3})")

    __setitem__ = __delitem__ = __setattr__ = __delattr__ = _refuse
    __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __copy__(self) -> Tree:
        """Itself: it never changes."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as a plain dict that is made a tree again."""
        return Tree, (dict(self),)


def tree(value: Any) -> Any:
    """`value` with every dict in it (also inside lists) as a Tree."""
    if isinstance(value, dict):
        return Tree({key: tree(inner) for key, inner in value.items()})
    if isinstance(value, list):
        return [tree(inner) for inner in value]
    return value


ABSENT = Tree()


def _absent() -> Tree:
    return ABSENT


class Custom(Base, frozen=True, kw_only=True):
    """An object of a custom kind. `spec` and `status` are always there (empty when absent); other fields are in `extra`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta = field(default_factory=ObjectMeta)
    spec: Any = field(default_factory=_absent)
    status: Any = field(default_factory=_absent)
    extra: Tree = field(default_factory=_absent)

    def __post_init__(self) -> None:
        """Plain dicts given by the caller are made trees, so that attribute access works at every depth."""
        for name in ("spec", "status", "extra"):
            value = getattr(self, name)
            if type(value) is not Tree:
                _force(self, name, tree(value))

    def __getattr__(self, name: str) -> Any:
        """A field beside spec and status, such as `data`."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.extra, name)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        from pilothouse.api.object import to_dict

        return to_dict(self)


def _force(target: Custom, name: str, value: object) -> None:
    from msgspec.structs import force_setattr

    force_setattr(target, name, value)
