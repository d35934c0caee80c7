"""Charts: the numbers, the colours, the marks and the words; never the pixels."""

import json
import subprocess
import sys

import pytest
from harbour import Harbour, fleet, lesson

from pilothouse.api.error import Absent, Misuse
from pilothouse.view.chart import Chart
from pilothouse.view.series import GREY
from pilothouse.view.state import READY, RUNNING, STATES


def column(chart, name):
    return [value for value in chart.table.column(name) if value is not None]


def traces(chart):
    return {trace.name: trace for trace in chart.figure.data}


@pytest.mark.fidelity(
    "The view: charts",
    "invented",
    "steps read from the log, so nothing is missed; a real dashboard sees what it sampled",
)
@pytest.mark.parametrize(
    ("what", "options", "line", "expected"),
    [
        ("deployment/eta", {}, "wanted", [3]),
        ("deploy/eta", {}, "ready", [0, 1, 2, 3, 2, 3]),
        ("deployment/eta", {"since": "1m"}, "ready", [3, 2, 3]),
        ("deployment/eta", {"until": "60s"}, "ready", [0, 1, 2, 3]),
        ("pods", {}, "ready", [0, 1, 2, 3, 2, 3]),
        ("po", {"namespace": "*"}, "stopping", [0, 1]),
        ("pods", {"selector": "app=eta"}, "ready", [0, 1, 2, 3, 2, 3]),
        ("nodes", {}, "rotterdam-1", [0.0, 12.5, 25.0]),
        ("node/rotterdam-1", {}, "memory", [0.0, 6.2, 12.5]),
    ],
)
def test_what_a_line_does(told, what, options, line, expected):
    chart = Chart(told, what, **options)
    values = column(chart, line)
    assert [value for place, value in enumerate(values) if not place or value != values[place - 1]] == expected


def test_a_line_runs_to_the_end(told):
    assert Chart(told, "deployment/eta").table.times[-1] == told.now
    assert Chart(told, "deployment/eta", until="30s").table.times[-1] == 30


def test_it_is_drawn_as_steps_in_the_colours_of_the_view(told):
    found = traces(Chart(told, "deployment/eta"))
    assert list(found) == ["wanted", "there", "ready"]
    assert {trace.line.shape for trace in found.values()} == {"hv"}
    assert found["ready"].line.color == STATES[READY].light
    assert found["wanted"].line.color == GREY
    assert list(found["ready"].y) == [0, 1, 2, 3, 2, 3]
    assert found["ready"].x[0] == 1_767_225_602_000, "2026-01-01T00:00:02Z, in milliseconds"
    pods = traces(Chart(told, "pods"))
    assert pods[STATES[RUNNING].words].fillcolor == STATES[RUNNING].light
    assert pods["ready"].stackgroup == "all"


def test_the_ground_is_left_to_the_theme(told):
    layout = Chart(told, "deployment/eta").figure.layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)"


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (
            "deployment/eta",
            ["you create Deployment eta", "falls silent", "marks rotterdam-2", "falls short", "is complete"],
        ),
        ("node/rotterdam-1", ["you create Deployment eta"]),
        ("nodes", ["you create Deployment eta", "falls silent", "marks rotterdam-2"]),
    ],
)
def test_marks_say_what_happened(told, what, expected):
    chart = Chart(told, what)
    said = "\n".join(mark.text for mark in chart.marks)
    assert [words for words in expected if words not in said] == []
    assert [mark.letter for mark in chart.marks] == list("ABCDEFGHIJ"[: len(chart.marks)])
    texts = [note.text for note in chart.figure.layout.annotations]
    assert all(str(mark) in texts for mark in chart.marks), "the key below says what each letter means"
    assert len(chart.figure.layout.shapes) == len(chart.marks)


def test_words_tell_the_course(told):
    lines = str(Chart(told, "deployment/eta")).splitlines()
    assert lines[0] == "Pods of Deployment eta, from 00:00 to 06:17."
    assert lines[1] == "  wanted: 3 from 00:02 on"
    assert lines[3].startswith("  ready: 0 at 00:02, rises to 3 by 00:05, falls to 2 by 01:")
    assert "What happened:" in lines
    assert "  A 00:02 you create Deployment eta: 3 pods wanted" in lines


@pytest.mark.parametrize(
    ("world", "what"),
    [
        (lesson, "deployment/eta"),
        (lesson, "pods"),
        (lambda: fleet(50, 1000, 8), "pods"),
        (lambda: fleet(50, 1000, 8), "nodes"),
        (lambda: fleet(5, 1000, 4), "nodes"),
        (lambda: Harbour(()), "pods"),
        (lambda: Harbour(()), "nodes"),
    ],
)
def test_a_saved_notebook_stays_small(world, what):
    bundle = Chart(world(), what)._repr_mimebundle_()
    assert len(json.dumps(bundle)) < 20_000
    assert bundle["text/plain"]
    assert set(bundle["application/vnd.plotly.v1+json"]) == {"data", "layout", "config"}


def test_of_many_nodes_the_extremes_are_drawn():
    chart = Chart(fleet(50, 1000, 4), "nodes", quantity="memory")
    assert [line.name for line in chart.table.lines] == ["the fullest", "the middle", "the emptiest"]
    assert all(high >= middle >= low for high, middle, low in chart.table.rows)


def test_a_thinned_chart_keeps_the_end_and_the_extremes(big):
    chart = Chart(big, "pods")
    drawn = traces(chart)["ready"]
    assert drawn.y[-1] == column(chart, "ready")[-1]
    assert max(drawn.y) == max(column(chart, "ready"))


def test_nothing_is_html_that_was_text():
    chart = Chart(Harbour(("<b>n</b>",)), "node/<b>n</b>")
    assert "<b>n" not in chart.figure.layout.title.text


@pytest.mark.parametrize(
    ("what", "options", "error", "words"),
    [
        ("boat/eta", {}, LookupError, "boat"),
        ("deployment", {}, Misuse, 'give "deployment/eta"'),
        ("configmap/x", {}, Misuse, "no chart of 'configmap/x'"),
        ("", {}, Misuse, "no chart of ''"),
        ("deployment/zeta", {}, Absent, "no deployment/zeta"),
        ("deployment/eta", {"namespace": "dev"}, Absent, "namespace dev"),
        ("node/atlantis", {}, Absent, "no node/atlantis"),
        ("nodes", {"quantity": "gold"}, Misuse, 'give "cpu" or "memory"'),
        ("pods", {"since": "soon"}, ValueError, "soon"),
    ],
)
def test_what_is_wrong_is_said(told, what, options, error, words):
    with pytest.raises(error, match=words):
        Chart(told, what, **options)


def test_a_line_that_is_not_there_is_named(told):
    with pytest.raises(Absent, match="wanted, there, ready"):
        Chart(told, "deployment/eta").table.column("broken")


def test_plotly_is_imported_when_first_drawn():
    code = "import sys; from pilothouse.view import Chart, Graph, Compare; print([n for n in ('plotly', 'networkx', 'PIL') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
