"""The message to the browser: complete, small, and in pieces that fit together."""

from harbour import Harbour, lesson

from pilothouse.view.frames import frames, mark, unpack
from pilothouse.view.story import COLUMNS, Story


def test_the_message_carries_the_story(told):
    story = Story(told.store)
    story.read()
    header, columns = unpack(frames(story))
    assert header["names"] == [thing.name for thing in story.things]
    assert [header["kinds"][code] for code in columns["kind"]] == [thing.kind for thing in story.things]
    assert list(columns["time"]) == list(story.times)
    for name in COLUMNS:
        assert list(columns[name]) == list(story.rows[name])
    pod = next(place for place, thing in enumerate(story.things) if thing.kind == "Pod")
    assert (columns["cpu"][pod], columns["memory"][pod]) == (500, 512)


def test_pieces_make_the_whole():
    harbour = Harbour()
    story = Story(harbour.store)
    story.read()
    pieces, sent = [frames(story)], mark(story)
    lesson(harbour)
    story.read()
    pieces.append(frames(story, sent))
    unpacked = [unpack(piece) for piece in pieces]
    assert "vocabulary" in unpacked[0][0]
    assert "vocabulary" not in unpacked[1][0]
    names = [name for header, _ in unpacked for name in header["names"]]
    assert names == [thing.name for thing in story.things]
    rows = len(unpacked[0][1]["thing"])
    firsts = [*unpacked[0][1]["first"], *(first + rows for first in unpacked[1][1]["first"])]
    assert firsts == list(story.firsts)
    for name in COLUMNS:
        assert [value for _, columns in unpacked for value in columns[name]] == list(story.rows[name])


def test_a_thousand_pods_with_ten_thousand_changes_are_small(big):
    assert big.store.revision >= 10_000
    story = Story(big.store)
    story.read()
    assert len(frames(story)) < 120_000


def test_equal_stories_give_equal_bytes():
    messages = []
    for _ in range(2):
        story = Story(lesson().store)
        story.read()
        messages.append(frames(story))
    assert messages[0] == messages[1]
