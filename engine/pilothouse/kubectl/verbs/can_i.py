"""`kubectl auth can-i`: may I, or may somebody, do this?"""

from __future__ import annotations

from ..call import Call
from ..failure import Failure, error
from ..flags import Flag

USAGE = "auth can-i VERB [TYPE | TYPE/NAME] [--as=USER] [--subresource=NAME]"
ABOUT = "Ask whether a user may do something; exit code 1 for no."
FLAGS = (
    Flag("subresource", help="for example log or scale"),
    Flag("all-namespaces", "A", "bool", False, help="in every namespace"),
    Flag("quiet", "q", "bool", False, help="answer with the exit code alone"),
)


def run(call: Call) -> None:
    """Answer yes or no."""
    if len(call.args) not in (2, 3):
        raise error(
            "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples"
        )
    verb, word = call.args[:2]
    kind, _, name = word.partition("/")
    name = name or (call.args[2] if len(call.args) == 3 else "")
    allowed = False
    try:
        info = call.cluster.door.scheme.resource(kind)
    except LookupError:
        call.warn(f"Warning: the server doesn't have a resource type '{kind}'\n\n")
    else:
        if not info.namespaced:
            group = f" in group '{info.group}'" if info.group else ""
            call.warn(f"Warning: resource '{info.plural}' is not namespace scoped{group}\n\n")
        namespace = "" if call.everywhere or not info.namespaced else call.namespace
        allowed = call.api.can(
            verb, info.qualified, name=name, namespace=namespace, subresource=call.flags.text("subresource") or None
        )
    if not call.flags.on("quiet"):
        call.say("yes\n" if allowed else "no\n")
    if not allowed:
        raise Failure("", 1)
