"""`kubectl set env`: environment variables of a template."""

from __future__ import annotations

from typing import Any

from pilothouse.apiserver import ApiError

from ..call import Call
from ..failure import error
from ..flags import Flag
from ..podtemplate import change, pod_spec
from ..targets import NOTHING_NAMED, Found, found
from .apply import dry_run

USAGE = "set env TYPE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N [KEY-]"
ABOUT = "Change environment variables of a template."
FLAGS = (
    Flag("filename", "f", "strings", help="the objects that a manifest names"),
    Flag("selector", "l", help="only objects with these labels"),
    Flag("all", type="bool", default=False, help="all objects of the kind in the namespace"),
    Flag("containers", "c", default="*", help="the containers with this name"),
    Flag("list", type="bool", default=False, help="print what is set"),
    Flag("dry-run", default="none", bare="unchanged", help="server or client: say what would happen, change nothing"),
)


def run(call: Call) -> None:
    """Set and remove variables, or list them."""
    changes = [arg for arg in call.args if "=" in arg or arg.endswith("-")]
    names = [arg for arg in call.args if arg not in changes]
    if not names and not call.flags.given("filename"):
        raise error(NOTHING_NAMED)
    if not changes and not call.flags.on("list"):
        raise error("at least one environment variable must be provided")
    mode = dry_run(call)
    for one in found(call, names):
        if not isinstance(one, Found):
            call.fail(one)
            continue
        pods = pod_spec(one)
        chosen = [each for each in pods["containers"] if call.flags.text("containers") in ("*", each["name"])]
        if call.flags.on("list"):
            _list(call, one, chosen)
            continue
        body = {"containers": [{"name": each["name"], "env": _changes(changes)} for each in chosen]}
        try:
            change(call, one, body, mode)
        except ApiError as refusal:
            call.fail(refusal)
            continue
        call.say(f"{one.title} env updated{mode}\n")
    call.settle()


def _changes(texts: list[str]) -> list[dict[str, str]]:
    result = []
    for text in texts:
        key, equals, value = text.partition("=")
        result.append({"name": key, "value": value} if equals else {"name": text[:-1], "$patch": "delete"})
    return result


def _list(call: Call, one: Found, chosen: list[dict[str, Any]]) -> None:
    for container in chosen:
        call.say(f"# {one.resource.plural} {one.name}, container {container['name']}\n")
        for variable in container.get("env", []):
            call.say(f"{variable['name']}={variable.get('value', '')}\n")
