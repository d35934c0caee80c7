"""The one door to the state: every write of every component, learner and command passes here.

Decode, default, admit, validate, store: the real counterpart is the generic API server with its registries and admission chain. In process a write is
a function call with typed objects; nothing is stored, drawn at random or logged unless all of it is right.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from pilothouse import kernel
from pilothouse.api import replace, timestamp
from pilothouse.api.decode import DecodeError, decode
from pilothouse.api.scheme import DEFAULT, ResourceInfo, Scheme, UnknownKind
from pilothouse.apiserver import custom, metadata, status
from pilothouse.apiserver.admission import CHAIN, Request
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.kinds import table_of
from pilothouse.apiserver.status import ApiError, Fault

_CONVERTED = ("autoscaling/v1", "events.k8s.io/v1")
_NO_KIND = Kind("")
_GENERATED = 5
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"


class Door:
    """Creates, updates and deletes objects in a store by the rules of their kinds.

    `randoms(name)` gives a stream of random numbers; the door draws uids and generated names from the stream "apiserver", and only when a write
    is certain.
    """

    def __init__(
        self, store: kernel.Store, clock: kernel.Clock, randoms: Callable[[str], Random], scheme: Scheme | None = None
    ) -> None:
        self.store = store
        self.clock = clock
        self.randoms = randoms
        self.random = randoms("apiserver")
        self.scheme = scheme or DEFAULT.copy()
        self.tables: dict[str, Kind] = {}
        self._infos: dict[tuple[str, str], ResourceInfo] = {}
        store.index("Event", "about", _about)
        self.refresh()

    def fork(self, store: kernel.Store, clock: kernel.Clock, randoms: Callable[[str], Random]) -> Door:
        """The same door to another store."""
        return Door(store, clock, randoms)

    # ------------------------------------------------------------------------------------------------------------- kinds

    def refresh(self) -> None:
        """Serve the kinds that the definitions in the store define; for stores that were filled by another way than this door."""
        for definition in self.store.all(custom.DEFINITIONS):
            custom.register(self.scheme, definition)
        self._infos.clear()
        self.tables.clear()

    def defined(self, definition: Any, before: Any) -> None:
        """A definition was written (or removed: None): serve what it says now."""
        custom.register(self.scheme, definition, before)
        self._infos.clear()
        self.tables.clear()

    def definition(self, info: ResourceInfo) -> Any:
        """The CustomResourceDefinition of a custom kind."""
        return self.store.get(custom.DEFINITIONS, "", f"{info.plural}.{info.group}")

    def info(self, item: Any) -> ResourceInfo:
        """Names and scope of an object's kind. Raises ApiError 404 where the kind is not served."""
        key = (item.apiVersion, item.kind)
        info = self._infos.get(key)
        if info is None:
            info = self._infos[key] = self._find(*key)
        return info

    def _find(self, version: str, kind: str) -> ResourceInfo:
        info = self.scheme.find(version, kind)
        if info is None:
            raise unknown(f'no matches for kind "{kind}" in version "{version}"')
        return info

    def resource(self, word: str) -> ResourceInfo:
        """The kind that a word means: "po", "pods", "Pod", "deployments.apps"."""
        try:
            return self.scheme.resource(word)
        except UnknownKind as error:
            raise unknown(str(error)) from None

    def kind(self, info: ResourceInfo) -> Kind:
        """The table of a kind."""
        name = info.store_name
        found = self.tables.get(name)
        if found is None:
            made = custom.table_of(self.definition(info)) if info.custom else table_of(name)
            found = self.tables[name] = made or _NO_KIND
        return found

    def decode(self, data: Any, validation: str = "Strict") -> tuple[Any, list[str]]:
        """A typed object from JSON, and warnings. `validation` of unknown fields is Strict, Warn or Ignore.

        Raises ApiError 400 in the server's words.
        """
        if not isinstance(data, dict):
            raise status.bad_request(
                f"an object is a mapping with apiVersion, kind and metadata, not {type(data).__name__}"
            )
        missing = [f"{name} not set" for name in ("apiVersion", "kind") if not data.get(name)]
        if missing:
            told = missing[0] if len(missing) == 1 else f"[{', '.join(missing)}]"
            raise status.bad_request(f"error validating data: {told}")
        info = self._find(str(data["apiVersion"]), str(data["kind"]))
        dropped: list[str] = []
        if info.custom:
            definition = self.definition(info)
            data, dropped = custom.pruned(definition, data)
            info = custom.infos(definition)[0]
            data["apiVersion"] = info.api_version
        try:
            item, problems = decode(data, info)
        except DecodeError as error:
            raise status.bad_request(str(error)) from None
        problems = (*problems, *dropped[: 100 - len(problems)])
        if problems and validation == "Strict":
            told = "strict decoding error: " + ", ".join(problems)
            raise status.undecodable(info.kind, info.version, told)
        if info.api_version in _CONVERTED:
            from pilothouse.api.convert import to_stored

            item = to_stored(item)
        return item, list(problems) if validation == "Warn" else []

    # ------------------------------------------------------------------------------------------------------------ create

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
            state = self.random.getstate()
            try:
                return self._identify(item, info)
            finally:
                self.random.setstate(state)
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

    def preview(self, meta: Any, info: ResourceInfo) -> str:
        """The name that would be generated next; chance stays untouched."""
        state = self.random.getstate()
        try:
            # the uid is drawn before the name
            self.uid()
            return self._free_name(meta, info)
        finally:
            self.random.setstate(state)

    def _free_name(self, meta: Any, info: ResourceInfo) -> str:
        base: str = meta.generateName[: 63 - _GENERATED]
        while True:
            name = base + "".join(self.random.choice(_ALPHABET) for _ in range(_GENERATED))
            if self.store.get(info.store_name, meta.namespace, name) is None:
                return name

    # ------------------------------------------------------------------------------------------------------------ update

    def update(self, item: Any, user: str = "", dry_run: bool = False, subresource: str | None = None) -> Any:
        """Replace an object by a newer version of it; with `subresource` "status" only its status."""
        info = self.info(item)
        old = self._current(info, item.metadata)
        kind = self.kind(info)
        if subresource == "status":
            meta = old.metadata
            if kind.annotations and item.metadata.annotations != meta.annotations:
                meta = replace(meta, annotations=item.metadata.annotations)
            item = replace(item, **{**_body(old), "status": item.status, "metadata": meta})
            faults: list[Fault] = []
            kind.status_rules(item, old, "", faults)
            if faults:
                raise status.unprocessable(info.kind, info.group, old.metadata.name, faults)
            return self._replace(item, old, dry_run)
        item = kind.defaults(item)
        item = self._continue(item, old, kind, subresource)
        if item is old:
            return old
        request = Request(self, "UPDATE", info, item, old, user, dry_run, subresource)
        for admit in CHAIN.mutating(info.kind):
            request.item = admit(request)
        item = request.item
        self._refuse_faults(item, old, info, kind)
        self._permit(request, kind)
        if kind.finish is not None:
            item = self._finish(item, kind, dry_run)
        return self._replace(item, old, dry_run)

    def _finish(self, item: Any, kind: Kind, dry_run: bool) -> Any:
        state = self.random.getstate() if dry_run else None
        item = kind.finish(self, item) if kind.finish else item
        if state is not None:
            self.random.setstate(state)
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
        if item == old:
            return old
        if kind.generation and (
            _changed(item, old) or (kind.annotations and item.metadata.annotations != before.annotations)
        ):
            item = replace(item, metadata=replace(item.metadata, generation=before.generation + 1))
        return item

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

    # -------------------------------------------------------------------------------------------------------- validation

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

    # ----------------------------------------------------------------------------------------------------------- clients

    def client(self, name: str) -> Any:
        """A client for a component called `name`."""
        from pilothouse.apiserver.client import Client

        return Client(self, user=name)

    def bootstrap(self) -> None:
        """What an empty cluster has: its four namespaces and the system's priority classes."""
        from pilothouse.apiserver.bootstrap import bootstrap

        bootstrap(self)


def unknown(message: str) -> ApiError:
    """404 for a kind that is not served."""
    return ApiError(404, "NotFound", message)


def _about(event: Any) -> tuple[str, ...]:
    about = event.involvedObject
    return (about.uid or f"{about.kind}/{about.namespace}/{about.name}",)


def _body(item: Any) -> dict[str, Any]:
    return {name: getattr(item, name) for name in item.__struct_fields__ if name not in ("metadata", "status")}


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
