"""The Pod at the door.

The real counterparts are `SetDefaults_Pod`, `podStrategy` and `ValidatePodUpdate`. The diff at the end of a refusal
numbers its lines without the token volume, which our pods do not have.
"""

from __future__ import annotations

import re
from typing import Any

from pilothouse.api import PodCondition, PodStatus, ResourceRequirements, VolumeProjection, replace
from pilothouse.apiserver import internal
from pilothouse.apiserver.default import computed, defaults, inside, then
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.kinds.podspec import POD_SPEC, spec_defaults
from pilothouse.apiserver.kinds.resources import amount
from pilothouse.apiserver.rule import at, fields
from pilothouse.apiserver.status import Fault, forbidden, invalid

# ------------------ defaults


def requests_from_limits(container: Any) -> Any:
    """A limit without a request is a request too."""
    resources = container.resources
    limits = resources.limits
    if not limits:
        return container
    missing = {name: text for name, text in limits.items() if name not in resources.requests}
    if not missing:
        return container
    return replace(container, resources=replace(resources, requests={**resources.requests, **missing}))


def _host_ports(container: Any) -> Any:
    if all(port.hostPort for port in container.ports):
        return container
    return replace(
        container, ports=[replace(port, hostPort=port.hostPort or port.containerPort) for port in container.ports]
    )


def _pod_only(spec: Any) -> Any:
    """What is filled in a pod but not in a template."""
    changes: dict[str, Any] = {}
    for name in ("containers", "initContainers"):
        before = getattr(spec, name)
        after = [requests_from_limits(container) for container in before]
        if spec.hostNetwork:
            after = [_host_ports(container) for container in after]
        if any(old is not new for old, new in zip(before, after, strict=True)):
            changes[name] = after
    if spec.resources is not None and spec.resources.limits:
        filled = requests_from_limits(spec).resources
        if filled is not spec.resources:
            changes["resources"] = filled
    return replace(spec, **changes) if changes else spec


_FLAGS = defaults(enableServiceLinks=computed(lambda spec: True if spec.enableServiceLinks is None else None))

POD_DEFAULTS = defaults(spec=inside(then(spec_defaults, _FLAGS, _pod_only)))

# ------------------ status

_MEASURED = ("cpu", "memory")


def _sums(containers: list[Any]) -> tuple[dict[str, Any], dict[str, Any], bool]:
    requests: dict[str, Any] = {}
    limits: dict[str, Any] = {}
    complete = True
    for container in containers:
        given = container.resources
        found = 0
        for name in _MEASURED:
            text = given.requests.get(name)
            if text and amount(text) > 0:
                requests[name] = requests[name] + amount(text) if name in requests else amount(text)
            text = given.limits.get(name)
            if text and amount(text) > 0:
                limits[name] = limits[name] + amount(text) if name in limits else amount(text)
                found += 1
        complete = complete and found == len(_MEASURED)
    return requests, limits, complete


def qos_class(spec: Any) -> str:
    """Guaranteed, Burstable or BestEffort: who is sacrificed last when a node runs out of memory."""
    containers = spec.containers + spec.initContainers if spec.initContainers else spec.containers
    if spec.resources is None and not any(c.resources.requests or c.resources.limits for c in containers):
        return "BestEffort"
    if spec.resources is not None and (spec.resources.limits or spec.resources.requests):
        requests, limits, complete = _sums([spec])
    else:
        requests, limits, complete = _sums(containers)
    if not requests and not limits:
        return "BestEffort"
    return "Guaranteed" if complete and requests == limits else "Burstable"


_FRESH = {name: PodStatus(phase="Pending", qosClass=name) for name in ("Guaranteed", "Burstable", "BestEffort")}
_GATED = PodCondition(
    type="PodScheduled",
    status="False",
    reason="SchedulingGated",
    message="Scheduling is blocked due to non-empty scheduling gates",
)


def _prepare(pod: Any) -> Any:
    status = _FRESH[qos_class(pod.spec)]
    if pod.spec.schedulingGates:
        status = replace(status, conditions=[_GATED])
    return replace(pod, status=status)


# ------------------ update

_MAY = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


def _same_images(new: list[Any], old: list[Any]) -> list[Any]:
    return [replace(one, image=before.image) for one, before in zip(new, old, strict=True)]


