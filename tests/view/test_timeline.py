"""Sentences as a list, as text and as HTML."""

import subprocess
import sys

import pytest
from harbour import Harbour

from pilothouse.api import replace
from pilothouse.view import Timeline


def test_it_is_a_list_of_sentences(told):
    timeline = Timeline(told)
    assert len(timeline) == len(list(timeline)) > 10
    assert timeline[0].time == 0
    assert timeline[-1].text == "Deployment eta is complete: 3 of 3 pods ready"
    assert timeline[:2] == list(timeline)[:2]
    assert "falls silent" in timeline
    assert str(timeline[1]) == "00:02  you create Deployment eta: 3 pods wanted"
    assert all(sentence.revisions for sentence in timeline)


def test_it_prints_a_line_for_each(told):
    timeline = Timeline(told)
    assert str(timeline).splitlines() == [str(sentence) for sentence in timeline]
    assert repr(timeline) == str(timeline)


@pytest.mark.parametrize(
    ("filters", "first"),
    [
        ({"kind": "node"}, "3 nodes join: rotterdam-1, rotterdam-2 and rotterdam-3"),
        ({"kind": "po"}, "the ReplicaSet controller creates 3 pods of eta"),
        ({"name": "rotterdam-2"}, "node rotterdam-2 joins"),
        ({"name": "eta"}, "you create Deployment eta: 3 pods wanted"),
        ({"since": "1m"}, "the node controller marks rotterdam-2 as not ready: Kubelet stopped posting node status"),
        ({"kind": "pod", "since": 300}, "the node controller tells eta-ngq2cd9wf-cdrrd to stop"),
    ],
)
def test_filters(told, filters, first):
    assert Timeline(told, **filters)[0].text == first
    assert Timeline(told).filter(**filters)[0].text == first


def test_until(told):
    assert Timeline(told, until="30s")[-1].text == "the kubelet on rotterdam-2 falls silent"


@pytest.mark.parametrize("bad", [{"kind": "boat"}, {"since": "soon"}])
def test_what_is_wrong_with_a_filter_is_said(told, bad):
    with pytest.raises((LookupError, ValueError), match=r"boat|soon"):
        Timeline(told, **bad)


def test_nothing_is_html_that_was_text():
    harbour = Harbour(("<script>alert(1)</script>", "n&2"))
    html = Timeline(harbour)._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "n&amp;2" in html


def test_an_empty_cluster_says_so():
    timeline = Timeline(Harbour(()))
    assert str(timeline) == "Nothing has happened that this timeline tells of."
    assert "Nothing has happened" in timeline._repr_html_()


def test_a_long_timeline_is_cut_and_says_so(harbour):
    for turn in range(260):
        harbour.wait(1)
        node = harbour.store.get("Node", "", "rotterdam-1")
        harbour.write("user", replace(node, spec=replace(node.spec, unschedulable=turn % 2 == 0)))
    timeline = Timeline(harbour)
    assert str(timeline).startswith("(61 earlier sentences are not shown here")
    assert len(str(timeline).splitlines()) == 201


def test_reading_needs_no_notebook():
    """The timeline works where neither IPython nor anywidget is imported."""
    code = (
        "import sys, pilothouse.view; print([name for name in ('IPython', 'anywidget', 'PIL') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
