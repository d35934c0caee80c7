"""The log read as a story: beats, groups, order, growth and bounds."""

import pytest
from harbour import Harbour, lesson

from pilothouse import Cluster
from pilothouse.scheduler import filter as rule
from pilothouse.view.state import CRASHING, LEAVING, NODE_LOST, NODE_SILENT, READY, STUCK
from pilothouse.view.story import Story


def read(harbour, **options):
    story = Story(harbour.store, **options)
    story.read()
    return story


def told(story):
    return [text for beat in range(len(story.times)) if (text := story.tell(story.spoken(beat)))]


def thing(story, name):
    return next(thing for thing in story.things if thing.name == name)


def test_the_story_of_a_lost_node():
    story = read(lesson())
    said = told(story)
    assert said[0] == "3 nodes join: rotterdam-1, rotterdam-2 and rotterdam-3"
    for text in (
        "you create Deployment eta: 3 pods wanted",
        "the ReplicaSet controller creates 3 pods of eta",
        "the scheduler places 3 pods of eta on rotterdam-1, rotterdam-2 and rotterdam-3",
        "Deployment eta is complete: 3 of 3 pods ready",
        "the kubelet on rotterdam-2 falls silent",
        "the node controller marks rotterdam-2 as not ready: Kubelet stopped posting node status",
        "Deployment eta falls short: 2 of 3 pods ready",
    ):
        assert text in said
    assert said.index("the kubelet on rotterdam-2 falls silent") < said.index(
        "Deployment eta falls short: 2 of 3 pods ready"
    )
    assert thing(story, "rotterdam-2").state == NODE_LOST


def test_no_effect_is_told_before_its_cause():
    story = read(lesson())
    beat_of = {}
    for beat in range(len(story.times)):
        for row in story.beat_rows(beat):
            beat_of[story.rows["revision"][row]] = beat
    for row, cause in enumerate(story.rows["cause"]):
        if cause:
            assert beat_of[cause] <= beat_of[story.rows["revision"][row]]


def test_each_thing_goes_through_its_changes_in_order():
    story = read(lesson())
    newest = {}
    for row, revision in enumerate(story.rows["revision"]):
        index = story.rows["thing"][row]
        assert newest.get(index, -1) < revision
        newest[index] = revision


def test_what_was_told_is_never_told_differently():
    harbour = Harbour()
    story = read(harbour)
    deployment, replicaset = harbour.deploy("eta", 2)
    story.read()
    before = told(story)
    harbour.rise(deployment, replicaset, 2, ["rotterdam-1", "rotterdam-2"])
    assert story.read()
    assert told(story)[: len(before)] == before
    assert len(told(story)) > len(before)
    assert not story.read()


def test_states_of_pods(harbour):
    _, replicaset = harbour.deploy("eta", 4)
    stuck, crashing, leaving, ready = harbour.pods(replicaset, 4)
    harbour.stuck(stuck, "0/3 nodes are available: 3 Insufficient cpu")
    crashing = harbour.start(harbour.place(crashing, "rotterdam-1"))
    crashing = harbour.crash(crashing, 137)
    harbour.trouble(crashing, "CrashLoopBackOff", 1)
    harbour.leave(harbour.ready(harbour.place(leaving, "rotterdam-1")))
    harbour.ready(harbour.place(ready, "rotterdam-2"))
    story = read(harbour)
    states = [thing(story, pod.metadata.name).state for pod in (stuck, crashing, leaving, ready)]
    assert states == [STUCK, CRASHING, LEAVING, READY]
    said = told(story)
    assert f"{crashing.metadata.name} crashes: exit code 137" in said
    assert f"{crashing.metadata.name} waits before it is started again (CrashLoopBackOff)" in said
    assert f"no node fits {stuck.metadata.name}: 0/3 nodes are available: 3 Insufficient cpu" in said


def test_a_silent_node_is_silent_before_it_is_lost(harbour):
    harbour.silence("rotterdam-2")
    story = read(harbour)
    assert thing(story, "rotterdam-2").state == NODE_SILENT
    assert told(story)[-1] == "the kubelet on rotterdam-2 falls silent"


