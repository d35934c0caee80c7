"""Which kinds the door serves: their names, their tables, and how JSON becomes an object of one.

The built-in kinds are always there; custom ones are what the CustomResourceDefinitions in the store say. The real
counterparts are discovery, the scheme with its codecs, and the registry of strategies.
"""

from __future__ import annotations

from typing import Any

from pilothouse import kernel
from pilothouse.api.decode import DecodeError, decode
from pilothouse.api.scheme import DEFAULT, ResourceInfo, UnknownKind
from pilothouse.apiserver import custom, status
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.kinds import table_of
from pilothouse.apiserver.status import ApiError

_CONVERTED = ("autoscaling/v1", "events.k8s.io/v1")
_NO_KIND = Kind("")
_MOST_PROBLEMS = 100


class Discovery:
    """The kinds that are served, by name and by manifest. `scheme` has them all; others may read it."""

    def __init__(self, store: kernel.Store) -> None:
        self.store = store
        self.scheme = DEFAULT.copy()
        self._tables: dict[str, Kind] = {}
        self._infos: dict[tuple[str, str], ResourceInfo] = {}
        self.refresh()

    def refresh(self) -> None:
        """Serve the kinds that the definitions in the store define; for stores that were filled by another way than
        this door.
        """
        for definition in self.store.all(custom.DEFINITIONS):
            custom.register(self.scheme, definition)
        self._infos.clear()
        self._tables.clear()

    def defined(self, definition: Any, before: Any) -> None:
        """A definition was written (or removed: None): serve what it says now."""
        custom.register(self.scheme, definition, before)
        self._infos.clear()
        self._tables.clear()

    def definition(self, info: ResourceInfo) -> Any:
        """The CustomResourceDefinition of a custom kind; None for any other."""
        if not info.custom:
            return None
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
        found = self._tables.get(name)
        if found is None:
            definition = self.definition(info)
            made = table_of(name) if definition is None else custom.table_of(definition)
            found = self._tables[name] = made or _NO_KIND
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
        definition = self.definition(info)
        dropped: list[str] = []
        if definition is not None:
            data, dropped = custom.pruned(definition, data)
            info = custom.infos(definition)[0]
            data["apiVersion"] = info.api_version
        try:
            item, problems = decode(data, info)
        except DecodeError as error:
            raise status.bad_request(str(error)) from None
        problems = (*problems, *dropped[: _MOST_PROBLEMS - len(problems)])
        if problems and validation == "Strict":
            told = "strict decoding error: " + ", ".join(problems)
            raise status.undecodable(info.kind, info.version, told)
        if info.api_version in _CONVERTED:
            from pilothouse.api.convert import to_stored

            item = to_stored(item)
        return item, list(problems) if validation == "Warn" else []


def unknown(message: str) -> ApiError:
    """404 for a kind that is not served."""
    return ApiError(404, "NotFound", message)
