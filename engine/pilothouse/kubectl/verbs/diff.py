"""`kubectl diff`: what an apply would change.

Simplified: the real one calls the ``diff`` program on two temporary folders; ours writes the same unified form, with the
folders simply called LIVE and MERGED.
"""

from __future__ import annotations

from difflib import unified_diff
from typing import Any

from pilothouse.apiserver import ApiError

from ..call import Call
from ..failure import Failure, error, words
from ..flags import Flag
from ..manifests import documents
from ..printer import as_yaml, plain
from ..targets import get, place
from .apply import LAST_APPLIED

USAGE = "diff -f FILENAME"
ABOUT = "Show what an apply would change; exit code 1 if anything."
FLAGS = (
    Flag("filename", "f", "strings", help="a file, a folder, or - for the text of the cell"),
    Flag("recursive", "R", "bool", False, help="folders within folders too"),
)


def run(call: Call) -> None:
    """Print the differences of each document; nothing where there are none."""
    files = call.flags.many("filename")
    if not files:
        raise error("must specify one of -f and -k")
    for document in documents(files, call.stdin, call.flags.on("recursive")):
        if isinstance(document, Failure):
            call.fail(document)
            continue
        try:
            resource, namespace = place(call, document)
            name = str((document.data.get("metadata") or {}).get("name") or "")
            merged, _ = call.api.apply(document.data, namespace=namespace or None, dry_run=True)
        except ApiError as refusal:
            raise Failure(words(refusal), 2) from None
        try:
            live = get(call, resource, name, namespace)
        except ApiError:
            live = None
        version = resource.api_version.replace("/", ".")
        _print(call, f"{version}.{resource.kind}.{namespace}.{name}", live, merged)


def _print(call: Call, file: str, live: Any, merged: Any) -> None:
    old = plain(live) if live is not None else None
    before = _lines(old) if old is not None else []
    lines = list(unified_diff(before, _lines(_comparable(plain(merged), old)), f"LIVE/{file}", f"MERGED/{file}"))
    if lines:
        call.say(f"diff -u -N LIVE/{file} MERGED/{file}\n" + "".join(lines))
        call.output.code = 1


def _lines(data: dict[str, Any]) -> list[str]:
    return as_yaml(data).splitlines(keepends=True)


def _comparable(data: dict[str, Any], old: dict[str, Any] | None) -> dict[str, Any]:
    """The merged object with the live one's bookkeeping, which is no difference to anybody."""
    metadata = dict(data["metadata"])
    before = old["metadata"] if old is not None else {}
    annotations = {key: value for key, value in metadata.pop("annotations", {}).items() if key != LAST_APPLIED}
    kept = before.get("annotations", {}).get(LAST_APPLIED)
    if kept is not None:
        annotations[LAST_APPLIED] = kept
    if annotations:
        metadata["annotations"] = annotations
    metadata.pop("resourceVersion", None)
    if "resourceVersion" in before:
        metadata["resourceVersion"] = before["resourceVersion"]
    return {**data, "metadata": metadata}
