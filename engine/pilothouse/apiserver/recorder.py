"""Events: what components say about objects, without saying the same thing twice.

The same event again counts up the first; the tenth different message of one reason becomes "(combined from similar
events)"; after twenty-five of one type about one object a component falls silent. The real counterpart is the
EventCorrelator of client-go. Simplified: what it keeps in memory is read back from the events themselves, so nothing
is lost when a component restarts.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pilothouse.api import Event, EventSource, ObjectMeta, ObjectReference, replace, since_epoch, timestamp
from pilothouse.api.time import EPOCH

if TYPE_CHECKING:
    from pilothouse.apiserver.door import Door

_PLAIN = 9  # different messages of one reason before the next are combined
_WITHIN = 600  # seconds in which they must come
_BURST = 25  # events of one component about one object at once
_REFILL = 300  # seconds for one more
_COMBINED = "(combined from similar events): "
_EPOCH_NANOSECONDS = int(EPOCH.timestamp()) * 1_000_000_000


def record(door: Door, about: Any, type: str, reason: str, message: str, component: str, field: str) -> Any:
    """Write the event, or count up the one that says the same. Answers with it, or None where it was too much."""
    meta, source = about.metadata, _source(component)
    known = door.store.by("Event", "about", meta.uid or f"{about.kind}/{meta.namespace}/{meta.name}")
    if known:
        known = [event for event in known if event.type == type and event.source == source]
        if _spent(door, known):
            return None
        similar = [one for one in known if one.reason == reason and one.involvedObject.fieldPath == field]
        same, message = _same(door, similar, message)
        if same is not None:
            now = timestamp(door.clock.now)
            return door.store.update(replace(same, count=same.count + 1, lastTimestamp=now, message=message))
    return _write(door, about, type, reason, message, source, field)


def _same(door: Door, similar: list[Any], message: str) -> tuple[Any, str]:
    """The event to count up, if there is one, and the words to put into it."""
    plain = [event for event in similar if not event.message.startswith(_COMBINED)]
    for event in plain:
        if event.message == message:
            return event, message
    if len(plain) < _PLAIN or sum(_age(door, event) <= _WITHIN for event in plain) < _PLAIN:
        return None, message
    combined = (event for event in similar if event.message.startswith(_COMBINED) and _age(door, event) <= _WITHIN)
    return next(combined, None), _COMBINED + message


def _write(door: Door, about: Any, type: str, reason: str, message: str, source: Any, field: str) -> Any:
    """A new event. It is sound by construction, so it goes straight into the store: there are more events than
    anything.
    """
    meta = about.metadata
    space = meta.namespace or "default"
    home = door.store.get("Namespace", "", space)
    if home is None or home.metadata.deletionTimestamp:
        return None
    now = timestamp(door.clock.now)
    return door.store.create(
        Event(
            metadata=ObjectMeta(name=_name(door, meta.name), namespace=space, uid=door.uid(), creationTimestamp=now),
            involvedObject=_reference(about, field),
            reason=reason,
            message=message,
            type=type,
            source=source,
            reportingComponent=source.component,
            reportingInstance=source.host,
            firstTimestamp=now,
            lastTimestamp=now,
            count=1,
        )
    )


def _name(door: Door, name: str) -> str:
    """The object's name and a moment in nanoseconds; the revision keeps events of one instant apart."""
    moment = _EPOCH_NANOSECONDS + round(door.clock.now * 1_000_000) * 1_000 + door.store.revision
    return f"{name}.{moment:016x}"


@lru_cache(4096)
def _source(component: str) -> Any:
    name, _, host = component.partition("/")
    return EventSource(component=name, host=host) if host and name == "kubelet" else EventSource(component=component)


def _reference(about: Any, field: str) -> Any:
    meta = about.metadata
    return ObjectReference(
        apiVersion=about.apiVersion,
        kind=about.kind,
        name=meta.name,
        namespace=meta.namespace,
        uid=meta.uid,
        resourceVersion=meta.resourceVersion,
        fieldPath=field,
    )


def _age(door: Door, event: Any) -> float:
    return float(door.clock.now - since_epoch(event.lastTimestamp or event.metadata.creationTimestamp))


def _spent(door: Door, known: list[Any]) -> bool:
    """Whether a component has said enough about one object for now."""
    said = sum(event.count for event in known)
    if said < _BURST:
        return False
    first = min(since_epoch(event.firstTimestamp or event.metadata.creationTimestamp) for event in known)
    return bool(said >= _BURST + (door.clock.now - first) // _REFILL)
