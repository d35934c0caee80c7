"""ImageLocality: prefers nodes that have the pod's images already, the bigger the better.

An image counts less the fewer nodes have it, lest one node draw all the pods.
"""

from __future__ import annotations

import numpy as np

from pilothouse.scheduler.domain import Ints
from pilothouse.scheduler.nodes import Nodes
from pilothouse.scheduler.plugin import MAX_SCORE, Plugin
from pilothouse.scheduler.pod_info import PodInfo

MEGABYTE = 1024 * 1024
LEAST = 23 * MEGABYTE  # images smaller than this are not worth a detour
MOST = 1000 * MEGABYTE  # for each container


class ImageLocality(Plugin):
    """Scores the bytes that need not be pulled, from 0 at 23 MB to 100 at 1000 MB a container."""

    name = "ImageLocality"
    score_scope = "node"

    def score(self, pod: PodInfo, nodes: Nodes) -> Ints:
        """The bytes there, scaled by how many nodes have the image."""
        count = len(nodes.columns.names)
        total = nodes.columns.zeros.copy()
        images = images_of(pod)
        for image in images:
            places = nodes.columns.images.get(image)
            if places:
                size = places[min(places)]
                scaled = int(size * (len(places) / count))
                total[list(places)] += scaled
        most = MOST * len(images)
        return (np.clip(total[nodes.rows], LEAST, most) - LEAST) * MAX_SCORE // (most - LEAST)


def images_of(pod: PodInfo) -> list[str]:
    """The images of all containers and image volumes, with their tags."""
    containers = [container.image for container in (*pod.spec.initContainers, *pod.spec.containers)]
    mounted = [volume.image.reference for volume in pod.spec.volumes if volume.image is not None]
    return [_tagged(name) for name in (*containers, *mounted)]


def _tagged(name: str) -> str:
    return name if name.rfind(":") > name.rfind("/") else name + ":latest"
