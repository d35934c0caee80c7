"""`kubectl taint`: keep pods away from a node, or let them come again."""

from __future__ import annotations

from typing import NamedTuple

from pilothouse.api import Node, Taint, to_dict
from pilothouse.apiserver import ApiError

from ..call import Call
from ..failure import Failure, error, usage
from ..flags import Flag
from ..targets import Found, found
from .apply import dry_run

USAGE = "taint NODE NAME KEY_1=VAL_1:EFFECT_1 ... [KEY[:EFFECT]-]"
ABOUT = "Keep pods away from a node, or let them come again."
FLAGS = (
    Flag("selector", "l", help="the nodes with these labels"),
    Flag("all", type="bool", default=False, help="all nodes"),
    Flag("overwrite", type="bool", default=False, help="change values that are there"),
    Flag("dry-run", default="none", bare="unchanged", help="server or client: say what would happen, change nothing"),
)
EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


class Change(NamedTuple):
    """Taints to set and taints to remove (an empty effect removes all of the key)."""

    new: list[Taint]
    removed: list[tuple[str, str]]


def run(call: Call) -> None:
    """Write ``spec.taints``."""
    names = [arg for arg in call.args if not _is_taint(arg)]
    change = _read([arg for arg in call.args if _is_taint(arg)])
    if not names:
        raise error("one or more resources must be specified as <resource> <name>")
    if not change.new and not change.removed:
        raise error("at least one taint update is required")
    mode = dry_run(call)
    for one in found(call, names):
        if not isinstance(one, Found):
            call.fail(one)
        elif not isinstance(one.object, Node):
            raise usage(f"invalid resource type {one.resource.plural}, only node types are supported", "taint")
        else:
            _taint(call, one, change, mode)
    call.settle()


def _is_taint(arg: str) -> bool:
    return "=" in arg or ":" in arg or arg.endswith("-")


def _read(args: list[str]) -> Change:
    change = Change([], [])
    for arg in args:
        name, _, effect = arg.removesuffix("-").partition(":")
        key, _, value = name.partition("=")
        if arg.endswith("-"):
            change.removed.append((key, effect))
            continue
        if effect not in EFFECTS:
            raise usage(f"invalid taint effect: {effect}, unsupported taint effect", "taint")
        change.new.append(Taint(key=key, value=value, effect=effect))
    return change


def _taint(call: Call, one: Found, change: Change, mode: str) -> None:
    present: list[Taint] = list(one.object.spec.taints)
    clash = [new.key for new in change.new if any((old.key, old.effect) == (new.key, new.effect) for old in present)]
    if clash and not call.flags.on("overwrite"):
        text = f"node {one.name} already has {','.join(clash)} taint(s) with same effect(s) and --overwrite is false"
        call.fail(Failure(f"error: {text}"))
        return
    kept = [
        old
        for old in present
        if not any(old.key == key and effect in ("", old.effect) for key, effect in change.removed)
    ]
    for key, effect in change.removed:
        if not any(old.key == key and effect in ("", old.effect) for old in present):
            call.fail(Failure(f'error: taint "{key}{":" + effect if effect else ""}" not found'))
            return
    kept = [old for old in kept if not any((old.key, old.effect) == (new.key, new.effect) for new in change.new)]
    body = {"spec": {"taints": [to_dict(taint) for taint in [*change.new, *kept]] or None}}
    try:
        call.api.patch("nodes", one.name, body, namespace="", dry_run=bool(mode))
    except ApiError as refusal:
        call.fail(refusal)
        return
    done = "modified" if change.new and change.removed else "tainted" if change.new else "untainted"
    call.say(f"node/{one.name} {done}{mode}\n")
