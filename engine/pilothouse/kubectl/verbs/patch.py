"""`kubectl patch`: change some fields of an object."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pilothouse.api import load_all, parse_json
from pilothouse.apiserver import ApiError

from ..call import Call
from ..failure import error
from ..flags import Flag
from ..printer import formatted
from ..targets import Found, found, typed
from .apply import dry_run

USAGE = "patch (-f FILENAME | TYPE NAME) [-p PATCH | --patch-file FILE] [--type=strategic|merge|json]"
ABOUT = "Change single fields of objects."
FLAGS = (
    Flag("filename", "f", "strings", help="the object that a manifest names"),
    Flag("patch", "p", help="the patch, as JSON or YAML"),
    Flag("patch-file", help="a file with the patch"),
    Flag("type", default="strategic", help="strategic, merge or json"),
    Flag("subresource", help="status or scale"),
    Flag("output", "o", help="yaml, json or name: print the resulting object"),
    Flag("dry-run", default="none", bare="unchanged", help="server or client: say what would happen, change nothing"),
)
TYPES = ("json", "merge", "strategic")


def run(call: Call) -> None:
    """Patch each object; say so, and whether it changed anything."""
    flags = call.flags
    if not flags.text("patch") and not flags.text("patch-file"):
        raise error("must specify --patch or --patch-file containing the contents of the patch")
    kind = flags.text("type")
    if kind not in TYPES:
        raise error(f"--type must be one of [json merge strategic], not {kind!r}")
    body = _read(call, kind)
    mode = dry_run(call)
    for one in found(call, call.args, need_name=True):
        if not isinstance(one, Found):
            call.fail(one)
            continue
        way = "merge" if kind == "strategic" and one.resource.custom else kind
        try:
            made = call.api.patch(
                typed(one.resource),
                one.name,
                body,
                type=way,
                namespace=one.namespace,
                subresource=flags.text("subresource") or None,
                dry_run=bool(mode),
            )
        except ApiError as refusal:
            call.fail(refusal)
            continue
        if flags.text("output"):
            call.say(formatted(flags.text("output"), [Found(one.resource, made)], single=True))
            continue
        same = made.metadata.resourceVersion == one.object.metadata.resourceVersion and not mode
        call.say(f"{one.title} patched{' (no change)' if same else ''}{mode}\n")
    call.settle()


def _read(call: Call, kind: str) -> Any:
    text = call.flags.text("patch")
    if not text:
        path = Path(call.flags.text("patch-file"))
        if not path.is_file():
            raise error(f"unable to read patch file: open {path}: no such file or directory")
        text = path.read_text(encoding="utf-8")
    try:
        if text.lstrip()[:1] in "[{" and text.strip():
            return parse_json(text)
        loaded = load_all(text)
    except ValueError as problem:
        raise error(f'unable to parse "{text}": {problem}') from None
    if kind == "json" or len(loaded) != 1:
        raise error(
            f'unable to parse "{text}": a {kind} patch is {"a list of operations" if kind == "json" else "one object"}'
        )
    return loaded[0]
