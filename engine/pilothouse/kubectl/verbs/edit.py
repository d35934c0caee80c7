"""`kubectl edit`, by cell: ``%%kubectl edit deploy/web`` followed by the object's new YAML.

The real one opens an editor. A notebook is one already, so the cell's text takes the place of the edited file.
"""

from __future__ import annotations

from pilothouse.api import load_all
from pilothouse.apiserver import ApiError

from ..call import Call
from ..failure import Failure, error, words
from ..flags import Flag
from ..targets import NOTHING_NAMED, Found, found

USAGE = "edit TYPE/NAME   (as %%kubectl edit ..., with the new YAML in the cell)"
ABOUT = "Put the cell's YAML in the place of an object, as an editor would."
FLAGS = (Flag("output", "o", help="accepted"),)


def run(call: Call) -> None:
    """Replace the object by what the cell says."""
    if not call.args:
        raise error(NOTHING_NAMED)
    for one in found(call, call.args, need_name=True):
        if not isinstance(one, Found):
            call.fail(one)
            continue
        if call.stdin is None:
            raise error(
                f"there is no editor here: print the object with kubectl get {one.title} -o yaml, and put the changed text "
                f"into a cell that begins with %%kubectl edit {one.title}"
            )
        _replace(call, one)
    call.settle()


def _replace(call: Call, one: Found) -> None:
    assert call.stdin is not None
    try:
        loaded = load_all(call.stdin, source="the cell")
    except ValueError as problem:
        raise error(str(problem)) from None
    if len(loaded) != 1:
        raise error(f"the cell has {len(loaded)} objects; edit one at a time")
    try:
        made = call.api.update(loaded[0])
    except ApiError as refusal:
        raise Failure(words(refusal)) from None
    if made.metadata.resourceVersion == one.object.metadata.resourceVersion:
        call.warn("Edit cancelled, no changes made.\n")
    else:
        call.say(f"{one.title} edited\n")
