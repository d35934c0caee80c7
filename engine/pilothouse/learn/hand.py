"""Whose hand it is: what a lesson or a check does to a cluster must not be told as the learner's own deed.

Real counterpart: the user of a request, as the audit log of an API server names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster


@contextmanager
def hand(cluster: Cluster, who: str) -> Iterator[None]:
    """Let `who` be the author of what is asked of the cluster in the block, with the rights that the learner has."""
    own = cluster.api
    cluster.api = own.as_(who, own.groups)
    try:
        yield
    finally:
        cluster.api = own
