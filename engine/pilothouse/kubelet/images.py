"""Which images are on which node: known to the kubelet, and told in the node's status, from where it is known again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilothouse.api import ContainerImage, replace
from pilothouse.containers import parse_reference
from pilothouse.kernel import Store

if TYPE_CHECKING:
    from pilothouse.kubelet.kubelet import Kubelet

TOLD = 50  # images in a node's status, as the real kubelet limits them


class Images:
    """The images of all nodes, kept in the kubelet's declared state `present`."""

    def __init__(self, store: Store, present: dict[str, tuple[tuple[int, str], ...]]) -> None:
        self.store, self.present = store, present
        if not present:  # after a restart; a fork brings its own
            self.read()

    def read(self) -> None:
        """Find out again which images are where, from what was told."""
        store = self.store
        for node in store.all("Node"):
            for image in node.status.images:
                for name in image.names:
                    self.add(node.metadata.name, name, image.sizeBytes)
        for pod in store.all("Pod"):
            for status in (*pod.status.initContainerStatuses, *pod.status.containerStatuses):
                image = str(parse_reference(status.image)) if status.imageID else ""
                if image and not self.has(pod.spec.nodeName, image):
                    self.add(pod.spec.nodeName, image, 0)

    def has(self, node: str, image: str) -> bool:
        """Whether an image is on a node."""
        return any(name == image for _, name in self.present.get(node, ()))

    def add(self, node: str, image: str, size: int) -> None:
        """An image has come to a node; the largest are kept first."""
        others = [(less, name) for less, name in self.present.get(node, ()) if name != image]
        self.present[node] = tuple(sorted([*others, (-size, image)]))

    def report(self, host: Kubelet, name: str) -> None:
        """Tell of them in the node's status."""
        node = self.store.get("Node", "", name)
        if node is None:
            return
        told = [ContainerImage(names=[image], sizeBytes=-less) for less, image in self.present.get(name, ())[:TOLD]]
        if told != node.status.images:
            host.api.update(replace(node, status=replace(node.status, images=told)), subresource="status")
