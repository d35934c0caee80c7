"""What admission makes of a new pod: service account, default tolerations, priority.

The real plugins are ServiceAccount, DefaultTolerationSeconds and Priority. Simplified: no token volume is added, and
only the service account `default` may be missing.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api import Toleration, replace
from pilothouse.apiserver import status
from pilothouse.apiserver.admission.request import Request

_WAIT = 300  # seconds that a pod stays on a node that fell silent
_DEFAULT_TOLERATIONS = tuple(
    Toleration(key=key, operator="Exists", effect="NoExecute", tolerationSeconds=_WAIT)
    for key in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
)


def service_account(request: Request) -> Any:
    """Every pod acts as somebody: as `default` unless it says otherwise."""
    pod = request.item
    if request.operation != "CREATE":
        return pod
    spec = pod.spec
    name = spec.serviceAccountName
    if not name:
        return replace(pod, spec=replace(spec, serviceAccountName="default", serviceAccount="default"))
    if name != "default":
        found = request.door.store.get("ServiceAccount", pod.metadata.namespace, name)
        if found is None:
            where = pod.metadata.namespace
            told = f'error looking up service account {where}/{name}: serviceaccount "{name}" not found'
            raise status.denied("pods", "", request.name, told)
        if found.imagePullSecrets and not spec.imagePullSecrets:
            return replace(pod, spec=replace(spec, imagePullSecrets=found.imagePullSecrets))
    return pod


def tolerations(request: Request) -> Any:
    """A pod tolerates a silent node for five minutes unless it says otherwise; an update may not take that away."""
    pod = request.item
    given = pod.spec.tolerations
    added = [one for one in _DEFAULT_TOLERATIONS if not (given and any(_covers(own, one.key) for own in given))]
    if not added:
        return pod
    return replace(pod, spec=replace(pod.spec, tolerations=[*given, *added]))


def _covers(own: Any, key: str) -> bool:
    return (own.key == key or not own.key) and own.effect in ("NoExecute", "")


def priority(request: Request) -> Any:
    """The number and the preemption policy that the priority class stands for."""
    pod = request.item
    spec = pod.spec
    if request.operation != "CREATE":
        return pod
    store = request.door.store
    if spec.priorityClassName:
        found = store.get("PriorityClass", "", spec.priorityClassName)
        if found is None:
            told = f"no PriorityClass with name {spec.priorityClassName} was found"
            raise status.denied("pods", "", request.name, told)
        name, value, policy = found.metadata.name, found.value, found.preemptionPolicy
    else:
        name, value, policy = "", 0, "PreemptLowerPriority"
        for one in store.all("PriorityClass"):
            if one.globalDefault and (not name or one.value < value):
                name, value, policy = one.metadata.name, one.value, one.preemptionPolicy
    policy = policy or "PreemptLowerPriority"
    if spec.priority is not None and spec.priority != value:
        told = "the integer value of priority ({}) must not be provided in pod spec; priority admission controller computed {} "
        raise status.denied(
            "pods", "", request.name, told.format(spec.priority, value) + "from the given PriorityClass name"
        )
    if spec.preemptionPolicy and spec.preemptionPolicy != policy:
        told = (
            f"the string value of PreemptionPolicy ({spec.preemptionPolicy}) must not be provided in pod spec; "
            f"priority admission controller computed {policy} from the given PriorityClass name"
        )
        raise status.denied("pods", "", request.name, told)
    return replace(pod, spec=replace(spec, priority=value, preemptionPolicy=policy, priorityClassName=name))


def runtime_class(request: Request) -> Any:
    """The overhead and the places of the runtime that the pod asks for."""
    pod = request.item
    if request.operation != "CREATE" or pod.spec.runtimeClassName is None:
        return pod
    name = pod.spec.runtimeClassName
    found = request.door.store.get("RuntimeClass", "", name)
    if found is None:
        raise status.denied("pods", "", request.name, f'pod rejected: RuntimeClass "{name}" not found')
    changes: dict[str, Any] = {}
    if found.overhead is not None and found.overhead.podFixed:
        changes["overhead"] = found.overhead.podFixed
    if found.scheduling is not None:
        changes["nodeSelector"] = {**pod.spec.nodeSelector, **found.scheduling.nodeSelector}
        changes["tolerations"] = [*pod.spec.tolerations, *found.scheduling.tolerations]
    return replace(pod, spec=replace(pod.spec, **changes)) if changes else pod
