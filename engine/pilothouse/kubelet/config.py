"""The environment and the command line of a container, from what the manifest and other objects say.

The counterpart is `GenerateRunContainerOptions` of the kubelet, with the expansion of `$(NAME)`.
"""

from __future__ import annotations

import re

from pilothouse.api import Container, EnvVar, Pod
from pilothouse.kernel import Store

HOST = "HOSTNAME"  # known in the container, but not to `$(NAME)`
_REFERENCE = re.compile(r"\$(\$|\(([-._A-Za-z0-9]+)\))")


class ConfigError(Exception):
    """A container cannot be created from what its manifest refers to; the text is the kubelet's."""


def check_user(pod: Pod, container: Container, user: str) -> None:
    """Refuse to run as root what must not. Raises ConfigError.

    Args:
        user: of the image; "" is root.
    """
    own, shared = container.securityContext, pod.spec.securityContext
    wanted = next((c.runAsNonRoot for c in (own, shared) if c is not None and c.runAsNonRoot is not None), None)
    chosen = next((c.runAsUser for c in (own, shared) if c is not None and c.runAsUser is not None), None)
    if not wanted:
        return
    whose = f'(pod: "{pod.metadata.name}_{pod.metadata.namespace}({pod.metadata.uid})", container: {container.name})'
    if chosen == 0:
        raise ConfigError(f"container's runAsUser breaks non-root policy {whose}")
    if chosen is None and user in ("", "0", "root"):
        raise ConfigError(f"container has runAsNonRoot and image will run as root {whose}")
    if chosen is None and not user.isdigit():
        told = f"container has runAsNonRoot and image has non-numeric user ({user}), cannot verify user is non-root"
        raise ConfigError(f"{told} {whose}")


def expand(text: str, env: dict[str, str]) -> str:
    """`$(NAME)` becomes its value where it is known, `$$` becomes `$`."""

    def value(found: re.Match[str]) -> str:
        if found[1] == "$":
            return "$"
        return env.get(found[2], found[0])

    return _REFERENCE.sub(value, text)


def environment(store: Store, pod: Pod, container: Container) -> dict[str, str]:
    """The variables that the manifest gives a container. Raises ConfigError."""
    env: dict[str, str] = {}
    services = service_variables(store, pod)
    for source in container.envFrom:
        if source.configMapRef is not None:
            env |= _all(store, pod, "ConfigMap", source.configMapRef.name, source.configMapRef.optional, source.prefix)
        if source.secretRef is not None:
            env |= _all(store, pod, "Secret", source.secretRef.name, source.secretRef.optional, source.prefix)
    for variable in container.env:
        value = _value(store, pod, variable, services | env)
        if value is not None:
            env[variable.name] = value
    return {HOST: pod.spec.hostname or pod.metadata.name, **services, **env}


def service_variables(store: Store, pod: Pod) -> dict[str, str]:
    """Where the services of the namespace are, as variables; the API server's always."""
    found: dict[str, str] = {}
    for service in [*store.list("Service", "default"), *store.list("Service", pod.metadata.namespace)]:
        name, address = service.metadata.name, service.spec.clusterIP
        elsewhere = service.metadata.namespace != pod.metadata.namespace or pod.spec.enableServiceLinks is False
        api_server = (service.metadata.namespace, name) == ("default", "kubernetes")
        if address in ("", "None", None) or not service.spec.ports or (elsewhere and not api_server):
            continue
        prefix, first = name.upper().replace("-", "_"), service.spec.ports[0]
        found[f"{prefix}_SERVICE_HOST"] = address
        found[f"{prefix}_SERVICE_PORT"] = str(first.port)
        for port in service.spec.ports:
            if port.name:
                found[f"{prefix}_SERVICE_PORT_{port.name.upper().replace('-', '_')}"] = str(port.port)
        protocol = (first.protocol or "TCP").lower()
        found[f"{prefix}_PORT"] = f"{protocol}://{address}:{first.port}"
    return found


def _all(store: Store, pod: Pod, kind: str, name: str, optional: bool | None, prefix: str) -> dict[str, str]:
    item = store.get(kind, pod.metadata.namespace, name)
    if item is None:
        if optional:
            return {}
        raise ConfigError(f'{kind.lower()} "{name}" not found')
    return {prefix + key: value for key, value in item.data.items()}


def _value(store: Store, pod: Pod, variable: EnvVar, env: dict[str, str]) -> str | None:
    source = variable.valueFrom
    if source is None:
        return expand(variable.value, env)
    if source.configMapKeyRef is not None:
        reference = source.configMapKeyRef
        return _key(store, pod, "ConfigMap", reference.name, reference.key, reference.optional)
    if source.secretKeyRef is not None:
        secret = source.secretKeyRef
        return _key(store, pod, "Secret", secret.name, secret.key, secret.optional)
    if source.fieldRef is not None:
        return field(pod, source.fieldRef.fieldPath)
    return ""


def _key(store: Store, pod: Pod, kind: str, name: str, key: str, optional: bool | None) -> str | None:
    item = store.get(kind, pod.metadata.namespace, name)
    if item is not None and key in item.data:
        return str(item.data[key])
    if optional:
        return None
    if item is None:
        raise ConfigError(f'{kind.lower()} "{name}" not found')
    raise ConfigError(f"couldn't find key {key} in {kind} {pod.metadata.namespace}/{name}")


def field(pod: Pod, path: str) -> str:
    """A field of the pod, as the downward API gives it."""
    found = re.fullmatch(r"metadata\.(labels|annotations)\['(.+)'\]", path)
    if found:
        table = pod.metadata.labels if found[1] == "labels" else pod.metadata.annotations
        return table.get(found[2], "")
    value: object = pod
    for part in path.split("."):
        value = getattr(value, part, "")
    return str(value)


def command_line(container: Container, env: dict[str, str]) -> tuple[list[str], list[str]]:
    """Command and args, with `$(NAME)` put in."""
    if not any("$" in word for word in (*container.command, *container.args)):
        return container.command, container.args
    own = {name: value for name, value in env.items() if name != HOST or any(e.name == HOST for e in container.env)}
    return [expand(word, own) for word in container.command], [expand(word, own) for word in container.args]
