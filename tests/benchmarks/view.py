"""Benchmarks of the view, in headless Chromium: `python tests/benchmarks/view.py`.

Figures of one machine on one day, for comparing two versions side by side; nothing here is a test. The targets stand
beside the figures. Headless Chromium draws without a graphics card, so a real screen does better.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "view"), str(TESTS / "browser")]
from harbour import Harbour, fleet  # noqa: E402
from view_page import served  # noqa: E402

from pilothouse.view.frames import frames  # noqa: E402
from pilothouse.view.page import MODULE, STYLE  # noqa: E402
from pilothouse.view.picture import picture  # noqa: E402
from pilothouse.view.story import Story  # noqa: E402

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]

PLAYED = """async () => {
  const view = document.querySelector('[data-testid=pilothouse-view]');
  document.querySelector('[data-testid=ph-start]').click();
  document.querySelector('[data-testid=ph-play]').click();
  const frames = [];
  await new Promise((done) => {
    let then = 0;
    const tick = (now) => { if (then) frames.push(now - then); then = now;
      if (frames.length < 400 && view.dataset.playing === 'true') requestAnimationFrame(tick); else done(); };
    requestAnimationFrame(tick);
  });
  return frames;
}"""
SCRUBBED = """() => {
  const scrub = document.querySelector('[data-testid=ph-scrub]'), times = [];
  for (let i = 0; i < 60; i++) {
    const from = performance.now();
    scrub.value = (i * 619) % 1000;
    scrub.dispatchEvent(new Event('input'));
    times.push(performance.now() - from);
  }
  return times;
}"""


def built(harbour: Any) -> tuple[bytes, float]:
    """The message of a whole story, and the milliseconds that it takes (the best of five)."""
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        story = Story(harbour.store)
        story.read()
        message = frames(story)
        times.append((time.perf_counter() - begin) * 1000)
    return message, min(times)


def all_moving(nodes: int, count: int) -> Harbour:
    """Every pod goes from the quay to its deck in one instant."""
    names = [f"node-{number:03d}" for number in range(nodes)]
    harbour = Harbour(names, cpu="32", memory="64Gi")
    _, replicaset = harbour.deploy("eta", count, cpu="250m", memory="256Mi")
    pods = harbour.pods(replicaset, count)
    harbour.wait(1)
    for place, pod in enumerate(pods):
        harbour.place(pod, names[place % nodes])
    return harbour


def show(name: str, value: float, unit: str, target: str) -> None:
    """One line of the report."""
    print(f"{name:<58} {value:9.1f} {unit:<4} {target}")


def main() -> None:
    """Print all figures."""
    thousand = fleet(nodes=50, pods=1000, changes_each=10)
    message, milliseconds = built(thousand)
    show(f"message of 1,000 pods, {thousand.store.revision:,} changes", len(message) / 1000, "kB", "under 120")
    show("  built in", milliseconds, "ms", "under 50")
    story = Story(thousand.store)
    story.read()
    begin = time.perf_counter()
    png = picture(story)
    show("static picture of it", len(png) / 1000, "kB", "under 50")
    show("  drawn in", (time.perf_counter() - begin) * 1000, "ms", "")
    show("module and style", len((MODULE + STYLE).encode()) / 1000, "kB", "under 120")
    stories = {"thousand": [message], "moving": [built(all_moving(100, 10_000))[0]]}
    with served(stories) as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        for name, words in (("thousand", "1,000 pods"), ("moving", "10,000 pods on 100 nodes, all moving")):
            page = browser.new_page(viewport={"width": 1000, "height": 900})
            page.goto(f"{address}?story={name}")
            page.wait_for_selector("[data-testid=pilothouse-view][data-time]", timeout=60_000)
            times = sorted(page.evaluate(PLAYED))
            show(f"{words}: frames a second, median", 1000 / statistics.median(times), "", "60")
            show("  95th percentile of a frame", times[int(len(times) * 0.95)], "ms", "under 20")
            times = sorted(page.evaluate(SCRUBBED))
            show("  scrub to any moment, 95th percentile", times[int(len(times) * 0.95)], "ms", "under 16")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
