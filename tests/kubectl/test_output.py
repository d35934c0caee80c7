"""What a cell shows: exact text, a real table, nothing unescaped."""

from __future__ import annotations

from pilothouse.kubectl.output import Grid, Output, Part
from pilothouse.kubectl.printer import as_text


def shown() -> Output:
    grid = Grid(("NAME", "MESSAGE"), [("web", "<b>&"), ("db", "")])
    return Output([Part("out", as_text(grid), grid), Part("err", "error: <x>\n")], code=1)


def test_the_streams_are_kept_apart_and_in_order() -> None:
    output = shown()
    assert output.stdout == "NAME   MESSAGE\nweb    <b>&\ndb     \n"
    assert output.stderr == "error: <x>\n"
    assert str(output) == output.stdout + output.stderr
    assert repr(output) == str(output).rstrip("\n")


def test_tables_become_tables_and_everything_is_escaped() -> None:
    bundle = shown()._repr_mimebundle_()
    assert bundle["text/plain"] == repr(shown())
    html = bundle["text/html"]
    assert html.count("<tr>") == 3
    assert "&lt;b&gt;&amp;" in html
    assert "<pre>error: &lt;x&gt;\n</pre>" in html
    assert "<b>" not in html


def test_text_alone_stays_text() -> None:
    assert set(Output([Part("out", "web created\n")])._repr_mimebundle_()) == {"text/plain"}
