"""`kubectl rollout pause`: collect changes without rolling them out."""

from __future__ import annotations

from pilothouse.api import Deployment

from ..call import Call
from ..failure import Failure, error
from ..targets import singular, typed
from .rollout import FLAGS as FLAGS
from .rollout import targets

USAGE = "rollout pause (TYPE NAME | TYPE/NAME)"
ABOUT = "Collect changes without rolling them out."


def run(call: Call) -> None:
    """Set ``spec.paused``."""
    switch(call, True)


def switch(call: Call, paused: bool) -> None:
    """Pause or resume; what is so already is an error."""
    for target in targets(call):
        thing = target.object
        if not isinstance(thing, Deployment):
            raise error(
                f'{typed(target.resource)} "{target.name}" {"pausing" if paused else "resuming"} is not supported'
            )
        if thing.spec.paused == paused:
            call.fail(
                Failure(
                    f'error: {typed(target.resource)} "{target.name}" is {"already paused" if paused else "not paused"}'
                )
            )
            continue
        call.api.patch(
            typed(target.resource),
            target.name,
            {"spec": {"paused": True if paused else None}},
            namespace=target.namespace,
        )
        call.say(f"{singular(target.resource)}/{target.name} {'paused' if paused else 'resumed'}\n")
    call.settle()
