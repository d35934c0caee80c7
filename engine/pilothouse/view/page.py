"""The picture as code for a page: the ES module and its style, and a whole page that needs nothing else.

The files of static/ are joined to one module when they are read, so that there is neither a build step nor a network.
"""

from __future__ import annotations

import base64
import html
from pathlib import Path

from pilothouse.view.frames import frames
from pilothouse.view.picture import WIDTH, picture
from pilothouse.view.story import Story

STATIC = Path(__file__).parent / "static"
PARTS: tuple[str, ...] = ("message", "story", "stage", "look", "pen", "sea", "cargo", "bridge", "painter", "player")
PARTS += ("page", "lane", "frame", "words", "panel", "view")
MODULE = "\n".join((STATIC / f"{part}.js").read_text(encoding="utf-8") for part in PARTS)
STYLE = (STATIC / "view.css").read_text(encoding="utf-8")

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ margin: 0 auto; padding: 24px 16px; max-width: 1180px; font-family: system-ui, sans-serif; }}
h1 {{ font-size: 20px; margin: 0 0 12px; }}
noscript img {{ max-width: 100%; }}
{style}</style>
</head>
<body>
<h1>{title}</h1>
<main id="view"></main>
<noscript><img alt="The cluster at the end of the story" width="{width}" src="data:image/png;base64,{png}">
<pre>{words}</pre></noscript>
<script type="module">
{module}
const text = atob("{story}"), bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const state = {{ _story: new DataView(bytes.buffer), _autoplay: true, _height: 0, _from: 0, _command: {{}}, selected: "", time: 0 }};
const model = {{ get: (name) => state[name], set: (name, value) => {{ state[name] = value; }}, send() {{}}, on() {{}}, off() {{}} }};
const widget = make();
widget.initialize({{ model }});
widget.render({{ model, el: document.getElementById("view") }});
</script>
</body>
</html>
"""


def page(story: Story, words: str, title: str) -> str:
    """A story as one self-contained page; without scripts it shows the end as a picture, and the sentences."""
    return PAGE.format(
        title=html.escape(title),
        style=STYLE,
        module=MODULE.replace("export default", "const make ="),
        story=base64.b64encode(frames(story)).decode(),
        png=base64.b64encode(picture(story)).decode(),
        width=WIDTH,
        words=html.escape(words),
    )
