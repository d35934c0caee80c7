"""Pilothouse: a small, faithful Kubernetes in one Python process, and the course around it.

>>> from pilothouse import Cluster
>>> cluster = Cluster(nodes=3)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster as Cluster
    from pilothouse.containers import image as image

__all__ = ["Cluster", "image"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import the engine when it is first asked for, so that `import pilothouse` costs next to nothing."""
    if name == "Cluster":
        from pilothouse.cluster import Cluster

        return Cluster
    if name == "image":
        from pilothouse.containers import image

        return image
    raise AttributeError(f"module 'pilothouse' has no attribute {name!r}")


def load_ipython_extension(ipython: Any) -> None:
    """Register `%kubectl` and `%%kubectl` (IPython calls this for `%load_ext pilothouse`)."""
    from pilothouse.kubectl.magic import load

    load(ipython)
