"""The columns of every kind, in the words of the real server: a table, to be read as one.

`Show(names, row)`: names ending in `*` are shown with `-o wide` only, `:type` says what the cell is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pilothouse.api import Selector, age, since_epoch, to_dict
from pilothouse.apiserver.custom import columns as printed
from pilothouse.apiserver.custom import infos, look
from pilothouse.apiserver.table import NONE, UNKNOWN, UNSET, Column, old, since

Row = Callable[[Any, float], list[Any]]


class Show(NamedTuple):
    """Columns of a kind, and how an object fills them."""

    columns: list[Column]
    row: Row


def show(names: str, row: Row) -> Show:
    """Columns written as "Name | Ready | Age | IP*"."""
    columns = []
    for word in names.split(" | "):
        wide = word.endswith("*")
        name, _, kind = word.rstrip("*").partition(":")
        columns.append(Column(name, kind or "string", int(wide), "name" if name == "Name" else ""))
    return Show(columns, row)


def _name(item: Any) -> str:
    return str(item.metadata.name)


def _join(values: Any) -> str:
    return ",".join(values) or NONE


def _labels(labels: dict[str, str]) -> str:
    return ",".join(f"{key}={labels[key]}" for key in sorted(labels)) or NONE


def _selector(selector: Any) -> str:
    found = Selector.of(selector)
    return str(found) if found is not None and found.requirements else NONE


def _containers(spec: Any) -> list[str]:
    return [",".join(one.name for one in spec.containers), ",".join(one.image for one in spec.containers)]


# ------------------ Pod


def pod_reason(pod: Any) -> tuple[str, int, int, str]:
    """Status, ready containers, restarts and the moment of the last restart: kubectl's best guess in one word."""
    state = pod.status
    reason = state.reason or state.phase or UNKNOWN
    for condition in state.conditions:
        if condition.type == "PodScheduled" and condition.reason == "SchedulingGated":
            reason = "SchedulingGated"
    restarts, last = 0, ""
    sidecars = {one.name for one in pod.spec.initContainers if one.restartPolicy == "Always"}
    ready, initialising = 0, False
    for index, one in enumerate(state.initContainerStatuses):
        restarts += one.restartCount
        last = max(last, _ended(one))
        done = one.state.terminated if one.state else None
        if done is not None and done.exitCode == 0:
            continue
        if one.name in sidecars and one.started:
            ready += bool(one.ready)
            continue
        reason = _init_reason(one, index, len(pod.spec.initContainers))
        initialising = True
        break
    if not initialising:
        reason, ready, more, last = _main(pod, reason, ready, last)
        restarts = restarts + more if sidecars else more
    if pod.metadata.deletionTimestamp:
        if state.reason == "NodeLost":
            reason = "Unknown"
        elif state.phase not in ("Succeeded", "Failed"):
            reason = "Terminating"
    return reason, ready, restarts, last


def _ended(one: Any) -> str:
    done = one.lastState.terminated if one.lastState else None
    return str(done.finishedAt or "") if done is not None else ""


def _init_reason(one: Any, index: int, count: int) -> str:
    done = one.state.terminated if one.state else None
    if done is not None:
        if done.reason:
            return f"Init:{done.reason}"
        return f"Init:Signal:{done.signal}" if done.signal else f"Init:ExitCode:{done.exitCode}"
    waiting = one.state.waiting if one.state else None
    if waiting is not None and waiting.reason and waiting.reason != "PodInitializing":
        return f"Init:{waiting.reason}"
    return f"Init:{index}/{count}"


def _main(pod: Any, reason: str, ready: int, last: str) -> tuple[str, int, int, str]:
    restarts, running = 0, False
    for one in reversed(pod.status.containerStatuses):
        restarts += one.restartCount
        last = max(last, _ended(one))
        waiting = one.state.waiting if one.state else None
        done = one.state.terminated if one.state else None
        if waiting is not None and waiting.reason:
            reason = waiting.reason
        elif done is not None and done.reason:
            reason = done.reason
        elif done is not None:
            reason = f"Signal:{done.signal}" if done.signal else f"ExitCode:{done.exitCode}"
        elif one.ready and one.state is not None and one.state.running is not None:
            running = True
            ready += 1
    if reason == "Completed" and running:
        well = any(one.type == "Ready" and one.status == "True" for one in pod.status.conditions)
        reason = "Running" if well else "NotReady"
    return reason, ready, restarts, last


