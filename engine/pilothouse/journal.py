"""The journal: every call from outside, written down so that a whole history can be made again.

A cluster's log follows from its options, its seed and these calls; so they are all that has to be kept, mailed to a
colleague or attached to a bug report. Controllers, plugins and images that somebody wrote in a cell are not in it.
A real cluster has an audit log, from which nothing can be replayed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pilothouse.api.error import Misuse
from pilothouse.kernel import Input

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

PAST = "fork of the past"  # the input with which a cluster begins that was forked from a moment of another's past


def written(cluster: Cluster) -> str:
    """The options of a cluster, every call from outside and the fingerprint of its log, as JSON."""
    if any(call.call == PAST for call in cluster.inputs):
        raise Misuse("a fork of the past has no history of its own; export the cluster that it was forked from")
    calls = [{"time": i.time, "call": i.call, "arguments": i.arguments} for i in cluster.inputs]
    return json.dumps({"pilothouse": 1, "options": cluster.options, "inputs": calls, "digest": cluster.digest()})


def replayed(kind: type[Cluster], source: str | Path) -> Cluster:
    """A cluster with the history that was written. Raises Misuse where its log comes out different."""
    text = str(source)
    data = json.loads(text if text.lstrip().startswith("{") else Path(source).read_text())
    options = dict(data["options"])
    loaded = options.pop("load", None)
    if loaded is not None:
        del options["nodes"]
    cluster = kind(**options) if loaded is None else kind.load(loaded, **options)
    for call in data["inputs"]:
        cluster = repeated(cluster, call["call"], call["arguments"])
    if cluster.digest() != data["digest"]:
        raise Misuse("the replay wrote another log; were controllers or images of your own at work then?")
    return cluster


def repeated(cluster: Cluster, call: str, arguments: dict[str, Any]) -> Cluster:
    """Make one call again; the cluster to go on with, which is another where the call was a fork."""
    if call == "fork":
        return cluster.fork(**arguments)
    if call in ("fail", "recover"):
        getattr(cluster, call)(**arguments)
    elif call == "run":
        start = cluster.now
        for _ in range(arguments["turns"]):
            cluster.loop.turn(arguments["now"])
        cluster.clock.pass_to(arguments["now"])
        cluster.inputs.append(Input(start, call, arguments))
    else:
        given = dict(arguments)
        client = cluster.api.as_(given.pop("user"), tuple(given.pop("groups"))) if "user" in given else cluster.api
        getattr(client, call)(**given)
    return cluster
