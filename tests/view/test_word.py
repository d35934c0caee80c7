"""Sentences are formed by one table and a few rules."""

import re

import pytest

from pilothouse.view.word import CODE, WORDS, Facts, actor_words, sentence, some

ETA = Facts("the scheduler", "Pod", ["eta-1"], "eta", ["rotterdam-2"], "")


@pytest.mark.parametrize(
    ("word", "facts", "said"),
    [
        ("pod-placed", ETA, "the scheduler places eta-1 on rotterdam-2"),
        ("pod-placed", ETA._replace(who="you"), "you place eta-1 on rotterdam-2"),
        ("pod-ready", ETA._replace(names=["a", "b", "c"]), "3 pods of eta are ready"),
        ("pod-ready", ETA._replace(names=["a", "b"], owner=""), "2 pods are ready"),
        ("pod-failed", ETA._replace(why="Evicted"), "eta-1 fails: Evicted"),
        ("pod-failed", ETA, "eta-1 fails"),
        ("pod-restarted", ETA._replace(why="restart 2"), "eta-1 is started again (restart 2)"),
        ("node-joined", Facts("x", "Node", ["a", "b"], "", [], ""), "2 nodes join: a and b"),
        (
            "work-scaled",
            Facts("you", "Deployment", ["eta"], "", [], "from 1 to 3"),
            "you scale Deployment eta from 1 to 3",
        ),
        (
            "work-created",
            Facts("you", "NetworkPolicy", ["a", "b"], "", [], ""),
            "you create 2 NetworkPolicies: a and b",
        ),
        ("pod-pulling", ETA._replace(names=["a", "b"], why="x"), "rotterdam-2 fetches the image x for 2 pods of eta"),
        ("pod-created", ETA._replace(names=["<b>", "{it}"], owner="{who}"), "the scheduler creates 2 pods of {who}"),
    ],
)
def test_sentence(word, facts, said):
    assert sentence(CODE[word], facts) == said


def test_every_word_names_only_what_a_sentence_knows():
    known = {"who", "kind", "kinds", "it", "its", "count", "pods", "at", "ats", "why", ":why", "(why)"}
    for word in WORDS[1:]:
        assert set(re.findall(r"\{([^}]*)\}", word.one + word.many)) <= known
        assert word.one
        assert word.many


@pytest.mark.parametrize(
    ("names", "said"),
    [([], "no node"), (["a"], "a"), (["a", "a"], "a"), (["a", "b", "c"], "a, b and c"), (list("abcd"), "4 nodes")],
)
def test_some(names, said):
    assert some(names, "node") == said


@pytest.mark.parametrize(
    ("actor", "said"),
    [
        ("kubernetes-admin", "you"),
        ("user", "you"),
        ("default-scheduler", "the scheduler"),
        ("replicaset-controller", "the ReplicaSet controller"),
        ("taint-eviction-controller", "the taint eviction controller"),
        ("kubelet/n1", "the kubelet on n1"),
        ("alice", "alice"),
    ],
)
def test_actor_words(actor, said):
    assert actor_words(actor) == said
