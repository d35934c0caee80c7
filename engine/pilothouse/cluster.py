"""A whole cluster in one object: the face that lessons, the command line and tinkerers use.

It wires store, clock, loop, door and components together and does nothing else; whatever has a rule of its own lives on
a lower floor. There is no counterpart: with a real cluster this is what installers such as kubeadm put together.
"""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pilothouse import journal
from pilothouse.api import scheme, seconds
from pilothouse.api.error import Absent, Misuse
from pilothouse.apiserver import ApiError, Client, Door
from pilothouse.containers import Registry
from pilothouse.controllers import CONTROLLERS
from pilothouse.dump import take_in
from pilothouse.faults import Faults
from pilothouse.kernel import (
    Change,
    Clock,
    Controller,
    Diff,
    Input,
    Key,
    Loop,
    Randoms,
    Store,
    causes,
    diff,
    digest,
    restore,
    revision_at,
    rewind,
)
from pilothouse.kubelet import Heartbeat, Kubelet
from pilothouse.past import Past
from pilothouse.scheduler import Explanation, Scheduler
from pilothouse.source import Objects, placed, plain, read

if TYPE_CHECKING:
    from pilothouse.view import Chart, Compare, Graph, Timeline, View, Why

Time = str | int | float
FOREVER = 10 * 365 * 86_400.0  # seconds: how long run(until=) waits where no timeout is given


