"""Benchmarks of the engine: `python tests/benchmarks/run.py`.

Figures of one machine on one day, for comparing two versions side by side; nothing here is a test. Each figure is the
median of several runs. The targets are those that the project set itself.
"""

from __future__ import annotations

import platform
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable

from pilothouse import Cluster
from pilothouse.api import ConfigMap, Container, ObjectMeta, Pod, PodCondition, PodSpec, PodStatus, replace
from pilothouse.kernel import Clock, Controller, Key, Loop, Randoms, Store, itself, rewind

START = """
import time; begin = time.perf_counter()
import pilothouse; imported = time.perf_counter()
cluster = pilothouse.Cluster(nodes=3)
cluster.apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "eta"}, "spec": {"replicas": 3,
  "selector": {"matchLabels": {"app": "eta"}}, "template": {"metadata": {"labels": {"app": "eta"}},
  "spec": {"containers": [{"name": "model", "image": "line/eta-model:1.0"}]}}}})
assert cluster.run(until=lambda c: c.get("deployment", "eta").status.readyReplicas == 3, timeout="5m")
print(imported - begin, time.perf_counter() - begin)
"""


def median(run: Callable[[], float], times: int = 5) -> float:
    """The median of what several runs give."""
    return statistics.median(run() for _ in range(times))


def timed(act: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def pod(number: int) -> Pod:
    """A plain pod of one container."""
    return Pod(
        metadata=ObjectMeta(name=f"pod-{number}", namespace="default", labels={"app": "web"}),
        spec=PodSpec(containers=[Container(name="c", image="nginx")]),
    )


class Watcher(Controller):
    """Wakes for every pod and does nothing: the cost of watching."""

    watches = {"Pod": itself}  # noqa: RUF012

    def reconcile(self, key: Key) -> None:
        """Do nothing."""


def writes() -> tuple[float, float]:
    """Microseconds for creating a pod and writing its status three times; then with five watchers that are woken."""

    def write(store: Store, number: int) -> None:
        item = store.create(pod(number))
        for phase in ("Pending", "Running", "Succeeded"):
            conditions = [PodCondition(type="Ready", status="True", reason=phase)]
            item = store.update(replace(item, status=PodStatus(phase=phase, conditions=conditions)))

    def alone() -> float:
        store = Store(Clock())
        return timed(lambda: [write(store, n) for n in range(2000)]) / 2000

    def watched() -> float:
        store = Store(Clock())
        loop = Loop(store, store.clock, Randoms())
        for number in range(5):
            watcher = Watcher()
            watcher.name = f"watcher-{number}"
            loop.add(watcher, None)

        def act() -> None:
            for n in range(2000):
                write(store, n)
                loop.dispatch()

        return timed(act) / 2000

    return median(alone) * 1e6, median(watched) * 1e6


class Counter(Controller):
    """Counts down in a config map, one write a turn: the cost of a turn."""

    name = "counter"
    watches = {"ConfigMap": itself}  # noqa: RUF012

    def reconcile(self, key: Key) -> None:
        """Count one down."""
        item = self.store.get(*key)
        if item.data["n"] != "0":
            self.store.update(replace(item, data={"n": str(int(item.data["n"]) - 1)}))


def turns() -> float:
    """Turns of the loop a second, each with one write that causes the next."""

    def act() -> float:
        store = Store(Clock())
        loop = Loop(store, store.clock, Randoms())
        loop.add(Counter(), None)
        for number in range(20):
            store.create(ConfigMap(metadata=ObjectMeta(name=f"c{number}"), data={"n": "250"}))
        return 5000 / timed(lambda: loop.run(1))

    return median(act)


def populated(count: int) -> Cluster:
    """A cluster's control plane with so many pods in its store."""
    cluster = Cluster(nodes=3, kubelet=False)
    for number in range(count):
        cluster.store.create(replace(pod(number), spec=PodSpec(nodeName="n1")))
    cluster.settle()
    return cluster


def jumps() -> float:
    """Seconds to see 1,000 pods as they were 10,000 changes ago."""
    store = Store(Clock())
    items = [store.create(pod(n)) for n in range(1000)]
    for turn in range(10):
        items = [store.update(replace(i, metadata=replace(i.metadata, labels={"turn": str(turn)}))) for i in items]
    return median(lambda: timed(lambda: rewind(store, 1000)))


def bytes_a_pod() -> float:
    """Bytes that a stored pod and its line in the log take."""
    tracemalloc.start()
    store = Store(Clock())
    before = tracemalloc.get_traced_memory()[0]
    for number in range(5000):
        store.create(pod(number))
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (after - before) / 5000


def start() -> tuple[float, float]:
    """Seconds in a fresh process to `import pilothouse`, and from nothing to three ready replicas."""
    runs = [
        [
            float(x)
            for x in subprocess.run(
                [sys.executable, "-c", START], capture_output=True, text=True, check=True
            ).stdout.split()
        ]
        for _ in range(5)
    ]
    return statistics.median(r[0] for r in runs), statistics.median(r[1] for r in runs)


def main() -> None:
    """Print every figure beside its target."""
    print(f"CPython {platform.python_version()} on {platform.system()} {platform.machine()}")
    imported, ready = start()
    alone, watched = writes()
    small, large = populated(1000), populated(100_000)
    rows = [
        ("import pilothouse", imported, "s", "under 0.25"),
        ("fresh process to 3 Ready replicas", ready, "s", "under 0.6"),
        ("create and 3 status writes", alone, "us", ""),
        ("... with 5 watchers", watched, "us", "under 60"),
        ("turns of the loop", turns(), "a second", ""),
        ("fork of 1,000 pods", median(lambda: timed(small.fork)) * 1e3, "ms", "under 5"),
        ("fork of 100,000 pods", median(lambda: timed(large.fork)) * 1e3, "ms", "under 250"),
        ("jump back 10,000 changes", jumps() * 1e3, "ms", "under 5"),
        ("memory of a pod and its change", bytes_a_pod(), "bytes", ""),
    ]
    for what, figure, unit, target in rows:
        print(f"{what:36} {figure:12.4g} {unit:10} {target}")


if __name__ == "__main__":
    main()
