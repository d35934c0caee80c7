"""Which kinds there are: group, versions, names and scope of each.

Why it exists: whoever gets a word such as ``po``, ``pods.v1`` or ``deployments.apps`` must know which kind is meant. A
cluster has its own copy, to which CustomResourceDefinitions add. The real counterparts are ``runtime.Scheme`` and the
discovery-based ``RESTMapper`` of client-go.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import msgspec

from pilothouse.api.error import Clear
from pilothouse.api.kinds import TABLE
from pilothouse.api.struct import Base
from pilothouse.api.types.homes import KINDS


class UnknownKind(Clear, LookupError):
    """There is no such kind; the message is kubectl's."""


class ResourceInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about one kind in one version."""

    kind: str
    group: str
    version: str
    plural: str
    singular: str
    short_names: tuple[str, ...] = ()
    namespaced: bool = True
    categories: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()
    stored: bool = True
    custom: bool = False

    @property
    def api_version(self) -> str:
        """As in a manifest: `apps/v1`, or `v1` in the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def store_name(self) -> str:
        """The kind's name in the store: bare for built-in kinds, `Kind.group` for custom ones."""
        return f"{self.kind}.{self.group}" if self.custom else self.kind

    @property
    def qualified(self) -> str:
        """Plural and group as in messages: `deployments.apps`, `pods`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def type(self) -> type[Base]:
        """The Python type of its objects."""
        if self.custom:
            from pilothouse.api.custom import Custom

            return Custom
        module = import_module(f"pilothouse.api.types.{KINDS[self.api_version][self.kind]}")
        found: type[Base] = getattr(module, self.kind)
        return found

    def names(self) -> Iterator[str]:
        """Every word that means this kind, in lower case."""
        yield self.plural
        yield self.singular
        yield from self.short_names
        yield self.kind.lower()


class Scheme:
    """The kinds of one cluster, in the order in which names are looked up."""

    def __init__(self, infos: tuple[ResourceInfo, ...] = ()) -> None:
        self._infos: dict[tuple[str, str], ResourceInfo] = {}
        self._names: dict[str, list[ResourceInfo]] = {}
        for info in infos:
            self.register(info)

    def copy(self) -> Scheme:
        """A scheme that can be added to without changing this one."""
        return Scheme(tuple(self._infos.values()))

    def __iter__(self) -> Iterator[ResourceInfo]:
        """All kinds in all versions; the first version of a kind is the preferred one."""
        return iter(self._infos.values())

    def register(self, info: ResourceInfo) -> None:
        """Add a kind in one version, or replace it."""
        self.unregister(info.api_version, info.kind)
        self._infos[info.api_version, info.kind] = info
        for name in dict.fromkeys(info.names()):
            self._names.setdefault(name, []).append(info)

    def unregister(self, api_version: str, kind: str) -> None:
        """Forget a kind in one version; nothing happens if it is not there."""
        info = self._infos.pop((api_version, kind), None)
        if info is not None:
            for name in dict.fromkeys(info.names()):
                self._names[name].remove(info)

    def find(self, api_version: str, kind: str) -> ResourceInfo | None:
        """The kind of a manifest, or None."""
        return self._infos.get((api_version, kind))

    def of(self, api_version: str, kind: str) -> ResourceInfo:
        """The kind of a manifest.

        Raises:
            UnknownKind: in kubectl's words.
        """
        info = self._infos.get((api_version, kind))
        if info is None:
            raise UnknownKind(f'no matches for kind "{kind}" in version "{api_version}"')
        return info

    def resource(self, word: str) -> ResourceInfo:
        """The kind that a user means by `word`: plural, singular, short name, Kind, with `.group` or `.version.group`.

        Raises:
            UnknownKind: in kubectl's words.
        """
        name, _, rest = word.lower().partition(".")
        for info in self._names.get(name, ()):
            if rest in ("", info.group, f"{info.version}.{info.group}", info.version):
                return info
        raise UnknownKind(f'the server doesn\'t have a resource type "{word}"')

    def category(self, name: str) -> list[ResourceInfo]:
        """The kinds of a category such as `all`, each once, in its preferred version."""
        first: dict[str, ResourceInfo] = {}
        for info in self._infos.values():
            if name in info.categories:
                first.setdefault(info.store_name, info)
        return list(first.values())

    def versions(self, store_name: str) -> list[ResourceInfo]:
        """A kind in all its versions, the preferred one first."""
        return [info for info in self._infos.values() if info.store_name == store_name]


def _words(text: str) -> tuple[str, ...]:
    return () if text == "-" else tuple(text.split(","))


def _row(line: str) -> ResourceInfo:
    api_version, kind, plural, flags, short, categories, subresources = line.split()
    group, _, version = api_version.rpartition("/")
    return ResourceInfo(
        kind=kind,
        group=group,
        version=version,
        plural=plural,
        singular=kind.lower(),
        short_names=_words(short),
        namespaced="n" in flags,
        stored="s" in flags,
        categories=_words(categories),
        subresources=_words(subresources),
    )


DEFAULT = Scheme(tuple(_row(line) for line in TABLE.strip().splitlines()))


def resource(word: str) -> ResourceInfo:
    """The built-in kind that a user means by `word`; see `Scheme.resource`."""
    return DEFAULT.resource(word)
