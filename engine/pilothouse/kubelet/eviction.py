"""Pods that write more to the disk of their node than they may are evicted.

Simplified: what a container writes is what its process's tape says; the node looks every ten seconds. The counterpart
is `localStorageEviction` of the kubelet's eviction manager.
"""

from __future__ import annotations

import math

from pilothouse.api import Container, Pod, format_quantity, whole
from pilothouse.kubelet.record import Record

PERIOD = 10.0  # seconds between two looks


def due(pod: Pod, record: Record, now: float) -> tuple[float, str] | None:
    """When a pod will be evicted for what it has written by then, and in which words; None where it will not be."""
    moments = sorted({moment for moment, *_ in _writes(pod, record)})
    for moment in moments:
        told = _exceeded(pod, record, moment)
        if told is not None:
            return max(math.floor(moment / PERIOD) * PERIOD + PERIOD, now), told
    return None


def _writes(pod: Pod, record: Record) -> list[tuple[float, Container, str, int]]:
    found = []
    for container in (*pod.spec.initContainers, *pod.spec.containers):
        process = record.box(container.name).process
        if process is not None:
            found += [(process.started + at, container, path, size) for at, path, size in process.tape.disk]
    return found


def _exceeded(pod: Pod, record: Record, at: float) -> str | None:
    volumes: dict[str, int] = {}
    containers: dict[str, int] = {}
    for moment, container, path, size in _writes(pod, record):
        if moment <= at:
            volume = _volume(pod, container, path)
            if volume is None:
                containers[container.name] = containers.get(container.name, 0) + size
            else:
                volumes[volume] = volumes.get(volume, 0) + size
    for declared in pod.spec.volumes:
        limit = declared.emptyDir.sizeLimit if declared.emptyDir is not None else ""
        if limit and volumes.get(declared.name, 0) > whole(limit):
            return f'Usage of EmptyDir volume "{declared.name}" exceeds the limit "{limit}". '
    return _over_limits(pod, containers, sum(volumes.values()))


def _over_limits(pod: Pod, containers: dict[str, int], shared: int) -> str | None:
    limits = {c.name: _limit(c) for c in pod.spec.containers}
    total = sum(whole(limit) for limit in limits.values() if limit)
    if limits and all(limits.values()) and sum(containers.values()) + shared > total:
        said = format_quantity(total, next(iter(limits.values())))
        return f"Pod ephemeral local storage usage exceeds the total limit of containers {said}. "
    for name, used in sorted(containers.items()):
        if limits.get(name) and used > whole(limits[name]):
            return f'Container {name} exceeded its local ephemeral storage limit "{limits[name]}". '
    return None


def _limit(container: Container) -> str:
    return container.resources.limits.get("ephemeral-storage", "") if container.resources is not None else ""


def _volume(pod: Pod, container: Container, path: str) -> str | None:
    """The volume that a path lies in: the name of an emptyDir, "" for any other, None for the container's own files."""
    empty = {volume.name for volume in pod.spec.volumes if volume.emptyDir is not None}
    for mount in sorted(container.volumeMounts, key=lambda mount: -len(mount.mountPath)):
        if path == mount.mountPath or path.startswith(mount.mountPath.rstrip("/") + "/"):
            return mount.name if mount.name in empty else ""
    return None
