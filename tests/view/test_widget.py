"""The widget's Python side: what it sends, when, and what it leaves in a notebook."""

import base64

import pytest
from harbour import Harbour, lesson

from pilothouse.view import View
from pilothouse.view.frames import unpack
from pilothouse.view.page import MODULE, STYLE


@pytest.fixture
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr(View, "send", lambda self, content, buffers=None: messages.append((content, buffers)))
    return messages


def test_the_story_is_in_the_state_and_later_only_what_was_added(sent):
    harbour = Harbour()
    view = View(harbour)
    header, _ = unpack(view.get_state()["_story"])
    assert header["names"] == ["rotterdam-1", "rotterdam-2", "rotterdam-3"]
    view.refresh()
    assert sent == []
    lesson(harbour)
    view.refresh()
    view.refresh()
    assert len(sent) == 1
    content, (message,) = sent[0]
    assert content == {"type": "append"}
    header, _ = unpack(message)
    assert "vocabulary" not in header
    assert any(name.startswith("eta-") for name in header["names"])
    whole, _ = unpack(view.get_state()["_story"])
    assert whole["names"][:3] == ["rotterdam-1", "rotterdam-2", "rotterdam-3"]
    assert len(whole["names"]) == 3 + len(header["names"])
    view.close()


def test_two_views_of_one_cluster_are_apart(told, sent):
    first, second = View(told), View(told, play=False)
    first.selected = "node/rotterdam-1"
    assert second.selected == ""
    assert first.get_state()["_story"] == second.get_state()["_story"]


def test_what_the_browser_shows_is_known(told):
    view = View(told)
    view._handle_custom_msg({"type": "shown", "time": 12.5, "selected": "pod/eta"}, [])
    assert (view.time, view.selected) == (12.5, "pod/eta")


def test_orders(told, sent):
    view = View(told)
    view.play_to("2m")
    assert view._command == {"number": 1, "action": "play_to", "time": 120.0}
    view.go_to(30)
    assert view._command == {"number": 2, "action": "go", "time": 30.0}
    view.go_to(revision=8)
    assert view._command == {"number": 3, "action": "go", "revision": 8}
    with pytest.raises(TypeError, match="needs a moment"):
        view.go_to()
    view.play(speed=4)
    assert view._command == {"number": 4, "action": "play", "speed": 4}
    view.pause()
    assert view._command["action"] == "pause"
    assert View(told, since="1m")._command == {"number": 1, "action": "play", "time": 60.0}


@pytest.mark.parametrize("bad", [{"since": "soon"}, {"selector": "app in"}, {"until": "later"}])
def test_what_is_wrong_is_said(told, bad):
    with pytest.raises(ValueError, match=r"soon|later|parse"):
        View(told, **bad)


def test_a_saved_notebook_keeps_picture_and_sentences(told):
    bundle, metadata = View(told)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert bundle["text/plain"].splitlines()[-1] == "06:17  Deployment eta is complete: 3 of 3 pods ready"
    assert metadata["image/png"]["alt"]


def test_filters(told):
    view = View(told, selector="app=other", namespace="default", until="10s")
    header, columns = unpack(view.get_state()["_story"])
    kinds = [header["kinds"][code] for code in columns["kind"]]
    rows = {header["names"][index] for index in columns["thing"] if kinds[index] == "Pod"}
    assert rows == set()
    assert header["now"] == 10.0


def test_one_module_without_addresses():
    text, style = MODULE, STYLE
    assert len(text) + len(style) < 120_000
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "http" not in style
    for unsafe in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert unsafe not in text


def test_a_saved_page_needs_nothing_else(told, tmp_path):
    path = View(told).save(tmp_path / "story.html", title="<b>Ours</b>")
    text = path.read_text(encoding="utf-8")
    assert len(text) < 1_000_000
    assert "&lt;b&gt;Ours&lt;/b&gt;" in text
    assert "Deployment eta is complete" in text
    for outside in ('src="http', "href=", "import ", "@import", "fetch("):
        assert outside not in text


def test_a_second_view_begins_with_the_news():
    harbour = Harbour()
    assert View(harbour)._from == 0
    first = View(harbour)
    first._repr_mimebundle_()
    assert View(harbour)._from == 0  # nothing new: all of it again
    seen = harbour.store.revision
    lesson(harbour)
    assert View(harbour)._from == seen
