"""`kubectl events`: what happened lately, oldest first."""

from __future__ import annotations

from pilothouse.api import Event

from ..call import Call
from ..describe.events import interval, last_seen
from ..describe.page import Page
from ..failure import error
from ..flags import Flag
from ..output import Grid
from ..printer import as_text

USAGE = "events [--for TYPE/NAME] [--types=Normal,Warning] [-n NAMESPACE | -A]"
ABOUT = "Tell what happened lately, oldest first."
FLAGS = (
    Flag("all-namespaces", "A", "bool", False, help="in every namespace"),
    Flag("for", help="only events about this object, as TYPE/NAME"),
    Flag("types", type="strings", help="Normal or Warning"),
    Flag("no-headers", type="bool", default=False, help="leave the header out"),
)


def run(call: Call) -> None:
    """Print the events of the namespace."""
    flags = call.flags
    wrong = [one for one in flags.many("types") if one.lower() not in ("normal", "warning")]
    if wrong:
        raise error("valid --types are Normal or Warning")
    about = _about(call)
    shown: list[Event] = [
        event
        for event in call.api.list("events", namespace=None if call.everywhere else call.namespace)
        if (not flags.many("types") or event.type.lower() in [one.lower() for one in flags.many("types")])
        and (about is None or (event.involvedObject.kind, event.involvedObject.name) == about)
    ]
    if not shown:
        where = "" if call.everywhere else f" in {call.namespace} namespace"
        call.warn(f"No events found{where}.\n")
        return
    page = Page(call.now)
    rows = []
    for event in sorted(shown, key=last_seen):
        thing = f"{event.involvedObject.kind}/{event.involvedObject.name}"
        row = (interval(page, event), event.type, event.reason, thing, event.message.strip())
        rows.append((event.metadata.namespace, *row) if call.everywhere else row)
    header: tuple[str, ...] = ("LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE")
    grid = Grid(("NAMESPACE", *header) if call.everywhere else header, rows)
    call.say(as_text(grid, header=not flags.on("no-headers")), grid)


def _about(call: Call) -> tuple[str, str] | None:
    from ..targets import kind

    text = call.flags.text("for")
    if not text:
        return None
    word, slash, name = text.partition("/")
    if not slash or not name:
        raise error(f"--for must be in resource/name form: {text}")
    return kind(call, word).kind, name