def _pod(pod: Any, now: float) -> list[Any]:
    reason, ready, restarts, last = pod_reason(pod)
    sidecars = sum(one.restartPolicy == "Always" for one in pod.spec.initContainers)
    gates = pod.spec.readinessGates
    if gates:
        kinds = {one.conditionType for one in gates}
        met = sum(one.type in kinds and one.status == "True" for one in pod.status.conditions)
    return [
        pod.metadata.name,
        f"{ready}/{len(pod.spec.containers) + sidecars}",
        reason,
        f"{restarts} ({since(last, now)} ago)" if last and restarts else restarts,
        old(pod, now),
        pod.status.podIP or NONE,
        pod.spec.nodeName or NONE,
        pod.status.nominatedNodeName or NONE,
        f"{met}/{len(gates)}" if gates else NONE,
    ]


# ------------------ Node


def _node(node: Any, now: float) -> list[Any]:
    states = [
        ("" if one.status == "True" else "Not") + "Ready" for one in node.status.conditions if one.type == "Ready"
    ]
    words = states or ["Unknown"]
    if node.spec.unschedulable:
        words.append("SchedulingDisabled")
    prefix = "node-role.kubernetes.io/"
    roles = {key[len(prefix) :] for key in node.metadata.labels if key.startswith(prefix) and key != prefix}
    if node.metadata.labels.get("kubernetes.io/role"):
        roles.add(node.metadata.labels["kubernetes.io/role"])
    info = node.status.nodeInfo
    return [
        node.metadata.name,
        ",".join(words),
        ",".join(sorted(roles)) or NONE,
        old(node, now),
        info.kubeletVersion if info else "",
        _address(node, "InternalIP"),
        _address(node, "ExternalIP"),
        (info.osImage if info else "") or UNKNOWN,
        (
            f"{info.kernelVersion} ({info.architecture})"
            if info and info.architecture
            else info.kernelVersion
            if info
            else ""
        )
        or UNKNOWN,
        (info.containerRuntimeVersion if info else "") or UNKNOWN,
    ]


def _address(node: Any, kind: str) -> str:
    return next((one.address for one in node.status.addresses if one.type == kind), NONE)


# ------------------ Service


def _external(service: Any) -> str:
    spec = service.spec
    ingress = (
        [one.ip or one.hostname for one in service.status.loadBalancer.ingress] if service.status.loadBalancer else []
    )
    if spec.type == "ExternalName":
        return str(spec.externalName)
    if spec.type == "LoadBalancer":
        return _join([*ingress, *spec.externalIPs]) if ingress or spec.externalIPs else "<pending>"
    return _join(spec.externalIPs)


def _service_port(port: Any) -> str:
    return f"{port.port}:{port.nodePort}/{port.protocol}" if port.nodePort else f"{port.port}/{port.protocol}"


def _service(service: Any, now: float) -> list[Any]:
    spec = service.spec
    return [
        service.metadata.name,
        spec.type,
        spec.clusterIP or NONE,
        _external(service),
        _join([_service_port(port) for port in spec.ports]),
        old(service, now),
        _labels(spec.selector),
    ]


# ------------------ workloads


def _deployment(item: Any, now: float) -> list[Any]:
    state, spec = item.status, item.spec
    ready = f"{state.readyReplicas}/{_count(spec.replicas)}"
    head = [_name(item), ready, state.updatedReplicas, state.availableReplicas, old(item, now)]
    return [*head, *_containers(spec.template.spec), _selector(spec.selector)]


def _count(replicas: int | None) -> int:
    return 1 if replicas is None else replicas


def _replica_set(item: Any, now: float) -> list[Any]:
    state, spec = item.status, item.spec
    head = [_name(item), _count(spec.replicas), state.replicas, state.readyReplicas, old(item, now)]
    tail = _containers(spec.template.spec) if spec.template is not None else ["", ""]
    return [*head, *tail, _selector(spec.selector)]


def _stateful_set(item: Any, now: float) -> list[Any]:
    ready = f"{item.status.readyReplicas}/{_count(item.spec.replicas)}"
    return [_name(item), ready, old(item, now), *_containers(item.spec.template.spec)]


def _daemon_set(item: Any, now: float) -> list[Any]:
    s, spec = item.status, item.spec
    counts = [
        s.desiredNumberScheduled,
        s.currentNumberScheduled,
        s.numberReady,
        s.updatedNumberScheduled,
        s.numberAvailable,
    ]
    places = _labels(spec.template.spec.nodeSelector)
    return [_name(item), *counts, places, old(item, now), *_containers(spec.template.spec), _selector(spec.selector)]


