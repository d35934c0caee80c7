"""`kubectl api-resources`: which kinds the server knows."""

from __future__ import annotations

from pilothouse.api import ResourceInfo

from ..call import Call
from ..flags import Flag
from ..output import Grid
from ..printer import as_text
from ..targets import typed

USAGE = "api-resources [--api-group=GROUP] [--namespaced=true|false] [-o wide|name]"
ABOUT = "List the kinds that this cluster knows."
FLAGS = (
    Flag("api-group", help="only this group"),
    Flag("namespaced", type="bool", default=True, help="only kinds with, or without, namespaces"),
    Flag("no-headers", type="bool", default=False, help="leave the header out"),
    Flag("output", "o", help="wide or name"),
    Flag("sort-by", help="name or kind"),
)


def run(call: Call) -> None:
    """One row a kind, sorted by group and name."""
    kinds = sorted(_preferred(call), key=lambda one: (one.group, one.plural))
    if call.flags.given("api-group"):
        kinds = [one for one in kinds if one.group == call.flags.text("api-group")]
    if call.flags.given("namespaced"):
        kinds = [one for one in kinds if one.namespaced == call.flags.on("namespaced")]
    if call.flags.text("sort-by"):
        kinds.sort(key=lambda one: one.kind if call.flags.text("sort-by") == "kind" else one.plural)
    if call.flags.text("output") == "name":
        call.say("".join(f"{typed(one)}\n" for one in kinds))
        return
    rows = [
        (
            one.plural,
            ",".join(one.short_names),
            one.api_version,
            "true" if one.namespaced else "false",
            one.kind,
        )
        for one in kinds
    ]
    grid = Grid(("NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"), rows)
    call.say(as_text(grid, header=not call.flags.on("no-headers")), grid)


def _preferred(call: Call) -> list[ResourceInfo]:
    """Each kind once, in the version that the server prefers."""
    first: dict[str, ResourceInfo] = {}
    for info in call.cluster.door.scheme:
        first.setdefault(info.qualified, info)
    return list(first.values())