class Cluster:
    """A Kubernetes cluster in this process, in virtual time.

    Args:
        nodes: how many nodes (4 cpu, 8Gi, 110 pods each, called n1, n2, ...), or the Node objects themselves.
        seed: chooses among equals, wherever a real cluster leaves it to chance.
        kubelet: False runs the control plane alone: nodes stay healthy, pods stay as they are until somebody writes.
        history: how many changes are kept in full; None for all.
        unknown_images: "refuse" answers a pull of an image that nobody published as a real registry does; "assume"
            takes it for a server that stays up.
        allow_code: let Python text that came with an image or a request run, in a process of its own.
        guard: remember the bytes of every object, so that `store.verify()` can prove that none was changed in place.
    """

    _newest: weakref.ref[Cluster] | None = None

    def __init__(
        self,
        nodes: int | Iterable[Any] = 3,
        *,
        seed: int = 0,
        kubelet: bool = True,
        history: int | None = 1_000_000,
        unknown_images: str = "refuse",
        allow_code: bool = False,
        guard: bool = False,
    ) -> None:
        if isinstance(nodes, (int, float, str)):
            if not isinstance(nodes, int) or nodes < 0:
                raise Misuse(f"nodes={nodes!r}: give 0 or more, or a list of Node objects")
            nodes = [f"n{number}" for number in range(1, nodes + 1)]
        machines = [node if isinstance(node, str) else plain(node) for node in nodes]
        options = {"seed": seed, "kubelet": kubelet, "unknown_images": unknown_images, "allow_code": allow_code}
        self.options: dict[str, Any] = {"nodes": machines, "history": history, **options}
        self.inputs: list[Input] = []
        clock, randoms = Clock(), Randoms(seed)
        store = Store(clock, history, guard)
        self._wire(store, clock, randoms, Door(store, clock, randoms))
        self.door.bootstrap()
        for component in self._components():
            self.loop.add(component, self.door.client(component.name))
        for machine in machines:
            self.machines.register(machine)
        self.settle()
        self.inputs.clear()

    def _wire(self, store: Store, clock: Clock, randoms: Randoms, door: Door) -> None:
        self.store, self.clock, self.randoms, self.door = store, clock, randoms, door
        self.loop = Loop(store, clock, randoms, self._failed)
        self.faults = Faults(self)
        self.api = Client(door, journal=self._note)
        Cluster._newest = weakref.ref(self)

    def _components(self) -> list[Controller]:
        machines = Kubelet(Registry(self.options["unknown_images"])) if self.options["kubelet"] else Heartbeat()
        return [*(make() for make in CONTROLLERS), Scheduler(), machines]

    @classmethod
    def load(cls, source: Objects, **options: Any) -> Cluster:
        """A cluster with the objects of a real one, as `kubectl get -o json` prints them: path, text, list or List.

        They are taken as they are, without admission; nothing has run yet, and now is the newest time among them.
        What a file written by hand lacks, a uid and a time of creation, is given.
        Takes the options of `Cluster`.
        """
        cluster = cls(nodes=0, **options)
        take_in(cluster, source)
        return cluster

    @classmethod
    def current(cls) -> Cluster | None:
        """The cluster that was made or used last, for magics that name none."""
        return cls._newest() if cls._newest is not None else None

    def __repr__(self) -> str:
        count, pods = self.store.count("Node"), self.store.count("Pod")
        return f"Cluster: {count} node{'s' * (count != 1)}, {pods} pod{'s' * (pods != 1)}, at {self.now:g} s"

    # ------------------------------------------------------------------ components, by what they are
    @property
    def components(self) -> dict[str, Controller]:
        """All components by name; add to them with `add`."""
        return self.loop.components

    @property
    def scheduler(self) -> Scheduler:
        """The default scheduler."""
        found = self.loop.components["default-scheduler"]
        assert isinstance(found, Scheduler)
        return found

    @property
    def machines(self) -> Any:
        """The kubelets of all nodes, or the stand-in that keeps their heartbeats going."""
        return self.loop.components["kubelet"]

    def add(self, component: Controller) -> None:
        """Run a controller of your own; one of the same name is replaced, as in an upgrade."""
        self.loop.add(component, self.door.client(component.name))

    def remove(self, name: str) -> Controller:
        """Stop a component for good. Raises Absent, naming those that run."""
        if name not in self.loop.components:
            raise Absent(f"no component {name!r} runs here; there are: {', '.join(self.loop.components)}")
        return self.loop.remove(name)

    # ------------------------------------------------------------------ what a user does
    def apply(self, source: Objects, *, namespace: str | None = None) -> list[Any]:
        """Create or change objects as `kubectl apply` does: a path, YAML text, a dict, an object, or a list of them.

        Returns the objects as they are now. What is refused raises ApiError, which says what was applied before it.
        """
        found, applied = list(read(source)), []
        for item in found:
            try:
                applied.append(self.api.apply(item, namespace=namespace)[0])
            except ApiError as error:
                if applied:
                    names = ", ".join(f"{scheme.resource(a.kind).singular}/{a.metadata.name}" for a in applied)
                    error.add_note(f"applied before it: {names}; not applied: {len(found) - len(applied)}")
                raise
        return applied

    def run(
        self,
        for_: Time | None = None,
        *,
        until: Callable[[Cluster], bool] | None = None,
        timeout: Time | None = None,
    ) -> bool | None:
        """Let virtual time pass: `run("30s")`, or `run(until=lambda c: ..., timeout="5m")`.

        With `until`, stops at the first moment at which it holds and returns whether it ever did.
        """
        if for_ is not None and until is None and timeout is None:
            self._advance(self.now + span(for_), None)
            return None
        if until is None:
            raise Misuse('run() needs to know how long: run("30s"), or run(until=lambda c: ..., timeout="5m")')
        limit = timeout if timeout is not None else for_ if for_ is not None else FOREVER
        return self._advance(self.now + span(limit), lambda: until(self))

    def settle(self) -> None:
        """Run until nothing more happens at this instant."""
        self._advance(self.now, None)

    def _advance(self, until: float, stop: Callable[[], bool] | None) -> bool:
        Cluster._newest = weakref.ref(self)
        start, before, threshold = self.now, self.loop.turns, gc.get_threshold()
        gc.set_threshold(50_000, 50, 1_000)  # objects are trees that cannot form cycles: looking for some is lost time
        try:
            return self.loop.run(until, stop)
        finally:
            gc.set_threshold(*threshold)
            self.inputs.append(Input(start, "run", {"turns": self.loop.turns - before, "now": self.now}))

    def get(self, kind: str, name: str, namespace: str = "default") -> Any:
        """One object. Raises ApiError (404) where it is not there."""
        return self.api.get(kind, name, namespace)

    def logs(self, pod: str, container: str = "", namespace: str = "default", previous: bool = False) -> str:
        """What a container wrote (in the run before, with `previous`); the first container where none is named."""
        return "\n".join(line for _, line in self.machines.logs(pod, container, namespace, previous))

    def fail(self, what: str) -> None:
        """Break something: "node/n1" (its kubelet and containers stop) or "component/NAME" (it stops acting)."""
        self.faults.fail(what)
        self._note("fail", {"what": what})

    def recover(self, what: str) -> None:
        """Mend what `fail` broke; a component starts afresh, knowing only what is written."""
        self.faults.recover(what)
        self._note("recover", {"what": what})

    # ------------------------------------------------------------------ what a user asks
    @property
    def now(self) -> float:
        """Virtual seconds since 2026-01-01T00:00:00Z."""
        return self.clock.now

    def explain(self, pod: Any, namespace: str = "default") -> Explanation:
        """How the scheduler sees a pod: "pod/web-1", or a Pod or dict that need not be in the cluster."""
        if isinstance(pod, str):
            pod = self._find(pod, namespace)
        elif isinstance(pod, Mapping):
            pod = placed(pod, self.door.scheme)
        return self.scheduler.explain(pod)

    def why(self, what: str, namespace: str = "default") -> Why:
        """The chain of causes that made an object ("pod/web-1") what it is now."""
        from pilothouse.view import Why

        found = self._find(what, namespace)
        return Why(self, causes(self.store, int(found.metadata.resourceVersion)))

    def _find(self, what: str, namespace: str) -> Any:
        kind, _, name = what.rpartition("/")
        return self.api.get(kind or "pod", name, namespace)

    def changes(self, kind: str | None = None, name: str | None = None, namespace: str | None = None) -> list[Change]:
        """The log, filtered: each change with revision, time, verb, before, after, actor and cause."""
        kind = scheme.resource(kind).kind if kind is not None else None
        return [
            change
            for change in self.store.log.changes
            if kind in (None, change.key.kind)
            and name in (None, change.key.name)
            and namespace in (None, change.key.namespace)
        ]

    def unsimulated(self) -> list[str]:
        """What was accepted and is stored, but does nothing here, each in a line."""
        return list(self.machines.unsimulated()) if self.options["kubelet"] else []

    def view(self, **options: Any) -> View:
        """The cluster's history as a picture that plays, steps and scrubs."""
        from pilothouse.view import View

        return View(self, **options)

    def timeline(self, **options: Any) -> Timeline:
        """The same history in sentences."""
        from pilothouse.view import Timeline

        return Timeline(self, **options)

    def chart(self, what: str = "pods", **options: Any) -> Chart:
        """A quantity over time, as a chart and in words: "pods", "nodes", "node/n1" or "deployment/eta"."""
        from pilothouse.view import Chart

        return Chart(self, what, **options)

    def graph(self, what: str = "", **options: Any) -> Graph:
        """Who owns whom, as a picture and as a tree: all workloads, or "deployment/eta" alone."""
        from pilothouse.view import Graph

        return Graph(self, what, **options)

    def compare(self, other: Cluster, **options: Any) -> Compare:
        """Two clusters side by side, with the first thing that happened in one and not in the other."""
        from pilothouse.view import Compare

        return Compare(self, other, **options)

    # ------------------------------------------------------------------ time travel
    def at(self, time: Time | None = None, *, revision: int | None = None) -> Past:
        """The cluster as it was at a time ("2m", in virtual seconds since the start) or right after a revision."""
        if revision is None:
            revision = revision_at(self.store, span(self.now if time is None else time))
        return Past(rewind(self.store, revision), self._fork_of)

    def fork(self, seed: int | None = None) -> Cluster:
        """A second cluster with the same present, past and future, independent from here on.

        Given the same calls, both write the same log; with a `seed`, chance goes another way from here.
        """
        self.loop.dispatch()
        clock = self.clock.copy()
        randoms = self.randoms.copy() if seed is None else Randoms(seed)
        twin = self._twin(self.store.fork(clock), clock, randoms)
        twin.inputs = self.inputs.copy()
        if seed is not None:
            twin._note("fork", {"seed": seed})
        for component in self.loop.components.values():
            twin.loop.adopt(component.fork(), twin.door.client(component.name))
        return twin

    def _fork_of(self, then: Past) -> Cluster:
        clock = Clock(then.now)
        twin = self._twin(restore(self.store, then.revision, clock), clock, Randoms(self.randoms.seed))
        twin._note(journal.PAST, {"revision": then.revision})
        for component in self.loop.components.values():
            fresh = component.fork()
            fresh.reset()
            twin.loop.add(fresh, twin.door.client(component.name))
        return twin

    def _twin(self, store: Store, clock: Clock, randoms: Randoms) -> Cluster:
        twin = Cluster.__new__(Cluster)
        newest, twin.options, twin.inputs = Cluster._newest, self.options, []
        twin._wire(store, clock, randoms, self.door.fork(store, clock, randoms))
        twin.loop = self.loop.fork(store, clock, randoms)
        twin.loop.on_failure = twin._failed
        twin.faults = self.faults.fork(twin)
        Cluster._newest = newest
        return twin

    def diff(self, other: Cluster) -> Diff:
        """What is not the same in two clusters: the objects, and the first change in which their logs part."""
        return diff(self.store, other.store)

    def digest(self) -> str:
        """A fingerprint of the whole log."""
        return digest(self.store)

    def export(self, path: str | Path | None = None) -> str:
        """The options and every call from outside as JSON, enough for `Cluster.replay` to write the same log again."""
        text = journal.written(self)
        if path is not None:
            Path(path).write_text(text)
        return text

    @classmethod
    def replay(cls, source: str | Path) -> Cluster:
        """Repeat an exported history, call by call. Raises Misuse where the log comes out different."""
        return journal.replayed(cls, source)

    def _note(self, call: str, arguments: dict[str, Any]) -> None:
        Cluster._newest = weakref.ref(self)
        self.inputs.append(Input(self.now, call, arguments))

    def _failed(self, component: Controller, key: Any, error: Exception) -> None:
        """A learner's component raised: say so on the object concerned, and go on."""
        about = self.store.get(*key) if isinstance(key, Key) else None
        if about is not None:
            words = f"{component.name} raised {type(error).__name__}: {error}"
            component.api.event(about, "Warning", "ReconcileError", words)

    def list(self, kind: str, namespace: str = "default", selector: str | None = None) -> list[Any]:
        """The objects of a kind, sorted by name; namespace "*" is all, selector such as "app=web,tier!=db"."""
        return self.api.list(kind, namespace, selector=selector)


def span(time: Time) -> float:
    """A duration in seconds, 0 or more. Raises ValueError that says what would be right."""
    found = seconds(time)
    if found < 0:
        raise Misuse(f'{time!r} is in the past; give a duration such as "30s", "5m" or "1h30m"')
    return found