def _job(item: Any, now: float) -> list[Any]:
    s, spec = item.status, item.spec
    if spec.completions is not None:
        done = f"{s.succeeded}/{spec.completions}"
    elif (spec.parallelism or 0) > 1:
        done = f"{s.succeeded}/1 of {spec.parallelism}"
    else:
        done = f"{s.succeeded}/1"
    if not s.startTime:
        lasted = ""
    else:
        end = since_epoch(s.completionTime) if s.completionTime else now
        lasted = age(end - since_epoch(s.startTime))
    tail = [*_containers(spec.template.spec), _selector(spec.selector)]
    return [_name(item), _job_status(item), done, lasted, old(item, now), *tail]


def _job_status(item: Any) -> str:
    found = {one.type for one in item.status.conditions if one.status == "True"}
    for kind, word in (("Complete", "Complete"), ("Failed", "Failed")):
        if kind in found:
            return word
    if item.metadata.deletionTimestamp:
        return "Terminating"
    for kind in ("Suspended", "FailureTarget", "SuccessCriteriaMet"):
        if kind in found:
            return kind
    return "Running"


def _cron_job(item: Any, now: float) -> list[Any]:
    spec, s = item.spec, item.status
    last = since(s.lastScheduleTime, now) if s.lastScheduleTime else NONE
    head = [_name(item), spec.schedule, spec.timeZone or NONE, bool(spec.suspend), len(s.active), last, old(item, now)]
    template = spec.jobTemplate.spec
    return [*head, *_containers(template.template.spec), _selector(template.selector)]


def _autoscaler(item: Any, now: float) -> list[Any]:
    spec, target = item.spec, item.spec.scaleTargetRef
    least = UNSET if spec.minReplicas is None else spec.minReplicas
    reference = f"{target.kind}/{target.name}"
    current = item.status.currentReplicas
    return [_name(item), reference, _targets(item), least, spec.maxReplicas, current, old(item, now)]


def _targets(item: Any) -> str:
    found = []
    current = item.status.currentMetrics or []
    for index, metric in enumerate(getattr(item.spec, "metrics", [])):
        now = current[index] if index < len(current) else None
        found.append(_target(metric, now))
    if not found:
        return NONE
    return ", ".join(found[:2]) + (f" + {len(found) - 2} more..." if len(found) > 2 else "")


def _target(metric: Any, now: Any) -> str:
    field = metric.type[:1].lower() + metric.type[1:]
    wanted = getattr(metric, field, None)
    seen = getattr(now, field, None) if now is not None else None
    if wanted is None:
        return "<unknown type>"
    name = f"{wanted.name}: " if metric.type in ("Resource", "ContainerResource") else ""
    value = seen.current if seen is not None else None
    goal = wanted.target
    if goal.averageUtilization is not None:
        shown = (
            f"{value.averageUtilization}%" if value is not None and value.averageUtilization is not None else UNKNOWN
        )
        return f"{name}{shown}/{goal.averageUtilization}%"
    if goal.averageValue:
        shown = value.averageValue if value is not None and value.averageValue else UNKNOWN
        return f"{name}{shown}/{goal.averageValue}" + ("" if name else " (avg)")
    return f"{name}{value.value if value is not None and value.value else UNKNOWN}/{goal.value}"


# ------------------ others


def _event(event: Any, now: float) -> list[Any]:
    about = event.involvedObject
    first = event.firstTimestamp or event.eventTime
    last = event.series.lastObservedTime if event.series else event.lastTimestamp or first
    source = ", ".join(one for one in (event.source.component or event.reportingComponent, event.source.host) if one)
    count = event.series.count if event.series else event.count or 1
    name = f"{about.kind.lower()}/{about.name}"
    seen = [since(last, now), event.type, event.reason, name, about.fieldPath, source, event.message.strip()]
    return [*seen, since(first, now), count, _name(event)]


_MODES = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"}


def _modes(modes: list[str]) -> str:
    return ",".join(_MODES[mode] for mode in _MODES if mode in modes)


def _claim(item: Any, now: float) -> list[Any]:
    spec, s = item.spec, item.status
    phase = "Terminating" if item.metadata.deletionTimestamp else s.phase
    bound = bool(spec.volumeName)
    capacity = s.capacity.get("storage", "0") if bound else ""
    modes = _modes(s.accessModes) if bound else ""
    classes = [spec.storageClassName or "", spec.volumeAttributesClassName or UNSET]
    return [_name(item), phase, spec.volumeName, capacity, modes, *classes, old(item, now), spec.volumeMode or UNSET]


