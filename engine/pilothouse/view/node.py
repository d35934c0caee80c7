"""What a change of a node means: whether it is ready, silent or lost, and open for new pods."""

from __future__ import annotations

from typing import Any

from pilothouse.api import milli, whole
from pilothouse.kernel import Change
from pilothouse.view.state import CORDONED, NODE_GONE, NODE_LOST, NODE_READY, NODE_SILENT
from pilothouse.view.thing import Reading, Thing, amount
from pilothouse.view.word import CODE


def read_node(thing: Thing, change: Change) -> Reading | None:
    """A node: whether it is ready and open for new pods."""
    item = change.after
    if item is None:
        return Reading(CODE["node-gone"], NODE_GONE)
    offer = item.status.allocatable or item.status.capacity
    thing.cpu, thing.memory = amount(milli, offer.get("cpu")), amount(whole, offer.get("memory"))
    ready = next((c for c in item.status.conditions if c.type == "Ready"), None)
    well = ready is not None and ready.status == "True"
    state = (NODE_SILENT if thing.state & 3 == NODE_SILENT else NODE_READY) if well else NODE_LOST
    state |= CORDONED if item.spec.unschedulable else 0
    taints = ", ".join(f"{t.key}:{t.effect}" for t in item.spec.taints if not t.key.startswith("node.kubernetes.io/"))
    tainted, thing.why = taints != thing.why, taints
    if not thing.known or thing.state == NODE_GONE:
        return Reading(CODE["node-joined"], state)
    if state & 3 != thing.state & 3:
        if state & 3 == NODE_LOST:
            return Reading(CODE["node-lost"], state, why=(ready.message or ready.reason).rstrip(".") if ready else "")
        return Reading(CODE["node-ready"], state)
    if state != thing.state:
        return Reading(CODE["node-closed" if state & CORDONED else "node-opened"], state)
    if tainted:
        return Reading(CODE["node-tainted" if taints else "node-cleared"], state, why=taints)
    return None


def read_lease(thing: Thing, change: Change) -> Reading | None:
    """A node's lease: an explicit renewal time is the last heartbeat of a kubelet that has stopped (law 9)."""
    if change.before is None or change.after is None or not thing.known:
        return None
    old, new = lease_time(change.before), lease_time(change.after)
    if new and not old:
        silent = NODE_SILENT | thing.state & CORDONED if thing.state & 3 == NODE_READY else thing.state
        return Reading(CODE["node-silent"], silent)
    if old and not new:
        back = NODE_READY | thing.state & CORDONED if thing.state & 3 == NODE_SILENT else thing.state
        return Reading(CODE["node-back"], back)
    return None


def lease_time(item: Any) -> str:
    """When the lease was last renewed, "" while its kubelet lives."""
    return (item.spec.renewTime or "") if item.spec is not None else ""
