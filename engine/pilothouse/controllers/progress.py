"""What a Deployment says about itself: counts, and the conditions Available, Progressing and ReplicaFailure.

Pure functions from objects to a status. The counterpart is `progress.go` and the end of `sync.go` in
`pkg/controller/deployment`.
"""

from __future__ import annotations

from collections.abc import Sequence

from pilothouse.api import (
    Deployment,
    DeploymentCondition,
    DeploymentStatus,
    ReplicaSet,
    replace,
    since_epoch,
    timestamp,
)
from pilothouse.controllers import conditions
from pilothouse.controllers.rollout import available, max_unavailable, total, wanted

FOREVER = 2**31 - 1  # a progress deadline of this many seconds means that there is none


def condition(now: float, type: str, status: str, reason: str, message: str) -> DeploymentCondition:
    """A condition that begins `now`."""
    time = timestamp(now)
    return DeploymentCondition(
        type=type, status=status, reason=reason, message=message, lastUpdateTime=time, lastTransitionTime=time
    )


def has_deadline(deployment: Deployment) -> bool:
    """The Deployment wants to be told when a rollout gets stuck."""
    return deployment.spec.progressDeadlineSeconds not in (None, FOREVER)


def counted(deployment: Deployment, new: ReplicaSet | None, old: Sequence[ReplicaSet], now: float) -> DeploymentStatus:
    """The status with fresh counts and the condition Available; Progressing stays as it was."""
    everyone = [*old, *([new] if new else [])]
    ending = [replicaset.status.terminatingReplicas for replicaset in everyone]
    up = available(everyone)
    if up >= wanted(deployment) - max_unavailable(deployment):
        told = "True", "MinimumReplicasAvailable", "Deployment has minimum availability."
    else:
        told = "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."
    return DeploymentStatus(
        observedGeneration=deployment.metadata.generation,
        replicas=sum(replicaset.status.replicas for replicaset in everyone),
        updatedReplicas=new.status.replicas if new else 0,
        readyReplicas=sum(replicaset.status.readyReplicas for replicaset in everyone),
        availableReplicas=up,
        unavailableReplicas=max(0, total(everyone) - up),
        terminatingReplicas=None if None in ending else sum(count or 0 for count in ending),
        collisionCount=deployment.status.collisionCount,
        conditions=conditions.put(deployment.status.conditions, condition(now, "Available", *told)),
    )


def estimated(
    deployment: Deployment, new: ReplicaSet | None, old: Sequence[ReplicaSet], now: float
) -> DeploymentStatus:
    """The status with fresh counts and all conditions: how does the rollout get on?"""
    status = counted(deployment, new, old, now)
    known = conditions.find(deployment.status.conditions, "Progressing")
    subject = f'ReplicaSet "{new.metadata.name}"' if new else f'Deployment "{deployment.metadata.name}"'
    told = status.conditions
    if not has_deadline(deployment):
        told = conditions.without(told, "Progressing")
    elif known and known.reason == "NewReplicaSetAvailable" and status.replicas == status.updatedReplicas:
        pass  # no rollout is on, so there is nothing to estimate
    elif is_complete(deployment, status):
        done = condition(
            now, "Progressing", "True", "NewReplicaSetAvailable", f"{subject} has successfully progressed."
        )
        told = conditions.put(told, done)
    elif has_moved(deployment.status, status):
        moving = condition(now, "Progressing", "True", "ReplicaSetUpdated", f"{subject} is progressing.")
        if known and known.status == "True":
            moving = replace(moving, lastTransitionTime=known.lastTransitionTime)
        told = [*conditions.without(told, "Progressing"), moving]  # each move begins the deadline anew
    elif is_overdue(deployment, now):
        late = condition(
            now, "Progressing", "False", "ProgressDeadlineExceeded", f"{subject} has timed out progressing."
        )
        told = conditions.put(told, late)
    return replace(status, conditions=with_failure(told, new, old))


def is_complete(deployment: Deployment, status: DeploymentStatus) -> bool:
    """All pods are of the new template and available, and no others are left."""
    size = wanted(deployment)
    return status.updatedReplicas == status.replicas == status.availableReplicas == size and (
        status.observedGeneration >= deployment.metadata.generation
    )


def has_moved(before: DeploymentStatus, after: DeploymentStatus) -> bool:
    """The rollout came nearer to its end: more new pods, fewer old ones, more ready or available."""
    return (
        after.updatedReplicas > before.updatedReplicas
        or after.replicas - after.updatedReplicas < before.replicas - before.updatedReplicas
        or after.readyReplicas > before.readyReplicas
        or after.availableReplicas > before.availableReplicas
    )


def is_overdue(deployment: Deployment, now: float) -> bool:
    """The last sign of progress is longer ago than the deadline permits."""
    known = conditions.find(deployment.status.conditions, "Progressing")
    if known is None or known.reason == "NewReplicaSetAvailable":
        return False
    return known.reason == "ProgressDeadlineExceeded" or deadline(deployment, known) < now


def deadline(deployment: Deployment, known: DeploymentCondition) -> float:
    """When the rollout is overdue, unless it moves before: seconds since the epoch."""
    return since_epoch(known.lastUpdateTime) + (deployment.spec.progressDeadlineSeconds or 0)


def next_look(deployment: Deployment, now: float) -> float | None:
    """Seconds until a rollout that does not move must be looked at, one after its deadline; None for never."""
    known = conditions.find(deployment.status.conditions, "Progressing")
    if not has_deadline(deployment) or known is None or is_complete(deployment, deployment.status):
        return None
    if known.reason in ("NewReplicaSetAvailable", "ProgressDeadlineExceeded"):
        return None
    return max(0.0, deadline(deployment, known) - now) + 1


def with_failure(
    told: list[DeploymentCondition], new: ReplicaSet | None, old: Sequence[ReplicaSet]
) -> list[DeploymentCondition]:
    """The conditions with the ReplicaFailure of a replica set, the new one's before the others', or without any."""
    for replicaset in [*([new] if new else []), *old]:
        failure = conditions.find(replicaset.status.conditions, "ReplicaFailure")
        if failure:
            time = failure.lastTransitionTime
            return conditions.put(
                told,
                DeploymentCondition(
                    type="ReplicaFailure",
                    status=failure.status,
                    reason=failure.reason,
                    message=failure.message,
                    lastTransitionTime=time,
                    lastUpdateTime=time,
                ),
            )
    return conditions.without(told, "ReplicaFailure")


def paused(deployment: Deployment, now: float) -> list[DeploymentCondition]:
    """The conditions after a pause or a resumption was noticed; both stop the clock of the deadline."""
    told = deployment.status.conditions
    known = conditions.find(told, "Progressing")
    if not has_deadline(deployment) or (known and known.reason == "ProgressDeadlineExceeded"):
        return told
    is_noted = known is not None and known.reason == "DeploymentPaused"
    if deployment.spec.paused and not is_noted:
        return conditions.put(
            told, condition(now, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused")
        )
    if not deployment.spec.paused and is_noted:
        return conditions.put(
            told, condition(now, "Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed")
        )
    return told