def _volume(item: Any, now: float) -> list[Any]:
    spec, s = item.spec, item.status
    phase = "Terminating" if item.metadata.deletionTimestamp else s.phase
    claim = f"{spec.claimRef.namespace}/{spec.claimRef.name}" if spec.claimRef is not None else ""
    head = [
        _name(item),
        spec.capacity.get("storage", "0"),
        _modes(spec.accessModes),
        spec.persistentVolumeReclaimPolicy,
    ]
    classes = [spec.storageClassName, spec.volumeAttributesClassName or UNSET]
    return [*head, phase, claim, *classes, s.reason, old(item, now), spec.volumeMode or UNSET]


def _quota(item: Any, now: float) -> list[Any]:
    requests: list[str] = []
    limits: list[str] = []
    for name in sorted(item.status.hard):
        text = f"{name}: {item.status.used.get(name, '0')}/{item.status.hard[name]}"
        (limits if name.startswith("limits") else requests).append(text)
    return [_name(item), ", ".join(requests), ", ".join(limits), old(item, now)]


def _endpoints(item: Any, now: float) -> list[Any]:
    found = []
    for subset in item.subsets:
        for address in subset.addresses:
            found += [f"{address.ip}:{port.port}" for port in subset.ports] or [address.ip]
    return [_name(item), _few(found), old(item, now)]


def _few(values: list[str]) -> str:
    if not values:
        return NONE
    return ",".join(values[:3]) + (f" + {len(values) - 3} more..." if len(values) > 3 else "")


def _slice(item: Any, now: float) -> list[Any]:
    ports = ["*" if port.port is None else str(port.port) for port in item.ports]
    found = [address for one in item.endpoints for address in one.addresses]
    return [
        _name(item),
        item.addressType,
        _few(ports) if ports else UNSET,
        _few(found) if found else UNSET,
        old(item, now),
    ]


def _ingress(item: Any, now: float) -> list[Any]:
    spec = item.spec
    hosts = _few([rule.host for rule in spec.rules if rule.host]) if any(r.host for r in spec.rules) else "*"
    found = [one.ip or one.hostname for one in item.status.loadBalancer.ingress] if item.status.loadBalancer else []
    kind = NONE if spec.ingressClassName is None else spec.ingressClassName
    return [_name(item), kind, hosts, ",".join(found), "80, 443" if spec.tls else "80", old(item, now)]


def _budget(item: Any, now: float) -> list[Any]:
    least = "N/A" if item.spec.minAvailable is None else item.spec.minAvailable
    most = "N/A" if item.spec.maxUnavailable is None else item.spec.maxUnavailable
    return [_name(item), least, most, item.status.disruptionsAllowed, old(item, now)]


def _binding(item: Any, now: float) -> list[Any]:
    names: dict[str, list[str]] = {"User": [], "Group": [], "ServiceAccount": []}
    for one in item.subjects:
        names.setdefault(one.kind, []).append(
            f"{one.namespace}/{one.name}" if one.kind == "ServiceAccount" else one.name
        )
    role = f"{item.roleRef.kind}/{item.roleRef.name}"
    parts = [", ".join(names[kind]) for kind in ("User", "Group", "ServiceAccount")]
    return [_name(item), role, old(item, now), *parts]


def _storage_class(item: Any, now: float) -> list[Any]:
    default = item.metadata.annotations.get("storageclass.kubernetes.io/is-default-class") == "true"
    name = f"{_name(item)} (default)" if default else _name(item)
    reclaim, when = item.reclaimPolicy or "Delete", item.volumeBindingMode or "Immediate"
    return [name, item.provisioner, reclaim, when, bool(item.allowVolumeExpansion), old(item, now)]


def _revision(item: Any, now: float) -> list[Any]:
    owner = next((one for one in item.metadata.ownerReferences if one.controller), None)
    controller = NONE
    if owner is not None:
        group = owner.apiVersion.rpartition("/")[0]
        controller = f"{owner.kind.lower()}.{group}/{owner.name}" if group else f"{owner.kind.lower()}/{owner.name}"
    return [_name(item), controller, item.revision, old(item, now)]


def _ingress_class(item: Any, now: float) -> list[Any]:
    given = item.spec.parameters
    parameters = NONE
    if given is not None:
        group = f".{given.apiGroup}" if given.apiGroup else ""
        parameters = f"{given.kind}{group}/{given.name}"
    return [_name(item), item.spec.controller, parameters, old(item, now)]