def _changes(new: Any, old: Any, path: str, faults: list[Fault]) -> None:
    now, before = new.spec, old.spec
    if now is before or now == before:
        return
    for name in ("containers", "initContainers"):
        if len(getattr(now, name)) != len(getattr(before, name)):
            faults.append(forbidden(f"spec.{name}", "pod updates may not add or remove containers"))
    if faults:
        return
    deadline, earlier = now.activeDeadlineSeconds, before.activeDeadlineSeconds
    if deadline is None and earlier is not None:
        faults.append(
            invalid("spec.activeDeadlineSeconds", None, "must not update from a positive integer to nil value")
        )
    elif deadline is not None and earlier is not None and deadline > earlier:
        faults.append(invalid("spec.activeDeadlineSeconds", deadline, "must be less than or equal to previous value"))
    if any(one not in now.tolerations for one in before.tolerations):
        faults.append(
            forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds")
        )
    allowed: dict[str, Any] = {
        "containers": _same_images(now.containers, before.containers),
        "initContainers": _same_images(now.initContainers, before.initContainers),
        "activeDeadlineSeconds": earlier,
        "tolerations": before.tolerations,
        "schedulingGates": before.schedulingGates,
    }
    if before.terminationGracePeriodSeconds is not None and before.terminationGracePeriodSeconds < 0:
        allowed["terminationGracePeriodSeconds"] = before.terminationGracePeriodSeconds
    if before.schedulingGates:
        gates = {gate.name for gate in before.schedulingGates}
        if any(gate.name not in gates for gate in now.schedulingGates):
            faults.append(forbidden("spec.schedulingGates", "only deletion is allowed, but found new scheduling gate"))
        allowed |= {"nodeSelector": before.nodeSelector, "affinity": before.affinity}
    munged = replace(now, **allowed)
    if munged != before:
        faults.append(forbidden("spec", f"{_MAY}\n{internal.difference(before, munged)}"))


def _update(new: Any, old: Any) -> Any:
    """A gate that opens is seen in the status at once."""
    if old.spec.schedulingGates and not new.spec.schedulingGates:
        conditions = [one for one in old.status.conditions if one != _GATED]
        return replace(new, status=replace(old.status, conditions=conditions))
    return new


# ------------------ warnings

_NOTHING = VolumeProjection()
_SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"


def template_warnings(spec: Any, metadata: Any, path: str) -> list[str]:
    """What the server remarks about a pod that it takes nevertheless."""
    found: list[str] = []
    inner = f"{path}spec."
    for key in spec.nodeSelector:
        if key == "node-role.kubernetes.io/master":
            found.append(f'{inner}nodeSelector[{key}]: use "node-role.kubernetes.io/control-plane" instead')
    if _SECCOMP_POD in metadata.annotations and (
        spec.securityContext is None or spec.securityContext.seccompProfile is None
    ):
        found.append(
            f'{path}metadata.annotations[{_SECCOMP_POD}]: non-functional in v1.27+; use the "seccompProfile" field instead'
        )
    for index, volume in enumerate(spec.volumes):
        if volume.gitRepo is not None:
            found.append(f"{inner}volumes[{index}].gitRepo: deprecated in v1.11, and disabled by default in v1.33+")
        if volume.projected is not None and all(source == _NOTHING for source in volume.projected.sources):
            found.append(f'volume "{volume.name}" (Projected) has no sources provided')
    for name in ("initContainers", "containers"):
        for index, container in enumerate(getattr(spec, name)):
            found += _port_warnings(container, f"{inner}{name}[{index}]")
    return found


def _port_warnings(container: Any, path: str) -> list[str]:
    if len(container.ports) < 2:
        return []
    found: list[str] = []
    seen: dict[tuple[int, str, int, str], int] = {}
    for index, port in enumerate(container.ports):
        key = (port.containerPort, port.protocol or "TCP", port.hostPort, port.hostIP)
        if key in seen:
            found.append(f"{path}.ports[{index}]: duplicate port definition with {path}.ports[{seen[key]}]")
        seen.setdefault(key, index)
    return found


_COST = "controller.kubernetes.io/pod-deletion-cost"


def _deletion_cost(pod: Any, path: str, faults: list[Fault]) -> None:
    text = pod.metadata.annotations.get(_COST)
    if text is None:
        return
    if not re.fullmatch(r"0|-?[1-9][0-9]*", text) or not -(2**31) <= int(text) < 2**31:
        faults.append(invalid(f"metadata.annotations[{_COST}]", text, "must be a 32bit integer"))


def _at_creation(request: Any) -> list[Fault]:
    """What a new pod may not have, although later it may."""
    if request.operation != "CREATE":
        return []
    spec, faults = request.item.spec, []
    if spec.ephemeralContainers:
        faults.append(forbidden("spec.ephemeralContainers", "cannot be set on create"))
    if spec.schedulingGates and spec.nodeName:
        faults.append(forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared"))
    return faults


POD = Kind(
    "Pod",
    defaults=POD_DEFAULTS,
    rules=fields(at("spec", POD_SPEC)),
    annotated=_deletion_cost,
    changes=_changes,
    permit=_at_creation,
    prepare=_prepare,
    update=_update,
    status=True,
    generation=True,
    fields={
        "spec.nodeName": lambda pod: pod.spec.nodeName,
        "spec.restartPolicy": lambda pod: pod.spec.restartPolicy,
        "spec.schedulerName": lambda pod: pod.spec.schedulerName,
        "spec.serviceAccountName": lambda pod: pod.spec.serviceAccountName,
        "spec.hostNetwork": lambda pod: str(pod.spec.hostNetwork).lower(),
        "status.phase": lambda pod: pod.status.phase,
        "status.podIP": lambda pod: pod.status.podIP,
        "status.podIPs": lambda pod: pod.status.podIP,
        "status.nominatedNodeName": lambda pod: pod.status.nominatedNodeName,
    },
    warnings=lambda pod: template_warnings(pod.spec, pod.metadata, ""),
)

EMPTY_RESOURCES = ResourceRequirements()

KINDS = (POD,)
