"""The container blocks of `kubectl describe`, of pods and of pod templates.

A pod's blocks carry the state of each container; a template's have only what was asked for, indented by one more
space. The real counterpart is ``describeContainers``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

from pilothouse.api import (
    Container,
    ContainerState,
    ContainerStatus,
    EnvVar,
    EnvVarSource,
    EphemeralContainer,
    Pod,
    Probe,
    ResourceFieldSelector,
    ResourceRequirements,
    parse_quantity,
)

from .page import Page, date

AnyContainer = Container | EphemeralContainer


def containers(
    page: Page,
    label: str,
    listed: Sequence[AnyContainer],
    statuses: Sequence[ContainerStatus],
    pod: Pod | None = None,
    indent: str = "",
) -> None:
    """All containers of one sort under their title. ``pod`` resolves fields in the environment."""
    by_name = {status.name: status for status in statuses}
    page.line(0, f"{indent}{label}:" if listed else f"{indent}{label}: <none>")
    for container in listed:
        status = by_name.get(container.name)
        page.line(1, f"{' ' if indent else ''}{container.name}:")
        _basics(page, container, status)
        _words(page, "Command", container.command)
        _words(page, "Args", container.args)
        if status is not None:
            _status(page, status)
        _resources(page, container.resources)
        for title, probe in (
            ("Liveness", container.livenessProbe),
            ("Readiness", container.readinessProbe),
            ("Startup", container.startupProbe),
        ):
            if probe is not None:
                page.line(2, f"{title}:\t{probe_text(probe)}")
        _environment(page, container, pod)
        _mounts(page, container)


def _basics(page: Page, container: AnyContainer, status: ContainerStatus | None) -> None:
    if status is not None:
        page.line(2, f"Container ID:\t{status.containerID}")
    page.line(2, f"Image:\t{container.image}")
    if status is not None:
        page.line(2, f"Image ID:\t{status.imageID}")
    ports = [f"{port.containerPort}/{port.protocol or 'TCP'}" for port in container.ports]
    host = [f"{port.hostPort}/{port.protocol or 'TCP'}" for port in container.ports]
    for title, found in (("Port", ports), ("Host Port", host)):
        page.line(2, f"{title}{'s' if len(found) > 1 else ''}:\t{', '.join(found) or '<none>'}")
    context = container.securityContext
    if context is not None and context.seccompProfile is not None:
        page.line(2, f"SeccompProfile:\t{context.seccompProfile.type}")
        if context.seccompProfile.localhostProfile:
            page.line(3, f"LocalhostProfile:\t{context.seccompProfile.localhostProfile}")


def _words(page: Page, title: str, words: Sequence[str]) -> None:
    if words:
        page.line(2, f"{title}:")
    for word in words:
        for piece in word.split("\n"):
            page.line(3, piece)


def _status(page: Page, status: ContainerStatus) -> None:
    _state(page, "State", status.state)
    if status.lastState is not None and status.lastState.terminated is not None:
        _state(page, "Last State", status.lastState)
    page.line(2, f"Ready:\t{bool(status.ready)}")
    page.line(2, f"Restart Count:\t{status.restartCount}")


def _state(page: Page, title: str, state: ContainerState | None) -> None:
    if state is not None and state.running is not None:
        page.line(2, f"{title}:\tRunning")
        page.line(3, f"Started:\t{date(state.running.startedAt)}")
    elif state is not None and state.terminated is not None:
        ended = state.terminated
        page.line(2, f"{title}:\tTerminated")
        if ended.reason:
            page.line(3, f"Reason:\t{ended.reason}")
        if ended.message:
            page.line(3, f"Message:\t{ended.message}")
        page.line(3, f"Exit Code:\t{ended.exitCode}")
        if ended.signal:
            page.line(3, f"Signal:\t{ended.signal}")
        page.line(3, f"Started:\t{date(ended.startedAt)}")
        page.line(3, f"Finished:\t{date(ended.finishedAt)}")
    else:
        page.line(2, f"{title}:\tWaiting")
        if state is not None and state.waiting is not None and state.waiting.reason:
            page.line(3, f"Reason:\t{state.waiting.reason}")


def _resources(page: Page, resources: ResourceRequirements | None) -> None:
    if resources is None:
        return
    for title, amounts in (("Limits", resources.limits), ("Requests", resources.requests)):
        if amounts:
            page.line(2, f"{title}:")
        for name in sorted(amounts):
            page.line(3, f"{name}:\t{amounts[name]}")


def probe_text(probe: Probe) -> str:
    """A probe on one line: what it asks, then its numbers."""
    attributes = (
        f"delay={probe.initialDelaySeconds}s timeout={probe.timeoutSeconds}s period={probe.periodSeconds}s "
        f"#success={probe.successThreshold} #failure={probe.failureThreshold}"
    )
    if probe.exec is not None:
        return f"exec [{' '.join(probe.exec.command)}] {attributes}"
    if probe.httpGet is not None:
        get = probe.httpGet
        port = "" if get.port == "" else f":{get.port}"
        path = get.path if get.path.startswith("/") else f"/{get.path}"
        return f"http-get {(get.scheme or 'HTTP').lower()}://{get.host}{port}{path} {attributes}"
    if probe.tcpSocket is not None:
        return f"tcp-socket {probe.tcpSocket.host}:{probe.tcpSocket.port} {attributes}"
    if probe.grpc is not None:
        return f"grpc <pod>:{probe.grpc.port} {probe.grpc.service or ''} {attributes}"
    return f"unknown {attributes}"


def _environment(page: Page, container: AnyContainer, pod: Pod | None) -> None:
    if container.envFrom:
        page.line(2, "Environment Variables from:")
    for source in container.envFrom:
        kind, name, optional = "ConfigMap", "", False
        if source.configMapRef is not None:
            name, optional = source.configMapRef.name, bool(source.configMapRef.optional)
        elif source.secretRef is not None:
            kind, name, optional = "Secret", source.secretRef.name, bool(source.secretRef.optional)
        prefix = f" with prefix '{source.prefix}'" if source.prefix else ""
        page.line(3, f"{name}\t{kind}{prefix}\tOptional: {_truth(optional)}")
    page.line(2, "Environment:" if container.env else "Environment:\t<none>")
    for variable in container.env:
        _variable(page, variable, container, pod)


def _variable(page: Page, variable: EnvVar, container: AnyContainer, pod: Pod | None) -> None:
    source = variable.valueFrom
    if source is None:
        first, *more = variable.value.split("\n")
        page.line(3, f"{variable.name}:\t{first}")
        for piece in more:
            page.line(3, f"\t{piece}")
    else:
        page.line(3, f"{variable.name}:\t{_source(source, container, pod)}")


def _source(source: EnvVarSource, container: AnyContainer, pod: Pod | None) -> str:
    if source.fieldRef is not None:
        value = field(pod, source.fieldRef.fieldPath) if pod is not None else ""
        return f"{value} ({source.fieldRef.apiVersion or 'v1'}:{source.fieldRef.fieldPath})"
    if source.resourceFieldRef is not None:
        return f"{_amount(container, source.resourceFieldRef)} ({source.resourceFieldRef.resource})"
    if source.secretKeyRef is not None:
        ref = source.secretKeyRef
        return f"<set to the key '{ref.key}' in secret '{ref.name}'>\tOptional: {_truth(bool(ref.optional))}"
    if source.configMapKeyRef is not None:
        key = source.configMapKeyRef
        return f"<set to the key '{key.key}' of config map '{key.name}'>\tOptional: {_truth(bool(key.optional))}"
    return ""


def field(pod: Pod, path: str) -> str:
    """A field of a pod as the downward API gives it, for the paths that the environment may name."""
    meta, spec, status = pod.metadata, pod.spec, pod.status
    known: Mapping[str, str] = {
        "metadata.name": meta.name,
        "metadata.namespace": meta.namespace,
        "metadata.uid": meta.uid,
        "spec.nodeName": spec.nodeName,
        "spec.serviceAccountName": spec.serviceAccountName,
        "status.hostIP": status.hostIP,
        "status.podIP": status.podIP,
    }
    for kind, pairs in (("labels", meta.labels), ("annotations", meta.annotations)):
        if path.startswith(f"metadata.{kind}['"):
            return pairs.get(path.removeprefix(f"metadata.{kind}['").removesuffix("']"), "")
    return known.get(path, "")


def _amount(container: AnyContainer, selected: ResourceFieldSelector) -> str:
    """A request or limit in whole units of the divisor, rounded up, as the downward API gives it."""
    which, _, name = selected.resource.partition(".")
    asked = container.resources
    amounts = {} if asked is None else asked.limits if which == "limits" else asked.requests
    divisor = parse_quantity(selected.divisor or "1") or parse_quantity("1")
    return str(ceil(parse_quantity(amounts.get(name, "0")) / divisor))


def _mounts(page: Page, container: AnyContainer) -> None:
    page.line(2, "Mounts:" if container.volumeMounts else "Mounts:\t<none>")
    for mount in sorted(container.volumeMounts, key=lambda one: one.mountPath):
        flags = "ro" if mount.readOnly else "rw"
        if mount.subPath:
            flags += f',path="{mount.subPath}"'
        page.line(3, f"{mount.mountPath} from {mount.name} ({flags})")
    if container.volumeDevices:
        page.line(2, "Devices:")
    for device in sorted(container.volumeDevices, key=lambda one: one.devicePath):
        page.line(3, f"{device.devicePath} from {device.name}")


def _truth(value: bool) -> str:
    return "true" if value else "false"