def _data(item: Any, now: float) -> list[Any]:
    return [_name(item), len(item.data) + len(getattr(item, "binaryData", ())), old(item, now)]


def _age_only(item: Any, now: float) -> list[Any]:
    return [_name(item), old(item, now)]


def _created(item: Any, now: float) -> list[Any]:
    return [_name(item), item.metadata.creationTimestamp]


def _priority(item: Any, now: float) -> list[Any]:
    return [_name(item), item.value, bool(item.globalDefault), old(item, now), item.preemptionPolicy or NONE]


def _csi_driver(item: Any, now: float) -> list[Any]:
    spec = item.spec
    tokens = _join([one.audience for one in spec.tokenRequests]) if spec.tokenRequests else UNSET
    modes = _join(spec.volumeLifecycleModes) if spec.volumeLifecycleModes else NONE
    flags = [bool(spec.attachRequired), bool(spec.podInfoOnMount), bool(spec.storageCapacity)]
    return [_name(item), *flags, tokens, bool(spec.requiresRepublish), modes, old(item, now)]


GENERAL = show("Name | Age", _age_only)


def declared(definition: Any) -> Show:
    """The columns that a CustomResourceDefinition asks for."""
    info = next(iter(infos(definition)), None)
    given = printed(definition, info.version) if info is not None else []
    if not given:
        return GENERAL

    def row(item: Any, now: float) -> list[Any]:
        plain = to_dict(item)
        cells: list[Any] = [_name(item)]
        for _, kind, _, path in given:
            found = look(path, plain)
            cells.append("" if found is None else since(found, now) if kind == "date" else found)
        return cells

    return Show(
        [Column("Name", "string", 0, "name"), *[Column(name, kind, wide) for name, kind, wide, _ in given]], row
    )


