"""`pilothouse run`: a cluster that lives as long as one command.

It applies manifests to a fresh cluster, lets virtual time pass and prints what is there, with kubectl's own words and
layout. The exit code is 1 when a manifest was refused or an object is not there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from pilothouse.api import ResourceInfo, seconds
from pilothouse.kubectl import Kubectl, Output

COMBINED = "(combined from similar events): "  # before a message that stands for many

if TYPE_CHECKING:
    from pilothouse.api import Event
    from pilothouse.cluster import Cluster
    from pilothouse.kubectl.targets import Found


def run(files: Sequence[str], nodes: int, duration: str, seed: int, output: str | None) -> int:
    """Apply, run, print; the exit code."""
    try:
        length = seconds(duration)
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="'--for'") from None
    from pilothouse.cluster import Cluster

    stdin = sys.stdin.read() if "-" in files else None
    cluster = Cluster(nodes=nodes, seed=seed, unknown_images="assume")
    before = cluster.store.revision
    words = ["apply", *(word for name in files for word in ("-f", name))]
    applied = Kubectl(cluster).run(words, stdin=stdin)
    _print(applied, aside=output in ("json", "yaml"))
    if applied.code and not applied.stdout:
        return applied.code
    brought = _brought(cluster, before)
    cluster.run(length)
    click.echo(_shown(cluster, brought, output), nl=False)
    for line in _troubles(cluster):
        click.echo(f"note: {line}", err=True)
    for line in cluster.unsimulated():
        click.echo(f"note: {line}", err=True)
    return applied.code


def _troubles(cluster: Cluster) -> Iterator[str]:
    """Why pods are not ready, and why workloads have none: the newest warning about each, equal ones told once."""
    newest: dict[tuple[str, str, str], Event] = {}
    for event in sorted(cluster.api.list("events", None), key=lambda one: one.lastTimestamp or one.eventTime):
        about = event.involvedObject
        if event.type == "Warning" and about.kind in ("Pod", "ReplicaSet", "StatefulSet", "DaemonSet", "Job"):
            newest[about.kind, about.namespace, about.name] = event
    told: dict[str, list[str]] = {}
    for (kind, namespace, name), event in sorted(newest.items()):
        found = cluster.store.get(kind, namespace, name)
        if found is not None and not _well(found):
            told.setdefault(event.message.removeprefix(COMBINED), []).append(f"{kind.lower()}/{name}")
    for message, names in told.items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield f"{names[0]}{more}: {message}"


def _well(found: Any) -> bool:
    """Whether a pod is ready or done, or a workload has its pods."""
    if found.kind != "Pod":
        return found.kind == "Job" or not any(one.type == "ReplicaFailure" for one in found.status.conditions)
    ready = any(one.type == "Ready" and one.status == "True" for one in found.status.conditions)
    return ready or found.status.phase == "Succeeded"


def _print(result: Output, aside: bool) -> None:
    for part in result.parts:
        click.echo(part.text, nl=False, err=aside or part.stream == "err")


def _brought(cluster: Cluster, before: int) -> set[tuple[str, str, str]]:
    """What the manifests themselves made: kind, namespace, name."""
    user = cluster.api.user
    return {(one.kind, one.namespace, one.name) for one in cluster.store.log.since(before) if one.actor == user}


def _there(cluster: Cluster, brought: set[tuple[str, str, str]]) -> Iterator[Found]:
    """What `kubectl get all` shows, and what the manifests brought besides."""
    from pilothouse.kubectl.targets import Found

    scheme = cluster.door.scheme
    usual = scheme.category("all")
    others = [scheme.resource(kind) for kind in sorted({kind for kind, _, _ in brought})]
    for resource in (*usual, *(one for one in others if one not in usual)):
        for thing in cluster.api.list(resource.qualified, namespace=None):
            meta = thing.metadata
            own = (resource.store_name, meta.namespace, meta.name) in brought
            if own or (resource in usual and (meta.namespace, meta.name) != ("default", "kubernetes")):
                yield Found(resource, thing)


def _shown(cluster: Cluster, brought: set[tuple[str, str, str]], output: str | None) -> str:
    from pilothouse.kubectl.printer import formatted

    there = list(_there(cluster, brought))
    if output in ("json", "yaml"):
        return formatted(output, there, single=False)
    tables = [
        _table(cluster, resource, list(group), output == "wide")
        for resource, group in groupby(there, key=lambda one: one.resource)
    ]
    return "\n" + "\n".join(tables) if tables else "No resources found\n"


def _table(cluster: Cluster, resource: ResourceInfo, group: Sequence[Found], wide: bool) -> str:
    from pilothouse.apiserver import table
    from pilothouse.kubectl.output import Grid
    from pilothouse.kubectl.printer import as_text

    columns = cluster.door.definition(resource) if resource.custom else None
    made = table(resource.store_name, [one.object for one in group], wide, cluster.now, columns)
    header = [str(column).upper() for column in made.columns]
    rows = [[one.title, *row[1:]] for one, row in zip(group, made.rows, strict=True)]
    if resource.namespaced:
        header.insert(0, "NAMESPACE")
        rows = [[one.namespace, *row] for one, row in zip(group, rows, strict=True)]
    return as_text(Grid(tuple(header), rows))
