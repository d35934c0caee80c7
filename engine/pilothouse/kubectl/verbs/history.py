"""`kubectl rollout history`: the revisions of a Deployment, StatefulSet or DaemonSet."""

from __future__ import annotations

from typing import Any

from pilothouse.api import PodTemplateSpec, replace

from ..call import Call
from ..describe.page import Page
from ..describe.template import template
from ..failure import error
from ..flags import Flag
from ..revision import CHANGE_CAUSE, number
from ..tabwriter import align
from ..targets import Found
from .rollout import FLAGS as COMMON
from .rollout import replica_sets, targets

USAGE = "rollout history (TYPE NAME | TYPE/NAME) [--revision=N]"
ABOUT = "List the revisions of a workload, or show one."
FLAGS = (*COMMON, Flag("revision", type="int", default=0, help="the template of this revision"))


def run(call: Call) -> None:
    """A table of revisions, or the template of one."""
    wanted = call.flags.integer("revision") or 0
    if wanted < 0:
        raise error(f"revision must be a positive integer: {wanted}")
    for target in targets(call):
        known = revisions(call, target)
        if not known and not wanted:
            call.say(f"{target.title} \nNo rollout history found.\n")
            continue
        if wanted:
            if wanted not in known:
                raise error("unable to find the specified revision")
            page = Page(call.now)
            cause, shown = known[wanted]
            template(page, _with_cause(shown, cause))
            call.say(f"{target.title} with revision #{wanted}\n{page.unaligned()}\n")
        else:
            lines = "".join(f"{revision}\t{known[revision][0] or '<none>'}\n" for revision in sorted(known))
            call.say(f"{target.title} \n" + align(f"REVISION\tCHANGE-CAUSE\n{lines}") + "\n")


def _with_cause(shown: PodTemplateSpec, cause: str) -> PodTemplateSpec:
    if not cause:
        return shown
    annotations = {**shown.metadata.annotations, CHANGE_CAUSE: cause}
    return replace(shown, metadata=replace(shown.metadata, annotations=annotations))


def revisions(call: Call, target: Found) -> dict[int, tuple[str, PodTemplateSpec]]:
    """Revision number → change cause and pod template."""
    thing: Any = target.object
    if thing.kind == "Deployment":
        sets = {number(one): one for one in replica_sets(call, thing)}
        return {
            revision: (one.metadata.annotations.get(CHANGE_CAUSE, ""), one.spec.template)
            for revision, one in sorted(sets.items())
            if revision
        }
    if thing.kind in ("StatefulSet", "DaemonSet"):
        return _controller_revisions(call, target)
    raise error(f"no history viewer has been implemented for {thing.kind}")


def _controller_revisions(call: Call, target: Found) -> dict[int, tuple[str, PodTemplateSpec]]:
    from pilothouse.api import from_dict, to_dict

    from ..describe.surroundings import Surroundings

    found: dict[int, tuple[str, PodTemplateSpec]] = {}
    for one in Surroundings(call.api).owned("ControllerRevision", target.object.metadata):
        data = one.data if isinstance(one.data, dict) else to_dict(one.data)
        pieces = to_dict(target.object)
        pieces["spec"] = {**pieces["spec"], "template": data.get("spec", {}).get("template", {})}
        pieces["spec"]["template"].pop("$patch", None)
        shown: Any = from_dict(pieces, strict=False)
        found[one.revision] = (one.metadata.annotations.get(CHANGE_CAUSE, ""), shown.spec.template)
    return found
