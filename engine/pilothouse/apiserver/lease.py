"""Heartbeats that nobody writes: the renewTime of a live node's lease is computed when it is read.

A quiet cluster costs nothing. While a kubelet lives, its lease in `kube-node-lease` has no renewTime in the store;
readers get the last multiple of ten seconds. Whoever stops a kubelet writes the time down. In a real cluster each
kubelet writes its lease every ten seconds.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api import micro_timestamp, replace

NAMESPACE = "kube-node-lease"
PERIOD = 10  # seconds between two heartbeats


def renewed(lease: Any, now: float) -> Any:
    """The lease as a reader sees it at `now` (virtual seconds)."""
    if lease.metadata.namespace != NAMESPACE or lease.spec.renewTime:
        return lease
    last = now // PERIOD * PERIOD
    return replace(lease, spec=replace(lease.spec, renewTime=micro_timestamp(last)))
