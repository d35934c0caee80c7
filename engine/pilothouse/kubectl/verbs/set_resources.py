"""`kubectl set resources`: requests and limits of a template."""

from __future__ import annotations

from pilothouse.apiserver import ApiError

from ..call import Call
from ..failure import error
from ..flags import Flag
from ..podtemplate import change, pod_spec
from ..targets import NOTHING_NAMED, Found, found
from .apply import dry_run

USAGE = "set resources TYPE/NAME [--limits=cpu=200m,memory=512Mi] [--requests=cpu=100m,memory=256Mi] [-c CONTAINER]"
ABOUT = "Change requests and limits of a template."
FLAGS = (
    Flag("filename", "f", "strings", help="the objects that a manifest names"),
    Flag("selector", "l", help="only objects with these labels"),
    Flag("all", type="bool", default=False, help="all objects of the kind in the namespace"),
    Flag("containers", "c", default="*", help="the containers with this name"),
    Flag("limits", help="NAME=QUANTITY,..."),
    Flag("requests", help="NAME=QUANTITY,..."),
    Flag("dry-run", default="none", bare="unchanged", help="server or client: say what would happen, change nothing"),
)


def run(call: Call) -> None:
    """Write requests and limits; what is not named stays."""
    flags = call.flags
    if not call.args and not flags.given("filename"):
        raise error(NOTHING_NAMED)
    wanted = {key: _amounts(flags.text(key)) for key in ("limits", "requests") if flags.text(key)}
    if not wanted:
        raise error("you must specify an update to requests or limits (in the form of --requests/--limits)")
    mode = dry_run(call)
    for one in found(call, call.args):
        if not isinstance(one, Found):
            call.fail(one)
            continue
        pods = pod_spec(one)
        chosen = [each["name"] for each in pods["containers"] if flags.text("containers") in ("*", each["name"])]
        if not chosen:
            raise error(f"unable to find container named {flags.text('containers')}")
        body = {"containers": [{"name": name, "resources": wanted} for name in chosen]}
        try:
            change(call, one, body, mode)
        except ApiError as refusal:
            call.fail(refusal)
            continue
        call.say(f"{one.title} resource requirements updated{mode}\n")
    call.settle()


def _amounts(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in text.split(","):
        name, equals, amount = pair.partition("=")
        if not equals or not amount:
            raise error(f"Invalid argument syntax {pair}, expected <resource>=<value>")
        found[name] = amount
    return found
