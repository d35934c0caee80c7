from __future__ import annotations

from typing import Any

import pytest

from pilothouse.api import Deployment, ReplicaSet, from_dict
from pilothouse.controllers import revision, rollout


def deployment(replicas: int, surge: int | str = "25%", unavailable: int | str = "25%", **spec: Any) -> Deployment:
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}
    return from_dict(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web"},
            "spec": {"replicas": replicas, "strategy": rolling, **spec},
        }
    )


def replicaset(name: str, replicas: int, available: int = 0, most: int = 0, **annotations: str) -> ReplicaSet:
    notes = {"deployment.kubernetes.io/max-replicas": str(most), **annotations} if most else annotations
    return from_dict(
        {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {"name": name, "creationTimestamp": f"2026-01-01T00:00:0{name[-1]}Z", "annotations": notes},
            "spec": {"replicas": replicas},
            "status": {"replicas": replicas, "availableReplicas": available},
        }
    )


def sizes(resizes: list[rollout.Resize]) -> list[tuple[str, int]]:
    return [(resize.replicaset.metadata.name, resize.replicas) for resize in resizes]


@pytest.mark.parametrize(
    ("replicas", "surge", "unavailable", "expected"),
    [
        (10, "25%", "25%", (3, 2)),
        (1, "25%", "25%", (1, 0)),
        (3, 0, 0, (0, 1)),
        (2, "0%", "10%", (0, 1)),
        (4, 2, 3, (2, 3)),
    ],
)
def test_fenceposts(replicas: int, surge: int | str, unavailable: int | str, expected: tuple[int, int]) -> None:
    assert rollout.fenceposts(deployment(replicas, surge, unavailable)) == expected


def test_ten_replicas_begin_with_eight_old_and_five_new() -> None:
    wanted, old, new = deployment(10), replicaset("rs1", 10, 10), replicaset("rs2", 0)
    assert sizes(rollout.grow_new(wanted, new, [old])) == [("rs2", 3)]
    assert sizes(rollout.shrink_old(wanted, replicaset("rs2", 3), [old])) == [("rs1", 8)]
    assert sizes(rollout.grow_new(wanted, replicaset("rs2", 3), [replicaset("rs1", 8, 8)])) == [("rs2", 5)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param([("rs1", 8, 8)], ("rs2", 5, 0), [], id="nothing is available to spare"),
        pytest.param([("rs1", 8, 8)], ("rs2", 5, 1), [("rs1", 7)], id="one new pod, one old pod less"),
        pytest.param([("rs1", 8, 5)], ("rs2", 2, 2), [("rs1", 6)], id="the unavailable go though few are left"),
        pytest.param([("rs1", 8, 10)], ("rs2", 5, 0), [], id="pods that are going already do not count"),
        pytest.param([("rs1", 2, 2), ("rs2", 8, 8)], ("rs3", 2, 0), [("rs1", 0)], id="the oldest goes first"),
    ],
)
def test_old_pods_make_room(
    old: list[tuple[str, int, int]], new: tuple[str, int, int], expected: list[tuple[str, int]]
) -> None:
    assert sizes(rollout.shrink_old(deployment(10), replicaset(*new), [replicaset(*o) for o in old])) == expected


@pytest.mark.parametrize(
    ("replicas", "old", "new", "expected"),
    [
        pytest.param(15, (8, 8), (5, 0), [("rs1", 11), ("rs2", 7)], id="8+5 of 10 become 11+7 of 15"),
        pytest.param(0, (8, 8), (5, 0), [("rs1", 0), ("rs2", 0)], id="nothing is left of zero"),
        pytest.param(6, (0, 0), (5, 5), [("rs2", 6)], id="the only active one takes all"),
        pytest.param(10, (8, 8), (5, 0), [("rs1", 8), ("rs2", 5)], id="the same size is only noted"),
    ],
)
def test_scaling_is_shared_out(
    replicas: int, old: tuple[int, int], new: tuple[int, int], expected: list[tuple[str, int]]
) -> None:
    found = rollout.proportional(
        deployment(replicas, 3, 2), replicaset("rs2", *new, most=13), [replicaset("rs1", *old, most=13)]
    )
    assert sizes(found) == expected


def test_a_template_that_comes_back_keeps_its_numbers() -> None:
    back = replicaset("rs1", 0, **{revision.REVISION: "4", revision.HISTORY: "1"})
    notes = revision.notes(deployment(3), back, 7)
    assert (notes[revision.REVISION], notes[revision.HISTORY]) == ("7", "1,4")


def test_a_long_history_forgets_the_oldest() -> None:
    long = ",".join(str(number) for number in range(1000, 1400))
    assert revision.history(long, 1400) == ",".join(str(number) for number in range(1001, 1401))


@pytest.mark.parametrize(("limit", "expected"), [(None, []), (10, []), (1, ["rs1"]), (0, ["rs1", "rs3"])])
def test_only_empty_revisions_are_dropped(limit: int | None, expected: list[str]) -> None:
    old = [replicaset(f"rs{n}", size, **{revision.REVISION: str(n)}) for n, size in ((1, 0), (2, 3), (3, 0))]
    if limit == 1:
        expected = ["rs1"]
    found = revision.obsolete(deployment(3, revisionHistoryLimit=limit) if limit is not None else deployment(3), old)
    assert [replicaset.metadata.name for replicaset in found] == expected
