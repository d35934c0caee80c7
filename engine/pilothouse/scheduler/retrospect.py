"""A pod that has its node already, explained: the plugins are asked again about the moment of the decision."""

from __future__ import annotations

from typing import Any

from pilothouse.api import Pod, replace
from pilothouse.kernel import Key, Store, rewind
from pilothouse.scheduler.columns import Columns
from pilothouse.scheduler.explanation import Explanation, explain
from pilothouse.scheduler.profile import Profile


def look_back(profile: Profile, store: Store, pod: Pod, noted: int | None) -> Explanation:
    """Explain why the pod is where it is; `noted` is the revision at which the scheduler decided, if it knows.

    A pod that was placed before all that is remembered is explained as if it had to be placed now.
    """
    revision = noted if noted is not None and noted >= store.log.dropped else _bound_at(store, pod)
    if revision is None:
        found = _as_if_not_there(profile, store, pod)
    else:
        past = rewind(store, revision)
        found = explain(profile, Columns(past), past.get("Pod", pod.metadata.namespace, pod.metadata.name))
    found.chosen = found.placed = pod.spec.nodeName
    return found


def _bound_at(store: Store, pod: Pod) -> int | None:
    """The revision just before the pod got its node; None where the log does not reach back so far."""
    key = Key("Pod", pod.metadata.namespace, pod.metadata.name)
    for change in reversed(store.log.changes):
        if change.key == key and change.verb == "MODIFIED" and _got_node(change):
            return change.revision - 1
    return None


def _got_node(change: Any) -> bool:
    return bool(change.after.spec.nodeName) and not change.before.spec.nodeName


def _as_if_not_there(profile: Profile, store: Store, pod: Pod) -> Explanation:
    columns = Columns(store)
    row = columns.rows.get(pod.spec.nodeName)
    if row is not None and (pod.metadata.namespace, pod.metadata.name) in columns.pods[row]:
        columns.move(pod, row, -1)
    return explain(profile, columns, replace(pod, spec=replace(pod.spec, nodeName="")))


def as_admitted(pod: Pod, store: Store) -> Pod:
    """A pod that has not gone through admission, with the namespace and the priority that it would get there."""
    if not pod.metadata.namespace:
        pod = replace(pod, metadata=replace(pod.metadata, namespace="default"))
    if pod.spec.priority is not None:
        return pod
    classes = list(store.all("PriorityClass"))
    named = [each for each in classes if each.metadata.name == pod.spec.priorityClassName]
    usual = [each for each in classes if each.globalDefault and not pod.spec.priorityClassName]
    chosen = named or usual
    return replace(pod, spec=replace(pod.spec, priority=chosen[0].value)) if chosen else pod
