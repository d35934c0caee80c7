"""Doors beside the door: binding a pod, evicting it, scaling whatever has replicas.

The real counterparts are the `binding`, `eviction` and `scale` subresources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pilothouse.api import ObjectMeta, PodCondition, Selector, replace, timestamp, to_dict
from pilothouse.apiserver import custom, patch, status
from pilothouse.apiserver.deletion import delete
from pilothouse.apiserver.status import ApiError

if TYPE_CHECKING:
    from pilothouse.api.scheme import ResourceInfo
    from pilothouse.apiserver.door import Door

TOPOLOGY = ("topology.kubernetes.io/zone", "topology.kubernetes.io/region")
"""Labels of the node that its pods get."""

_TERMINAL = ("Succeeded", "Failed")


# ------------------ binding


def bind(door: Door, namespace: str, name: str, node: str, dry_run: bool = False) -> Any:
    """Write `node` into the pod, with the node's topology labels and the condition PodScheduled. Answers with the
    pod.
    """
    if not node:
        faults = [status.required("target.name")]
        raise status.unprocessable("Binding", "", name, faults)
    pod = door.store.get("Pod", namespace, name)
    if pod is None:
        raise status.not_found("pods", "", name)
    told = ""
    if pod.metadata.deletionTimestamp:
        told = f"pod {name} is being deleted, cannot be assigned to a host"
    elif pod.spec.nodeName:
        told = f'pod {name} is already assigned to node "{pod.spec.nodeName}"'
    elif pod.spec.schedulingGates:
        told = f"pod {name} has non-empty .spec.schedulingGates"
    if told:
        raise status.conflict("pods/binding", "", name, told)
    found = door.store.get("Node", "", node)
    meta = pod.metadata
    if found is not None:
        given = found.metadata.labels
        copied = {key: given[key] for key in TOPOLOGY if key in given and key not in meta.labels}
        if copied:
            meta = replace(meta, labels={**meta.labels, **copied})
    done = PodCondition(type="PodScheduled", status="True", lastTransitionTime=timestamp(door.clock.now))
    conditions = [one for one in pod.status.conditions if one.type != "PodScheduled"] + [done]
    bound = replace(
        pod,
        metadata=meta,
        spec=replace(pod.spec, nodeName=node),
        status=replace(pod.status, conditions=conditions, nominatedNodeName=""),
    )
    return bound if dry_run else door.store.update(bound)


# ------------------ eviction


def evict(door: Door, namespace: str, name: str, grace: int | None, user: str, dry_run: bool = False) -> Any:
    """Delete a pod if its disruption budgets allow it. Raises ApiError 429 where they do not, 500 where two cover it."""
    pod = door.store.get("Pod", namespace, name)
    if pod is None:
        raise status.not_found("pods", "", name)
    free = pod.status.phase in _TERMINAL or pod.status.phase == "Pending" or pod.metadata.deletionTimestamp
    if not free:
        _spend(door, pod, dry_run)
    if not dry_run and pod.status.phase not in _TERMINAL:
        _mark_target(door, pod)
    info = door.resource("pods")
    return delete(door, info, name, namespace, grace=grace, user=user, dry_run=dry_run)


def _mark_target(door: Door, pod: Any) -> None:
    """Write down on the pod that it was asked to go, and by whom."""
    others = [one for one in pod.status.conditions if one.type != "DisruptionTarget"]
    target = PodCondition(
        type="DisruptionTarget",
        status="True",
        reason="EvictionByEvictionAPI",
        message="Eviction API: evicting",
        lastTransitionTime=timestamp(door.clock.now),
    )
    door.store.update(replace(pod, status=replace(pod.status, conditions=[*others, target])))


def _spend(door: Door, pod: Any, dry_run: bool) -> None:
    """Take one disruption from the budget that covers the pod."""
    covering = []
    for budget in door.store.list("PodDisruptionBudget", pod.metadata.namespace):
        selector = Selector.of(budget.spec.selector)
        if selector is not None and selector.matches(pod.metadata.labels):
            covering.append(budget)
    if not covering:
        return
    if len(covering) > 1:
        told = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
        raise ApiError(500, "", told)
    budget = covering[0]
    name, state = budget.metadata.name, budget.status
    ready = any(one.type == "Ready" and one.status == "True" for one in pod.status.conditions)
    policy = budget.spec.unhealthyPodEvictionPolicy or "IfHealthyBudget"
    if not ready and (policy == "AlwaysAllow" or (state.currentHealthy >= state.desiredHealthy > 0)):
        return
    if state.observedGeneration < budget.metadata.generation:
        _too_many(name, f"The disruption budget {name} is still being processed by the server.", retry=10)
    if state.disruptionsAllowed < 0:
        told = "pdb disruptions allowed is negative"
        raise ApiError(403, "Forbidden", f'poddisruptionbudgets.policy "{name}" is forbidden: {told}')
    if state.disruptionsAllowed == 0:
        told = f"The disruption budget {name} needs {state.desiredHealthy} healthy pods and has {state.currentHealthy} currently"
        _too_many(name, told)
    if dry_run:
        return
    spent = replace(
        state,
        disruptionsAllowed=state.disruptionsAllowed - 1,
        disruptedPods={**state.disruptedPods, pod.metadata.name: timestamp(door.clock.now)},
    )
    door.store.update(replace(budget, status=spent))


def _too_many(name: str, told: str, retry: int = 0) -> None:
    details: dict[str, Any] = {"causes": [{"reason": "DisruptionBudget", "message": told}]}
    if retry:
        details["retryAfterSeconds"] = retry
    raise ApiError(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.", details)


# ------------------ scale


def scale_of(door: Door, info: ResourceInfo, item: Any) -> Any:
    """The Scale of an object that has replicas."""
    if "scale" not in info.subresources:
        raise ApiError(404, "NotFound", "the server could not find the requested resource")
    from pilothouse.api import Scale, ScaleSpec, ScaleStatus

    meta = item.metadata
    if info.custom:
        wanted, seen, chosen = custom.replicas(door.definition(info), info.version, item)
    else:
        selector = Selector.of(item.spec.selector)
        wanted = 1 if item.spec.replicas is None else item.spec.replicas
        seen, chosen = item.status.replicas, str(selector) if selector else ""
    return Scale(
        metadata=ObjectMeta(
            name=meta.name,
            namespace=meta.namespace,
            uid=meta.uid,
            resourceVersion=meta.resourceVersion,
            creationTimestamp=meta.creationTimestamp,
        ),
        spec=ScaleSpec(replicas=wanted),
        status=ScaleStatus(replicas=seen, selector=chosen),
    )


def patch_scale(door: Door, info: ResourceInfo, item: Any, body: Any, kind: str, user: str, dry_run: bool) -> Any:
    """Change only the number of replicas. Answers with the Scale."""
    before = to_dict(scale_of(door, info, item))
    after = patch.json_patch(before, body) if kind == "json" else patch.merge(before, body)
    wanted = (after.get("spec") or {}).get("replicas") or 0
    if wanted.__class__ is not int:
        go = "string" if isinstance(wanted, str) else "number" if isinstance(wanted, float) else "object"
        told = f"json: cannot unmarshal {go} into Go struct field ScaleSpec.spec.replicas of type int32"
        raise status.undecodable("Scale", "v1", told)
    if wanted < 0:
        faults = [status.invalid("spec.replicas", wanted, "must be greater than or equal to 0")]
        raise status.unprocessable("Scale", "autoscaling", item.metadata.name, faults)
    if info.custom:
        changed = custom.scaled(door.definition(info), info.version, item, wanted)
    else:
        changed = replace(item, spec=replace(item.spec, replicas=wanted))
    return scale_of(door, info, door.update(changed, user, dry_run))
