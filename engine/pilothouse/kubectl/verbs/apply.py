"""`kubectl apply`: make the cluster have what a manifest says."""

from __future__ import annotations

from typing import Any

from pilothouse.apiserver import ApiError

from ..call import Call
from ..failure import Failure, error, usage, words
from ..flags import Flag
from ..manifests import Document, documents
from ..targets import get, place, title

USAGE = "apply -f FILENAME"
ABOUT = "Make the cluster have what a manifest says, creating or changing as needed."
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
FLAGS = (
    Flag("filename", "f", "strings", help="a file, a folder, or - for the text of the cell"),
    Flag("recursive", "R", "bool", False, help="folders within folders too"),
    Flag("dry-run", default="none", bare="unchanged", help="server or client: say what would happen, change nothing"),
    Flag("output", "o", help="yaml, json or name: print the resulting objects"),
    Flag("server-side", type="bool", default=False, help="accepted; ownership of fields is not tracked yet"),
    Flag("force-conflicts", type="bool", default=False, help="accepted"),
    Flag("validate", default="strict", bare="strict", help="strict, warn or ignore unknown fields"),
    Flag("overwrite", type="bool", default=True, help="accepted"),
    Flag("wait", type="bool", default=False, help="accepted"),
)


def run(call: Call) -> None:
    """Apply each document; say of each what became of it, then what went wrong."""
    files = call.flags.many("filename")
    if call.args:
        raise usage(f"Unexpected args: [{' '.join(call.args)}]", "apply")
    if not files:
        raise error("must specify one of -f and -k")
    failures: list[str] = []
    ready: list[tuple[Document, Any, str]] = []
    for document in documents(files, call.stdin, call.flags.on("recursive")):
        try:
            if isinstance(document, Failure):
                raise document
            ready.append((document, *place(call, document)))
        except Failure as failure:
            failures.append(failure.text)
    if not ready and not failures:
        raise error("no objects passed to apply")
    for document, resource, namespace in ready:
        try:
            _one(call, document, resource, namespace)
        except Failure as failure:
            failures.append(failure.text)
    call.settle()
    for text in dict.fromkeys(failures):
        call.fail(Failure(text))


def _one(call: Call, document: Document, resource: Any, namespace: str) -> None:
    metadata = document.data.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    name = metadata.get("name") or ""
    mode = dry_run(call)
    if not name:
        raise _nameless(document, resource, namespace, metadata)
    present = _present(call, resource, name, namespace)
    if present is not None and LAST_APPLIED not in present.metadata.annotations:
        call.warn(
            f"Warning: resource {resource.plural}/{name} is missing the {LAST_APPLIED} annotation which is required by "
            "kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create "
            "--save-config or kubectl apply. The missing annotation will be patched automatically.\n"
        )
    try:
        thing, verdict = call.api.apply(document.data, namespace=namespace or None, dry_run=bool(mode))
    except ApiError as refusal:
        raise Failure(words(refusal, _doing(document, resource, name, namespace, present))) from None
    output = call.flags.text("output")
    if output:
        from ..printer import formatted
        from ..targets import Found

        call.say(formatted(output, [Found(resource, thing)], single=True))
    else:
        call.say(f"{title(resource, name)} {verdict}{mode}\n")


def dry_run(call: Call) -> str:
    """What a dry run adds to the message, or nothing; complains about an unknown mode."""
    mode = call.flags.text("dry-run")
    if mode == "none":
        return ""
    if mode == "unchanged":
        call.warn(
            "W0101 00:00:00.000000       1 helpers.go:731] --dry-run is deprecated and can be replaced with --dry-run=client.\n"
        )
        return " (dry run)"
    if mode not in ("client", "server"):
        raise error(f'Invalid dry-run value ({mode}). Must be "none", "server", or "client".')
    return " (server dry run)" if mode == "server" else " (dry run)"


def _present(call: Call, resource: Any, name: str, namespace: str) -> Any:
    try:
        return get(call, resource, name, namespace)
    except ApiError:
        return None


def _about(resource: Any, version: str, name: str, namespace: str) -> str:
    group = resource.group
    number = version.rpartition("/")[2]
    return (
        f'Resource: "{group}/{number}, Resource={resource.plural}", GroupVersionKind: "{group}/{number}, Kind={resource.kind}"\n'
        f'Name: "{name}", Namespace: "{namespace}"'
    )


def _nameless(document: Document, resource: Any, namespace: str, metadata: dict[str, Any]) -> Failure:
    if metadata.get("generateName"):
        return error(f"from {metadata['generateName']}: cannot use generate name with apply")
    about = _about(resource, str(document.data["apiVersion"]), "", namespace)
    return error(
        f'error when retrieving current configuration of:\n{about}\nfrom server for: "{document.source}": '
        "resource name may not be empty"
    )


def _doing(document: Document, resource: Any, name: str, namespace: str, present: Any) -> str:
    if present is None:
        return f'error when creating "{document.source}"'
    from json import dumps

    about = _about(resource, str(document.data["apiVersion"]), name, namespace)
    written = dumps(document.data, separators=(",", ":"), sort_keys=True)
    return f'error when applying patch:\n{written}\nto:\n{about}\nfor: "{document.source}": error when patching "{document.source}"'
