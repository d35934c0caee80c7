"""Two clusters side by side: what one change did, as a table of words and numbers.

Usually a cluster and a fork of it: same past, one thing done differently. What is equal is left out of the list of
differences, so that what remains is the effect.
"""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING, Any

from pilothouse.learn.deed import clock
from pilothouse.learn.moments import is_ready

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

Row = tuple[str, str, str]


class Beside:
    """The same facts of two clusters in two columns."""

    def __init__(self, before: Cluster, after: Cluster, names: tuple[str, str] = ("before", "after")) -> None:
        self.before, self.after, self.names = before, after, names

    def rows(self) -> list[Row]:
        """Return (what, before, after) for the time, each workload, the pods, and each node."""
        left, right = facts(self.before), facts(self.after)
        return [(name, left.get(name, "–"), right.get(name, "–")) for name in {**left, **right}]

    def __repr__(self) -> str:
        rows = [("", *self.names), *self.rows()]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        body = "".join(
            f'<tr><th scope="row" style="text-align:left">{escape(name)}</th><td>{escape(left)}</td>'
            f"<td>{'<strong>' + escape(right) + '</strong>' if left != right else escape(right)}</td></tr>"
            for name, left, right in self.rows()
        )
        left, right = map(escape, self.names)
        head = f'<tr><th></th><th scope="col">{left}</th><th scope="col">{right}</th></tr>'
        table = f"<table><caption>what changed is bold</caption><thead>{head}</thead><tbody>{body}</tbody></table>"
        pictures = drawn(left, self.before) + drawn(right, self.after)
        return {
            "text/plain": repr(self),
            "text/html": f'<div style="display:flex;flex-wrap:wrap;gap:1em">{pictures}</div>{table}',
        }


def drawn(name: str, cluster: Cluster) -> str:
    """Return the picture of a cluster as it is now, as HTML with the same in words."""
    from pilothouse.view import View

    data = b64encode(View(cluster, play=False).png()).decode()
    words = ", ".join(f"{what}: {value}" for what, value in facts(cluster).items())
    image = f'<img style="width:100%" alt="{escape(words)}" src="data:image/png;base64,{data}">'
    return f'<figure style="flex:1;min-width:20em;margin:0">{image}<figcaption>{name}</figcaption></figure>'


def facts(cluster: Cluster) -> dict[str, str]:
    """Return what can be counted in a cluster, in words."""
    found = {"time": clock(cluster.now)}
    for kind in ("Deployment", "ReplicaSet"):
        for workload in cluster.store.list(kind):
            name = f"{kind.lower()}/{workload.metadata.name}"
            found[name] = f"{workload.status.readyReplicas} of {workload.spec.replicas} ready"
    pods = cluster.store.list("Pod")
    found["pods ready"] = str(sum(map(is_ready, pods)))
    found["pods without a node"] = str(sum(1 for pod in pods if not pod.spec.nodeName))
    for node in cluster.store.list("Node"):
        name = node.metadata.name
        found[f"pods on {name}"] = str(sum(1 for pod in pods if pod.spec.nodeName == name))
    return found
