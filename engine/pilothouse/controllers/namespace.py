"""Namespace lifecycle: a deleted namespace takes everything in it along, pods first, and then goes itself.

The counterpart is `pkg/controller/namespace`. Simplified: what is left is looked at again when something goes, not
every few seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from pilothouse.api import DEFAULT, Namespace, NamespaceCondition, replace, since_epoch, timestamp
from pilothouse.apiserver import ApiError
from pilothouse.controllers import conditions
from pilothouse.kernel import Change, Controller, Key, itself, key_of

GRACE = 5.0  # seconds from the deletion until the contents go; by then every server has heard of it
FINALIZER = "kubernetes"
CONTENT = "NamespaceContentRemaining"
FINALIZERS = "NamespaceFinalizersRemaining"
GOOD = {  # the conditions while nothing is in the way
    "NamespaceDeletionDiscoveryFailure": ("ResourcesDiscovered", "All resources successfully discovered"),
    "NamespaceDeletionGroupVersionParsingFailure": ("ParsedGroupVersions", "All legacy kube types successfully parsed"),
    "NamespaceDeletionContentFailure": (
        "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization",
    ),
    CONTENT: ("ContentRemoved", "All content successfully removed"),
    FINALIZERS: ("ContentHasNoFinalizers", "All content-preserving finalizers finished"),
}


class NamespaceController(Controller):
    """Empties namespaces that are being deleted."""

    name = "namespace-controller"

    @property
    def watches(self) -> dict[str, Any]:
        """Namespaces, and whatever goes from one."""
        return {"Namespace": itself, "*": self.left}

    def left(self, change: Change) -> Iterable[Key]:
        """Something went from a namespace that is being deleted."""
        if change.after is not None or not change.key.namespace or change.key.kind == "Event":
            return ()
        namespace = self.store.get("Namespace", "", change.key.namespace)
        return (key_of(namespace),) if namespace is not None and namespace.metadata.deletionTimestamp else ()

    def reconcile(self, key: Key) -> float | None:
        """Empty the namespace if it is being deleted, then let it go."""
        namespace = self.store.get(*key)
        if namespace is None or not namespace.metadata.deletionTimestamp or FINALIZER not in namespace.spec.finalizers:
            return None
        wait = since_epoch(namespace.metadata.deletionTimestamp) + GRACE - self.clock.now
        if wait > 0:
            return wait

        if self.delete_all(namespace, ["Pod"]):
            self.report(namespace, [])  # nothing else goes before the last pod; only the others are told of
            return None
        remaining = self.delete_all(namespace, [kind for kind in self.store.kinds() if kind != "Pod"])
        namespace = self.report(namespace, remaining)
        if not remaining:
            left = [name for name in namespace.spec.finalizers if name != FINALIZER]
            self.api.update(replace(namespace, spec=replace(namespace.spec, finalizers=left)), subresource="finalize")
        return None

    def delete_all(self, namespace: Namespace, kinds: Iterable[str]) -> list[Any]:
        """Delete everything of these kinds in the namespace; returns what does not go at once."""
        remaining = []
        for kind in kinds:
            for item in self.store.list(kind, namespace.metadata.name):
                if not item.metadata.deletionTimestamp:
                    self.delete(kind, item)
            remaining += self.store.list(kind, namespace.metadata.name)
        return remaining

    def delete(self, kind: str, item: Any) -> None:
        """Delete one object; it may be gone already, with its owner."""
        try:
            self.api.delete(kind, item.metadata.name, item.metadata.namespace)
        except ApiError as error:
            if error.code != 404:
                raise

    def report(self, namespace: Namespace, remaining: list[Any]) -> Namespace:
        """Write what is in the way, if that is news."""
        told = namespace.status.conditions
        for type, (truth, reason, message) in findings(remaining).items():
            known = conditions.find(told, type)
            new = NamespaceCondition(
                type=type,
                status=truth,
                reason=reason,
                message=message,
                lastTransitionTime=timestamp(self.clock.now),
            )
            if known is None:
                told = [*told, new]
            elif (known.status, known.message) != (truth, message):
                told = [new if condition is known else condition for condition in told]
        if told == namespace.status.conditions:
            return namespace
        status = replace(namespace.status, conditions=told)
        return self.api.update(replace(namespace, status=status), subresource="status")  # type: ignore[no-any-return]


def findings(remaining: list[Any]) -> dict[str, tuple[str, str, str]]:
    """Status, reason and message of each condition, when `remaining` does not go."""
    told = {type: ("False", reason, message) for type, (reason, message) in GOOD.items()}
    if remaining:
        message = "Some resources are remaining: " + numbers(Counter(map(resource_of, remaining)), "{} has {}")
        told[CONTENT] = ("True", "SomeResourcesRemain", message)
    finalizers = Counter(name for item in remaining for name in item.metadata.finalizers)
    if finalizers:
        message = "Some content in the namespace has finalizers remaining: " + numbers(finalizers, "{} in {}")
        told[FINALIZERS] = ("True", "SomeFinalizersRemain", message)
    return told


def numbers(counts: Counter[str], phrase: str) -> str:
    """The counts in words, sorted."""
    return ", ".join(phrase.format(what, count) + " resource instances" for what, count in sorted(counts.items()))


def resource_of(item: Any) -> str:
    """The plural of the object's kind and its group: "deployments.apps", "configmaps."."""
    group = item.apiVersion.rpartition("/")[0]
    info = DEFAULT.find(item.apiVersion, item.kind)
    return f"{info.plural if info else item.kind.lower() + 's'}.{group}"
