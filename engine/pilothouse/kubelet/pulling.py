"""The step of a sync that sees to an image: present, pulled, refused, or waited for.

The counterpart is the image manager of the kubelet. Simplified: pulls of different pods do not wait for each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilothouse.api import Container
from pilothouse.containers import Image, PullError, parse_reference, pull_seconds
from pilothouse.kubelet import backoff
from pilothouse.kubelet.record import Step, entry, with_entry

if TYPE_CHECKING:
    from pilothouse.kubelet.worker import Worker

KNOWN = 0.02  # seconds to ask the registry about an image that is there already
REFUSED = 0.05


def policy_of(container: Container) -> str:
    """When the image is pulled."""
    if container.imagePullPolicy:
        return container.imagePullPolicy
    try:
        return "Always" if parse_reference(container.image).tag == "latest" else "IfNotPresent"
    except ValueError:
        return "IfNotPresent"


def image_of(worker: Worker, container: Container) -> Image:
    """The image that is on the node; one that came there otherwise than from our registry is taken for a server."""
    try:
        return worker.host.registry.find(container.image)
    except (PullError, ValueError):
        return worker.host.registry.assume(container.image)


def begin_pull(worker: Worker, name: str) -> float | None:
    """See to it that the image is on the node."""
    container, host, node = worker.container(name), worker.host, worker.record.node
    try:
        reference = str(parse_reference(container.image))
    except ValueError as error:
        quoted = f'"{container.image}"'
        told = f"Failed to apply default image tag {quoted}: couldn't parse image name {quoted}: {error}"
        worker.event("Warning", "InspectFailed", told, name)
        worker.event("Warning", "Failed", "Error: InvalidImageName", name)
        worker.trouble(name, "InvalidImageName", told)
        return None
    policy, present = policy_of(container), host.has_image(node, reference)
    if policy == "Never" and not present:
        told = f'Container image "{container.image}" is not present with pull policy of Never'
        worker.event("Warning", "ErrImageNeverPull", told, name)
        worker.event("Warning", "Failed", "Error: ErrImageNeverPull", name)
        worker.trouble(name, "ErrImageNeverPull", told)
        return None
    if present and policy != "Always":
        told = f'Container image "{container.image}" already present on machine and can be accessed by the pod'
        worker.event("Normal", "Pulled", told, name)
        return 0.0
    return _pull(worker, name, container.image, present)


def _pull(worker: Worker, name: str, image: str, present: bool) -> float | None:
    known = entry(worker.record.pulls, image)
    if known is not None and backoff.remaining(known, known.updated, worker.now) > 0:
        trouble = worker.record.box(name).trouble
        cause = trouble[1].partition(": ErrImagePull: ")[2] or trouble[1] if trouble else ""
        worker.event("Normal", "BackOff", f'Back-off pulling image "{image}"', name)
        worker.event("Warning", "Failed", "Error: ImagePullBackOff", name)
        worker.trouble(name, "ImagePullBackOff", f'Back-off pulling image "{image}": ErrImagePull: {cause}')
        return None
    worker.event("Normal", "Pulling", f'Pulling image "{image}"', name)
    try:
        found = worker.host.registry.find(image)
    except PullError:
        return REFUSED
    return KNOWN if present else pull_seconds(found)


def finish_pull(worker: Worker, name: str) -> tuple[Step, ...]:
    """The image is there, or it is not."""
    container, host, node = worker.container(name), worker.host, worker.record.node
    reference = str(parse_reference(container.image))
    present = host.has_image(node, reference)
    if policy_of(container) == "Always" or not present:
        try:
            image = host.registry.find(container.image)
        except PullError as error:
            known = entry(worker.record.pulls, container.image)
            waits = backoff.following(known, known.updated if known else worker.now, worker.now)
            worker.set(pulls=with_entry(worker.record.pulls, container.image, waits))
            worker.event("Warning", "Failed", f'Failed to pull image "{container.image}": {error}', name)
            worker.event("Warning", "Failed", "Error: ErrImagePull", name)
            worker.trouble(name, "ErrImagePull", str(error))
            return ()
        took = backoff.duration(KNOWN if present else pull_seconds(image))
        size = f"Image size: {image.size} bytes."
        told = f'Successfully pulled image "{container.image}" in {took} ({took} including waiting). {size}'
        worker.event("Normal", "Pulled", told, name)
        host.add_image(node, reference)
    return (("create", name),)
