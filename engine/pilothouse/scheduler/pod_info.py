"""A pod as the plugins see it: its own fields, and what follows from them, worked out once.

The counterpart is ``framework.PodInfo``. A plugin written in a cell uses `pod.metadata`, `pod.spec` and `pod.status`
just as they stand in the manifest.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import msgspec

from pilothouse.api import ContainerPort, Pod
from pilothouse.scheduler.affinity import Terms, terms_of
from pilothouse.scheduler.requests import Requests, requests_of


class PodInfo:
    """A pod to be placed."""

    def __init__(self, pod: Pod) -> None:
        self.pod = pod
        self.metadata, self.spec, self.status = pod.metadata, pod.spec, pod.status
        self.namespace, self.name = pod.metadata.namespace, pod.metadata.name
        self.labels = pod.metadata.labels
        self.memo: dict[Any, Any] = {}  # what a plugin found out, good until a node, namespace or selector changes

    @property
    def key(self) -> tuple[str, str]:
        """Namespace and name."""
        return self.namespace, self.name

    @property
    def priority(self) -> int:
        """The number that its priority class gave it; 0 without one."""
        return self.spec.priority or 0

    @cached_property
    def requests(self) -> Requests:
        """What it asks a node for."""
        return requests_of(self.pod)

    @cached_property
    def terms(self) -> Terms:
        """The terms by which it attracts and repels other pods."""
        return terms_of(self.pod)

    @cached_property
    def host_ports(self) -> list[tuple[str, str, int]]:
        """The ports of the node that it wants: (protocol, address, port)."""
        return host_ports(self.pod)

    @cached_property
    def claims(self) -> list[str]:
        """The names of the volume claims that it mounts, in order."""
        return claim_names(self.pod)

    @cached_property
    def shape(self) -> bytes:
        """Equal for two pods that no plugin can tell apart."""
        spec = self.spec
        return msgspec.json.encode(
            (
                self.namespace,
                self.labels,
                self.metadata.ownerReferences,
                [(one.image, one.resources, one.ports) for one in spec.containers],
                [(one.image, one.resources, one.ports, one.restartPolicy) for one in spec.initContainers],
                spec.hostNetwork,
                spec.affinity,
                spec.nodeName,
                spec.nodeSelector,
                spec.overhead,
                spec.resources,
                spec.tolerations,
                spec.topologySpreadConstraints,
                spec.volumes and (self.name, spec.volumes),
            )
        )


def host_ports(pod: Pod) -> list[tuple[str, str, int]]:
    """The ports of the node that the pod uses: (protocol, address, port); sidecars count, other init containers not."""
    found: list[tuple[str, str, int]] = []
    staying = [one for one in pod.spec.initContainers if one.restartPolicy == "Always"]
    for container in [*pod.spec.containers, *staying]:
        for port in container.ports:
            number = _host_port(pod, port)
            if number > 0:
                found.append((port.protocol or "TCP", port.hostIP or "0.0.0.0", number))
    return found


def _host_port(pod: Pod, port: ContainerPort) -> int:
    return port.hostPort or (port.containerPort if pod.spec.hostNetwork else 0)


def claim_names(pod: Pod) -> list[str]:
    """The volume claims that the pod mounts; a generic ephemeral volume's claim is named after pod and volume."""
    found: list[str] = []
    for volume in pod.spec.volumes:
        if volume.persistentVolumeClaim is not None:
            found.append(volume.persistentVolumeClaim.claimName)
        elif volume.ephemeral is not None:
            found.append(f"{pod.metadata.name}-{volume.name}")
    return found
