"""The API in process: what `cluster.api`, every component and every command speaks.

The real counterparts are client-go's typed clients. Objects go in as typed structures (the fast way) or as plain JSON
(the strict way), and come out typed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from pilothouse import kernel
from pilothouse.api import Base, replace, to_dict
from pilothouse.apiserver import access, apply, lease, patch, status
from pilothouse.apiserver.acting import Acting
from pilothouse.apiserver.deletion import delete
from pilothouse.apiserver.recorder import record
from pilothouse.apiserver.selection import Fits, choose
from pilothouse.apiserver.subresource import bind, evict, patch_scale, scale_of
from pilothouse.apiserver.watch import Watch

if TYPE_CHECKING:
    from pilothouse.api.scheme import ResourceInfo
    from pilothouse.apiserver.door import Door

Remarks = list[str]
Journal = Callable[[str, dict[str, Any]], None]
_NOBODY: AbstractContextManager[None] = nullcontext()


class Client:
    """The door as one user sees it.

    `user` and `groups`: who asks. `journal(call, arguments)`: told of every writing call, so that it can be repeated.
    `warnings`: what the server remarked about the last object it took.
    """

    def __init__(
        self,
        door: Door,
        user: str = "kubernetes-admin",
        groups: tuple[str, ...] = ("system:masters", "system:authenticated"),
        journal: Journal | None = None,
        named: bool = False,
    ) -> None:
        self.door = door
        self.user = user
        self.groups = groups
        self.journal = journal
        self.warnings: list[str] = []
        self._store = door.store
        self._named = named
        self._free = access.MASTERS in groups

    def as_(self, user: str, groups: tuple[str, ...] = ("system:authenticated",)) -> Client:
        """The same door for somebody else: their name is on what they write, and roles and bindings say what they may
        do.
        """
        return Client(self.door, user, groups, self.journal, named=True)

    # ------------------ reads

    def get(self, kind: str, name: str, namespace: str = "default", subresource: str | None = None) -> Any:
        """One object. `kind` may be "po", "pods", "Pod" or "deployments.apps". Raises ApiError 404."""
        info = self.door.resource(kind)
        self._may("get", info, namespace, name, subresource)
        found = self._store.get(info.store_name, namespace if info.namespaced else "", name)
        if found is None:
            raise status.not_found(info.plural, info.group, name)
        if subresource == "scale":
            return scale_of(self.door, info, found)
        return lease.renewed(found, self.door.clock.now) if info.kind == "Lease" else found

    def list(
        self,
        kind: str,
        namespace: str | None = "default",
        selector: Any = None,
        field_selector: str | None = None,
    ) -> list[Any]:
        """All objects of a kind in one namespace, or in all (`None` or "*"), sorted by namespace and name.

        `selector`: "app=web,tier in (a,b)", a dict of labels or a LabelSelector. `field_selector`: "spec.nodeName=n1".
        """
        info = self.door.resource(kind)
        where = None if namespace in (None, "*") or not info.namespaced else namespace
        self._may("list", info, where)
        found = self._store.list(info.store_name, where)
        fits = self._fits(info, selector, field_selector)
        if fits is not None:
            found = [item for item in found if fits(item)]
        if info.kind == "Lease":
            return [lease.renewed(item, self.door.clock.now) for item in found]
        return found

    def watch(
        self,
        kind: str,
        namespace: str | None = None,
        since: int | str | None = None,
        selector: Any = None,
        field_selector: str | None = None,
    ) -> Watch:
        """The changes of a kind from now (or from the revision `since`) on; iterate it again after the cluster ran."""
        info = self.door.resource(kind)
        where = None if namespace in (None, "*") or not info.namespaced else namespace
        self._may("watch", info, where)
        begin = int(since) if since not in (None, "") else None
        return Watch(self._store, info.store_name, where, begin, self._fits(info, selector, field_selector))

    def _fits(self, info: ResourceInfo, selector: Any, field_selector: str | None) -> Fits | None:
        return choose(selector, field_selector, self.door.kind(info).fields)

    # ------------------ writes

    def create(
        self, obj: Any, *, namespace: str | None = None, dry_run: bool = False, validation: str = "Strict"
    ) -> Any:
        """Add an object. `validation` of unknown fields in plain JSON: "Strict", "Warn" or "Ignore". Raises ApiError."""
        item, remarks = self._typed(obj, validation)
        item = self._place(item, namespace)
        info = self.door.info(item)
        if not info.stored:
            return access.review(self._store, self.user, self.groups, item)
        self._may("create", info, item.metadata.namespace)
        with self._acting():
            taken = self.door.create(item, self.user, dry_run)
        self._note("create", dry_run, obj=obj, namespace=namespace, validation=validation)
        if not isinstance(obj, dict):
            return taken
        self.warnings = remarks + self.door.remarks(taken)
        return _as_asked(taken, obj)

    def update(
        self, obj: Any, *, subresource: str | None = None, dry_run: bool = False, validation: str = "Strict"
    ) -> Any:
        """Replace an object, or with `subresource="status"` its status. A resourceVersion, if there, must be the
        newest.
        """
        item, remarks = self._typed(obj, validation)
        if isinstance(obj, dict):
            self.warnings = remarks
        item = self._place(item, None)
        self._may("update", self.door.info(item), item.metadata.namespace, item.metadata.name, subresource)
        with self._acting():
            taken = self.door.update(item, self.user, dry_run, subresource)
        self._note("update", dry_run, obj=obj, subresource=subresource, validation=validation)
        return taken

    def patch(
        self,
        kind: str,
        name: str,
        body: Any,
        type: str = "merge",
        namespace: str = "default",
        subresource: str | None = None,
        dry_run: bool = False,
        validation: str = "Strict",
    ) -> Any:
        """Change what `body` says, in the manner of `type`: "merge", "json", "strategic". Subresources: status,
        scale, …
        """
        info = self.door.resource(kind)
        self._may("create" if subresource in ("binding", "eviction") else "patch", info, namespace, name, subresource)
        with self._acting():
            taken = self._patch(info, name, namespace, body, type, subresource, dry_run, validation)
        arguments = {"kind": kind, "name": name, "body": body, "type": type, "namespace": namespace}
        self._note("patch", dry_run, **arguments, subresource=subresource, validation=validation)
        return taken

    def _patch(
        self,
        info: ResourceInfo,
        name: str,
        namespace: str,
        body: Any,
        type: str,
        sub: str | None,
        dry_run: bool,
        validation: str,
    ) -> Any:
        if sub == "eviction":
            options = (body or {}).get("deleteOptions") or {}
            grace = options.get("gracePeriodSeconds")
            return evict(self.door, namespace, name, grace, self.user, dry_run or bool(options.get("dryRun")))
        if sub == "binding":
            node = ((body or {}).get("target") or {}).get("name", "")
            return bind(self.door, namespace, name, node, dry_run)
        old = self._store.get(info.store_name, namespace if info.namespaced else "", name)
        if old is None:
            raise status.not_found(info.plural, info.group, name)
        if sub == "scale":
            return patch_scale(self.door, info, old, body, type, self.user, dry_run)
        item, self.warnings = self.door.decode(patch.patched(to_dict(old), body, type, info), validation)
        _same_name(item, name)
        return self.door.update(item, self.user, dry_run, sub)

    def apply(self, obj: Any, *, namespace: str | None = None, dry_run: bool = False) -> tuple[Any, str]:
        """As `kubectl apply`: create it, or change what the manifest says since the last apply.

        Answers with the object and "created", "configured" or "unchanged".
        """
        with self._acting():
            taken, done = apply.apply(self, obj, namespace, dry_run)
        self._note("apply", dry_run, obj=obj, namespace=namespace)
        return taken, done

    def delete(
        self,
        kind: str,
        name: str,
        namespace: str = "default",
        propagation: str | None = None,
        grace: int | None = None,
        dry_run: bool = False,
        preconditions: dict[str, str] | None = None,
    ) -> Any:
        """Delete an object, or mark it where grace or finalizers hold it. `grace`: seconds, 0 at once.

        `propagation`: "Foreground", "Background" or "Orphan": what becomes of the objects that it owns.
        """
        options: dict[str, Any] = {"propagation": propagation, "grace": grace, "preconditions": preconditions}
        info = self.door.resource(kind)
        self._may("delete", info, namespace, name)
        with self._acting():
            taken = delete(self.door, info, name, namespace, user=self.user, dry_run=dry_run, **options)
        self._note("delete", dry_run, kind=kind, name=name, namespace=namespace, **options)
        return taken

    def bind(self, name: str, namespace: str, node: str) -> Any:
        """Put a pod on a node: the binding subresource, as the scheduler writes it."""
        self._may("create", self.door.resource("pods"), namespace, name, "binding")
        with self._acting():
            taken = bind(self.door, namespace, name, node)
        self._note("bind", False, name=name, namespace=namespace, node=node)
        return taken

    def evict(self, name: str, namespace: str = "default", grace: int | None = None, dry_run: bool = False) -> Any:
        """Ask a pod to go, as `kubectl drain` does; a disruption budget may refuse (429)."""
        self._may("create", self.door.resource("pods"), namespace, name, "eviction")
        with self._acting():
            taken = evict(self.door, namespace, name, grace, self.user, dry_run)
        self._note("evict", dry_run, name=name, namespace=namespace, grace=grace)
        return taken

    def event(
        self, about: Any, type: str, reason: str, message: str, *, component: str | None = None, field: str = ""
    ) -> Any:
        """Write down that something happened to `about`; the same again counts up the first. `type`: Normal or
        Warning.
        """
        thing = self.door.decode(about, "Ignore")[0] if isinstance(about, dict) else about
        with self._acting():
            said = record(self.door, thing, type, reason, message, component or self.user, field)
        if self.journal is not None:
            arguments = {"type": type, "reason": reason, "message": message, "component": component, "field": field}
            self._note("event", False, about=about, **arguments)
        return said

    # ------------------ access

    def can(
        self, verb: str, kind: str, name: str = "", namespace: str = "default", subresource: str | None = None
    ) -> bool:
        """Whether this user may do that, as `kubectl auth can-i` asks."""
        wanted = access.wish(verb, self.door.resource(kind), namespace, name, subresource)
        return access.allowed(self._store, self.user, self.groups, wanted)

    def _may(
        self, verb: str, info: ResourceInfo, namespace: str | None, name: str = "", subresource: str | None = None
    ) -> None:
        if self._free:
            return
        wanted = access.wish(verb, info, namespace, name, subresource)
        if not access.allowed(self._store, self.user, self.groups, wanted):
            raise access.refusal(self.user, wanted)

    # ------------------ helpers

    def _acting(self) -> AbstractContextManager[None]:
        """Inside a component's turn the loop has said who writes; outside, it is this user."""
        if self._named or self._store.actor == kernel.OUTSIDE:
            return Acting(self._store, self.user)
        return _NOBODY

    def _note(self, call: str, dry_run: bool, **arguments: Any) -> None:
        if self.journal is None or dry_run:
            return
        plain = {key: _plain(value) for key, value in arguments.items()}
        who = {"user": self.user, "groups": list(self.groups)} if self._named else {}
        self.journal(call, {**plain, **who})

    def _typed(self, obj: Any, validation: str) -> tuple[Any, Remarks]:
        """A typed object, and warnings. What components hand in is taken as it is, and so are pods, of which there
        are many; all else that comes from outside is read strictly.
        """
        if isinstance(obj, Base):
            if self.journal is None or obj.__class__.__name__ == "Pod":
                return obj, []
            obj = to_dict(obj)
        return self.door.decode(obj, validation)

    def _place(self, item: Any, namespace: str | None) -> Any:
        """The namespace of an object: its own, the one asked for, or `default`; none for what belongs to the whole
        cluster.
        """
        info = self.door.info(item)
        own = item.metadata.namespace
        if not info.namespaced:
            return replace(item, metadata=replace(item.metadata, namespace="")) if own else item
        if not own:
            return replace(item, metadata=replace(item.metadata, namespace=namespace or "default"))
        if namespace and own != namespace:
            told = "the namespace of the provided object does not match the namespace sent on the request"
            raise status.bad_request(told)
        return item


def _as_asked(item: Any, obj: dict[str, Any]) -> Any:
    """The answer in the version of the request."""
    if item.apiVersion == obj.get("apiVersion"):
        return item
    from pilothouse.api.convert import to_version

    return to_version(item, obj["apiVersion"])


def _plain(value: Any) -> Any:
    """JSON that shares nothing with what the caller may change later."""
    return to_dict(value) if isinstance(value, Base) else copy.deepcopy(value)


def _same_name(item: Any, name: str) -> None:
    if item.metadata.name != name:
        told = f"the name of the object ({item.metadata.name}) does not match the name on the URL ({name})"
        raise status.bad_request(told)
