"""Where images come from: a table of known names, and the words of the refusal for all others.

A registry lies outside the cluster, as in life: two clusters pull from the same. Images that a learner registers with
`@image` are in it at once. The counterpart is Docker Hub and its like, as containerd talks to them.
"""

from __future__ import annotations

import msgspec

from pilothouse.containers.catalog import PRIVATE, known
from pilothouse.containers.image import Image
from pilothouse.containers.reference import Reference, parse_reference

MIRROR = "10.96.0.2:5000"  # through which containerd pulls
BANDWIDTH = 100_000_000  # bytes a second
ROUND_TRIP = 0.3  # seconds until the first byte
REGISTERED: dict[str, Image] = {}  # what `@image` has registered, by full name


class PullError(Exception):
    """An image cannot be pulled; the text is containerd's."""


class Registry:
    """Gives images by name.

    Args:
        unknown: what happens to a name that is not known: "refuse", as life does with a typo, or "assume" a server
            that stays up.
    """

    def __init__(self, unknown: str = "refuse") -> None:
        if unknown not in ("refuse", "assume"):
            raise ValueError(f'unknown_images is "refuse" or "assume", not {unknown!r}')
        self.unknown = unknown
        self.assumed: dict[str, Image] = {}

    def copy(self) -> Registry:
        """The same registry for a forked cluster."""
        twin = Registry(self.unknown)
        twin.assumed = self.assumed.copy()
        return twin

    def find(self, text: str) -> Image:
        """The image behind a name as it is written in a manifest.

        Raises ValueError where it is no name, PullError where there is no such image.
        """
        reference = parse_reference(text)
        registered = REGISTERED.get(str(reference))
        if registered is not None:
            return registered
        return known(reference) or self._unknown(reference)

    def _unknown(self, reference: Reference) -> Image:
        trouble = f'failed to pull and unpack image "{reference}": failed to resolve reference "{reference}": '
        host = reference.registry
        if host.startswith(("127.", "localhost")):
            asked = f'Head "http://{host}/v2/{reference.path}/manifests/{reference.tag}"'
            raise PullError(f"{trouble}failed to do request: {asked}: dial tcp {host}: connect: connection refused")
        if reference.repository.startswith(PRIVATE):
            answer = f"[manifests {reference.tag}]: 403 Forbidden"
            raise PullError(f"{trouble}pulling from host {MIRROR} failed with status code {answer}")
        if self.unknown == "refuse":
            raise PullError(f"rpc error: code = NotFound desc = {trouble}{reference}: not found")
        return self.assume(str(reference))

    def assume(self, text: str) -> Image:
        """An image of that name about which nothing is known: a server that stays up."""
        image = self.assumed.get(text)
        if image is None:
            image = Image(name=text, entrypoint=("/app",), shell=True, assumed=True)
            self.assumed[text] = image
        return image


def register(image: Image) -> None:
    """Put an image into the registry, in place of one of the same name."""
    REGISTERED[str(parse_reference(image.name))] = msgspec.structs.replace(image, name=str(parse_reference(image.name)))


def pull_seconds(image: Image) -> float:
    """How long it takes to pull an image that is not on the node yet."""
    return round(ROUND_TRIP + image.size / BANDWIDTH, 3)
