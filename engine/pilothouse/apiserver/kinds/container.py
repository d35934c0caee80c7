"""Containers of a pod: their defaults and their validation.

The real counterparts are `SetDefaults_Container`, `SetDefaults_Probe` and `validateContainerCommon`. Simplified: images' references
are not parsed, Windows options and resize policies are taken as they are.
"""

from __future__ import annotations

import re
from typing import Any

from ..default import computed, defaults, each, inside, pointer
from ..name import config_key, dns_label, env_name, port_name, qualified_name
from ..rule import NOT_NEGATIVE, PORT, Rule, at, between, fields, need, one_of, words
from ..rule import each as every
from ..status import Fault, duplicate, forbidden, invalid, not_known, required, unsupported
from .resources import requirements

# ---------------------------------------------------------------------------------------------------------------- defaults

_REPOSITORY = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"(?:(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/)?"
    rf"{_REPOSITORY}(?:/{_REPOSITORY})*(?::(?P<tag>[\w][\w.-]{{0,127}}))?(?P<digest>@[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{{32,}})?"
)


def pull_policy(image: str) -> str:
    """Always for the tag `latest`, said or implied; otherwise IfNotPresent."""
    found = _REFERENCE.fullmatch(image)
    if found is None:
        return "IfNotPresent"
    tag = found["tag"] or ("" if found["digest"] else "latest")
    return "Always" if tag == "latest" else "IfNotPresent"


HTTP_DEFAULTS = defaults(path="/", scheme="HTTP")

PROBE_DEFAULTS = defaults(
    timeoutSeconds=1,
    periodSeconds=10,
    successThreshold=1,
    failureThreshold=3,
    httpGet=inside(HTTP_DEFAULTS),
    grpc=inside(defaults(service=computed(lambda grpc: "" if grpc.service is None else None))),
)

_HANDLER_DEFAULTS = defaults(httpGet=inside(HTTP_DEFAULTS))

PORT_DEFAULTS = defaults(protocol="TCP")

_ENV_DEFAULTS = defaults(
    valueFrom=inside(
        defaults(
            fieldRef=inside(defaults(apiVersion="v1")),
            fileKeyRef=inside(defaults(optional=pointer(False))),
        )
    )
)

CONTAINER_DEFAULTS = defaults(
    imagePullPolicy=computed(lambda container: pull_policy(container.image)),
    terminationMessagePath="/dev/termination-log",
    terminationMessagePolicy="File",
    ports=each(PORT_DEFAULTS),
    env=each(_ENV_DEFAULTS),
    livenessProbe=inside(PROBE_DEFAULTS),
    readinessProbe=inside(PROBE_DEFAULTS),
    startupProbe=inside(PROBE_DEFAULTS),
    lifecycle=inside(defaults(postStart=inside(_HANDLER_DEFAULTS), preStop=inside(_HANDLER_DEFAULTS))),
)

# -------------------------------------------------------------------------------------------------------------- validation

_PROTOCOL = one_of("SCTP", "TCP", "UDP")


def _port_number(value: Any, path: str, faults: list[Fault]) -> None:
    if value.containerPort == 0:
        faults.append(required(f"{path}.containerPort"))
    else:
        PORT(value.containerPort, f"{path}.containerPort", faults)
    if value.hostPort:
        PORT(value.hostPort, f"{path}.hostPort", faults)


_PORT = fields(at("name", words(port_name)), _port_number, at("protocol", need(_PROTOCOL)))


def ports(value: list[Any], path: str, faults: list[Fault]) -> None:
    """Container ports; the names must differ, the numbers need not."""
    seen: dict[str, None] = {}
    for index, port in enumerate(value):
        here = f"{path}[{index}]"
        _PORT(port, here, faults)
        if port.name:
            if port.name in seen:
                faults.append(duplicate(f"{here}.name", port.name))
            seen[port.name] = None


_DOWNWARD = ("metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP",
             "status.hostIPs", "status.podIP", "status.podIPs")  # fmt: skip
_DOWNWARD_RESOURCES = ("limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage",
                       "requests.memory")  # fmt: skip
_SUBSCRIPT = re.compile(r"(metadata\.(?:labels|annotations))\['(.*)'\]")


