"""`kubectl label`: set or remove labels."""

from __future__ import annotations

import re
from typing import Any

from pilothouse.apiserver import ApiError

from ..call import Call
from ..failure import Failure, error
from ..flags import Flag
from ..targets import Found, found, typed
from .apply import dry_run
from .get import SELECTION

USAGE = "label [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [KEY-]"
ABOUT = "Put labels on objects, or take them off."
FLAGS = (
    *SELECTION,
    Flag("all", type="bool", default=False, help="all objects of the kind in the namespace"),
    Flag("overwrite", type="bool", default=False, help="change values that are there"),
    Flag("list", type="bool", default=False, help="print what is set"),
    Flag("resource-version", help="only at this version"),
    Flag("dry-run", default="none", bare="unchanged", help="server or client: say what would happen, change nothing"),
)


def run(call: Call) -> None:
    """Write labels; those that are there need ``--overwrite``."""
    mark(call, "labels", "label", "labeled", "unlabeled")


def mark(call: Call, field: str, noun: str, done: str, undone: str) -> None:
    """Set and remove labels or annotations, for this verb and `annotate`."""
    names, new, removed = _split(call, noun)
    mode = dry_run(call)
    for one in found(call, names):
        if not isinstance(one, Found):
            call.fail(one)
        elif call.flags.on("list"):
            _list(call, one, field)
        else:
            _mark(call, one, field, new, removed, (done, undone), mode)
    call.settle()


def _split(call: Call, noun: str) -> tuple[list[str], dict[str, str], list[str]]:
    names: list[str] = []
    new: dict[str, str] = {}
    removed: list[str] = []
    started = False
    for arg in call.args:
        change = "=" in arg or (arg.endswith("-") and len(arg) > 1)
        if not change and started:
            raise error(f"all resources must be specified before {noun} changes: {arg}")
        if not change:
            names.append(arg)
            continue
        started = True
        key, equals, value = arg.partition("=")
        if equals and noun == "label" and ("=" in value or not _valid(value)):
            raise error(f"invalid label spec: {arg}" if "=" in value else f'invalid label value: "{arg}": {VALUE_RULE}')
        if equals:
            new[key] = value
        else:
            removed.append(arg[:-1])
    if not names and not call.flags.given("filename"):
        raise error("one or more resources must be specified as <resource> <name> or <resource>/<name>")
    both = [key for key in removed if key in new]
    if both:
        raise error(f"cannot modify and remove the same {noun}(s), {','.join(both)}".replace("cannot", "can not both"))
    if not new and not removed and not call.flags.on("list"):
        raise error(f"at least one {noun} update is required")
    return names, new, removed


VALUE_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end "
    "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)


def _valid(value: str) -> bool:
    return len(value) <= 63 and re.fullmatch(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?", value) is not None


def _list(call: Call, one: Found, field: str) -> None:
    for key, value in sorted(getattr(one.object.metadata, field).items()):
        call.say(f"{key}={value}\n")


def _mark(
    call: Call, one: Found, field: str, new: dict[str, str], removed: list[str], words: tuple[str, str], mode: str
) -> None:
    present: dict[str, str] = getattr(one.object.metadata, field)
    clash = [
        f"'{key}' already has a value ({present[key]}), and --overwrite is false"
        for key in new
        if key in present and present[key] != new[key]
    ]
    if clash and not call.flags.on("overwrite"):
        text = clash[0] if len(clash) == 1 else "[" + ", ".join(clash) + "]"
        call.fail(Failure(f"error: {text}"))
        return
    for key in removed:
        if key not in present:
            call.say(f'{"label" if field == "labels" else "annotation"} "{key}" not found.\n')
    after = {key: value for key, value in {**present, **new}.items() if key not in removed}
    if after == present and field == "labels":
        call.say(f"{one.title} not labeled{mode}\n")
        return
    body: dict[str, Any] = {"metadata": {field: {**new, **dict.fromkeys(removed)}}}
    if not mode:
        try:
            call.api.patch(typed(one.resource), one.name, body, namespace=one.namespace)
        except ApiError as refusal:
            call.fail(refusal)
            return
    call.say(f"{one.title} {words[0] if new or field != 'labels' else words[1]}{mode}\n")
