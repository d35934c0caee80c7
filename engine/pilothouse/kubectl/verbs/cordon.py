"""`kubectl cordon`: no new pods on a node."""

from __future__ import annotations

from pilothouse.apiserver import ApiError

from ..call import Call
from ..failure import error, usage
from ..flags import Flag
from ..targets import Found, kind, listed
from .apply import dry_run

USAGE = "cordon NODE"
ABOUT = "Let no new pods come to a node."
FLAGS = (
    Flag("selector", "l", help="the nodes with these labels"),
    Flag("dry-run", default="none", bare="unchanged", help="server or client: say what would happen, change nothing"),
)


def run(call: Call) -> None:
    """Set ``spec.unschedulable``."""
    mark(call, True)


def mark(call: Call, unschedulable: bool) -> None:
    """Cordon or uncordon each node, saying whether it was so before."""
    mode = dry_run(call)
    for one in nodes(call):
        if not isinstance(one, Found):
            call.fail(one)
        else:
            set_unschedulable(call, one, unschedulable, mode)
    call.settle()


def set_unschedulable(call: Call, one: Found, unschedulable: bool, mode: str = "") -> None:
    """Cordon or uncordon one node and say so."""
    word = "cordoned" if unschedulable else "uncordoned"
    if bool(one.object.spec.unschedulable) == unschedulable:
        call.say(f"node/{one.name} already {word}{mode}\n")
        return
    if not mode:
        call.api.patch("nodes", one.name, {"spec": {"unschedulable": True if unschedulable else None}}, namespace="")
    call.say(f"node/{one.name} {word}{mode}\n")


def nodes(call: Call) -> list[Found | ApiError]:
    """The nodes that the arguments or the selector name."""
    selector = call.flags.text("selector")
    if not call.args and not selector:
        raise usage(f"USAGE: {call.verb} NODE [flags]", call.verb)
    if call.args and selector:
        raise error("error: cannot specify both a node name and a --selector option")
    resource = kind(call, "nodes")
    if selector:
        return [Found(resource, one) for one in listed(call, resource)]
    result: list[Found | ApiError] = []
    for name in call.args:
        try:
            result.append(Found(resource, call.api.get("nodes", name.removeprefix("node/"), namespace="")))
        except ApiError as refusal:
            result.append(refusal)
    return result
