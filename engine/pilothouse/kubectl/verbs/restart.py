"""`kubectl rollout restart`: replace all pods by new ones of the same template."""

from __future__ import annotations

from pilothouse.api import Deployment, timestamp

from ..call import Call
from ..failure import Failure, error
from ..targets import typed
from .rollout import FLAGS as FLAGS
from .rollout import targets

USAGE = "rollout restart (TYPE NAME | TYPE/NAME)"
ABOUT = "Replace all pods by new ones of the same template."
RESTARTED = "kubectl.kubernetes.io/restartedAt"


def run(call: Call) -> None:
    """Write the time into the template; the controller does the rest."""
    for target in targets(call):
        thing = target.object
        if thing.kind not in ("Deployment", "StatefulSet", "DaemonSet"):
            raise error(f'{typed(target.resource)} "{target.name}" restarting is not supported')
        if isinstance(thing, Deployment) and thing.spec.paused:
            call.fail(
                Failure(
                    f'error: {typed(target.resource)} "{target.name}" can\'t restart paused deployment (run rollout resume first)'
                )
            )
            continue
        body = {"spec": {"template": {"metadata": {"annotations": {RESTARTED: timestamp(call.now)}}}}}
        call.api.patch(typed(target.resource), target.name, body, namespace=target.namespace)
        call.say(f"{target.title} restarted\n")
    call.settle()
