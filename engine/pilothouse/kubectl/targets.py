"""Which objects a command is about: ``pods web-1``, ``po/web-1 deploy/web``, ``pods,svc -l app=web``, ``-f web.yaml``.

The real counterpart is the ``resource.Builder`` of ``cli-runtime``, whose words for wrong arguments we use.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pilothouse.api import ResourceInfo
from pilothouse.apiserver import ApiError

from .failure import Failure, error
from .manifests import Document, documents

if TYPE_CHECKING:
    from .call import Call

NOTHING_NAMED = (
    "You must provide one or more resources by argument or filename.\n"
    "Example resource specifications include:\n"
    "   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'"
)


class Wanted(NamedTuple):
    """A kind and the names wanted of it; no names: all that the selectors leave."""

    resource: ResourceInfo
    names: tuple[str, ...]


class Found(NamedTuple):
    """An object that is there, with what the scheme knows about its kind."""

    resource: ResourceInfo
    object: Any

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.object.metadata.name)

    @property
    def namespace(self) -> str:
        """Its namespace; empty for kinds without."""
        return str(self.object.metadata.namespace)

    @property
    def title(self) -> str:
        """``deployment.apps/web``, as commands name what they did."""
        return title(self.resource, self.name)


def title(resource: ResourceInfo, name: str) -> str:
    """``pod/web-1``, ``deployment.apps/web``."""
    return f"{singular(resource)}/{name}"


def singular(resource: ResourceInfo) -> str:
    """``pod``, ``deployment.apps``."""
    return f"{resource.singular}.{resource.group}" if resource.group else str(resource.singular)


def kind(call: Call, text: str) -> ResourceInfo:
    """What the scheme knows about ``po``, ``pods``, ``deployments.apps``; kubectl's words where it knows nothing."""
    try:
        return call.cluster.door.scheme.resource(text)
    except LookupError as unknown:
        raise error(str(unknown)) from None


def wanted(call: Call, args: Sequence[str], need_name: bool = False) -> list[Wanted]:
    """Read ``TYPE[,TYPE] [NAME…]`` or ``TYPE/NAME…``."""
    slashed = [arg for arg in args if "/" in arg]
    if slashed:
        return _slashed(call, args)
    if not args:
        return []
    kinds = [one for word in args[0].split(",") if word for one in _category(call, word)]
    names = tuple(args[1:])
    if need_name and not names:
        raise error("resource(s) were provided, but no name was specified")
    return [Wanted(one, names) for one in kinds]


def _slashed(call: Call, args: Sequence[str]) -> list[Wanted]:
    if "/" not in args[0] and len(args) > 1:
        raise error(
            "there is no need to specify a resource type as a separate argument when passing arguments in resource/name "
            "form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'"
        )
    result = []
    for arg in args:
        if "/" not in arg:
            raise error(
                "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'"
            )
        if arg.count("/") > 1:
            raise error("arguments in resource/name form may not have more than one slash")
        type_, name = arg.split("/")
        if not type_ or not name:
            raise error("arguments in resource/name form must have a single resource and name")
        result.append(Wanted(kind(call, type_), (name,)))
    return result


def _category(call: Call, word: str) -> list[ResourceInfo]:
    if word == "all":
        return list(call.cluster.door.scheme.category("all"))
    return [kind(call, word)]


def found(call: Call, args: Sequence[str], need_name: bool = False) -> Iterator[Found | Failure | ApiError]:
    """The objects that arguments, selectors and ``-f`` of a command name.

    Yields a failure in place of each object that is not there, so that the others are still acted on.
    """
    files = call.flags.many("filename") if "filename" in call.flags.declared else []
    if files:
        if args:
            raise error(
                "when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well"
            )
        yield from _from_files(call, files)
        return
    targets = wanted(call, args, need_name and not selected(call))
    if not targets:
        raise error(NOTHING_NAMED)
    if selected(call) and any(one.names for one in targets):
        raise error("name cannot be provided when a selector is specified")
    if call.everywhere and any(one.names and one.resource.namespaced for one in targets):
        raise error("a resource cannot be retrieved by name across all namespaces")
    for target in targets:
        yield from _of_kind(call, target)


def selected(call: Call) -> bool:
    """Whether a selector, or ``--all``, stands in for names."""
    flags = call.flags
    return any(name in flags.declared and bool(flags[name]) for name in ("selector", "field-selector", "all"))


def _of_kind(call: Call, target: Wanted) -> Iterator[Found | Failure | ApiError]:
    resource, names = target
    if not names:
        yield from (Found(resource, one) for one in listed(call, resource))
    for name in names:
        try:
            yield Found(resource, get(call, resource, name, call.namespace))
        except ApiError as refusal:
            yield refusal


def get(call: Call, resource: ResourceInfo, name: str, namespace: str) -> Any:
    """One object; `ApiError` (NotFound) where there is none."""
    return call.api.get(typed(resource), name, namespace=namespace if resource.namespaced else "")


def listed(call: Call, resource: Any) -> list[Any]:
    """All objects of a kind that the flags ``-n -A -l --field-selector`` leave."""
    flags = call.flags
    options = {
        flag.replace("-", "_"): flags.text(flag)
        for flag in ("selector", "field-selector")
        if flag in flags.declared and flags.text(flag)
    }
    namespace = None if call.everywhere or not resource.namespaced else call.namespace
    return list(call.api.list(typed(resource), namespace=namespace, **options))


def typed(resource: ResourceInfo) -> str:
    """The name by which the API client knows a kind without doubt: `deployments.apps`, `pods`."""
    return resource.qualified


def _from_files(call: Call, files: Sequence[str]) -> Iterator[Found | Failure | ApiError]:
    for document in documents(files, call.stdin):
        if isinstance(document, Failure):
            yield document
            continue
        try:
            resource, namespace = place(call, document)
            name = (document.data.get("metadata") or {}).get("name") or ""
            yield Found(resource, get(call, resource, name, namespace))
        except (ApiError, Failure) as failure:
            yield failure


def place(call: Call, document: Document) -> tuple[ResourceInfo, str]:
    """The kind of a document and the namespace it goes to; `Failure` for a kind that is not served."""
    data, source = document
    metadata = data.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    version, name, written = str(data["apiVersion"]), metadata.get("name") or "", metadata.get("namespace") or ""
    resource = call.cluster.door.scheme.find(version, str(data["kind"]))
    if resource is None:
        raise error(
            f'resource mapping not found for name: "{name}" namespace: "{written}" from "{source}": '
            f'no matches for kind "{data["kind"]}" in version "{version}"\nensure CRDs are installed first'
        )
    asked = call.flags.text("namespace")
    if asked and written and asked != written and resource.namespaced:
        raise error(
            f'the namespace from the provided object "{written}" does not match the namespace "{asked}". '
            f"You must pass '--namespace={written}' to perform this operation."
        )
    return resource, (written or call.namespace) if resource.namespaced else ""
