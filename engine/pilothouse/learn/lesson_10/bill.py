"""What was changed since a task began, as a list with prices: the score of the stretch.

Every fact that somebody may change counts one: a label, a taint, a cordon, a toleration, a request, a port. A machine
is dear, and so is a pod that was aboard and is not any more. What components change is not on the bill.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pilothouse.api import Node, Pod, to_dict
from pilothouse.kernel import rewind

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

MACHINE, LOSS = 5, 3  # prices; all else costs 1
OWN = "node.kubernetes.io/"  # labels, taints and tolerations that components give
Fact = tuple[str, str]


def bill(cluster: Cluster, since: int) -> dict[str, int]:
    """Return what was changed after revision `since`, in words, each with its price."""
    before, after = facts(rewind(cluster.store, since)), facts(cluster.store)
    new = {thing for thing, what in after if not what and (thing, what) not in before}  # paid for as a whole
    changed = [fact for fact in {**before, **after} if before.get(fact) != after.get(fact)]
    changed = [(thing, what) for thing, what in changed if not what or thing not in new]
    return {f"{thing} {what}".rstrip(): price(thing, what, (thing, what) in after) for thing, what in changed}


def price(thing: str, what: str, still: bool) -> int:
    """Return what one change costs."""
    if thing.startswith("node/") and not what:
        return MACHINE
    return LOSS if thing.startswith("aboard/") and not still else 1


def facts(store: Any) -> dict[Fact, str]:
    """Return everything that somebody may change, by object and name."""
    found: dict[Fact, str] = {}
    for node in store.list("Node"):
        found.update({(f"node/{node.metadata.name}", what): value for what, value in of_node(node)})
    for pod in store.list("Pod"):
        if pod.metadata.labels.get("from") == "quay":
            found.update({(f"pod/{pod.metadata.name}", what): value for what, value in of_pod(pod)})
        elif not pod.metadata.deletionTimestamp:
            found[f"aboard/{pod.metadata.name}", ""] = ""
    for claim in store.list("PersistentVolumeClaim"):
        found[f"claim/{claim.metadata.name}", ""] = ""
    return found


def of_node(node: Node) -> Iterator[Fact]:
    """Yield the facts of a machine; the first is that it exists."""
    yield "", ""
    yield "cordon", str(node.spec.unschedulable)
    for key, value in node.metadata.labels.items():
        if "kubernetes.io/" not in key:
            yield f"label {key}", value
    for taint in node.spec.taints:
        if not taint.key.startswith(OWN):
            yield f"taint {taint.key}", f"{taint.value}:{taint.effect}"


def of_pod(pod: Pod) -> Iterator[Fact]:
    """Yield the facts of a pod from the quay."""
    for key, value in pod.spec.nodeSelector.items():
        yield f"selector {key}", value
    for toleration in pod.spec.tolerations:
        if not toleration.key.startswith(OWN):
            yield f"toleration {toleration.key}", str(to_dict(toleration))
    for container in pod.spec.containers:
        for resource, amount in container.resources.requests.items():
            yield f"request {resource}", amount
        for port in container.ports:
            if port.hostPort:
                yield f"host port {port.hostPort}", ""
    yield "affinity", "" if pod.spec.affinity is None else str(to_dict(pod.spec.affinity))
    yield "volumes", str([to_dict(each) for each in pod.spec.volumes if each.persistentVolumeClaim is not None])
