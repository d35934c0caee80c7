"""`kubectl get`: what is there, as a table or as the objects themselves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, zip_longest
from typing import Any

from pilothouse.apiserver import ApiError, table

from ..call import Call
from ..failure import Failure, error
from ..flags import Flag
from ..output import Grid
from ..printer import as_text, formatted
from ..targets import Found, found, singular, wanted

USAGE = "get TYPE[,TYPE] [NAME ...] [-o wide|yaml|json|name|jsonpath=...|custom-columns=...] [-n NAMESPACE | -A] [-l SELECTOR]"
ABOUT = "Show objects, as a table or as they are."
SELECTION = (
    Flag("selector", "l", help="only objects with these labels"),
    Flag("field-selector", help="only objects with these fields"),
    Flag("all-namespaces", "A", "bool", False, help="in every namespace"),
    Flag("filename", "f", "strings", help="the objects that a manifest names"),
)
FLAGS = (
    *SELECTION,
    Flag("output", "o", help="wide, yaml, json, name, jsonpath=..., custom-columns=..."),
    Flag("no-headers", type="bool", default=False, help="leave the header out"),
    Flag("show-labels", type="bool", default=False, help="one more column with all labels"),
    Flag("label-columns", "L", "strings", help="one more column for each of these labels"),
    Flag("show-kind", type="bool", default=False, help="put the kind before each name"),
    Flag("show-managed-fields", type="bool", default=False, help="keep managedFields in YAML and JSON"),
    Flag("sort-by", help="order by this field, as a JSONPath"),
    Flag("ignore-not-found", type="bool", default=False, help="say nothing about names that are not there"),
    Flag(
        "watch", "w", "bool", False, help="go on printing changes, for --request-timeout of virtual time (default 1m)"
    ),
    Flag("watch-only", type="bool", default=False, help="as --watch, without what is there now"),
    Flag("chunk-size", type="int", default=500, help="accepted; the simulated server answers in one piece"),
)
NOTHING = """You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.

error: Required resource not specified.
Use "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).
See 'kubectl get -h' for help and examples"""


def run(call: Call) -> None:
    """Print what is there; exit code 1 when a name is not."""
    if not call.args and not call.flags.given("filename"):
        raise Failure(NOTHING)
    there: list[Found] = []
    missing: list[Failure | ApiError] = []
    for one in found(call, call.args):
        if isinstance(one, Found):
            there.append(one)
        elif not (call.flags.on("ignore-not-found") and isinstance(one, ApiError) and one.reason == "NotFound"):
            missing.append(one)
    if call.flags.text("sort-by"):
        there = _sorted(there, call.flags.text("sort-by"))
    output = call.flags.text("output")
    if output in ("", "wide"):
        if not call.flags.on("watch-only"):
            _tables(call, there, missing)
    elif there or not missing:
        header = not call.flags.on("no-headers")
        call.say(formatted(output, there, _single(call, there), call.flags.on("show-managed-fields"), header))
    for failure in missing:
        call.fail(failure)
    if call.flags.on("watch") or call.flags.on("watch-only"):
        _watch(call, next((part.grid for part in call.output.parts if part.grid), None))


def _single(call: Call, there: Sequence[Found]) -> bool:
    named = len(call.args) > 1 or any("/" in arg for arg in call.args)
    return len(there) == 1 and (named or call.flags.given("filename"))


def _tables(call: Call, there: Sequence[Found], missing: Sequence[Any]) -> None:
    if not there:
        if not missing and not call.flags.on("ignore-not-found"):
            call.warn(
                "No resources found"
                + ("" if _no_place(call) else f" in {call.namespace} namespace")
                + (".\n" if not _no_place(call) else "\n")
            )
        return
    several = _several_kinds(call, there)
    first = True
    for resource, group in groupby(there, key=lambda one: one.resource):
        if not first:
            call.say("\n")
        first = False
        grid = rows(call, resource, [one.object for one in group], several or call.flags.on("show-kind"))
        call.say(as_text(grid, header=not call.flags.on("no-headers")), grid)


def _no_place(call: Call) -> bool:
    return call.everywhere or not any(one.resource.namespaced for one in wanted(call, call.args))


def _several_kinds(call: Call, there: Sequence[Found]) -> bool:
    if not call.args:
        return False
    if any("/" in arg for arg in call.args):
        return len({one.resource.qualified for one in there}) > 1
    return "," in call.args[0] or call.args[0] == "all"


def rows(call: Call, resource: Any, objects: Sequence[Any], with_kind: bool = False, at: float | None = None) -> Grid:
    """The table of some objects of one kind, with the columns that the flags add."""
    flags = call.flags
    wide = flags.text("output") == "wide"
    door = call.cluster.door
    columns = door.definition(resource) if resource.custom else None
    made = table(resource.store_name, objects, wide, call.now if at is None else at, columns)
    header = [str(column).upper() for column in made.columns]
    lines = [[str(cell) for cell in row] for row in made.rows]
    if with_kind:
        lines = [[f"{singular(resource)}/{line[0]}", *line[1:]] for line in lines]
    if call.everywhere and resource.namespaced:
        header.insert(0, "NAMESPACE")
        lines = [[thing.metadata.namespace, *line] for thing, line in zip(objects, lines, strict=True)]
    for label in flags.many("label-columns"):
        header.append(label.rpartition("/")[2].upper())
        lines = [[*line, thing.metadata.labels.get(label, "")] for thing, line in zip(objects, lines, strict=True)]
    if flags.on("show-labels"):
        header.append("LABELS")
        lines = [[*line, _labels(thing)] for thing, line in zip(objects, lines, strict=True)]
    return Grid(tuple(header), lines)


def _labels(thing: Any) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(thing.metadata.labels.items())) or "<none>"


def _sorted(there: list[Found], path: str) -> list[Found]:
    from ..order import order

    try:
        return order(there, path, lambda one: one.object)
    except ValueError as problem:
        raise error(str(problem)) from None


def _watch(call: Call, shown: Grid | None) -> None:
    """Let virtual time pass and print a row for every change, in the columns of the table above."""
    targets = wanted(call, call.args)
    if len(targets) != 1:
        raise error("you may only specify a single resource type")
    resource, names = targets[0]
    start = call.cluster.store.revision
    call.cluster.run(_patience(call.flags.text("request-timeout")))
    widths = [len(cell) for cell in shown.header] if shown else []
    for row in shown.rows if shown else ():
        widths = _wider(widths, row)
    for change in list(call.cluster.store.log.since(start)):
        thing = change.after if change.after is not None else change.before
        here = call.everywhere or not resource.namespaced or change.namespace == call.namespace
        if change.kind != resource.store_name or not here or (names and change.name not in names):
            continue
        if not _chosen(call, thing):
            continue
        (row,) = rows(call, resource, [thing], at=change.time).rows
        widths = _wider(widths, row)
        cells = [f"{cell:<{max(6, width + 3)}}" for cell, width in zip(row[:-1], widths, strict=False)]
        call.say("".join(cells) + row[-1] + "\n")


def _wider(widths: Sequence[int], row: Sequence[str]) -> list[int]:
    return [max(pair) for pair in zip_longest(widths, map(len, row), fillvalue=0)]


def _patience(text: str) -> str:
    return "60s" if text in ("", "0") else text


def _chosen(call: Call, thing: Any) -> bool:
    from pilothouse.api import Selector

    text = call.flags.text("selector")
    return not text or Selector.parse(text).matches(thing.metadata.labels)