def test_a_long_log_is_read_from_where_it_can_be(harbour):
    deployment, replicaset = harbour.deploy("eta", 3)
    harbour.rise(deployment, replicaset, 3, ["rotterdam-1"])
    story = read(harbour, limit=5)
    assert story.left_out == harbour.store.revision - 5
    pods = [thing for thing in story.things if thing.kind == "Pod" and thing.known]
    assert [pod.state for pod in pods] == [READY] * 3
    assert all(pod.place == "rotterdam-1" for pod in pods)
    whole = read(harbour)
    assert [pod.state for pod in whole.things if pod.kind == "Pod"] == [READY] * 3


def test_a_trimmed_log_says_what_it_left_out(harbour):
    deployment, replicaset = harbour.deploy("eta", 3)
    harbour.store.log.window = 8
    harbour.rise(deployment, replicaset, 3, ["rotterdam-1"])
    assert harbour.store.log.dropped
    story = read(harbour)
    assert story.left_out == harbour.store.log.dropped
    assert {pod.state for pod in story.things if pod.kind == "Pod" and pod.known} == {READY}


@pytest.mark.parametrize(("namespace", "count"), [("", 4), ("*", 4), ("default", 2), ("other", 2), ("none", 0)])
def test_only_one_namespace(harbour, namespace, count):
    for name, space in (("eta", "default"), ("damage", "other")):
        _, replicaset = harbour.deploy(name, 2, namespace=space)
        harbour.pods(replicaset, 2)
    story = read(harbour, namespace=namespace)
    assert sum(thing.kind == "Pod" and thing.known for thing in story.things) == count


def test_only_pods_of_a_label(harbour):
    for name in ("eta", "damage"):
        _, replicaset = harbour.deploy(name, 2)
        harbour.pods(replicaset, 2)
    story = read(harbour, selector=lambda labels: labels.get("app") == "eta")
    assert {thing.name.split("-")[0] for thing in story.things if thing.kind == "Pod" and thing.known} == {"eta"}


def test_nothing_after_until(harbour):
    _, replicaset = harbour.deploy("eta", 1)
    harbour.wait(10)
    harbour.pods(replicaset, 1)
    story = read(harbour, until=5.0)
    assert not any(thing.kind == "Pod" for thing in story.things if thing.known)
    assert story.now == 5.0


def test_an_empty_cluster_has_no_story():
    story = read(Harbour(()))
    assert len(story.times) == 0
    assert told(story) == []


def test_equal_logs_give_equal_stories():
    first, second = read(lesson()), read(lesson())
    assert first.rows == second.rows
    assert told(first) == told(second)


def test_a_story_that_missed_a_part_of_the_log_goes_on_with_what_is_there(harbour):
    _, replicaset = harbour.deploy("eta", 2)
    stays, goes = harbour.pods(replicaset, 2)
    story = read(harbour)
    harbour.store.log.window = 4
    harbour.drop("replicaset-controller", goes)
    stays = harbour.ready(harbour.place(stays, "rotterdam-1"))
    for turn in range(8):
        harbour.wait(1)
        stays = harbour.unready(stays) if turn % 2 == 0 else harbour.ready(stays)
    assert harbour.store.log.dropped > story.read_to
    story.read()
    assert story.left_out
    assert thing(story, goes.metadata.name).state == 0
    assert thing(story, stays.metadata.name).state == READY
    assert list(story.times) == sorted(story.times)


QUOTA = """
apiVersion: v1
kind: ResourceQuota
metadata: {name: berths}
spec: {hard: {pods: "1"}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: nginx}]}
"""


def test_what_keeps_a_workload_from_its_pods_is_told_once():
    cluster = Cluster(nodes=1)
    cluster.apply(QUOTA)
    cluster.run("2m")
    said = [text for text in told(read(cluster)) if "Error creating" in text]
    assert len(said) == 1
    assert "ReplicaSet web-" in said[0]
    assert "forbidden: exceeded quota: berths" in said[0]


def test_a_rule_of_a_learner_that_raises_is_told():
    @rule(reason="no luck")
    def unlucky(pod, nodes):
        raise ValueError("seven")

    cluster = Cluster(nodes=1)
    cluster.scheduler.add(unlucky)
    cluster.apply(
        '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"c","image":"nginx"}]}}'
    )
    cluster.run("10s")
    assert "web: plugin unlucky raised ValueError: seven; decided without it" in told(read(cluster))
