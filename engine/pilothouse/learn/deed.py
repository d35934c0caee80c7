"""One change in words: who did what to which object.

Enough to point at the change that decided something; the whole story in sentences is the timeline's.
"""

from __future__ import annotations

from pilothouse.kernel import Change
from pilothouse.learn.moments import is_ready

YOURS = ("user", "kubernetes-admin")  # actors of writes that a cell or kubectl made
HANDS = (*YOURS, "somebody", "the check")  # ... and of others that no component made: a lesson's fault, a trial's


def told(change: Change, hand: str = "you") -> str:
    """Tell a change; an Event is quoted, since its words are what helps. `hand` is who acts where no component does."""
    after = change.after
    if change.kind == "Event" and after is not None:
        about = after.involvedObject
        return f"{after.reason} {about.kind.lower()}/{about.name}: {after.message}"
    actor = hand if change.actor in YOURS else change.actor
    return f"{actor} {deed(change)}"


def deed(change: Change) -> str:
    """Return the deed with its object, such as "created pod/eta-model-x"."""
    name = f"{change.kind.lower()}/{change.name}"
    before, after = change.before, change.after
    if change.verb == "ADDED":
        return f"created {name}"
    if change.verb == "DELETED":
        return f"removed {name}"
    if after.metadata.deletionTimestamp and not before.metadata.deletionTimestamp:
        return f"asked {name} to stop"
    if change.kind == "Pod" and after.spec.nodeName and not before.spec.nodeName:
        return f"placed {name} on {after.spec.nodeName}"
    if change.kind == "Pod" and is_ready(after) != is_ready(before):
        return f"reported {name} {'ready' if is_ready(after) else 'not ready'}"
    return f"changed {name}"


def by_hand(change: Change) -> bool:
    """Say whether no component made the change."""
    return change.actor in HANDS


def clock(time: float) -> str:
    """Write virtual seconds as minutes and seconds: `1:07.5`."""
    minutes, rest = divmod(round(time, 1), 60)
    return f"{int(minutes)}:{rest:04.1f}"
