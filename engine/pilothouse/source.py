"""What a user hands over: a path, a text, a dict, an object, or a list of any of these.

kubectl's counterpart is its resource builder (`-f FILE`, standard input, URLs); URLs are not taken here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pilothouse.api import DEFAULT, from_dict, load_all, replace, since_epoch, to_dict

Objects = str | Path | Mapping[str, Any] | Iterable[Any]
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def read(source: Objects) -> Iterable[Any]:
    """The objects of a path, YAML or JSON text, a dict, an object, or a list of any of these."""
    if isinstance(source, Path):
        return load_all(source.read_text(), str(source))
    if isinstance(source, str):
        if "\n" in source or ":" in source or "{" in source:
            return load_all(source)
        return load_all(Path(source).read_text(), source)
    if isinstance(source, Mapping):
        return list(source["items"]) if str(source.get("kind", "")).endswith("List") else [source]
    if isinstance(source, Iterable):
        return [item for part in source for item in read(part)]
    return [source]


def plain(node: Any) -> dict[str, Any]:
    """A Node object or dict as plain data."""
    return dict(node) if isinstance(node, Mapping) else to_dict(node)


def newest_time(item: Any) -> float:
    """The newest moment that an object tells of, in seconds since the epoch of the simulation; 0 where it tells none."""

    def moments(value: Any) -> Iterable[float]:
        if isinstance(value, str) and MOMENT.fullmatch(value):
            yield since_epoch(value)
        elif isinstance(value, (dict, list)):
            for part in value.values() if isinstance(value, dict) else value:
                yield from moments(part)

    return max(moments(to_dict(item)), default=0.0)


def placed(item: Any) -> Any:
    """A typed object as it is, in the namespace "default" where its kind wants one and none is named."""
    found = from_dict(dict(item), strict=False) if isinstance(item, Mapping) else item
    served = DEFAULT.find(found.apiVersion, found.kind)
    if found.metadata.namespace or served is None or not served.namespaced:
        return found
    return replace(found, metadata=replace(found.metadata, namespace="default"))


def alive(items: list[Any]) -> list[Any]:
    """The objects, with the leases of healthy nodes free of a time: a time in one means that its kubelet has stopped."""
    healthy = {
        item.metadata.name
        for item in items
        if item.kind == "Node" and any(c.type == "Ready" and c.status == "True" for c in item.status.conditions)
    }
    return [
        replace(item, spec=replace(item.spec, renewTime=""))
        if item.kind == "Lease" and item.metadata.namespace == "kube-node-lease" and item.metadata.name in healthy
        else item
        for item in items
    ]
