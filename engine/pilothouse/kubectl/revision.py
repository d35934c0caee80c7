"""Revisions of a Deployment: which replica set is the current one, which came before.

`describe`, `rollout status|history|undo` read revisions as the real kubectl does: from the owned ReplicaSets, their
templates and their ``deployment.kubernetes.io/revision`` annotation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pilothouse.api import Deployment, PodTemplateSpec, ReplicaSet, to_dict

REVISION = "deployment.kubernetes.io/revision"
CHANGE_CAUSE = "kubernetes.io/change-cause"
HASH = "pod-template-hash"


def new_replica_set(deployment: Deployment, sets: Sequence[ReplicaSet]) -> ReplicaSet | None:
    """The replica set that has the Deployment's present template; the oldest, should there be several."""
    wanted = plain(deployment.spec.template)
    fitting = [one for one in sets if plain(one.spec.template) == wanted]
    return min(fitting, key=lambda one: (one.metadata.creationTimestamp, one.metadata.name), default=None)


def plain(template: PodTemplateSpec) -> dict[str, Any]:
    """A template without the hash label that the controller adds."""
    data = to_dict(template)
    metadata = dict(data.get("metadata") or {})
    labels = {key: value for key, value in metadata.pop("labels", {}).items() if key != HASH}
    metadata.pop("creationTimestamp", None)
    return {**data, "metadata": {**metadata, **({"labels": labels} if labels else {})}}


def number(one: ReplicaSet) -> int:
    """The revision of a replica set; 0 where it has none."""
    text = one.metadata.annotations.get(REVISION, "")
    return int(text) if text.isdigit() else 0
