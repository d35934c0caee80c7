"""The arithmetic of a rollout: how many pods each ReplicaSet of a Deployment should have next.

Pure functions, objects in and sizes out: the Deployment controller carries them out. The counterparts are
`rolling.go`, `recreate.go` and the scaling in `sync.go` of `pkg/controller/deployment`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from pilothouse.api import Deployment, ReplicaSet, replace
from pilothouse.api.struct import IntOrString

DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas"
MAX_REPLICAS = "deployment.kubernetes.io/max-replicas"


class Resize(NamedTuple):
    """Give this replica set that many replicas."""

    replicaset: ReplicaSet
    replicas: int


def wanted(item: Deployment | ReplicaSet) -> int:
    """How many pods the object asks for."""
    return 1 if item.spec.replicas is None else item.spec.replicas


def total(replicasets: Iterable[ReplicaSet]) -> int:
    """How many pods they ask for together."""
    return sum(map(wanted, replicasets))


def available(replicasets: Iterable[ReplicaSet]) -> int:
    """How many available pods they have together."""
    return sum(replicaset.status.availableReplicas for replicaset in replicasets)


def lasting(replicaset: ReplicaSet) -> int:
    """How many available pods it will keep: one that is being made smaller may still count those that go."""
    return min(wanted(replicaset), replicaset.status.availableReplicas)


def active(replicasets: Iterable[ReplicaSet]) -> list[ReplicaSet]:
    """Those that ask for any pods at all."""
    return [replicaset for replicaset in replicasets if wanted(replicaset) > 0]


def by_age(replicasets: Iterable[ReplicaSet]) -> list[ReplicaSet]:
    """The oldest first."""
    return sorted(replicasets, key=lambda replicaset: (replicaset.metadata.creationTimestamp, replicaset.metadata.name))


def scaled(value: IntOrString | None, of: int, round_up: bool) -> int:
    """A number, or a percentage of `of`; "25%" of 10 is 3 rounded up and 2 rounded down."""
    if value is None:
        return 0
    if isinstance(value, int):
        return value
    percent = int(value.rstrip("%"))
    return -(-percent * of // 100) if round_up else percent * of // 100


def is_rolling(deployment: Deployment) -> bool:
    """Old pods are replaced step by step, not all at once."""
    return deployment.spec.strategy.type == "RollingUpdate"


def fenceposts(deployment: Deployment) -> tuple[int, int]:
    """How many pods more and how many fewer than wanted there may be; never 0 and 0, or nothing could move."""
    rolling = deployment.spec.strategy.rollingUpdate
    if not is_rolling(deployment) or rolling is None:
        return 0, 0
    surge = scaled(rolling.maxSurge, wanted(deployment), round_up=True)
    unavailable = scaled(rolling.maxUnavailable, wanted(deployment), round_up=False)
    return surge, unavailable if surge or unavailable else 1


def max_surge(deployment: Deployment) -> int:
    """How many pods more than wanted there may be."""
    return fenceposts(deployment)[0]


def max_unavailable(deployment: Deployment) -> int:
    """How many of the wanted pods may be unavailable."""
    return min(fenceposts(deployment)[1], wanted(deployment))


def grown(deployment: Deployment, new: ReplicaSet | None, everyone: Sequence[ReplicaSet]) -> int:
    """The size of the new replica set, as large as the surge permits; `new` is None while it does not exist."""
    size = wanted(new) if new else 0
    if not is_rolling(deployment):
        return wanted(deployment)
    room = wanted(deployment) + max_surge(deployment) - total(everyone)
    return size + min(room, wanted(deployment) - size) if room > 0 else size


def grow_new(deployment: Deployment, new: ReplicaSet, old: Sequence[ReplicaSet]) -> list[Resize]:
    """First half of a rolling step: the new replica set takes the room there is (or shrinks to what is wanted)."""
    if wanted(new) > wanted(deployment):
        return [Resize(new, wanted(deployment))]
    size = grown(deployment, new, [*old, new])
    return [Resize(new, size)] if size != wanted(new) else []


def shrink_old(deployment: Deployment, new: ReplicaSet, old: Sequence[ReplicaSet]) -> list[Resize]:
    """Second half of a rolling step: old pods go, those that are not available anyway first."""
    needed = wanted(deployment) - max_unavailable(deployment)
    spare = total([*old, new]) - needed - (wanted(new) - lasting(new))
    if spare <= 0:
        return []
    unhealthy = take(old, spare, lambda replicaset: wanted(replicaset) - lasting(replicaset))
    left = resized(old, unhealthy)
    healthy = take(left, sum(map(lasting, [*old, new])) - needed, wanted)
    return unhealthy + healthy


def take(replicasets: Sequence[ReplicaSet], count: int, most: Callable[[ReplicaSet], int]) -> list[Resize]:
    """Take `count` pods away, the oldest replica sets first, and from each at most what `most` says."""
    resizes = []
    for replicaset in by_age(replicasets):
        gone = min(count, most(replicaset))
        if gone > 0:
            resizes.append(Resize(replicaset, wanted(replicaset) - gone))
            count -= gone
    return resizes


def resized(replicasets: Sequence[ReplicaSet], resizes: Sequence[Resize]) -> list[ReplicaSet]:
    """The replica sets as they will be after `resizes`."""
    sizes = {replicaset.metadata.name: size for replicaset, size in resizes}
    return [replace(r, spec=replace(r.spec, replicas=sizes.get(r.metadata.name, wanted(r)))) for r in replicasets]


def proportional(deployment: Deployment, new: ReplicaSet | None, old: Sequence[ReplicaSet]) -> list[Resize]:
    """The sizes after the Deployment itself was scaled.

    One active replica set takes all. Two or more, in the middle of a rollout, share the difference in proportion to
    their sizes, so that the risk of the new version stays what it was; what rounding leaves over goes to the largest.
    """
    everyone = [*by_age(old), *([new] if new else [])]
    sharing = active(everyone)
    if len(sharing) <= 1:
        only = sharing[0] if sharing else new or next(reversed(everyone), None)
        return [Resize(only, wanted(deployment))] if only and wanted(only) != wanted(deployment) else []
    if new and is_saturated(deployment, new):
        return [Resize(replicaset, 0) for replicaset in active(old)]
    if not is_rolling(deployment):
        return []
    allowed = wanted(deployment) + max_surge(deployment) if wanted(deployment) > 0 else 0
    difference = allowed - total(sharing)
    return shares(deployment, by_size(sharing, newest_first=difference > 0), difference)


def shares(deployment: Deployment, sharing: Sequence[ReplicaSet], difference: int) -> list[Resize]:
    """`difference` distributed over the replica sets, largest first; each is named, even where its size stays."""
    left, sizes = difference, []
    for replicaset in sharing:
        share = fraction(deployment, replicaset) if left else 0
        share = min(share, left) if difference > 0 else max(share, left)
        sizes.append(wanted(replicaset) + share)
        left -= share
    sizes[0] = max(0, sizes[0] + left)
    return [Resize(replicaset, size) for replicaset, size in zip(sharing, sizes, strict=True)]


def fraction(deployment: Deployment, replicaset: ReplicaSet) -> int:
    """By how much the replica set would change, had it its exact share of the new size (rounded half away from 0)."""
    size = wanted(replicaset)
    if wanted(deployment) == 0:
        return -size
    most_before = int(replicaset.metadata.annotations.get(MAX_REPLICAS) or 0) or deployment.status.replicas
    if most_before == 0:
        return 0
    exact_twice = 2 * size * (wanted(deployment) + max_surge(deployment))
    return (exact_twice + most_before) // (2 * most_before) - size


def by_size(replicasets: Iterable[ReplicaSet], newest_first: bool) -> list[ReplicaSet]:
    """The largest first; of equally large ones the newest or the oldest."""
    aged = by_age(replicasets)
    return sorted(aged[::-1] if newest_first else aged, key=lambda replicaset: -wanted(replicaset))


def is_saturated(deployment: Deployment, new: ReplicaSet) -> bool:
    """The new replica set is as large as it shall ever be, and all of it is available."""
    size = wanted(deployment)
    return (
        wanted(new) == size
        and new.metadata.annotations.get(DESIRED_REPLICAS) == str(size)
        and new.status.availableReplicas == size
    )
