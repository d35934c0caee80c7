"""The loop that makes components act: observe, compare, act, and say when to look again.

Every component is a `Controller`: the scheduler, each workload controller, the kubelet, an add-on's operator, ten
lines in a learner's cell. The loop hands each change to the components that watch its kind, they name the keys to look
at, and `reconcile(key)` brings the world one step nearer to what is wanted. Components never call each other; they meet
in objects only. The counterpart is controller-runtime with its informers and work queues.

Simplified: one thread and no delay on the wire, so a change is seen in the instant in which it is made, first come,
first served. The loop stamps each write with its actor and its cause; nobody else has to.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from random import Random
from typing import Any, ClassVar

from pilothouse.api.error import Clear, Misuse
from pilothouse.kernel.clock import Clock, WakeUp
from pilothouse.kernel.key import Key
from pilothouse.kernel.log import Change
from pilothouse.kernel.random import Randoms
from pilothouse.kernel.store import OUTSIDE, Store

Watch = Callable[[Change], Iterable[Hashable]]
RETRY = (
    0.005,
    1000.0,
)  # seconds: first and longest wait after a failure, doubled in between as controller-runtime does
LIVELOCK = 10_000  # turns of one key in one instant after which nobody believes that it will come to rest
PATIENCE = 300  # the same for a learner's component, who waits for the answer


class Controller:
    """A component: which changes wake it, for which keys, and what it does about a key.

    A subclass gives `name` (the actor of its writes), `watches`, `reconcile` and, where it remembers anything,
    `declares`: the names of the attributes that are its state, each a dict, list or deque of things that never change.
    Everything else it must be able to find out again from objects: that is what `start` is for.
    """

    name: str = ""
    declares: ClassVar[tuple[str, ...]] = ()
    api: Any  # the door, as this component sees it
    store: Store
    clock: Clock
    random: Random

    @property
    def watches(self) -> Mapping[str, Watch]:
        """Which kinds it watches ("*": all), and which keys a change of each wakes; a class attribute will do."""
        return {}

    def reconcile(self, key: Any) -> float | None:
        """Bring what `key` names one step nearer to what is wanted, by writing objects; idempotent.

        Returns the seconds after which to look again, or None to wait for a change. The answer replaces an earlier one.
        """
        raise NotImplementedError

    def start(self) -> None:
        """Rebuild whatever can be derived from objects, and write nothing; called when attached, restarted and forked."""

    def reset(self) -> None:
        """Empty the declared state, as a crash does."""
        for name in self.declares:
            getattr(self, name).clear()

    def keys(self) -> Iterable[Hashable]:
        """What to look at after a start: by default whatever the creation of each watched object would wake."""
        for kind, watch in self.watches.items():
            for seen in self.store.kinds() if kind == "*" else [kind]:
                for item in self.store.list(seen):
                    key = Key(seen, item.metadata.namespace, item.metadata.name)
                    yield from watch(Change(0, self.clock.now, "ADDED", key, None, item, OUTSIDE, None))

    def wake(self, key: Hashable, after: float = 0.0) -> None:
        """Ask to be woken for `key` in `after` seconds, unless that happens sooner anyway."""
        self.clock.wake(self.name, key, after, self.store.cause)

    def fork(self) -> Controller:
        """The same component for another cluster: the declared state copied, the rest to be started again."""
        twin = copy.copy(self)
        for name in self.declares:
            setattr(twin, name, getattr(self, name).copy())
        return twin


class Livelock(Clear, RuntimeError):
    """A component keeps waking itself without time passing."""


class Loop:
    """All components of one cluster, and the turn of each.

    Args:
        on_failure: told when a learner's component raises: (component, key, error). A built-in component that raises
            is a bug of ours and reaches whoever runs the loop.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        randoms: Randoms,
        on_failure: Callable[[Controller, Any, Exception], None] | None = None,
    ) -> None:
        self.store, self.clock, self.randoms, self.on_failure = store, clock, randoms, on_failure
        self.components: dict[str, Controller] = {}
        self.turns = 0
        self._seen = store.revision
        self._watchers: dict[str, list[tuple[str, Watch]]] | None = None  # found again when somebody came or went
        self._failures: dict[tuple[str, Hashable], int] = {}
        self._instant: Counter[tuple[str, Hashable]] = Counter()
        self._instant_at = -1.0

    def add(self, component: Controller, api: Any) -> None:
        """Attach a component and let it look at everything there is. A component of the same name is replaced."""
        if component.name in self.components:
            self.remove(component.name)
        self._attach(component, api)
        self._wake_all(component)

    def remove(self, name: str) -> Controller:
        """Detach a component, as if its process were gone: it sees nothing and will not be woken."""
        component = self.components.pop(name)
        self.clock.forget(name)
        self._watchers = None
        return component

    def restart(self, name: str) -> None:
        """Crash a component and start it again: all that it remembered is lost, all that is written is not."""
        component = self.remove(name)
        component.reset()
        self.add(component, component.api)

    def _attach(self, component: Controller, api: Any) -> None:
        if not component.name:
            raise Misuse(f'{type(component).__name__} has no name; give it one: name = "my-controller"')
        self.dispatch()
        component.api, component.store, component.clock = api, self.store, self.clock
        component.random = self.randoms(component.name)
        self.components[component.name] = component
        self._watchers = None
        component.start()

    def _wake_all(self, component: Controller) -> None:
        for key in component.keys():
            self.clock.wake(component.name, key)

    def _subscribers(self) -> dict[str, list[tuple[str, Watch]]]:
        """Who watches which kind, in the order in which the components came; "*" stands for all other kinds."""
        watches = [(name, dict(component.watches)) for name, component in self.components.items()]
        return {
            kind: [(name, own[seen]) for name, own in watches for seen in dict.fromkeys((kind, "*")) if seen in own]
            for kind in {"*": None} | {kind: None for _, own in watches for kind in own}
        }

    def dispatch(self) -> None:
        """Hand the changes since the last time to the components that watch their kinds."""
        if self._seen == self.store.revision:
            return
        changes = self.store.log.since(self._seen)
        self._seen = self.store.revision
        if self._watchers is None:
            self._watchers = self._subscribers()
        watchers, everything = self._watchers, self._watchers["*"]
        for change in changes:
            for name, watch in watchers.get(change.key.kind, everything):
                try:
                    for key in watch(change):
                        self.clock.wake(name, key, 0.0, change.revision)
                except Exception as error:
                    self._tell(self.components[name], change.key, error)

    def turn(self, until: float) -> bool:
        """Take one wake-up at or before `until` and let its component act; False where there is none."""
        self.dispatch()
        wake_up = self.clock.next()
        if wake_up is None or wake_up.time > until:
            return False
        self.clock.take()
        self.turns += 1
        self._watch_for_livelock(wake_up)
        component = self.components[wake_up.component]
        self.store.actor, self.store.cause = component.name, wake_up.cause
        try:
            after = component.reconcile(wake_up.key)
        except Exception as error:
            after = self._failed(component, wake_up.key, error)
        else:
            if self._failures:
                self._failures.pop((component.name, wake_up.key), None)
        finally:
            self.store.actor, self.store.cause = OUTSIDE, None
        if after is not None:
            self.clock.wake(component.name, wake_up.key, after, wake_up.cause)
        self.dispatch()
        return True

    def run(self, until: float, stop: Callable[[], bool] | None = None) -> bool:
        """Let time pass to `until`, or to the first moment at which `stop()` holds; True where it was `stop`.

        `stop` is asked at the beginning and after every turn that changed something.
        """
        asked = -1
        while True:
            if stop is not None and asked != self.store.revision:
                asked = self.store.revision
                if stop():
                    return True
            if not self.turn(until):
                self.clock.pass_to(until)
                return stop is not None and stop()

    def _failed(self, component: Controller, key: Any, error: Exception) -> float:
        """Count the failure, tell who must know, and give the seconds until the next try."""
        count = self._failures[component.name, key] = self._failures.get((component.name, key), 0) + 1
        first, longest = RETRY
        after = float(min(first * 2 ** min(count - 1, 30), longest))
        self.clock.wake(component.name, key, after)
        self._tell(component, key, error)
        return after

    def _tell(self, component: Controller, key: Any, error: Exception) -> None:
        """Tell of a learner's error and go on; one of ours goes on to the caller."""
        if self.on_failure is None or is_built_in(component):
            raise error
        self.on_failure(component, key, error)

    def _watch_for_livelock(self, wake_up: WakeUp) -> None:
        if self._instant_at != self.clock.now:
            self._instant_at = self.clock.now
            self._instant.clear()
        self._instant[wake_up.component, wake_up.key] += 1
        turns = self._instant[wake_up.component, wake_up.key]
        if turns > PATIENCE and (turns > LIVELOCK or not is_built_in(self.components[wake_up.component])):
            self._instant.clear()
            raise Livelock(
                f"{wake_up.component} looked at {wake_up.key} {turns - 1} times in one instant and still is not content; "
                "write only what differs from what is there, or return the seconds after which to look again"
            )

    def fork(self, store: Store, clock: Clock, randoms: Randoms) -> Loop:
        """A loop over a copied store, clock and streams; `adopt` brings the components over, in their order.

        Every change must have been dispatched before the clock was copied.
        """
        twin = Loop(store, clock, randoms, self.on_failure)
        twin.turns, twin._seen = self.turns, self._seen
        twin._failures = self._failures.copy()
        return twin

    def adopt(self, component: Controller, api: Any) -> None:
        """Attach a forked component: it goes on where its twin stood, and is woken for nothing new."""
        self._attach(component, api)


def is_built_in(component: Controller) -> bool:
    """Whether the component is one of ours, not one that a learner wrote."""
    return type(component).__module__.startswith("pilothouse.")


def itself(change: Change) -> Iterable[Key]:
    """Wake for the object that changed."""
    return (change.key,)


def controller_of(kind: str) -> Watch:
    """Wake for the owner of that kind which controls the object, and for the one that did before."""

    def watch(change: Change) -> Iterable[Key]:
        found = []
        for item in (change.before, change.after):
            if item is not None:
                for reference in item.metadata.ownerReferences:
                    if reference.controller and reference.kind == kind:
                        key = Key(kind, item.metadata.namespace, reference.name)
                        if key not in found:
                            found.append(key)
        return found

    return watch