def field_ref(supported: tuple[str, ...], maps: tuple[str, ...] = ()) -> Rule:
    """A reference to a field of the pod itself, out of those that are `supported` here (`maps` whole)."""

    def check(value: Any, path: str, faults: list[Fault]) -> None:
        if not value.apiVersion:
            faults.append(required(f"{path}.apiVersion"))
        if not value.fieldPath:
            faults.append(required(f"{path}.fieldPath"))
            return
        subscript = _SUBSCRIPT.fullmatch(value.fieldPath)
        if subscript:
            key = subscript[2] if subscript[1].endswith("labels") else subscript[2].lower()
            for problem in qualified_name(key):
                faults.append(invalid(path, subscript[2], problem))
        elif value.fieldPath not in supported:
            if value.fieldPath in _DOWNWARD or value.fieldPath in ("metadata.labels", "metadata.annotations"):
                faults.append(unsupported(f"{path}.fieldPath", value.fieldPath, tuple(sorted(supported))))
            else:
                told = f"error converting fieldPath: field label not supported: {value.fieldPath}"
                faults.append(invalid(f"{path}.fieldPath", value.fieldPath, told))

    return check


def _resource_field(value: Any, path: str, faults: list[Fault]) -> None:
    if not value.resource:
        faults.append(required(f"{path}.resource"))
    elif value.resource not in _DOWNWARD_RESOURCES and "hugepages-" not in value.resource:
        faults.append(unsupported(f"{path}.resource", value.resource, _DOWNWARD_RESOURCES))


_KEY_REF = fields(at("key", need(words(config_key))))
_SOURCES: dict[str, Rule] = {
    "fieldRef": field_ref(_DOWNWARD),
    "resourceFieldRef": _resource_field,
    "configMapKeyRef": _KEY_REF,
    "secretKeyRef": _KEY_REF,
    "fileKeyRef": lambda value, path, faults: None,
}


def _value_from(value: Any, path: str, faults: list[Fault]) -> None:
    source, here, found = value.valueFrom, f"{path}.valueFrom", 0
    for name, rule in _SOURCES.items():
        got = getattr(source, name)
        if got is not None:
            found += 1
            rule(got, f"{here}.{name}", faults)
    if not found:
        told = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        faults.append(invalid(here, "", told))
    if value.value:
        faults.append(invalid(here, "", "may not be specified when `value` is not empty"))
    elif found > 1:
        faults.append(invalid(here, "", "may not have more than one field specified at a time"))


def _env(value: list[Any], path: str, faults: list[Fault]) -> None:
    for index, one in enumerate(value):
        if not one.name:
            faults.append(required(f"{path}[{index}].name"))
        else:
            for problem in env_name(one.name):
                faults.append(invalid(f"{path}[{index}].name", one.name, problem))
        if one.valueFrom is not None:
            _value_from(one, f"{path}[{index}]", faults)


