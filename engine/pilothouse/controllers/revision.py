"""The revisions of a Deployment: which ReplicaSet holds the newest template, and the numbers that tell their history.

Undo is no special operation: the template of an older revision becomes the newest again, and its replica set gets the
next number while `revision-history` keeps the numbers it had. The counterpart is
`pkg/controller/deployment/util/deployment_util.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pilothouse.api import Deployment, PodTemplateSpec, ReplicaSet, replace, template_hash
from pilothouse.controllers.rollout import DESIRED_REPLICAS, MAX_REPLICAS, by_age, max_surge, wanted

REVISION = "deployment.kubernetes.io/revision"
HISTORY = "deployment.kubernetes.io/revision-history"
HISTORY_CHARACTERS = 2000
TEMPLATE_HASH = "pod-template-hash"
NOT_INHERITED = {
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    HISTORY,
    DESIRED_REPLICAS,
    MAX_REPLICAS,
    "deprecated.deployment.rollback.to",
}


def same_template(one: PodTemplateSpec, other: PodTemplateSpec) -> bool:
    """The templates make the same pods; the label with the hash does not count."""
    return without_hash(one) == without_hash(other)


def without_hash(template: PodTemplateSpec) -> PodTemplateSpec:
    """The template as its Deployment has it."""
    labels = {key: value for key, value in template.metadata.labels.items() if key != TEMPLATE_HASH}
    return replace(template, metadata=replace(template.metadata, labels=labels))


def newest(deployment: Deployment, owned: Sequence[ReplicaSet]) -> ReplicaSet | None:
    """Of its own replica sets the one with the Deployment's template (the oldest, should there be several), or None.

    One whose name says so is it too, though its template may differ: a Deployment that came without the door's
    defaults has none that are equal.
    """
    for replicaset in by_age(owned):
        if same_template(replicaset.spec.template, deployment.spec.template):
            return replicaset
    name = name_for(deployment) if owned else ""
    return next((replicaset for replicaset in owned if replicaset.metadata.name == name), None)


def name_for(deployment: Deployment) -> str:
    """The name of the replica set for the Deployment's template."""
    return f"{deployment.metadata.name}-{template_hash(deployment.spec.template, deployment.status.collisionCount)}"


def number(replicaset: ReplicaSet) -> int:
    """The revision that the replica set holds; 0 where none is noted."""
    text = replicaset.metadata.annotations.get(REVISION, "")
    return int(text) if text.isdecimal() else 0


def next_number(old: Sequence[ReplicaSet]) -> int:
    """The revision after those of the old replica sets."""
    return max(map(number, old), default=0) + 1


def notes(deployment: Deployment, replicaset: ReplicaSet | None, revision: int) -> dict[str, str]:
    """The annotations of the replica set (None: one to be created) that shall hold at least `revision`."""
    inherited = {k: v for k, v in deployment.metadata.annotations.items() if k not in NOT_INHERITED}
    if replicaset is None:
        return {**inherited, REVISION: str(revision), **sizes(deployment)}
    now = {**replicaset.metadata.annotations, **inherited}
    before = number(replicaset)
    if before < revision:
        now[REVISION] = str(revision)
        if before:
            now[HISTORY] = history(now.get(HISTORY, ""), before)
    return now


def history(numbers: str, another: int) -> str:
    """The numbers of the past with one more, the oldest dropped where the list would get too long."""
    past = [*filter(None, numbers.split(",")), str(another)]
    while len(",".join(past)) > HISTORY_CHARACTERS:
        del past[0]
    return ",".join(past)


def sizes(deployment: Deployment) -> dict[str, str]:
    """The annotations by which a later scaling of the Deployment is noticed and shared out."""
    return {
        DESIRED_REPLICAS: str(wanted(deployment)),
        MAX_REPLICAS: str(wanted(deployment) + max_surge(deployment)),
    }


def was_scaled(deployment: Deployment, active: Iterable[ReplicaSet]) -> bool:
    """Somebody changed the Deployment's size since its replica sets were sized."""
    noted = [replicaset.metadata.annotations.get(DESIRED_REPLICAS) for replicaset in active]
    return any(size is not None and size != str(wanted(deployment)) for size in noted)


def obsolete(deployment: Deployment, old: Sequence[ReplicaSet]) -> list[ReplicaSet]:
    """The empty replica sets beyond `revisionHistoryLimit`, the oldest revisions."""
    limit = deployment.spec.revisionHistoryLimit
    if limit is None:
        return []
    kept = [replicaset for replicaset in old if not replicaset.metadata.deletionTimestamp]
    surplus = sorted(kept, key=number)[: max(0, len(kept) - limit)]
    return [replicaset for replicaset in surplus if is_empty(replicaset)]


def is_empty(replicaset: ReplicaSet) -> bool:
    """It asks for no pods, has none, and has been looked at since it was last changed."""
    seen = replicaset.metadata.generation <= replicaset.status.observedGeneration
    return wanted(replicaset) == 0 and replicaset.status.replicas == 0 and seen
