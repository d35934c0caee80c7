"""The admission chain: what may still change or refuse a request that its author was allowed to make.

Order is that of the real server's default plugins. Each plugin is one small module; a plugin for one kind is asked
only about that kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pilothouse.apiserver.admission import limits, namespace, pod, protection, quota
from pilothouse.apiserver.admission.request import Request

Mutate = Callable[[Request], Any]
Permit = Callable[[Request], None]


class Chain:
    """Plugins by kind; "*" is for every kind."""

    def __init__(self, mutating: dict[str, tuple[Mutate, ...]], validating: dict[str, tuple[Permit, ...]]) -> None:
        self._mutating = mutating
        self._validating = validating
        self._known: dict[str, tuple[tuple[Mutate, ...], tuple[Permit, ...]]] = {}

    def _of(self, kind: str) -> tuple[tuple[Mutate, ...], tuple[Permit, ...]]:
        found = self._known.get(kind)
        if found is None:
            mutating = self._mutating.get("*", ()) + self._mutating.get(kind, ())
            validating = self._validating.get(kind, ()) + self._validating.get("*", ())
            found = self._known[kind] = (mutating, validating)
        return found

    def mutating(self, kind: str) -> tuple[Mutate, ...]:
        """Plugins that may change the object, before validation."""
        return self._of(kind)[0]

    def validating(self, kind: str) -> tuple[Permit, ...]:
        """Plugins that may only refuse, after validation."""
        return self._of(kind)[1]


CHAIN = Chain(
    mutating={
        "*": (namespace.exists,),
        "Pod": (pod.service_account, pod.tolerations, pod.priority, pod.runtime_class, limits.fill),
        "PersistentVolume": (protection.finalizer,),
        "PersistentVolumeClaim": (protection.storage_class, protection.finalizer),
        "VolumeAttributesClass": (protection.finalizer,),
        "Ingress": (protection.ingress_class,),
    },
    validating={
        "*": (quota.enough,),
        "Pod": (limits.bounds,),
        "PersistentVolumeClaim": (limits.bounds,),
    },
)

__all__ = ["CHAIN", "Chain", "Request"]
