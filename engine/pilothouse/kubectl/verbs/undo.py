"""`kubectl rollout undo`: back to an earlier template."""

from __future__ import annotations

from typing import Any

from pilothouse.api import Deployment

from ..call import Call
from ..failure import error
from ..flags import Flag
from ..revision import REVISION, number, plain
from ..targets import Found
from .apply import LAST_APPLIED, dry_run
from .history import revisions
from .rollout import FLAGS as COMMON
from .rollout import replica_sets, targets

USAGE = "rollout undo (TYPE NAME | TYPE/NAME) [--to-revision=N]"
ABOUT = "Go back to an earlier revision."
FLAGS = (
    *COMMON,
    Flag("to-revision", type="int", default=0, help="the revision to go back to; 0 is the one before"),
    Flag("dry-run", default="none", bare="unchanged", help="server or client: say what would happen, change nothing"),
)
# Annotations of a replica set that belong to it alone and do not travel back.
KEPT = (
    LAST_APPLIED,
    REVISION,
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
)


def run(call: Call) -> None:
    """Put an earlier revision's template in place; the controller rolls it out like any change."""
    mode = dry_run(call)
    for target in targets(call):
        thing = target.object
        if LAST_APPLIED in thing.metadata.annotations:
            call.warn(
                f"Warning: resource {target.resource.plural}/{target.name} was previously managed with 'kubectl apply'. "
                f"Rolling back will not update the {LAST_APPLIED} annotation, which may cause unexpected behavior on future "
                "'kubectl apply' operations. Consider using 'kubectl apply' with your previous configuration file instead.\n"
            )
        if isinstance(thing, Deployment):
            told = _undo(call, thing, mode)
        elif thing.kind in ("StatefulSet", "DaemonSet"):
            told = _undo_revision(call, target, mode)
        else:
            raise error(f"no rollbacker has been implemented for {thing.kind}")
        call.say(f"{target.title} {told}\n")
    call.settle()


def _undo(call: Call, thing: Deployment, mode: str) -> str:
    wanted = call.flags.integer("to-revision") or 0
    if wanted < 0:
        raise error(f"unable to find specified revision {wanted} in history")
    chosen = _chosen(replica_sets(call, thing), wanted, thing.metadata.name)
    if thing.spec.paused:
        raise error(
            "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again"
        )
    template = plain(chosen.spec.template)
    if template == plain(thing.spec.template):
        return f"skipped rollback (current template already matches revision {number(chosen)})"
    annotations = {key: value for key, value in thing.metadata.annotations.items() if key in KEPT}
    annotations |= {key: value for key, value in chosen.metadata.annotations.items() if key not in KEPT}
    body = [
        {"op": "replace", "path": "/spec/template", "value": template},
        {"op": "replace", "path": "/metadata/annotations", "value": annotations},
    ]
    call.api.patch(
        "deployments.apps",
        thing.metadata.name,
        body,
        type="json",
        namespace=thing.metadata.namespace,
        dry_run=bool(mode),
    )
    return f"rolled back{mode}"


def _chosen(sets: list[Any], wanted: int, name: str) -> Any:
    by_number = {number(one): one for one in sets if number(one)}
    if wanted:
        if wanted not in by_number:
            raise error(f"unable to find specified revision {wanted} in history")
        return by_number[wanted]
    known = sorted(by_number)
    if len(known) < 2:
        raise error(f'no rollout history found for deployment "{name}"')
    return by_number[known[-2]]


def _undo_revision(call: Call, target: Found, mode: str) -> str:
    """Back to an earlier ControllerRevision of a StatefulSet or DaemonSet."""
    wanted = call.flags.integer("to-revision") or 0
    known = revisions(call, target)
    if wanted and wanted not in known:
        raise error(f"unable to find specified revision {wanted} in history")
    if not wanted and len(known) < 2:
        raise error("no last revision to roll back to")
    chosen = wanted or sorted(known)[-2]
    template = plain(known[chosen][1])
    if template == plain(target.object.spec.template):
        return f"skipped rollback (current template already matches revision {chosen})"
    body = [{"op": "replace", "path": "/spec/template", "value": template}]
    kind, name, namespace = target.resource.qualified, target.name, target.namespace
    call.api.patch(kind, name, body, type="json", namespace=namespace, dry_run=bool(mode))
    return f"rolled back{mode}"
