"""Objects made from flags: what `kubectl create deployment web --image=nginx` would write as a manifest.

Each generator takes the flags and the names and answers with plain data, as ``--dry-run=client -o yaml`` shows it. The
real counterparts are the files of ``k8s.io/kubectl/pkg/cmd/create``.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .failure import error, usage
from .flags import Flags

Generator = Callable[[Flags, Sequence[str]], dict[str, Any]]


def _deployment(flags: Flags, names: Sequence[str]) -> dict[str, Any]:
    name = names[0]
    labels = {"app": name}
    containers = _containers(flags)
    port = flags.integer("port")
    if port is not None:
        containers[0]["ports"] = [{"containerPort": port}]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "replicas": flags.integer("replicas"),
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
        },
    }


def _containers(flags: Flags) -> list[dict[str, Any]]:
    images = flags.many("image")
    if not images:
        raise error('required flag(s) "image" not set')
    command = _command(flags)
    return [{"name": short_name(image), "image": image, **command} for image in images]


def _command(flags: Flags) -> dict[str, Any]:
    """What stands after ``--``."""
    words = [] if flags.dash is None else flags.args[flags.dash :]
    return {"command": words} if words else {}


def short_name(image: str) -> str:
    """The container name that an image gives: ``registry/team/web:1.0`` → ``web``."""
    name = image.rsplit("/", 1)[-1].split("@", 1)[0].split(":", 1)[0]
    return name.replace("_", "-").lower()


def _namespace(flags: Flags, names: Sequence[str]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": names[0]}}


def _service_account(flags: Flags, names: Sequence[str]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": names[0]}}


def _config_map(flags: Flags, names: Sequence[str]) -> dict[str, Any]:
    data = _pairs(flags)
    return {"apiVersion": "v1", "kind": "ConfigMap", **({"data": data} if data else {}), "metadata": {"name": names[0]}}


def _secret(flags: Flags, names: Sequence[str]) -> dict[str, Any]:
    if not names or names[0] != "generic":
        raise usage("only generic secrets can be made from flags here: create secret generic NAME", "create secret")
    if len(names) != 2:
        raise usage(f"exactly one NAME is required, got {len(names) - 1}", "create secret generic")
    data = {key: base64.b64encode(value.encode()).decode() for key, value in _pairs(flags).items()}
    return {"apiVersion": "v1", "kind": "Secret", **({"data": data} if data else {}), "metadata": {"name": names[1]}}


def _pairs(flags: Flags) -> dict[str, str]:
    data: dict[str, str] = {}
    for literal in flags.many("from-literal"):
        key, equals, value = literal.partition("=")
        if not equals or not key:
            raise error(f"invalid literal source {literal}, expected key=value")
        data[key] = value
    for source in flags.many("from-file"):
        key, equals, path = source.partition("=")
        file = Path(path if equals else source)
        if not file.is_file():
            raise error(f"error reading {file}: no such file or directory")
        data[key if equals else file.name] = file.read_text(encoding="utf-8")
    return data


def _job(flags: Flags, names: Sequence[str]) -> dict[str, Any]:
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": names[0]},
        "spec": _job_spec(flags, names[0], "Never"),
    }


def _job_spec(flags: Flags, name: str, restart: str) -> dict[str, Any]:
    images = flags.many("image")
    if not images:
        raise error("must specify --image")
    policy = flags.text("restart") if flags.given("restart") else restart
    container = {"name": name, "image": images[0], **_command(flags)}
    return {"template": {"spec": {"containers": [container], "restartPolicy": policy}}}


def _cron_job(flags: Flags, names: Sequence[str]) -> dict[str, Any]:
    if not flags.text("schedule"):
        raise error('required flag(s) "schedule" not set')
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": names[0]},
        "spec": {
            "schedule": flags.text("schedule"),
            "jobTemplate": {"metadata": {"name": names[0]}, "spec": _job_spec(flags, names[0], "OnFailure")},
        },
    }


def _service(flags: Flags, names: Sequence[str]) -> dict[str, Any]:
    types = {"clusterip": "ClusterIP", "nodeport": "NodePort", "loadbalancer": "LoadBalancer"}
    if len(names) != 2 or names[0] not in types:
        raise usage(
            "say which sort: create service clusterip|nodeport|loadbalancer NAME --tcp=PORT:TARGETPORT",
            "create service",
        )
    ports = []
    for text in flags.many("tcp"):
        port, _, target = text.partition(":")
        if not port.isdigit():
            raise error(f"{port} is not a valid port number")
        ports.append(
            {
                "name": text.replace(":", "-"),
                "port": int(port),
                "protocol": "TCP",
                "targetPort": int(target) if target.isdigit() else target or int(port),
            }
        )
    if not ports:
        raise error("at least one tcp port specifier must be provided")
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": names[1], "labels": {"app": names[1]}},
        "spec": {"type": types[names[0]], "selector": {"app": names[1]}, "ports": ports},
    }


GENERATORS: dict[str, Generator] = {
    "deployment": _deployment,
    "deploy": _deployment,
    "namespace": _namespace,
    "ns": _namespace,
    "serviceaccount": _service_account,
    "sa": _service_account,
    "configmap": _config_map,
    "cm": _config_map,
    "secret": _secret,
    "job": _job,
    "cronjob": _cron_job,
    "cj": _cron_job,
    "service": _service,
    "svc": _service,
}