COLUMNS: dict[str, Show] = {
    "Pod": show(
        "Name | Ready | Status | Restarts | Age | IP* | Node* | Nominated Node* | Readiness Gates*", _pod
    ),
    "Node": show(
        "Name | Status | Roles | Age | Version | Internal-IP* | External-IP* | OS-Image* | Kernel-Version* | Container-Runtime*",
        _node,
    ),
    "Namespace": show("Name | Status | Age", lambda o, now: [_name(o), o.status.phase, old(o, now)]),
    "Service": show("Name | Type | Cluster-IP | External-IP | Port(s) | Age | Selector*", _service),
    "ReplicaSet": show(
        "Name | Desired:integer | Current:integer | Ready:integer | Age | Containers* | Images* | Selector*", _replica_set
    ),
    "ReplicationController": show(
        "Name | Desired:integer | Current:integer | Ready:integer | Age | Containers* | Images* | Selector*", _replica_set
    ),
    "Deployment": show("Name | Ready | Up-to-date | Available | Age | Containers* | Images* | Selector*", _deployment),
    "StatefulSet": show("Name | Ready | Age | Containers* | Images*", _stateful_set),
    "DaemonSet": show(
        "Name | Desired:integer | Current:integer | Ready:integer | Up-to-date:integer | Available:integer | Node Selector"
        " | Age | Containers* | Images* | Selector*",
        _daemon_set,
    ),
    "ControllerRevision": show("Name | Controller | Revision | Age", _revision),
    "Job": show("Name | Status | Completions | Duration | Age | Containers* | Images* | Selector*", _job),
    "CronJob": show(
        "Name | Schedule | Timezone | Suspend:boolean | Active:integer | Last Schedule | Age | Containers* | Images* | Selector*",
        _cron_job,
    ),
    "HorizontalPodAutoscaler": show("Name | Reference | Targets | MinPods | MaxPods | Replicas | Age", _autoscaler),
    "Event": show(
        "Last Seen | Type | Reason | Object | Subobject* | Source* | Message | First Seen* | Count* | Name*", _event
    ),
    "ConfigMap": show("Name | Data | Age", _data),
    "Secret": show("Name | Type | Data | Age", lambda o, now: [_name(o), o.type, len(o.data), old(o, now)]),
    "ServiceAccount": show("Name | Age", _age_only),
    "PersistentVolumeClaim": show(
        "Name | Status | Volume | Capacity | Access Modes | StorageClass | VolumeAttributesClass | Age | VolumeMode*", _claim
    ),
    "PersistentVolume": show(
        "Name | Capacity | Access Modes | Reclaim Policy | Status | Claim | StorageClass | VolumeAttributesClass | Reason"
        " | Age | VolumeMode*",
        _volume,
    ),
    "StorageClass": show(
        "Name | Provisioner | ReclaimPolicy | VolumeBindingMode | AllowVolumeExpansion | Age", _storage_class
    ),
    "ResourceQuota": show("Name | Request | Limit | Age", _quota),
    "LimitRange": show("Name | Created At:date", _created),
    "Role": show("Name | Created At:date", _created),
    "ClusterRole": show("Name | Created At:date", _created),
    "CustomResourceDefinition": show("Name | Created At:date", _created),
    "CSIStorageCapacity": show("Name | Created At:date", _created),
    "RoleBinding": show("Name | Role | Age | Users* | Groups* | ServiceAccounts*", _binding),
    "ClusterRoleBinding": show("Name | Role | Age | Users* | Groups* | ServiceAccounts*", _binding),
    "Endpoints": show("Name | Endpoints | Age", _endpoints),
    "EndpointSlice": show("Name | AddressType | Ports | Endpoints | Age", _slice),
    "Ingress": show("Name | Class | Hosts | Address | Ports | Age", _ingress),
    "IngressClass": show("Name | Controller | Parameters | Age", _ingress_class),
    "NetworkPolicy": show(
        "Name | Pod-Selector | Age", lambda o, now: [_name(o), _selector(o.spec.podSelector), old(o, now)]
    ),
    "PodDisruptionBudget": show(
        "Name | Min Available | Max Unavailable | Allowed Disruptions:integer | Age", _budget
    ),
    "PriorityClass": show("Name | Value:integer | Global-Default:boolean | Age | PreemptionPolicy", _priority),
    "Lease": show("Name | Holder | Age", lambda o, now: [_name(o), o.spec.holderIdentity or "", old(o, now)]),
    "RuntimeClass": show("Name | Handler | Age", lambda o, now: [_name(o), o.handler, old(o, now)]),
    "PodTemplate": show(
        "Name | Containers | Images | Pod Labels",
        lambda o, now: [_name(o), *_containers(o.template.spec), _labels(o.template.metadata.labels)],
    ),
    "CSINode": show("Name | Drivers:integer | Age", lambda o, now: [_name(o), len(o.spec.drivers), old(o, now)]),
    "CSIDriver": show(
        "Name | AttachRequired:boolean | PodInfoOnMount:boolean | StorageCapacity:boolean | TokenRequests"
        " | RequiresRepublish:boolean | Modes | Age",
        _csi_driver,
    ),
    "VolumeAttachment": show(
        "Name | Attacher | PV | Node | Attached:boolean | Age",
        lambda o, now: [
            _name(o), o.spec.attacher, o.spec.source.persistentVolumeName or "", o.spec.nodeName, o.status.attached, old(o, now)
        ],
    ),
    "VolumeAttributesClass": show("Name | DriverName | Age", lambda o, now: [_name(o), o.driverName, old(o, now)]),
    "ValidatingAdmissionPolicyBinding": show(
        "Name | PolicyName | ParamRef | Age",
        lambda o, now: [_name(o), o.spec.policyName, o.spec.paramRef.name if o.spec.paramRef else UNSET, old(o, now)],
    ),
    "ValidatingAdmissionPolicy": show(
        "Name | Validations:integer | ParamKind | Age",
        lambda o, now: [
            _name(o),
            len(o.spec.validations),
            f"{o.spec.paramKind.apiVersion}/{o.spec.paramKind.kind}" if o.spec.paramKind else UNSET,
            old(o, now),
        ],
    ),
    "MutatingWebhookConfiguration": show(
        "Name | Webhooks:integer | Age", lambda o, now: [_name(o), len(o.webhooks), old(o, now)]
    ),
    "ValidatingWebhookConfiguration": show(
        "Name | Webhooks:integer | Age", lambda o, now: [_name(o), len(o.webhooks), old(o, now)]
    ),
    "DeviceClass": show("Name | Age", _age_only),
    "ResourceClaim": show(
        "Name | State | Age",
        lambda o, now: [_name(o), "allocated" if getattr(o.status, "allocation", None) else "pending", old(o, now)],
    ),
    "ResourceClaimTemplate": show("Name | Age", _age_only),
    "ResourceSlice": show(
        "Name | Node | Driver | Pool | Age",
        lambda o, now: [_name(o), o.spec.nodeName or "", o.spec.driver, o.spec.pool.name, old(o, now)],
    ),
}  # fmt: skip
