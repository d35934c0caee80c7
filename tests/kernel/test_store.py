"""The store: compare-and-swap, one revision counter, a log without gaps, and reads that agree with a plain model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from pilothouse.api import ConfigMap, Node, ObjectMeta, OwnerReference, Pod, PodSpec, replace
from pilothouse.kernel import AlreadyExists, Clock, Compacted, Conflict, NotFound, Store, StoreError, rewind


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store(Clock(), guard=True)
    yield made
    made.verify()


def pod(name: str, node: str = "", namespace: str = "default", **meta: Any) -> Pod:
    return Pod(metadata=ObjectMeta(name=name, namespace=namespace, **meta), spec=PodSpec(nodeName=node))


def test_every_write_gets_the_next_revision_and_one_line_of_the_log(store: Store) -> None:
    made = store.create(pod("a"))
    assert made.metadata.resourceVersion == "1"
    moved = store.update(replace(made, spec=PodSpec(nodeName="n1")))
    store.delete("Pod", "default", "a")
    lines = [(c.revision, c.verb, c.before, c.after) for c in store.log.changes]
    assert lines == [(1, "ADDED", None, made), (2, "MODIFIED", made, moved), (3, "DELETED", moved, None)]
    assert store.log.changes[-1].object is moved


def test_a_write_that_changes_nothing_is_no_change(store: Store) -> None:
    made = store.create(pod("a"))
    assert store.update(replace(made, spec=PodSpec())) is made
    assert store.update(pod("a")) is made
    assert store.revision == 1


@pytest.mark.parametrize(
    ("write", "error", "words"),
    [
        (lambda s: s.create(pod("a")), AlreadyExists, "Pod default/a already exists"),
        (lambda s: s.update(pod("b")), NotFound, "Pod default/b not found"),
        (lambda s: s.delete("Node", "", "n1"), NotFound, "Node n1 not found"),
        (lambda s: s.update(pod("a", "n2", resourceVersion="1")), Conflict, "is at version 2; .* from version 1"),
    ],
)
def test_what_cannot_be_written_is_refused_and_leaves_no_trace(
    store: Store, write: Any, error: type[StoreError], words: str
) -> None:
    store.update(replace(store.create(pod("a")), spec=PodSpec(nodeName="n1")))
    with pytest.raises(error, match=words) as caught:
        write(store)
    assert caught.value.key is not None
    assert store.revision == 2


def test_lists_are_sorted_and_all_is_in_the_order_of_creation(store: Store) -> None:
    for namespace, name in [("z", "b"), ("z", "a"), ("a", "c")]:
        store.create(pod(name, namespace=namespace))
    assert [p.metadata.name for p in store.list("Pod")] == ["c", "a", "b"]
    assert [p.metadata.name for p in store.list("Pod", "z")] == ["a", "b"]
    assert [p.metadata.name for p in store.all("Pod")] == ["b", "a", "c"]
    assert store.list("Pod", "nowhere") == [] == store.list("Service")
    assert store.count("Pod") == 3


def test_indexes_follow_every_write(store: Store) -> None:
    owner = OwnerReference(apiVersion="apps/v1", kind="ReplicaSet", name="r", uid="u1", controller=True)
    mine = store.create(pod("b", "n1", ownerReferences=[owner]))
    store.create(pod("a", "n1"))
    assert [p.metadata.name for p in store.by("Pod", "node", "n1")] == ["a", "b"]
    assert store.by("Pod", "owner", "u1") == [mine]
    store.update(replace(mine, metadata=replace(mine.metadata, ownerReferences=[])))
    assert store.by("Pod", "owner", "u1") == []
    store.delete("Pod", "default", "a")
    assert [p.metadata.name for p in store.by("Pod", "node", "n1")] == ["b"]


def test_an_index_of_your_own(store: Store) -> None:
    store.index("Pod", "app", lambda item: [item.metadata.labels.get("app", "")])
    store.create(pod("a", labels={"app": "web"}))
    assert [p.metadata.name for p in store.by("Pod", "app", "web")] == ["a"]


def test_the_window_of_history_says_when_it_ends() -> None:
    store = Store(Clock(), window=8)
    for number in range(30):
        store.create(ConfigMap(metadata=ObjectMeta(name=f"c{number}")))
    assert 8 <= len(store.log.changes) <= 10
    assert store.log.at(30).name == "c29"
    with pytest.raises(Compacted, match="history="):
        store.log.since(3)
    with pytest.raises(Compacted):
        store.log.at(1)
    with pytest.raises(NotFound, match="there is no revision 31; the newest is 30"):
        store.log.at(31)


def test_the_guard_sees_an_object_that_was_changed_in_place() -> None:
    store = Store(Clock(), guard=True)
    made = store.create(pod("a", labels={"app": "web"}))
    store.verify()
    made.metadata.labels["app"] = "changed"
    with pytest.raises(StoreError, match=r"Pod default/a was changed in place; make a new version with replace\(\)"):
        store.verify()


class Model(RuleBasedStateMachine):
    """The store against dictionaries, with every version remembered."""

    places = Bundle("places")

    def __init__(self) -> None:
        super().__init__()
        self.store = Store(Clock(), guard=True)
        self.model: dict[tuple[str, str], str] = {}
        self.past: list[dict[tuple[str, str], str]] = [{}]

    @rule(target=places, namespace=st.sampled_from(["a", "b"]), name=st.sampled_from(["x", "y", "z"]))
    def place(self, namespace: str, name: str) -> tuple[str, str]:
        return namespace, name

    @rule(place=places, node=st.sampled_from(["", "n1", "n2"]))
    def create(self, place: tuple[str, str], node: str) -> None:
        if place in self.model:
            with pytest.raises(AlreadyExists):
                self.store.create(pod(place[1], node, place[0]))
        else:
            self.store.create(pod(place[1], node, place[0]))
            self.remember({**self.model, place: node})

    @rule(place=places, node=st.sampled_from(["", "n1", "n2"]))
    def update(self, place: tuple[str, str], node: str) -> None:
        if place not in self.model:
            with pytest.raises(NotFound):
                self.store.update(pod(place[1], node, place[0]))
        else:
            changes = self.model[place] != node
            self.store.update(pod(place[1], node, place[0]))
            if changes:
                self.remember({**self.model, place: node})

    @rule(place=places)
    def delete(self, place: tuple[str, str]) -> None:
        if place in self.model:
            self.store.delete("Pod", *place)
            self.remember({key: node for key, node in self.model.items() if key != place})

    def remember(self, model: dict[tuple[str, str], str]) -> None:
        self.model = model
        self.past.append(model)

    @invariant()
    def the_present_and_every_moment_of_the_past_agree(self) -> None:
        assert self.store.revision == len(self.past) - 1
        for revision, model in enumerate(self.past):
            moment = rewind(self.store, revision)
            assert {(p.metadata.namespace, p.metadata.name): p.spec.nodeName for p in moment.all("Pod")} == model
        for node in ("n1", "n2"):
            found = [(p.metadata.namespace, p.metadata.name) for p in self.store.by("Pod", "node", node)]
            assert found == sorted(key for key, value in self.model.items() if value == node)
        self.store.verify()


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)


@given(st.lists(st.sampled_from("abcde"), max_size=12), st.lists(st.sampled_from("abcde"), max_size=12))
def test_a_fork_and_its_parent_never_see_each_other(before: list[str], after: list[str]) -> None:
    def toggle(store: Store, name: str) -> None:
        if store.get("Node", "", name) is None:
            store.create(Node(metadata=ObjectMeta(name=name)))
        else:
            store.delete("Node", "", name)

    parent = Store(Clock())
    for name in before:
        toggle(parent, name)
    changes, names = parent.log.changes.copy(), [n.metadata.name for n in parent.list("Node")]
    twin = parent.fork(Clock())
    for name in after:
        toggle(twin, name)
    assert parent.log.changes == changes
    assert [n.metadata.name for n in parent.list("Node")] == names
    for name in after:
        toggle(parent, name)
    assert parent.log.changes == twin.log.changes
