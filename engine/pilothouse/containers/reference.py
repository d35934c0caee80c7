"""The name of an image as people write it, and as the runtime knows it.

`nginx` means `docker.io/library/nginx:latest`: a registry, a repository and a tag (or a digest). The counterpart is
the "normalized name" of the distribution project, which containerd, Docker and the kubelet share.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_PATH = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class Reference(NamedTuple):
    """An image by its full name: `docker.io`, `library/nginx`, `latest`, and a digest where one was given."""

    registry: str
    path: str
    tag: str
    digest: str = ""

    @property
    def repository(self) -> str:
        """The name without the tag, such as `docker.io/library/nginx`."""
        return f"{self.registry}/{self.path}"

    def __str__(self) -> str:
        return f"{self.repository}@{self.digest}" if self.digest else f"{self.repository}:{self.tag}"


@lru_cache(maxsize=4096)
def parse_reference(text: str) -> Reference:
    """The full name behind what was written in a manifest.

    Raises ValueError in the runtime's words where the text cannot be the name of an image.
    """
    name, _, digest = text.partition("@")
    head, slash, rest = name.partition("/")
    if slash and ("." in head or ":" in head or head == "localhost"):
        registry, path = head, rest
    else:
        registry, path = "docker.io", name
    path, colon, tag = path.partition(":")
    if registry == "docker.io" and path and "/" not in path:
        path = f"library/{path}"
    if path != path.lower():
        raise ValueError(f"invalid reference format: repository name ({path}) must be lowercase")
    if not _PATH.fullmatch(path) or (colon and not _TAG.fullmatch(tag)) or (digest and not _DIGEST.fullmatch(digest)):
        raise ValueError("invalid reference format")
    return Reference(registry, path, tag or ("" if digest else "latest"), digest)
