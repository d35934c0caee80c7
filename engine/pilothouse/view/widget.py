"""The animated view as a widget: it sends the story to the browser once, then only what was added.

The picture itself is the ES module in static/; here is what a notebook needs of it: when to send, what is chosen, which moment is
shown, and what stays in a saved notebook. New changes are sent after the cell that made them, in one message. There are
no messages while the picture plays.
"""

from __future__ import annotations

import base64
import weakref
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from pilothouse.api import Selector
from pilothouse.api.duration import seconds
from pilothouse.view.frames import Mark, frames, mark
from pilothouse.view.page import MODULE, STYLE, page
from pilothouse.view.picture import WIDTH, picture
from pilothouse.view.story import LIMIT, Story
from pilothouse.view.timeline import Timeline

PRINTED = 40  # sentences kept as plain text in a saved notebook


class View(anywidget.AnyWidget):
    """The history of a cluster, to be played, stepped and scrubbed.

    Args:
        cluster: whose log is shown; what it does later is added after the cell.
        namespace: only this namespace ("" or "*": all).
        selector: only the pods whose labels match, such as "app=eta".
        since: the moment to begin with ("2m", or seconds).
        until: show nothing after this moment.
        play: begin to play when the view comes into sight, with what an earlier view of the same cluster did not show
            yet; False shows the newest state.
        height: of the picture in pixels; by default it follows the width and the number of nodes.
        limit: how many changes are shown at most, the newest ones; the view says how many it left out.
    """

    _esm = MODULE
    _css = STYLE

    _story = traitlets.Bytes(b"").tag(sync=True)
    _autoplay = traitlets.Bool(True).tag(sync=True)
    _height = traitlets.Int(0).tag(sync=True)
    _from = traitlets.Int(0).tag(sync=True)
    _command = traitlets.Dict().tag(sync=True)
    selected = traitlets.Unicode("", help='What is chosen in the picture, such as "pod/web-1".').tag(sync=True)
    time = traitlets.Float(0.0, help="The moment shown when the picture last stood still, in virtual seconds.").tag(
        sync=True
    )

    def __init__(
        self,
        cluster: Any,
        *,
        namespace: str = "",
        selector: str = "",
        since: str | float | None = None,
        until: str | float | None = None,
        play: bool = True,
        height: int = 0,
        limit: int = LIMIT,
    ) -> None:
        wanted = Selector.parse(selector).matches if selector else None
        end = float("inf") if until is None else seconds(until)
        self._told = Story(cluster.store, namespace, wanted, end, limit)
        self._told.read()
        self._sent, self._sent_now = Mark(), self._told.now
        self._commands = 0
        self._cluster = cluster
        seen = SEEN.get(cluster.store, 0)
        news = seen if seen < self._told.read_to else 0
        super().__init__(_autoplay=play, _height=height, _from=news, time=self._told.now)
        self.on_msg(self._heard)
        if since is not None:
            self._order("play" if play else "go", time=seconds(since))
        after_each_cell(self)

    def _heard(self, _: Any, content: dict[str, Any], __: Any) -> None:
        if content.get("type") == "shown":
            self.time, self.selected = float(content["time"]), str(content["selected"])

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> Any:
        """The state for a new view or a reloaded page: the whole story so far, as one message."""
        state = super().get_state(key, drop_defaults)
        if "_story" in state:
            if self.comm is not None:
                self.refresh()  # so that views which are open already know as much as the new one
            self._mark_sent()
            state["_story"] = frames(self._told)
        return state

    def _mark_sent(self) -> None:
        self._told.read()
        self._sent, self._sent_now = mark(self._told), self._told.now

    def refresh(self) -> None:
        """Send what the cluster did since the last time; a notebook does so after each cell."""
        self._told.read()
        if mark(self._told) != self._sent or self._told.now != self._sent_now:
            message = frames(self._told, self._sent)
            self._mark_sent()
            self.send({"type": "append"}, [message])

    def play_to(self, time: str | float) -> None:
        """Play up to a moment ("2m", or seconds), and stop there."""
        self.refresh()
        self._order("play_to", time=seconds(time))

    def go_to(self, time: str | float | None = None, *, revision: int | None = None) -> None:
        """Show a moment ("2m", or seconds), or the change of a revision, standing still."""
        self.refresh()
        if revision is not None:
            self._order("go", revision=revision)
        elif time is not None:
            self._order("go", time=seconds(time))
        else:
            raise TypeError('go_to() needs a moment: go_to("2m"), or go_to(revision=42)')

    def play(self, speed: float | None = None) -> None:
        """Play on from the moment shown; `speed` is 1 for a story told in a minute and a half at most."""
        self._order("play", **({} if speed is None else {"speed": speed}))

    def pause(self) -> None:
        """Stand still."""
        self._order("pause")

    def _order(self, action: str, **arguments: Any) -> None:
        self._commands += 1
        self._command = {"number": self._commands, "action": action, **arguments}

    def close(self) -> None:
        """Take the view off the page."""
        WATCHED.discard(self)
        super().close()

    def png(self) -> bytes:
        """The newest state as a picture."""
        self._told.read()
        return picture(self._told)

    def save(self, path: str | Path, title: str = "The story of a cluster") -> Path:
        """Write the story as one HTML file that plays anywhere, without a kernel or a network."""
        self._told.read()
        path = Path(path)
        path.write_text(page(self._told, str(self.timeline), title), encoding="utf-8")
        return path

    @property
    def timeline(self) -> Timeline:
        """The same story in sentences."""
        return Timeline(self._cluster, _story=self._told)

    def __str__(self) -> str:
        return str(self.timeline)

    def __repr__(self) -> str:
        sentences = list(self.timeline)
        more = len(sentences) - PRINTED
        head = [f"({more:,} earlier sentences: see cluster.timeline())"] if more > 0 else []
        return "\n".join([*head, *map(str, sentences[-PRINTED:])]) or "Nothing has happened yet."

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The widget for a live notebook; picture and sentences for one that is only read."""
        bundle, metadata = super()._repr_mimebundle_() or ({}, {})
        SEEN[self._cluster.store] = self._told.read_to
        bundle["text/plain"] = repr(self)
        bundle["image/png"] = base64.b64encode(self.png()).decode()
        metadata["image/png"] = {"width": WIDTH, "alt": "The cluster at the end of what happened so far"}
        return bundle, metadata


SEEN: weakref.WeakKeyDictionary[Any, int] = (
    weakref.WeakKeyDictionary()
)  # store -> the revision up to which it was shown
WATCHED: weakref.WeakSet[View] = weakref.WeakSet()


def after_each_cell(view: View) -> None:
    """Let a view follow its cluster: it is refreshed when a cell has run."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        return
    if not getattr(shell, "_pilothouse_views", False):
        shell._pilothouse_views = True
        shell.events.register("post_run_cell", refresh_all)
    WATCHED.add(view)


def refresh_all(_: Any = None) -> None:
    """Bring every open view up to date."""
    for view in sorted(WATCHED, key=lambda view: view.model_id or ""):
        view.refresh()
