"""`kubectl scale`: a new number of replicas."""

from __future__ import annotations

from pilothouse.apiserver import ApiError

from ..call import Call
from ..failure import Failure, error
from ..flags import Flag
from ..targets import Found, found, typed
from .apply import dry_run

USAGE = "scale --replicas=COUNT (-f FILENAME | TYPE NAME)"
ABOUT = "Ask for another number of pods."
FLAGS = (
    Flag("replicas", type="int", help="the new number of pods"),
    Flag("current-replicas", type="int", default=-1, help="only if there are this many now"),
    Flag("resource-version", help="only at this version"),
    Flag("filename", "f", "strings", help="the objects that a manifest names"),
    Flag("selector", "l", help="only objects with these labels"),
    Flag("all", type="bool", default=False, help="all objects of the kind in the namespace"),
    Flag("timeout", type="duration", default=0.0, help="accepted"),
    Flag("dry-run", default="none", bare="unchanged", help="server or client: say what would happen, change nothing"),
)


def run(call: Call) -> None:
    """Write the new number; the controllers do the rest."""
    flags = call.flags
    if not flags.given("replicas"):
        raise error('required flag(s) "replicas" not set')
    count = flags.integer("replicas")
    if count is None or count < 0:
        raise error("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0")
    mode = dry_run(call)
    any_found = False
    missing: list[Failure | ApiError] = []
    for one in found(call, call.args, need_name=True):
        if not isinstance(one, Found):
            missing.append(one)
            continue
        any_found = True
        expected = flags.integer("current-replicas")
        present = getattr(one.object.spec, "replicas", None) or 0
        if expected is not None and expected >= 0 and present != expected:
            raise error(f"Expected replicas to be {expected}, was {present}")
        version = flags.text("resource-version")
        if version and version != one.object.metadata.resourceVersion:
            raise error(f"Expected resource version to be {version}, was {one.object.metadata.resourceVersion}")
        try:
            body = {"spec": {"replicas": count}}
            call.api.patch(
                typed(one.resource), one.name, body, namespace=one.namespace, subresource="scale", dry_run=bool(mode)
            )
        except ApiError as refusal:
            call.fail(refusal)
            continue
        call.say(f"{one.title} scaled{mode}\n")
    if not any_found:
        raise error(" ".join(["no objects passed to scale", *(str(one) for one in missing[:1])]))
    for failure in missing:
        call.fail(failure)
    call.settle()
