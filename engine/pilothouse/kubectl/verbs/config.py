"""`kubectl config`: the one context there is, and the namespace that commands go to."""

from __future__ import annotations

from ..call import Call
from ..failure import error, usage
from ..flags import Flag
from ..output import Grid
from ..printer import as_text

USAGE = "config (current-context | get-contexts | set-context --current --namespace=NAMESPACE)"
ABOUT = "Show the context, or choose the namespace that later commands are about."
FLAGS = (
    Flag("current", type="bool", default=False, help="the present context"),
    Flag("minify", type="bool", default=False, help="accepted"),
    Flag("output", "o", help="name: names only"),
)
CONTEXT = "pilothouse"


def run(call: Call) -> None:
    """Show or change the context."""
    what, *names = call.args or [""]
    if what == "current-context":
        call.say(f"{CONTEXT}\n")
    elif what == "get-contexts":
        grid = Grid(
            ("CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"),
            [("*", CONTEXT, CONTEXT, call.api.user, call.default_namespace)],
        )
        call.say(f"{CONTEXT}\n" if call.flags.text("output") == "name" else as_text(grid), grid)
    elif what == "set-context":
        if not call.flags.on("current") and names != [CONTEXT]:
            raise error(f"there is one context here, {CONTEXT}: write --current")
        call.chosen_namespace = call.flags.text("namespace") or call.default_namespace
        call.say(f'Context "{CONTEXT}" modified.\n')
    else:
        raise usage(f'unknown command "{what}"' if what else "config needs a subcommand", "config")
