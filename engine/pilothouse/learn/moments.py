"""A stretch of a cluster's life, one moment after each change: what properties are judged over.

The log is the only witness. Iterating over a `Trace` starts from the pods that were there when it began and replays
every later change on top, so that a property sees each state the cluster passed through and not only the last one.
Real counterpart: what you would rebuild from an audit log or a watch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pilothouse.api import Pod, Selector
from pilothouse.kernel import Change, Key, key_of, rewind

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster


def is_ready(pod: Pod) -> bool:
    """Say whether a pod takes requests: its Ready condition is True and nobody asked it to leave."""
    if pod.metadata.deletionTimestamp:
        return False
    return any(condition.type == "Ready" and condition.status == "True" for condition in pod.status.conditions)


@dataclass(frozen=True)
class Moment:
    """The pods of a cluster right after one change (`change` is None for the moment at which the trace begins)."""

    time: float
    change: Change | None
    pods_by_key: dict[Key, Pod]

    def pods(self, selector: str = "", namespace: str = "default") -> list[Pod]:
        """Return the pods that carry the labels, sorted by name."""
        wanted = Selector.parse(selector)
        return [
            pod
            for key, pod in sorted(self.pods_by_key.items())
            if key.namespace == namespace and wanted.matches(pod.metadata.labels)
        ]


class Trace:
    """What happens in a cluster after a revision, by default from now on; iterate once the cluster has run."""

    def __init__(self, cluster: Cluster, since: int | None = None) -> None:
        self.cluster = cluster
        self.revision = cluster.store.revision if since is None else since
        past = rewind(cluster.store, self.revision)
        self.began = cluster.now if since is None else past.time
        self._pods: dict[Key, Pod] = {key_of(pod): pod for pod in past.list("Pod")}

    def changes(self) -> list[Change]:
        """Return every change since the trace began, oldest first."""
        return self.cluster.store.log.since(self.revision)

    def __iter__(self) -> Iterator[Moment]:
        """Yield the moment of the beginning, then one for each change of a pod."""
        pods = dict(self._pods)
        yield Moment(self.began, None, pods)
        for change in self.changes():
            if change.kind != "Pod":
                continue
            pods = dict(pods)
            if change.verb == "DELETED":
                pods.pop(change.key, None)
            else:
                pods[change.key] = change.after
            yield Moment(change.time, change, pods)

    def before(self) -> Trace:
        """Return the trace of everything that is still kept, up to now."""
        return Trace(self.cluster, self.cluster.store.log.dropped)

    def worst_warning(self) -> Change | None:
        """Return the change that wrote the most telling Warning event about a pod that still is not ready, or None.

        A kubelet tells one trouble in several events; of those about the pod that was warned of last, the longest says
        most.
        """
        warnings = [c for c in self.changes() if c.kind == "Event" and c.after and c.after.type == "Warning"]
        warnings = [c for c in warnings if self._still_in_trouble(c.after.involvedObject)]
        about = [c for c in warnings if c.after.involvedObject == warnings[-1].after.involvedObject]
        return max(about, key=lambda change: len(change.after.message)) if about else None

    def _still_in_trouble(self, about: Any) -> bool:
        found = self.cluster.store.get(about.kind, about.namespace, about.name)
        return isinstance(found, Pod) and not is_ready(found)
