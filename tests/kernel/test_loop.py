"""The loop: who is woken for what, in which order, who is named as actor and cause, and what a crash may cost."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilothouse.api import ConfigMap, ObjectMeta, OwnerReference, Pod, replace
from pilothouse.kernel import (
    OUTSIDE,
    Clock,
    Controller,
    Key,
    Livelock,
    Loop,
    Randoms,
    Store,
    controller_of,
    digest,
    itself,
)


class Copies(Controller):
    """Keeps as many pods as the config map says in data["n"]; a replica set in miniature, with a draw and a memory."""

    name = "copies"
    watches: ClassVar = {"ConfigMap": itself, "Pod": controller_of("ConfigMap")}
    declares = ("looks",)

    def __init__(self) -> None:
        self.looks: dict[Key, int] = {}

    def reconcile(self, key: Key) -> float | None:
        wanted = self.store.get(*key)
        if wanted is None:
            return None
        self.looks[key] = self.looks.get(key, 0) + 1
        pods = self.store.by("Pod", "owner", wanted.metadata.uid)
        missing = int(wanted.data["n"]) - len(pods)
        for _ in range(missing):
            self.store.create(owned(wanted, f"{key.name}-{self.random.getrandbits(40):010x}"))
        for pod in pods[: max(-missing, 0)]:
            self.store.delete("Pod", pod.metadata.namespace, pod.metadata.name)
        return 60.0 if missing else None


class Nodes(Controller):
    """Gives every pod a node a second later: somebody else who acts on what the first one did."""

    name = "nodes"
    watches: ClassVar = {"Pod": itself}
    declares = ("seen",)

    def __init__(self) -> None:
        self.seen: dict[Key, float] = {}

    def reconcile(self, key: Key) -> float | None:
        pod = self.store.get(*key)
        if pod is None or pod.spec.nodeName:
            return None
        first = self.seen.setdefault(key, self.clock.now)
        if self.clock.now < first + 1:
            return first + 1 - self.clock.now
        self.store.update(replace(pod, spec=replace(pod.spec, nodeName=f"n{self.random.randrange(3)}")))
        return None


def owned(owner: Any, name: str) -> Pod:
    reference = OwnerReference(
        apiVersion="v1", kind="ConfigMap", name=owner.metadata.name, uid=owner.metadata.uid, controller=True
    )
    return Pod(metadata=ObjectMeta(name=name, namespace=owner.metadata.namespace, ownerReferences=[reference]))


def want(name: str, count: int) -> ConfigMap:
    return ConfigMap(metadata=ObjectMeta(name=name, namespace="default", uid=f"uid-{name}"), data={"n": str(count)})


class World:
    """A store, a clock and a loop with the two components, and the calls that a test makes from outside."""

    def __init__(self, seed: int = 0) -> None:
        self.clock, self.randoms = Clock(), Randoms(seed)
        self.store = Store(self.clock, guard=True)
        self.loop = Loop(self.store, self.clock, self.randoms)
        for component in (Copies(), Nodes()):
            self.loop.add(component, None)

    def fork(self) -> World:
        twin = World.__new__(World)
        self.loop.dispatch()
        twin.clock, twin.randoms = self.clock.copy(), self.randoms.copy()
        twin.store = self.store.fork(twin.clock)
        twin.loop = self.loop.fork(twin.store, twin.clock, twin.randoms)
        for component in self.loop.components.values():
            twin.loop.adopt(component.fork(), None)
        return twin

    def call(self, name: str, count: int, seconds: float) -> None:
        if self.store.get("ConfigMap", "default", name) is None:
            self.store.create(want(name, count))
        else:
            self.store.update(want(name, count))
        self.loop.run(self.clock.now + seconds)


CALLS = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 4), st.sampled_from([0.0, 0.5, 1.0, 70.0])), max_size=6
)


def test_actor_and_cause_are_stamped_on_every_change() -> None:
    world = World()
    world.call("a", 1, 5)
    lines = [(c.actor, c.verb, c.kind, c.cause) for c in world.store.log.changes]
    assert lines == [
        (OUTSIDE, "ADDED", "ConfigMap", None),
        ("copies", "ADDED", "Pod", 1),
        ("nodes", "MODIFIED", "Pod", 2),
    ]
    assert world.store.log.changes[-1].time == 1.0
    assert (world.store.actor, world.store.cause) == (OUTSIDE, None)


def test_a_world_at_rest_takes_no_turns() -> None:
    world = World()
    world.call("a", 3, 100)
    turns = world.loop.turns
    world.loop.run(1e9)
    assert world.loop.turns == turns


def test_run_stops_at_the_first_moment_at_which_the_condition_holds() -> None:
    world = World()
    world.store.create(want("a", 3))
    assert world.loop.run(100, lambda: any(p.spec.nodeName for p in world.store.all("Pod")))
    assert (world.clock.now, sum(bool(p.spec.nodeName) for p in world.store.all("Pod"))) == (1.0, 1)
    assert not world.loop.run(50, lambda: world.store.count("Pod") == 7)
    assert world.clock.now == 50


def test_a_late_component_sees_what_is_there() -> None:
    world = World()
    world.loop.remove("nodes")
    world.call("a", 2, 10)
    assert not any(p.spec.nodeName for p in world.store.all("Pod"))
    world.loop.add(Nodes(), None)
    world.loop.run(20)
    assert all(p.spec.nodeName for p in world.store.all("Pod"))


@given(CALLS, CALLS)
def test_a_fork_given_the_same_calls_writes_the_same_log(
    before: list[tuple[str, int, float]], after: list[tuple[str, int, float]]
) -> None:
    parent = World(seed=3)
    for call in before:
        parent.call(*call)
    twin = parent.fork()
    untouched = digest(parent.store), parent.clock.planned(), [dict(c.__dict__) for c in components(parent)]
    for call in after:
        twin.call(*call)
    assert (digest(parent.store), parent.clock.planned(), [dict(c.__dict__) for c in components(parent)]) == untouched
    for call in after:
        parent.call(*call)
    assert digest(parent.store) == digest(twin.store)
    parent.store.verify()


@given(CALLS, st.sampled_from(["copies", "nodes"]), st.integers(0, 30))
def test_any_component_may_crash_at_any_moment(calls: list[tuple[str, int, float]], victim: str, moment: int) -> None:
    world = World()
    for name, count, _ in calls:
        world.call(name, count, 0)
        for _ in range(moment):
            world.loop.turn(world.clock.now + 0.5)
        world.loop.restart(victim)
    world.loop.run(world.clock.now + 300)
    wanted = sum(int(c.data["n"]) for c in world.store.all("ConfigMap"))
    assert world.store.count("Pod") == wanted
    assert all(p.spec.nodeName for p in world.store.all("Pod"))


def components(world: World) -> Iterable[Controller]:
    return world.loop.components.values()


class Foreign(Controller):
    """Written by a learner: fails as often as it is told to."""

    name = "foreign"
    watches: ClassVar = {"ConfigMap": itself}

    def __init__(self, act: Callable[[Controller, Hashable], float | None]) -> None:
        self.act = act
        self.times: list[float] = []

    def reconcile(self, key: Hashable) -> float | None:
        self.times.append(self.clock.now)
        return self.act(self, key)


def test_a_learners_component_that_raises_is_retried_later_and_later_and_the_rest_goes_on() -> None:
    def fail(component: Controller, key: Hashable) -> float | None:
        raise LookupError("no such port")

    failures: list[tuple[str, Any, str]] = []
    world = World()
    world.loop.on_failure = lambda component, key, error: failures.append((component.name, key, str(error)))
    foreign = Foreign(fail)
    world.loop.add(foreign, None)
    world.call("a", 1, 0.04)
    assert foreign.times == [0.0, 0.005, 0.015, 0.035]
    assert failures[0] == ("foreign", Key("ConfigMap", "default", "a"), "no such port")
    assert world.store.count("Pod") == 1


class Blind(Foreign):
    """Written by a learner: cannot even look."""

    name = "blind"
    watches: ClassVar = {"ConfigMap": lambda change: [change.after.data["port"]]}


def test_a_learners_watch_that_raises_keeps_nothing_from_the_others() -> None:
    failures: list[tuple[str, Any, str]] = []
    world = World()
    world.loop.on_failure = lambda component, key, error: failures.append((component.name, key, str(error)))
    world.loop.components = {"blind": Blind(lambda component, key: None), **world.loop.components}
    world.call("a", 2, 5)
    assert failures == [("blind", Key("ConfigMap", "default", "a"), "'port'")]
    assert world.store.count("Pod") == 2


def test_a_built_in_component_that_raises_reaches_the_caller_with_the_state_readable() -> None:
    world = World()
    world.store.create(want("a", 1))
    world.store.create(replace(want("b", 1), data={"n": "many"}))
    world.loop.on_failure = None
    with pytest.raises(ValueError, match="many"):
        world.loop.run(1)
    assert world.store.count("Pod") == 1
    assert (world.store.actor, world.store.cause) == (OUTSIDE, None)
    world.call("b", 2, 10)
    assert world.store.count("Pod") == 3


def test_a_component_that_never_comes_to_rest_is_named() -> None:
    world = World()
    world.loop.add(Foreign(lambda component, key: 0.0), None)
    with pytest.raises(Livelock, match="foreign looked at ConfigMap default/a"):
        world.call("a", 0, 1)


def test_a_component_without_a_name_is_refused() -> None:
    foreign = Foreign(lambda component, key: None)
    foreign.name = ""
    with pytest.raises(ValueError, match='Foreign has no name; give it one: name = "my-controller"'):
        World().loop.add(foreign, None)
