"""Containers of a pod: their defaults and their validation.

The real counterparts are `SetDefaults_Container`, `SetDefaults_Probe` and `validateContainerCommon`. Simplified:
images' references are not parsed, Windows options and resize policies are taken as they are.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api.name import dns_label, port_name
from pilothouse.apiserver.default import computed, defaults, each, inside, pointer
from pilothouse.apiserver.kinds.env import env, env_from
from pilothouse.apiserver.kinds.image import pull_policy
from pilothouse.apiserver.kinds.probe import LIFE
from pilothouse.apiserver.kinds.resources import REQUIREMENTS_DEFAULTS, requirements
from pilothouse.apiserver.rule import PORT, at, between, fields, need, one_of, sees_unset, words
from pilothouse.apiserver.rule import each as every
from pilothouse.apiserver.status import Fault, duplicate, forbidden, invalid, not_known, required, unsupported

# ------------------ defaults

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
    resources=inside(REQUIREMENTS_DEFAULTS),
    terminationMessagePath="/dev/termination-log",
    terminationMessagePolicy="File",
    ports=each(PORT_DEFAULTS),
    env=each(_ENV_DEFAULTS),
    livenessProbe=inside(PROBE_DEFAULTS),
    readinessProbe=inside(PROBE_DEFAULTS),
    startupProbe=inside(PROBE_DEFAULTS),
    lifecycle=inside(defaults(postStart=inside(_HANDLER_DEFAULTS), preStop=inside(_HANDLER_DEFAULTS))),
)

# ------------------ validation

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
                faults.append(
                    invalid(f"{here}.subPathExpr", mount.subPathExpr, "subPathExpr and subPath are mutually exclusive")
                )
            inner_path(mount.subPathExpr, f"{here}.subPathExpr", faults)
        if mount.mountPropagation:
            _PROPAGATION(mount.mountPropagation, f"{here}.mountPropagation", faults)


_PROPAGATION = one_of("Bidirectional", "HostToContainer", "None")


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


_HEAD = fields(
    at("name", need(words(dns_label))),
    at("image", sees_unset(_image)),
    at("terminationMessagePolicy", need(one_of("FallbackToLogsOnError", "File"))),
    at("ports", ports),
    at("env", env),
    at("envFrom", every(env_from)),
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


def containers(
    value: list[Any], path: str, faults: list[Fault], volumes: dict[str, Any], names: dict[str, None]
) -> None:
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
        LIFE(one, here, faults)
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


def init_containers(
    value: list[Any], path: str, faults: list[Fault], volumes: dict[str, Any], names: dict[str, None]
) -> None:
    """The containers that run before, one after the other; those that restart always are sidecars."""
    for index, one in enumerate(value):
        here = f"{path}[{index}]"
        common(one, here, faults, volumes)
        if one.restartPolicy == "Always":
            LIFE(one, here, faults)
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
