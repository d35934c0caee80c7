"""Benchmarks of the scheduler: `python tests/benchmarks/scheduler.py [--big] [--plot growth.html]`.

Figures of one machine on one day, printed beside those of the real kube-scheduler 1.36 on two such cores; nothing here
is a test. What is compared is not the same work: the real one talks to an API server and etcd over HTTP and samples
the nodes above 100 (its figures for all nodes are used here); ours runs in one process, in virtual time, and decides
over all nodes.

--big adds 5,000 nodes with 150,000 running pods (two minutes, 2 GiB). --plot draws how a decision's cost grows.
"""

from __future__ import annotations

import argparse
import platform
import random
import resource
import statistics
import time
from collections.abc import Callable
from typing import Any

from pilothouse import Cluster
from pilothouse.api import Pod, from_dict, replace
from pilothouse.kernel import Tables, key_of
from pilothouse.scheduler import Profile, explain
from pilothouse.scheduler.columns import Columns
from pilothouse.scheduler.cycle import Cycle
from pilothouse.scheduler.pod_info import PodInfo

ZONE, HOST = "topology.kubernetes.io/zone", "kubernetes.io/hostname"
WEB = {"matchLabels": {"app": "web"}}
KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "spreading": {
        "topologySpreadConstraints": [
            {"maxSkew": 5, "topologyKey": ZONE, "whenUnsatisfiable": "DoNotSchedule", "labelSelector": WEB}
        ]
    },
    "preferred anti-affinity": {
        "affinity": {
            "podAntiAffinity": {
                "preferredDuringSchedulingIgnoredDuringExecution": [
                    {"weight": 1, "podAffinityTerm": {"topologyKey": HOST, "labelSelector": WEB}}
                ]
            }
        }
    },
    "required affinity": {
        "affinity": {
            "podAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": ZONE, "labelSelector": WEB}]
            }
        }
    },
}
REAL = {  # microseconds a decision in Go, all nodes looked at
    ("plain", 100): 137,
    ("spreading", 100): 213,
    ("preferred anti-affinity", 100): 323,
    ("required affinity", 100): 342,
    ("plain", 1000): 1116,
    ("plain", 5000): 5344,
    ("spreading", 5000): 11838,
    ("preferred anti-affinity", 5000): 24091,
    ("required affinity", 5000): 22942,
}
REAL_RATE = {100: 373, 5000: 160}  # pods bound a second, created over HTTP


def node(number: int) -> dict[str, Any]:
    """A node of 32 cpu and 64Gi in one of three zones."""
    name = f"node-{number:05}"
    room = {"cpu": "32", "memory": "64Gi", "pods": "110", "ephemeral-storage": "100Gi"}
    metadata = {"name": name, "labels": {HOST: name, ZONE: f"zone-{number % 3}"}}
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "status": {"allocatable": room, "capacity": room}}


def template(**spec: Any) -> Pod:
    """A pod that requests cpu and memory."""
    container = {"name": "c", "image": "nginx", "resources": {"requests": {"cpu": "100m", "memory": "200Mi"}}}
    metadata = {"name": "web", "namespace": "default", "labels": {"app": "web"}}
    found: Pod = from_dict(
        {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container], **spec}}
    )
    return found


def named(pod: Pod, name: str, on: str = "") -> Pod:
    """The same pod under another name, on a node."""
    return replace(pod, metadata=replace(pod.metadata, name=name), spec=replace(pod.spec, nodeName=on))


def world(nodes: int, pods: int, pod: Pod) -> Columns:
    """Columns of so many nodes with so many pods."""
    tables = Tables()
    for number in range(nodes):
        item = from_dict(node(number))
        tables._put(key_of(item), None, item)
    for number in range(pods):
        item = named(pod, f"old-{number}", f"node-{number % nodes:05}")
        tables._put(key_of(item), None, item)
    return Columns(tables)


def decision(nodes: int, pods: int, kind: str, times: int = 200) -> tuple[float, float]:
    """Microseconds a decision: of the next pod of a shape, and of the first of its shape."""
    pod, chance = template(**KINDS[kind]), random.Random(1)
    columns = world(nodes, pods, pod)
    cycle = Cycle(Profile(), columns)
    cycle.place(PodInfo(pod))
    warm, cold = [], []
    for number in range(times):
        begin = time.perf_counter()
        best = cycle.place(PodInfo(pod)).best
        row = int(best[chance.randrange(len(best))])
        warm.append(time.perf_counter() - begin)
        columns.move(named(pod, f"new-{number}"), row, 1)
    for _ in range(20):
        columns.standing.clear()
        begin = time.perf_counter()
        cycle.place(PodInfo(pod))
        cold.append(time.perf_counter() - begin)
    return statistics.median(warm) * 1e6, statistics.median(cold) * 1e6


