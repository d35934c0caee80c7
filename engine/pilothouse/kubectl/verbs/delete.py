"""`kubectl delete`: by name, by label, all of a kind, or what a manifest names."""

from __future__ import annotations

from typing import Any

from pilothouse.apiserver import ApiError

from ..call import Call
from ..failure import Failure, error
from ..flags import Flag
from ..targets import NOTHING_NAMED, Found, found, get, singular, typed
from .apply import dry_run
from .get import SELECTION

USAGE = "delete ([-f FILENAME] | TYPE [(NAME ... | -l LABEL | --all)])"
ABOUT = "Remove objects, by name, by label, or as named in a manifest."
FLAGS = (
    *SELECTION,
    Flag("recursive", "R", "bool", False, help="folders within folders too"),
    Flag("all", type="bool", default=False, help="all objects of the kind in the namespace"),
    Flag("cascade", default="background", bare="background", help="background, foreground or orphan"),
    Flag("grace-period", type="int", default=-1, help="seconds to end gracefully; 0 only with --force"),
    Flag("force", type="bool", default=False, help="do not wait for the kubelet's word"),
    Flag("now", type="bool", default=False, help="a grace period of one second"),
    Flag("ignore-not-found", type="bool", default=False, help="treat what is not there as deleted"),
    Flag("wait", type="bool", default=True, help="let virtual time pass until the objects are gone"),
    Flag("timeout", type="duration", default=0.0, help="how long to wait"),
    Flag("dry-run", default="none", bare="unchanged", help="server or client: say what would happen, change nothing"),
    Flag("output", "o", help="name: print names only"),
)


def run(call: Call) -> None:
    """Delete each, then wait until it is really gone (``--wait=false`` does not)."""
    flags = call.flags
    if not call.args and not flags.given("filename"):
        raise error(NOTHING_NAMED)
    grace = _grace(call)
    mode = dry_run(call)
    if flags.on("force") and not mode:
        call.warn(
            "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. "
            "The resource may continue to run on the cluster indefinitely.\n"
        )
    named = len(call.args) > 1 or "/" in "".join(call.args) or flags.given("filename")
    if not named and not any(flags[one] for one in ("all", "selector", "field-selector")):
        list(found(call, call.args))
        raise error("resource(s) were provided, but no name was specified")
    gone: list[Found] = []
    nothing = True
    for one in found(call, call.args):
        if isinstance(one, Found):
            nothing = False
            if _delete(call, one, grace, mode):
                gone.append(one)
        elif not (flags.on("ignore-not-found") and isinstance(one, ApiError) and one.reason == "NotFound"):
            nothing = False
            call.fail(one)
    if nothing:
        call.say("No resources found\n")
    call.settle()
    if gone and not mode and flags["wait"] is not False and not (flags.on("force") and grace == 0):
        _wait(call, gone)


def _grace(call: Call) -> int | None:
    flags = call.flags
    grace = flags.integer("grace-period")
    grace = -1 if grace is None else grace
    if flags.on("now"):
        if grace != -1:
            raise error("--now and --grace-period cannot be specified together")
        grace = 1
    if grace == 0 and not flags.on("force"):
        grace = 1
    if flags.on("force") and grace < 0:
        grace = 0
    return None if grace < 0 else grace


PROPAGATION = {
    "background": "Background",
    "foreground": "Foreground",
    "orphan": "Orphan",
    "true": "Background",
    "false": "Orphan",
}


def _delete(call: Call, one: Found, grace: int | None, mode: str) -> bool:
    cascade = call.flags.text("cascade")
    if cascade not in PROPAGATION:
        raise error(f'invalid cascade value ({cascade}). Must be "background", "foreground", or "orphan"')
    if not mode:
        try:
            call.api.delete(
                typed(one.resource), one.name, namespace=one.namespace, propagation=PROPAGATION[cascade], grace=grace
            )
        except ApiError as refusal:
            call.fail(refusal)
            return False
    if call.flags.text("output") == "name":
        call.say(f"{one.title}\n")
    else:
        how = "force deleted" if grace == 0 else "deleted"
        where = f" from {one.namespace} namespace" if one.namespace else ""
        call.say(f'{singular(one.resource)} "{one.name}" {how}{where}{mode}\n')
    return True


def _wait(call: Call, gone: list[Found]) -> None:
    left = list(gone)

    def all_gone() -> bool:
        left[:] = [one for one in left if _there(call, one)]
        return not left

    if not call.wait(all_gone, call.flags.seconds("timeout")):
        for one in left:
            call.fail(Failure(f"error: timed out waiting for the condition on {one.resource.plural}/{one.name}"))


def _there(call: Call, one: Found) -> bool:
    try:
        now: Any = get(call, one.resource, one.name, one.namespace)
    except ApiError:
        return False
    return bool(now.metadata.uid == one.object.metadata.uid)
