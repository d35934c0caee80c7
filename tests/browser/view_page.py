"""A page with the view's real module on it and a stand-in for the model that anywidget would hand to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pilothouse.view.page import MODULE, STYLE

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>view</title>
<link rel="stylesheet" href="/static/view.css"></head><body style="margin:10px"><main id="at"></main><script type="module">
import make from "/static/view.js";
const query = new URLSearchParams(location.search), name = query.get("story");
document.body.style.setProperty("--jp-layout-color1", query.get("dark") ? "#111111" : "#ffffff");
document.body.style.background = query.get("dark") ? "#111111" : "#ffffff";
const fetched = async (piece) => new DataView(await (await fetch(`/story/${name}/${piece}`)).arrayBuffer());
const state = { _story: await fetched(0), _autoplay: query.get("auto") === "1", _height: 0, _from: Number(query.get("from") || 0), _command: {}, selected: "", time: 0 };
const handlers = {};
window.sent = []; window.keys = [];
document.addEventListener("keydown", (event) => {
  if (!event.target.hasAttribute("data-lm-suppress-shortcuts")) window.keys.push(event.key);
}, true);
window.model = {
  get: (key) => state[key],
  set: (key, value) => { state[key] = value; for (const act of handlers[`change:${key}`] || []) act(); },
  send: (content) => window.sent.push(content),
  on: (event, act) => { (handlers[event] ||= []).push(act); },
  off: (event, act) => { handlers[event] = (handlers[event] || []).filter((other) => other !== act); },
};
window.append = async (piece) => { const data = await fetched(piece); for (const act of handlers["msg:custom"]) act({ type: "append" }, [data]); };
const widget = await make();
widget.initialize({ model });
for (let i = 0; i < Number(query.get("views") || 1); i++) {
  const el = document.createElement("div");
  document.getElementById("at").append(el);
  window.leave = widget.render({ model, el });
}
</script></body></html>"""


@contextmanager
def served(stories: dict[str, list[bytes]]) -> Iterator[str]:
    """Serve the page, the module and the pieces of some stories; gives the address."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path.startswith("/story/"):
                _, _, name, piece = path.split("/")
                self.answer(stories[name][int(piece)], "application/octet-stream")
            elif path == "/static/view.js":
                self.answer(MODULE.encode(), "text/javascript")
            elif path == "/static/view.css":
                self.answer(STYLE.encode(), "text/css")
            elif path == "/":
                self.answer(PAGE.encode(), "text/html")
            else:
                self.send_error(404)

        def answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
