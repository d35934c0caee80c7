"""What a user hands over: a path, a text, a dict, an object, or a list of any of these.

kubectl's counterpart is its resource builder (`-f FILE`, standard input, URLs); URLs are not taken here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from pilothouse.api import Scheme, from_dict, load_all, replace, since_epoch, to_dict
from pilothouse.api.error import Clear

Objects = str | Path | Mapping[str, Any] | Iterable[Any]
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class NoSuchFile(Clear, FileNotFoundError):
    """A path that leads nowhere."""


def read(source: Objects) -> Iterable[Any]:
    """The objects of a path, YAML or JSON text, a dict, an object, or a list of any of these."""
    if isinstance(source, str) and ("\n" in source or ":" in source or "{" in source):
        return load_all(source)
    if isinstance(source, (str, Path)):
        return from_path(Path(source))
    if isinstance(source, Mapping):
        return list(source["items"]) if str(source.get("kind", "")).endswith("List") else [source]
    if isinstance(source, Iterable):
        return [item for part in source for item in read(part)]
    return [source]


def from_path(path: Path) -> list[Any]:
    """The objects of a file, or of the manifests of a folder, in the order of their names."""
    if not str(path).strip(".") or not path.exists():
        raise NoSuchFile(f'the path "{path}" does not exist; this cell runs in {Path.cwd()}')
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix in (".yaml", ".yml", ".json"))
        if not files:
            raise NoSuchFile(f'the folder "{path}" has no .yaml, .yml or .json file in it')
        return [item for file in files for item in from_path(file)]
    return load_all(path.read_text(), str(path))


def plain(item: Any) -> dict[str, Any]:
    """An object or dict as plain data."""
    return dict(item) if isinstance(item, Mapping) else to_dict(item)


def newest_time(item: Any) -> float:
    """The newest moment that an object tells of, in seconds since the epoch of the simulation; 0 where it tells none."""

    def moments(value: Any) -> Iterable[float]:
        if isinstance(value, str) and MOMENT.fullmatch(value):
            yield since_epoch(value)
        elif isinstance(value, (dict, list)):
            for part in value.values() if isinstance(value, dict) else value:
                yield from moments(part)

    return max(moments(plain(item)), default=0.0)


def placed(item: Any, scheme: Scheme, healthy: Collection[str] = ()) -> Any:
    """A typed object as it is, in the namespace "default" where its kind wants one and none is named.

    The lease of a healthy node is freed of its time: a time in one means here that its kubelet has stopped.
    """
    found = from_dict(dict(item), strict=False, scheme=scheme) if isinstance(item, Mapping) else item
    if found.kind == "Lease" and found.metadata.namespace == "kube-node-lease" and found.metadata.name in healthy:
        found = replace(found, spec=replace(found.spec, renewTime=""))
    served = scheme.find(found.apiVersion, found.kind)
    if found.metadata.namespace or served is None or not served.namespaced:
        return found
    return replace(found, metadata=replace(found.metadata, namespace="default"))


def healthy_nodes(items: Iterable[Any]) -> list[str]:
    """The names of the nodes that were ready."""
    nodes = [data for data in map(plain, items) if data.get("kind") == "Node"]
    return [
        node["metadata"]["name"]
        for node in nodes
        if any(c["type"] == "Ready" and c["status"] == "True" for c in node.get("status", {}).get("conditions") or [])
    ]
