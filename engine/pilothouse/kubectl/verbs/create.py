"""`kubectl create`: what a manifest says, or an object made from flags."""

from __future__ import annotations

from typing import Any

from pilothouse.apiserver import ApiError

from ..call import Call
from ..failure import Failure, error, usage, words
from ..flags import Flag
from ..generators import GENERATORS
from ..manifests import Document, documents
from ..printer import as_json, as_yaml, formatted
from ..targets import Found, kind, place, title
from .apply import dry_run

USAGE = (
    "create (-f FILENAME | deployment NAME --image=IMAGE | namespace NAME | configmap NAME --from-literal=K=V | ...)"
)
ABOUT = "Make new objects, from a manifest or from flags."
FLAGS = (
    Flag("filename", "f", "strings", help="a file, a folder, or - for the text of the cell"),
    Flag("recursive", "R", "bool", False, help="folders within folders too"),
    Flag("dry-run", default="none", bare="unchanged", help="server or client: say what would happen, change nothing"),
    Flag("output", "o", help="yaml, json or name: print the resulting objects"),
    Flag("save-config", type="bool", default=False, help="remember the manifest for a later apply"),
    Flag("validate", default="strict", bare="strict", help="strict, warn or ignore unknown fields"),
    Flag("image", type="strings", help="create deployment|job: the images"),
    Flag("replicas", "r", "int", 1, help="create deployment: how many pods"),
    Flag("port", type="int", help="create deployment: the port that the container listens on"),
    Flag("from-literal", type="strings", help="create configmap|secret: KEY=VALUE"),
    Flag("from-file", type="strings", help="create configmap|secret: a file, or KEY=FILE"),
    Flag("schedule", help="create cronjob: when, as in cron"),
    Flag("restart", default="OnFailure", help="create job|cronjob: the pods' restart policy"),
    Flag("tcp", type="strings", help="create service: PORT[:TARGETPORT]"),
)


def run(call: Call) -> None:
    """Create each object; what is there already is an error."""
    if call.flags.given("filename"):
        return _files(call)
    if not call.args:
        raise error("must specify one of -f and -k")
    return _generated(call)


def _files(call: Call) -> None:
    if call.args:
        raise usage(f"Unexpected args: [{' '.join(call.args)}]", "create")
    failures: list[str] = []
    ready: list[tuple[Document, Any, str]] = []
    for document in documents(call.flags.many("filename"), call.stdin, call.flags.on("recursive")):
        try:
            if isinstance(document, Failure):
                raise document
            ready.append((document, *place(call, document)))
        except Failure as failure:
            failures.append(failure.text)
    for document, resource, namespace in ready:
        try:
            _create(call, document.data, resource, namespace)
        except ApiError as refusal:
            failures.append(words(refusal, f'error when creating "{document.source}"'))
    call.settle()
    for text in dict.fromkeys(failures):
        call.fail(Failure(text))
    if not ready and not failures:
        raise error("no objects passed to create")


def _generated(call: Call) -> None:
    what, *names = call.args if call.flags.dash is None else call.args[: call.flags.dash]
    command = f"create {what}"
    generator = GENERATORS.get(what)
    if generator is None:
        raise Failure(
            f"error: unknown command \"{' '.join(call.args)}\"\nSee 'kubectl create -h' for help and examples"
        )
    if len(names) != 1 and not (what == "secret" or what == "service"):
        raise usage(f"exactly one NAME is required, got {len(names)}", command)
    data = generator(call.flags, names)
    resource = kind(call, data["kind"])
    try:
        _create(call, data, resource, call.namespace if resource.namespaced else "")
    except ApiError as refusal:
        if resource.kind == "Namespace" or refusal.reason == "Invalid":
            raise
        raise error(f"failed to create {resource.singular}: {refusal.message}") from None
    call.settle()


def _create(call: Call, data: dict[str, Any], resource: Any, namespace: str) -> None:
    mode = dry_run(call)
    output = call.flags.text("output")
    if call.flags.on("save-config"):
        data = saved(data)
    if mode == " (dry run)" and output in ("yaml", "json"):
        call.say(as_yaml(data) if output == "yaml" else as_json(data))
        return
    thing = call.api.create(data, namespace=namespace or None, dry_run=bool(mode))
    if output:
        call.say(formatted(output, [Found(resource, thing)], single=True))
    else:
        call.say(f"{title(resource, thing.metadata.name)} created{mode}\n")


def saved(data: dict[str, Any]) -> dict[str, Any]:
    """A manifest with itself in the annotation that `kubectl apply` compares with."""
    from json import dumps

    from .apply import LAST_APPLIED

    metadata = dict(data.get("metadata") or {})
    written = dumps(data, separators=(",", ":"), sort_keys=True) + "\n"
    metadata["annotations"] = {**(metadata.get("annotations") or {}), LAST_APPLIED: written}
    return {**data, "metadata": metadata}