def rate(nodes: int, pods: int) -> float:
    """Pods a second: created, scheduled and bound in one process, spread by default over one Service."""
    cluster = Cluster(nodes=[node(number) for number in range(nodes)], kubelet=False)
    spec = {"selector": {"app": "web"}, "ports": [{"port": 80}]}
    cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec})
    cluster.settle()
    pod = template()
    begin = time.perf_counter()
    for number in range(pods):
        cluster.api.create(named(pod, f"web-{number}"))
    cluster.settle()
    took = time.perf_counter() - begin
    bound = sum(bool(each.spec.nodeName) for each in cluster.store.all("Pod"))
    if bound != pods:
        raise RuntimeError(f"{pods - bound} pods found no place: the figure would say nothing")
    return pods / took


def explaining(nodes: int) -> float:
    """Milliseconds for everything about a pod and every node, as data."""
    columns = world(nodes, nodes * 10, template())
    found = []
    for _ in range(10):
        begin = time.perf_counter()
        explain(Profile(), columns, template()).to_dict()
        found.append(time.perf_counter() - begin)
    return statistics.median(found) * 1e3


def big() -> tuple[float, float]:
    """Seconds and MiB of 5,000 nodes with 150,000 pods, until all run."""
    begin = time.perf_counter()
    cluster = Cluster(nodes=5000, history=100_000)
    container = {"name": "c", "image": "busybox", "command": ["sleep", "infinity"]}
    for number in range(150):
        app = {"app": f"web-{number}"}
        pods = {"metadata": {"labels": app}, "spec": {"containers": [container]}}
        spec = {"replicas": 1000, "selector": {"matchLabels": app}, "template": pods}
        metadata = {"name": f"web-{number}"}
        cluster.apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec})
    cluster.run("5m")
    running = sum(pod.status.phase == "Running" for pod in cluster.store.all("Pod"))
    if running != 150_000:
        raise RuntimeError(f"only {running} of 150,000 pods run")
    return time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def plot(path: str) -> None:
    """How the cost of a decision grows with nodes (ten pods each), as an HTML page."""
    import plotly.graph_objects as go

    figure = go.Figure(layout={"title": "Microseconds a decision, all nodes looked at, 10 pods a node"})
    sizes = [100, 300, 1000, 3000, 10_000]
    for kind in KINDS:
        figure.add_scatter(x=sizes, y=[decision(size, size * 10, kind, 60)[0] for size in sizes], name=kind)
    figure.update_xaxes(title="nodes", type="log").update_yaxes(title="microseconds", type="log")
    figure.write_html(path, include_plotlyjs=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--big", action="store_true", help="also 5,000 nodes with 150,000 pods")
    parser.add_argument("--plot", metavar="FILE", help="draw how a decision's cost grows with the cluster")
    options = parser.parse_args()
    print(f"{platform.python_implementation()} {platform.python_version()} on {platform.machine()}\n")
    print(f"{'one decision, microseconds':<28}{'nodes':>7}{'pods':>8}{'ours':>8}{'first':>8}{'Go':>8}")
    for nodes in (100, 1000, 5000):
        for kind in KINDS:
            warm, cold = decision(nodes, nodes * 10, kind)
            real = REAL.get((kind, nodes))
            print(f"{kind:<28}{nodes:>7}{nodes * 10:>8}{warm:>8.0f}{cold:>8.0f}{real or '':>8}")
    print("\npods a second, end to end        ours    real (other work, see above)")
    rates: Callable[[int], float] = lambda nodes: rate(nodes, 10_000 if nodes > 100 else 5_000)  # noqa: E731
    for nodes in (100, 5000):
        print(f"{nodes:>6} nodes {rates(nodes):>23.0f} {REAL_RATE[nodes]:>7}")
    print(f"\nexplain on 1,000 nodes: {explaining(1000):.1f} ms")
    if options.big:
        seconds, memory = big()
        print(f"5,000 nodes, 150,000 pods, all Running: {seconds:.0f} s, {memory:.0f} MiB")
    if options.plot:
        plot(options.plot)
        print(f"drawn: {options.plot}")


if __name__ == "__main__":
    main()
