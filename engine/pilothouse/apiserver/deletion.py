"""The end of an object: grace, finalizers, and what becomes of those that depend on it.

A deletion is a wish. An object with a grace period or finalizers gets a deletionTimestamp and stays until its
caretakers are done. The real counterparts are `rest.BeforeDelete`, `podStrategy.CheckGracefulDelete` and the
finalizer rules of the generic store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pilothouse.api import replace, timestamp
from pilothouse.apiserver import custom, status
from pilothouse.apiserver.admission import Request, namespace

if TYPE_CHECKING:
    from pilothouse.api.scheme import ResourceInfo
    from pilothouse.apiserver.door import Door

_POLICIES = ("Foreground", "Background", "Orphan")
_FOREGROUND, _ORPHAN = "foregroundDeletion", "orphan"


def delete(
    door: Door,
    info: ResourceInfo,
    name: str,
    space: str,
    *,
    propagation: str | None = None,
    grace: int | None = None,
    preconditions: dict[str, str] | None = None,
    user: str = "",
    dry_run: bool = False,
) -> Any:
    """Delete an object, or mark it as to be deleted. Answers with its last version.

    `propagation`: Foreground, Background, Orphan or None for the kind's habit. `grace`: seconds that the pod's
    processes get (0: at once).
    """
    if propagation is not None and propagation not in _POLICIES:
        fault = status.unsupported("propagationPolicy", propagation, (*_POLICIES, "nil"))
        raise status.unprocessable("DeleteOptions", "meta.k8s.io", "", [fault])
    old = door.store.get(info.store_name, space if info.namespaced else "", name)
    if old is None:
        raise status.not_found(info.plural, info.group, name)
    _check(old, info, preconditions or {})
    request = Request(door, "DELETE", info, None, old, user, dry_run)
    namespace.may_delete(request)
    meta = old.metadata
    seconds = _grace(old, info, grace)
    finalizers = _finalizers(meta.finalizers, propagation, door.kind(info).orphans)
    waits = bool(finalizers or seconds or (info.kind == "Namespace" and old.spec.finalizers))
    if not waits:
        if not dry_run:
            if info.kind == custom.DEFINITIONS:
                _undefine(door, old)
            door.store.delete(info.store_name, meta.namespace, name)
        return old
    marked = _mark(old, info, door.clock.now, seconds, finalizers)
    if dry_run or marked == old:
        return marked
    return door.store.update(marked)


def _undefine(door: Door, definition: Any) -> None:
    """With a definition all objects of its kind go."""
    for info in custom.infos(definition)[:1]:
        for item in door.store.list(info.store_name):
            door.store.delete(info.store_name, item.metadata.namespace, item.metadata.name)
    door.defined(None, definition)


def _check(old: Any, info: ResourceInfo, preconditions: dict[str, str]) -> None:
    uid, version = preconditions.get("uid"), preconditions.get("resourceVersion")
    meta = old.metadata
    if uid and uid != meta.uid:
        told = (
            f"the UID in the precondition ({uid}) does not match the UID in record ({meta.uid}). "
            "The object might have been deleted and then recreated"
        )
        raise status.conflict(info.kind, info.group, meta.name, told)
    if version and version != meta.resourceVersion:
        told = (
            f"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record "
            f"({meta.resourceVersion}). The object might have been modified"
        )
        raise status.conflict(info.kind, info.group, meta.name, told)


def _grace(old: Any, info: ResourceInfo, asked: int | None) -> int:
    """Seconds of grace: only pods that run somewhere get any."""
    if info.kind != "Pod":
        return 0
    if not old.spec.nodeName or old.status.phase in ("Succeeded", "Failed"):
        return 0
    seconds = old.spec.terminationGracePeriodSeconds if asked is None else asked
    if seconds is None:
        seconds = 30
    return 1 if seconds < 0 else int(seconds)


def _finalizers(present: list[str], propagation: str | None, orphans: bool) -> list[str]:
    """The wish about dependents is written down as a finalizer, for the garbage collector to read."""
    if propagation is None:
        if _FOREGROUND in present or _ORPHAN in present:
            return present
        propagation = "Orphan" if orphans else "Background"
    kept = [one for one in present if one not in (_FOREGROUND, _ORPHAN)]
    if propagation == "Orphan":
        return [*kept, _ORPHAN]
    return [*kept, _FOREGROUND] if propagation == "Foreground" else kept


def _mark(old: Any, info: ResourceInfo, now: float, seconds: int, finalizers: list[str]) -> Any:
    meta = old.metadata
    changes: dict[str, Any] = {"finalizers": finalizers}
    if not meta.deletionTimestamp:
        changes |= {"deletionTimestamp": timestamp(now + seconds), "deletionGracePeriodSeconds": seconds}
        if meta.generation:
            changes["generation"] = meta.generation + 1
    elif seconds < (meta.deletionGracePeriodSeconds or 0):
        # asked again with less patience
        changes |= {"deletionTimestamp": timestamp(now + seconds), "deletionGracePeriodSeconds": seconds}
    marked = replace(old, metadata=replace(meta, **changes))
    if info.kind == "Namespace" and marked.status.phase != "Terminating":
        marked = replace(marked, status=replace(marked.status, phase="Terminating"))
    return marked
