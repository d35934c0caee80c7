"""ControllerRevisions: the history of the pod templates of StatefulSets and DaemonSets, one object each.

A template that comes back gets the next number instead of a second object. The counterpart is
`pkg/controller/history`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from pilothouse.api import ControllerRevision, ObjectMeta, PodTemplateSpec, replace, template_hash
from pilothouse.apiserver import ApiError, Client
from pilothouse.controllers.claims import reference_to

HASH = "controller.kubernetes.io/hash"
POD_REVISION = "controller-revision-hash"


def in_order(revisions: Iterable[ControllerRevision]) -> list[ControllerRevision]:
    """The oldest first."""
    return sorted(revisions, key=lambda r: (r.revision, r.metadata.creationTimestamp, r.metadata.name))


def data_of(owner: Any) -> dict[str, Any]:
    """What a revision keeps of its owner: the template, as a patch of it."""
    return {"spec": {"template": {**msgspec.to_builtins(owner.spec.template), "$patch": "replace"}}}


def template_of(revision: ControllerRevision) -> PodTemplateSpec:
    """The template that the revision keeps."""
    template = {key: value for key, value in revision.data["spec"]["template"].items() if key != "$patch"}
    return msgspec.convert(template, PodTemplateSpec)


def newest(
    api: Client, owner: Any, revisions: Sequence[ControllerRevision], label: str = HASH
) -> ControllerRevision | None:
    """The revision of the owner's template: found, renumbered to be the last, or made; None where its name is taken.

    Args:
        api: where to write.
        owner: a StatefulSet or DaemonSet.
        revisions: those of the owner, in order.
        label: the label of the revision that holds its hash.
    """
    data, number = data_of(owner), revisions[-1].revision + 1 if revisions else 1
    same = [revision for revision in revisions if revision.data == data]
    if same and same[-1].revision == revisions[-1].revision:
        return revisions[-1]
    if same:
        return api.update(replace(same[-1], revision=number))  # type: ignore[no-any-return]
    mark = template_hash(owner.spec.template, owner.status.collisionCount)
    try:
        return api.create(  # type: ignore[no-any-return]
            ControllerRevision(
                metadata=ObjectMeta(
                    name=f"{owner.metadata.name}-{mark}",
                    namespace=owner.metadata.namespace,
                    labels={**owner.spec.template.metadata.labels, label: mark},
                    ownerReferences=[reference_to(owner)],
                ),
                data=data,
                revision=number,
            )
        )
    except ApiError as error:
        if error.reason == "AlreadyExists":
            return None
        raise


def tidy(api: Client, owner: Any, revisions: Sequence[ControllerRevision], used: Iterable[str]) -> None:
    """Delete the oldest of `revisions` beyond the owner's `revisionHistoryLimit`, but none with a name in `used`."""
    limit = 10 if owner.spec.revisionHistoryLimit is None else owner.spec.revisionHistoryLimit
    keep, surplus = set(used), len(revisions) - limit
    unused = [revision for revision in revisions if revision.metadata.name not in keep]
    for revision in unused[: max(0, surplus)]:
        api.delete("ControllerRevision", revision.metadata.name, revision.metadata.namespace)