def _env_from(value: Any, path: str, faults: list[Fault]) -> None:
    if value.prefix:
        for problem in env_name(value.prefix):
            faults.append(invalid(f"{path}.prefix", value.prefix, problem))
    sources = [name for name in ("configMapRef", "secretRef") if getattr(value, name) is not None]
    if not sources:
        faults.append(invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"))
    elif len(sources) > 1:
        faults.append(invalid(path, "", "may not have more than one field specified at a time"))
    for name in sources:
        if not getattr(value, name).name:
            faults.append(required(f"{path}.{name}.name"))


def inner_path(value: str, path: str, faults: list[Fault]) -> None:
    """A path inside a volume: relative, and never upwards."""
    if value.startswith("/"):
        faults.append(invalid(path, value, "must be a relative path"))
    if ".." in value.split("/"):
        faults.append(invalid(path, value, "must not contain '..'"))


def mounts(value: list[Any], path: str, faults: list[Fault], volumes: dict[str, Any]) -> None:
    """Volume mounts: of volumes that the pod has, at places that differ."""
    places: dict[str, None] = {}
    for index, mount in enumerate(value):
        here = f"{path}[{index}]"
        if not mount.name:
            faults.append(required(f"{here}.name"))
        if mount.name not in volumes:
            faults.append(not_known(f"{here}.name", mount.name))
        if not mount.mountPath:
            faults.append(required(f"{here}.mountPath"))
        if mount.mountPath in places:
            faults.append(invalid(f"{here}.mountPath", mount.mountPath, "must be unique"))
        places[mount.mountPath] = None
        if mount.subPath:
            inner_path(mount.subPath, f"{here}.subPath", faults)
        if mount.subPathExpr:
            if mount.subPath:
                faults.append(invalid(f"{here}.subPathExpr", mount.subPathExpr, "subPathExpr and subPath are mutually exclusive"))
            inner_path(mount.subPathExpr, f"{here}.subPathExpr", faults)
        if mount.mountPropagation:
            _PROPAGATION(mount.mountPropagation, f"{here}.mountPropagation", faults)


_PROPAGATION = one_of("Bidirectional", "HostToContainer", "None")


def port_or_name(value: Any, path: str, faults: list[Fault]) -> None:
    """A port by number or by the name it has in the container."""
    if isinstance(value, int):
        PORT(value, path, faults)
        return
    for problem in port_name(value):
        faults.append(invalid(path, value, problem))


_HTTP_GET = fields(
    at("path", need()),
    at("port", port_or_name),
    at("scheme", one_of("HTTP", "HTTPS")),
)
_HANDLERS: dict[str, Rule] = {
    "exec": fields(at("command", need())),
    "httpGet": _HTTP_GET,
    "tcpSocket": fields(at("port", port_or_name)),
    "grpc": fields(at("port", PORT)),
    "sleep": lambda value, path, faults: None,
}


def handler(names: tuple[str, ...]) -> Rule:
    """What a probe or hook does: exactly one of `names`."""

    def check(value: Any, path: str, faults: list[Fault]) -> None:
        found = 0
        for name in names:
            got = getattr(value, name)
            if got is None:
                continue
            if found:
                faults.append(forbidden(f"{path}.{name}", "may not specify more than 1 handler type"))
            else:
                found += 1
                _HANDLERS[name](got, f"{path}.{name}", faults)
        if not found:
            faults.append(required(path, "must specify a handler type"))

    return check


PROBE = fields(
    handler(("exec", "httpGet", "tcpSocket", "grpc")),
    at("initialDelaySeconds", NOT_NEGATIVE),
    at("timeoutSeconds", NOT_NEGATIVE),
    at("periodSeconds", NOT_NEGATIVE),
    at("successThreshold", NOT_NEGATIVE),
    at("failureThreshold", NOT_NEGATIVE),
)


def _one_success(value: Any, path: str, faults: list[Fault]) -> None:
    if value.terminationGracePeriodSeconds is not None and value.terminationGracePeriodSeconds <= 0:
        told = "must be greater than 0"
        faults.append(invalid(f"{path}.terminationGracePeriodSeconds", value.terminationGracePeriodSeconds, told))
    if value.successThreshold != 1:
        faults.append(invalid(f"{path}.successThreshold", value.successThreshold, "must be 1"))


def _readiness(value: Any, path: str, faults: list[Fault]) -> None:
    if value.terminationGracePeriodSeconds is not None:
        told = "must not be set for readinessProbes"
        faults.append(invalid(f"{path}.terminationGracePeriodSeconds", value.terminationGracePeriodSeconds, told))


_HOOK = handler(("exec", "httpGet", "tcpSocket", "sleep"))
_LIFE = fields(
    at("lifecycle", fields(at("postStart", _HOOK), at("preStop", _HOOK))),
    at("livenessProbe", PROBE, _one_success),
    at("readinessProbe", PROBE, _readiness),
    at("startupProbe", PROBE, _one_success),
)

USER = between(0, 2147483647)


def seccomp(value: Any, path: str, faults: list[Fault]) -> None:
    """A seccomp profile names a file exactly when its type is Localhost."""
    if not value.type:
        faults.append(required(f"{path}.type", "type is required when seccompProfile is set"))
    elif value.type not in ("Localhost", "RuntimeDefault", "Unconfined"):
        faults.append(unsupported(f"{path}.type", value.type, ("Localhost", "RuntimeDefault", "Unconfined")))
    elif value.type == "Localhost" and not value.localhostProfile:
        faults.append(required(f"{path}.localhostProfile", "must be set when seccomp type is Localhost"))
    elif value.type != "Localhost" and value.localhostProfile:
        told = "can only be set when seccomp type is Localhost"
        faults.append(invalid(f"{path}.localhostProfile", value.localhostProfile, told))


def _privilege(value: Any, path: str, faults: list[Fault]) -> None:
    if value.allowPrivilegeEscalation is not False:
        return
    here = f"{path}.allowPrivilegeEscalation"
    if value.privileged:
        told = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
        faults.append(invalid(here, False, told))
    if value.capabilities is not None and "CAP_SYS_ADMIN" in value.capabilities.add:
        told = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"
        faults.append(invalid(here, False, told))


_SECURITY = fields(
    at("runAsUser", USER),
    at("runAsGroup", USER),
    at("procMount", one_of("Default", "Unmasked")),
    at("seccompProfile", seccomp),
    _privilege,
)


def _image(value: Any, path: str, faults: list[Fault]) -> None:
    if not value:
        faults.append(required(path))
    elif value != value.strip():
        faults.append(invalid(path, value, "must not have leading or trailing whitespace"))


_image.sees_unset = True  # type: ignore[attr-defined]

_HEAD = fields(
    at("name", need(words(dns_label))),
    at("image", _image),
    at("terminationMessagePolicy", need(one_of("FallbackToLogsOnError", "File"))),
    at("ports", ports),
    at("env", _env),
    at("envFrom", every(_env_from)),
)
_TAIL = fields(
    at("imagePullPolicy", need(one_of("Always", "IfNotPresent", "Never"))),
    at("resources", requirements),
    at("securityContext", _SECURITY),
)


def common(value: Any, path: str, faults: list[Fault], volumes: dict[str, Any]) -> None:
    """What holds for a container of any sort."""
    _HEAD(value, path, faults)
    if value.volumeMounts:
        mounts(value.volumeMounts, f"{path}.volumeMounts", faults, volumes)
    for index, device in enumerate(value.volumeDevices):
        if device.name not in volumes:
            faults.append(not_known(f"{path}.volumeDevices[{index}].name", device.name))
    _TAIL(value, path, faults)


def containers(value: list[Any], path: str, faults: list[Fault], volumes: dict[str, Any], names: dict[str, None]) -> None:
    """The containers that run as long as the pod does."""
    if not value:
        faults.append(required(path))
    taken: dict[tuple[str, str, int], None] = {}
    for index, one in enumerate(value):
        here = f"{path}[{index}]"
        common(one, here, faults, volumes)
        if one.name in names:
            faults.append(duplicate(f"{here}.name", one.name))
        elif one.name:
            names[one.name] = None
        _LIFE(one, here, faults)
        if one.restartPolicy:
            one_of("Always", "Never", "OnFailure")(one.restartPolicy, f"{here}.restartPolicy", faults)
    for index, one in enumerate(value):
        for at_port, port in enumerate(one.ports):
            if port.hostPort:
                key = (port.protocol, port.hostIP, port.hostPort)
                if key in taken:
                    told = f"{port.protocol}/{port.hostIP}/{port.hostPort}"
                    faults.append(duplicate(f"{path}[{index}].ports[{at_port}].hostPort", told))
                taken[key] = None


def init_containers(value: list[Any], path: str, faults: list[Fault], volumes: dict[str, Any], names: dict[str, None]) -> None:
    """The containers that run before, one after the other; those that restart always are sidecars."""
    for index, one in enumerate(value):
        here = f"{path}[{index}]"
        common(one, here, faults, volumes)
        if one.restartPolicy == "Always":
            _LIFE(one, here, faults)
        else:
            for name in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe"):
                if getattr(one, name) is not None:
                    told = "may not be set for init containers without restartPolicy=Always"
                    faults.append(forbidden(f"{here}.{name}", told))
        if one.name in names:
            faults.append(duplicate(f"{here}.name", one.name))
        elif one.name:
            names[one.name] = None


def ephemeral_containers(
    value: list[Any], path: str, faults: list[Fault], volumes: dict[str, Any], names: dict[str, None]
) -> None:
    """The containers that are added to a running pod to look into it."""
    for index, one in enumerate(value):
        here = f"{path}[{index}]"
        common(one, here, faults, volumes)
        if one.name in names:
            faults.append(duplicate(f"{here}.name", one.name))
        elif one.name:
            names[one.name] = None
        for name in ("ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"):
            if getattr(one, name):
                faults.append(forbidden(f"{here}.{name}", "cannot be set for an Ephemeral Container"))

