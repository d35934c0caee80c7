"""The volumes of a pod: what is missing before it can start, and the files that its containers see.

Simplified: config maps and secrets give files, a memory-backed emptyDir counts as memory, every other volume is there
and empty. The counterpart is the kubelet's volume manager.
"""

from __future__ import annotations

from pilothouse.api import Container, KeyToPath, Pod, Volume
from pilothouse.kernel import Store

HOST_DIRECTORIES = (
    *("/", "/bin", "/boot", "/dev", "/etc", "/etc/kubernetes", "/etc/ssl", "/home", "/lib", "/lib/modules", "/mnt"),
    *("/opt", "/proc", "/root", "/run", "/srv", "/sys", "/tmp", "/usr", "/usr/lib", "/usr/src", "/usr/share", "/var"),
    *("/var/lib", "/var/lib/kubelet", "/var/lib/docker", "/var/lib/containerd", "/var/log", "/var/log/pods"),
    *("/var/log/containers", "/var/run", "/var/tmp"),
)
FIRST_WAIT, LONGEST_WAIT = 0.5, 122.0  # seconds between tries to set a volume up


def trouble(store: Store, pod: Pod) -> tuple[str, str] | None:
    """The first volume that cannot be set up, and why, in the kubelet's words."""
    for volume in pod.spec.volumes:
        if volume.hostPath is not None and volume.hostPath.type == "Directory" and not on_host(volume.hostPath.path):
            return volume.name, f"hostPath type check failed: {volume.hostPath.path} is not a directory"
        for kind, name, items, optional in _sources(volume):
            reason = _missing(store, pod.metadata.namespace, kind, name, items, optional)
            if reason:
                return volume.name, reason
    return None


def on_host(path: str) -> bool:
    """Whether a node has that directory."""
    return (path.rstrip("/") or "/") in HOST_DIRECTORIES


def _sources(volume: Volume) -> list[tuple[str, str, list[KeyToPath], bool]]:
    found = []
    if volume.configMap is not None:
        found.append(("ConfigMap", volume.configMap.name, volume.configMap.items, bool(volume.configMap.optional)))
    if volume.secret is not None:
        found.append(("Secret", volume.secret.secretName, volume.secret.items, bool(volume.secret.optional)))
    if volume.projected is not None and not volume.name.startswith("kube-api-access-"):
        for source in volume.projected.sources:
            if source.configMap is not None:
                reference = source.configMap
                found.append(("ConfigMap", reference.name, reference.items, bool(reference.optional)))
            if source.secret is not None:
                secret = source.secret
                found.append(("Secret", secret.name, secret.items, bool(secret.optional)))
    return found


def _missing(store: Store, namespace: str, kind: str, name: str, items: list[KeyToPath], optional: bool) -> str | None:
    item = store.get(kind, namespace, name)
    if item is None:
        return None if optional else f'{kind.lower()} "{name}" not found'
    absent = [entry.key for entry in items if entry.key not in item.data]
    if absent and not optional:
        return f"{kind.lower()} references non-existent config key: {absent[0]}"
    return None


def files(store: Store, pod: Pod, container: Container) -> tuple[tuple[str, str], ...]:
    """What is mounted into a container, by path."""
    found: list[tuple[str, str]] = []
    volumes = {volume.name: volume for volume in pod.spec.volumes}
    for mount in container.volumeMounts:
        volume = volumes.get(mount.name)
        if volume is None:
            continue
        for kind, name, items, _ in _sources(volume):
            item = store.get(kind, pod.metadata.namespace, name)
            data = dict(item.data) if item is not None else {}
            chosen = {entry.path: data[entry.key] for entry in items if entry.key in data} if items else data
            if mount.subPath:
                found += [(mount.mountPath, chosen[mount.subPath])] if mount.subPath in chosen else []
            else:
                found += [(f"{mount.mountPath.rstrip('/')}/{path}", str(text)) for path, text in chosen.items()]
    return tuple(found)


def in_memory(pod: Pod, container: Container) -> tuple[str, ...]:
    """Where the files of a container count as its memory."""
    kept = {v.name for v in pod.spec.volumes if v.emptyDir is not None and v.emptyDir.medium == "Memory"}
    return tuple(mount.mountPath for mount in container.volumeMounts if mount.name in kept)
