"""The one door to the state: every write of every component, learner and command passes here.

Decode, default, admit, validate, store: the real counterpart is the generic API server with its registries and
admission chain. In process a write is a function call with typed objects; nothing is stored, drawn at random or
logged unless all of it is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from random import Random
from typing import Any

from pilothouse import kernel
from pilothouse.api import replace, timestamp
from pilothouse.api.scheme import ResourceInfo
from pilothouse.apiserver import custom, metadata, status
from pilothouse.apiserver.admission import CHAIN, Request
from pilothouse.apiserver.discovery import Discovery
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.status import ApiError, Fault

_GENERATED = 5
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"


class Door(Discovery):
    """Creates, updates and deletes objects in a store by the rules of their kinds.

    `randoms(name)` gives a stream of random numbers; the door draws uids and generated names from the stream
    "apiserver", and only when a write is certain.
    """

    def __init__(self, store: kernel.Store, clock: kernel.Clock, randoms: Callable[[str], Random]) -> None:
        super().__init__(store)
        self.clock = clock
        self.random = randoms("apiserver")
        store.index("Event", "about", _about)

    def fork(self, store: kernel.Store, clock: kernel.Clock, randoms: Callable[[str], Random]) -> Door:
        """The same door to another store: what it serves is in the store."""
        return Door(store, clock, randoms)

    # ------------------ create

    def create(self, item: Any, user: str = "", dry_run: bool = False) -> Any:
        """Take a new object in. Answers with what is stored (or would be, with `dry_run`)."""
        info = self.info(item)
        kind = self.kind(info)
        item = kind.defaults(item)
        request = Request(self, "CREATE", info, item, None, user, dry_run)
        for admit in CHAIN.mutating(info.kind):
            request.item = admit(request)
        item = self._begin(request.item, kind)
        self._refuse_faults(item, None, info, kind)
        request.item, request.begun = item, True
        self._permit(request, kind)
        name = item.metadata.name
        if name and self.store.get(info.store_name, item.metadata.namespace, name) is not None:
            raise status.already_exists(info.plural, info.group, name)
        if dry_run:
            with self._chance_untouched():
                return self._identify(item, info)
        if item.metadata.resourceVersion:
            raise ApiError(500, "", "resourceVersion should not be set on objects to be created")
        item = self._identify(item, info)
        item = self.store.create(item)
        if info.kind == custom.DEFINITIONS:
            self.defined(item, None)
        return item

    def _begin(self, item: Any, kind: Kind) -> Any:
        meta = replace(
            item.metadata,
            creationTimestamp=timestamp(self.clock.now),
            deletionTimestamp="",
            deletionGracePeriodSeconds=None,
            generation=1 if kind.generation else 0,
            selfLink="",
            uid="",
        )
        return kind.prepare(replace(item, metadata=meta))

    def _identify(self, item: Any, info: ResourceInfo) -> Any:
        """A uid, and a name where one is to be generated: the only draws of chance, after everything else went well."""
        uid = self.uid()
        meta = item.metadata
        if meta.name:
            item = replace(item, metadata=replace(meta, uid=uid))
        else:
            item = replace(item, metadata=replace(meta, uid=uid, name=self._free_name(meta, info)))
        finish = self.kind(info).finish
        return finish(self, item) if finish else item

    def uid(self) -> str:
        """A uid like any other (version 4), drawn from the door's own chance."""
        drawn = f"{self.random.getrandbits(128):032x}"
        return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-a{drawn[17:20]}-{drawn[20:]}"

    @contextmanager
    def _chance_untouched(self) -> Iterator[None]:
        """What is drawn meanwhile will be drawn again."""
        state = self.random.getstate()
        try:
            yield
        finally:
            self.random.setstate(state)

    def preview(self, meta: Any, info: ResourceInfo) -> str:
        """The name that would be generated next."""
        with self._chance_untouched():
            self.uid()  # is drawn before the name
            return self._free_name(meta, info)

    def _free_name(self, meta: Any, info: ResourceInfo) -> str:
        base: str = meta.generateName[: 63 - _GENERATED]
        while True:
            name = base + "".join(self.random.choice(_ALPHABET) for _ in range(_GENERATED))
            if self.store.get(info.store_name, meta.namespace, name) is None:
                return name

    # ------------------ update

    def update(self, item: Any, user: str = "", dry_run: bool = False, subresource: str | None = None) -> Any:
        """Replace an object by a newer version of it; with `subresource` "status" only its status."""
        info = self.info(item)
        old = self._current(info, item.metadata)
        kind = self.kind(info)
        if subresource is not None and subresource not in info.subresources:
            raise ApiError(404, "NotFound", "the server could not find the requested resource")
        if subresource == "status":
            return self._replace(self._with_status(item, old, info, kind), old, dry_run)
        item = kind.defaults(item)
        item = self._continue(item, old, kind, subresource)
        request = Request(self, "UPDATE", info, item, old, user, dry_run, subresource)
        for admit in CHAIN.mutating(info.kind):
            request.item = admit(request)
        item = request.item
        if item == old:
            return old
        item = request.item = self._counted(item, old, kind)
        self._refuse_faults(item, old, info, kind)
        self._permit(request, kind)
        if kind.finish is not None:
            with self._chance_untouched() if dry_run else nullcontext():
                item = kind.finish(self, item)
        return self._replace(item, old, dry_run)

    def _with_status(self, item: Any, old: Any, info: ResourceInfo, kind: Kind) -> Any:
        """The old object with the new status: whoever reports what is cannot change what was wished for."""
        meta = old.metadata
        if kind.annotations and item.metadata.annotations != meta.annotations:
            meta = replace(meta, annotations=item.metadata.annotations)
        item = replace(old, status=item.status, metadata=meta)
        faults: list[Fault] = []
        kind.status_rules(item, old, "", faults)
        if faults:
            raise status.unprocessable(info.kind, info.group, meta.name, faults)
        return item

    def _current(self, info: ResourceInfo, meta: Any) -> Any:
        old = self.store.get(info.store_name, meta.namespace if info.namespaced else "", meta.name)
        if old is None:
            raise status.not_found(info.plural, info.group, meta.name)
        if meta.resourceVersion and meta.resourceVersion != old.metadata.resourceVersion:
            raise status.conflict(info.plural, info.group, meta.name)
        if meta.uid and meta.uid != old.metadata.uid:
            told = f"Precondition failed: UID in precondition: {meta.uid}, UID in object meta: {old.metadata.uid}"
            raise status.conflict(info.plural, info.group, meta.name, told)
        return old

    def _continue(self, item: Any, old: Any, kind: Kind, subresource: str | None) -> Any:
        meta, before = item.metadata, old.metadata
        item = replace(
            item,
            metadata=replace(
                meta,
                uid=before.uid,
                namespace=before.namespace,
                creationTimestamp=before.creationTimestamp,
                deletionTimestamp=before.deletionTimestamp,
                deletionGracePeriodSeconds=before.deletionGracePeriodSeconds,
                generation=before.generation,
                generateName=before.generateName,
                selfLink="",
                resourceVersion=before.resourceVersion,
            ),
        )
        if kind.status:
            item = replace(item, status=old.status)
        if kind.update is not None and subresource is None:
            item = kind.update(item, old)
        return item

    @staticmethod
    def _counted(item: Any, old: Any, kind: Kind) -> Any:
        """The generation counts what was wished for; for some kinds annotations are wishes too."""
        if not kind.generation:
            return item
        if not _changed(item, old) and not (kind.annotations and item.metadata.annotations != old.metadata.annotations):
            return item
        return replace(item, metadata=replace(item.metadata, generation=old.metadata.generation + 1))

    def _replace(self, item: Any, old: Any, dry_run: bool) -> Any:
        if dry_run:
            return item
        meta = item.metadata
        ended = meta.deletionTimestamp and not meta.finalizers and not meta.deletionGracePeriodSeconds
        if ended and not getattr(getattr(item, "spec", None), "finalizers", None):
            self.store.delete(kernel.key_of(item).kind, meta.namespace, meta.name)
            return item
        stored = self.store.update(item)
        if item.kind == custom.DEFINITIONS:
            self.defined(stored, old)
        return stored

    # ------------------ validation

    def _permit(self, request: Request, kind: Kind) -> None:
        for permit in CHAIN.validating(request.info.kind):
            permit(request)
        faults = kind.permit(request) if kind.permit else None
        if faults:
            raise status.unprocessable(request.info.kind, request.info.group, request.name, faults)

    def _refuse_faults(self, item: Any, old: Any, info: ResourceInfo, kind: Kind) -> None:
        faults: list[Fault] = []
        metadata.check(item.metadata, "metadata", faults, kind.name, info.namespaced, kept=old is not None)
        if kind.annotated is not None and item.metadata.annotations:
            kind.annotated(item, "", faults)
        if old is None:
            kind.rules(item, "", faults)
        else:
            _check_finalizers(item.metadata, old.metadata, faults)
            if _changed(item, old):
                kind.rules(item, "", faults)
                kind.changes(item, old, "", faults)
        if faults:
            meta = item.metadata
            name = self.preview(meta, info) if meta.generateName and not meta.name else meta.name
            raise status.unprocessable(info.kind, info.group, name, faults)

    def remarks(self, item: Any) -> list[str]:
        """What the server says about an object that it takes nevertheless."""
        warn = self.kind(self.info(item)).warnings
        return warn(item) if warn else []

    # ------------------ clients

    def client(self, name: str) -> Any:
        """A client for a component called `name`."""
        from pilothouse.apiserver.client import Client

        return Client(self, user=name)

    def bootstrap(self) -> None:
        """What an empty cluster has: its four namespaces and the system's priority classes."""
        from pilothouse.apiserver.bootstrap import bootstrap

        bootstrap(self)


def _about(event: Any) -> tuple[str, ...]:
    about = event.involvedObject
    return (about.uid or f"{about.kind}/{about.namespace}/{about.name}",)


def _changed(item: Any, old: Any) -> bool:
    """Whether more than metadata and status differs."""
    for name in item.__struct_fields__:
        if name in ("metadata", "status"):
            continue
        now, before = getattr(item, name), getattr(old, name)
        if now is not before and now != before:
            return True
    return False


def _check_finalizers(meta: Any, old: Any, faults: list[Fault]) -> None:
    if not old.deletionTimestamp:
        return
    added = [name for name in meta.finalizers if name not in old.finalizers]
    if added:
        told = ", ".join(f'"{name}"' for name in added)
        detail = (
            f"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{told}}}"
        )
        faults.append(status.forbidden("metadata.finalizers", detail))
