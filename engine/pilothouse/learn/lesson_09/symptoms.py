"""How to see in a cluster what people get wrong in the exercises of lesson 09; each is named in a sentence of a check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pilothouse.api import from_dict, matches
from pilothouse.learn.check import touched
from pilothouse.learn.lesson_09.scenario import job

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster


def template(cluster: Cluster, name: str) -> Any:
    """Return the pod template of a Deployment, or None."""
    return next((each.spec.template for each in cluster.list("deployments") if each.metadata.name == name), None)


def spreads(cluster: Cluster) -> list[Any]:
    """Return how the desks are to be spread."""
    found = template(cluster, "booking")
    return list(found.spec.topologySpreadConstraints) if found else []


def counts_nobody(cluster: Cluster) -> bool:
    """Say whether a constraint looks for labels that the desks do not carry."""
    labels = template(cluster, "booking").metadata.labels if spreads(cluster) else {}
    return any(not matches(each.labelSelector, labels) for each in spreads(cluster))


def keeps_apart(cluster: Cluster) -> bool:
    """Say whether the desks may not share a compartment."""
    found = template(cluster, "booking")
    anti = found.spec.affinity.podAntiAffinity if found and found.spec.affinity else None
    return anti is not None and bool(anti.requiredDuringSchedulingIgnoredDuringExecution)


def importance(cluster: Cluster, selector: str) -> list[int]:
    """Return the priorities of the pods with these labels."""
    return [pod.spec.priority or 0 for pod in cluster.list("pods", selector=selector)]


def defaults(cluster: Cluster) -> list[Any]:
    """Return the priority classes of those who name none."""
    return [each for each in cluster.list("priorityclasses") if each.globalDefault]


def lacks(name: str, cluster: Cluster) -> bool:
    """Say whether a priority class is gone."""
    return all(each.metadata.name != name for each in cluster.list("priorityclasses"))


def model_is_no_match(cluster: Cluster) -> bool:
    """Say whether a new copy of the model would be no more important than the sea charts."""
    value = {each.metadata.name: each.value for each in cluster.list("priorityclasses")}
    born = {name: getattr(template(cluster, name), "spec", None) for name in ("eta-model", "sea-charts")}
    numbers = {name: value.get(spec.priorityClassName, 0) if spec else 0 for name, spec in born.items()}
    return numbers["eta-model"] <= numbers["sea-charts"]


def explained(cluster: Cluster, number: int, gpus: int) -> Any:
    """Return what the learner's scheduler would say of a training or a clerk."""
    return cluster.explain(from_dict(job(number, gpus)))


def raises(cluster: Cluster) -> bool:
    """Say whether a score of the learner's gives no answer."""
    return bool(explained(cluster, 90, 1).failures or explained(cluster, 91, 0).failures)


def scatters(cluster: Cluster) -> bool:
    """Say whether a second small training would go to another machine than the first."""
    fork = cluster.fork()
    fork.apply(job(90, 1))
    fork.run("2s")
    first = [pod.spec.nodeName for pod in fork.list("pods", selector="work=training")]
    return bool(explained(fork, 91, 1).best != first)


def lures_clerks(cluster: Cluster) -> bool:
    """Say whether a clerk would go to a machine with GPUs."""
    return any(node.startswith("gpu") for node in explained(cluster, 90, 0).best)


def configured(cluster: Cluster, since: int) -> bool:
    """Say whether the scheduler is another than it was, or anything was done by hand."""
    from pilothouse.scheduler import Profile

    profile, usual = next(iter(cluster.scheduler.profiles.values())), Profile()
    fit = profile.plugin("NodeResourcesFit") if "NodeResourcesFit" in profile.weights else None
    same = [each.name for each in profile.plugins] == [each.name for each in usual.plugins]
    default = profile.weights == usual.weights and getattr(fit, "strategy", "") == "LeastAllocated"
    return touched(cluster, since) or not (same and default)
