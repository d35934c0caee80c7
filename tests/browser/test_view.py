"""The picture in a real browser: what it shows, how it is operated, and what it never does."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.browser

sys.path.insert(0, str(Path(__file__).parent))
from view_page import served  # noqa: E402

from pilothouse import Cluster  # noqa: E402
from pilothouse.api import Node, ObjectMeta, Pod, replace  # noqa: E402
from pilothouse.view import Timeline  # noqa: E402
from pilothouse.view.frames import frames, mark  # noqa: E402
from pilothouse.view.state import READY, STATES  # noqa: E402
from pilothouse.view.story import Story  # noqa: E402

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
OPTIONS += ["--disable-sync", "--no-first-run"]
NOTHING = "The log is empty: nothing has happened."


def deployment(name: str, replicas: int, image: str = "line/eta-model:1.0") -> dict[str, Any]:
    requests = {"cpu": "500m", "memory": "512Mi"}
    pod = {"containers": [{"name": "model", "image": image, "resources": {"requests": requests}}]}
    template = {"metadata": {"labels": {"app": name}}, "spec": pod}
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def lesson() -> tuple[Cluster, list[bytes]]:
    """A deployment comes up (first piece); then its node is lost and repaired (second piece)."""
    cluster = Cluster(nodes=3)
    cluster.apply(deployment("eta", 3))
    cluster.run("30s")
    story = Story(cluster.store)
    story.read()
    first, sent = frames(story), mark(story)
    cluster.fail("node/n2")
    cluster.run("7m")
    story.read()
    return cluster, [first, frames(story, sent)]


def hostile() -> list[bytes]:
    """Names that a real API server would refuse, and labels as long as they may be."""
    cluster = Cluster(nodes=0, kubelet=False)
    for name in ("<img src=x onerror=window.hurt=1>", "ship-" + "x" * 248, "码头"):
        cluster.store.create(Node(metadata=ObjectMeta(name=name)))
    pod = Pod(metadata=ObjectMeta(name="<script>window.hurt=1</script>", namespace="default"))
    pod = cluster.store.create(pod)
    cluster.store.update(replace(pod, spec=replace(pod.spec, nodeName="码头")))
    return [whole(cluster)]


def whole(cluster: Any, **options: Any) -> bytes:
    story = Story(cluster.store, **options)
    story.read()
    return frames(story)


@pytest.fixture(scope="module")
def cluster_and_page() -> Any:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (looked for chromium, chromium-browser, google-chrome)")
    cluster, pieces = lesson()
    stories = {
        "lesson": pieces,
        "all": [whole(cluster)],
        "empty": [whole(Cluster(nodes=0))],
        "trimmed": [whole(cluster, limit=20)],
        "hostile": hostile(),
    }
    with served(stories) as address, playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield cluster, browser, address
        browser.close()


@pytest.fixture
def show(cluster_and_page: Any) -> Any:
    """Open a story; errors on the page are errors of the test."""
    _, browser, address = cluster_and_page
    contexts, errors = [], []

    def open_(story: str, query: str = "", wait: bool = True, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": 960, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: errors.append(error))
        page.goto(f"{address}?story={story}{query}")
        if wait:
            page.wait_for_selector("[data-testid=pilothouse-view][data-time]")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert errors == []


def now(page: Any) -> str:
    return page.text_content("[data-testid=ph-now]")


def pods(page: Any) -> dict[str, tuple[str, str]]:
    rows = page.query_selector_all("[data-testid=ph-model] [data-pod]")
    return {
        row.get_attribute("data-pod"): (row.get_attribute("data-state"), row.get_attribute("data-on")) for row in rows
    }


def nodes(page: Any) -> dict[str, str]:
    rows = page.query_selector_all("[data-testid=ph-model] [data-node]")
    return {row.get_attribute("data-node"): row.get_attribute("data-state") for row in rows}


def press(page: Any, name: str, times: int = 1) -> None:
    for _ in range(times):
        page.click(f"[data-testid=ph-{name}]")


def painted(page: Any, colour: str) -> int:
    """How many pixels of the picture have about this colour."""
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return page.evaluate(
        """(wanted) => { const c = document.querySelector('.ph-canvas');
        const { data } = c.getContext('2d').getImageData(0, 0, c.width, c.height); let n = 0;
        for (let i = 0; i < data.length; i += 4) if (wanted.every((v, k) => Math.abs(v - data[i + k]) < 5)) n++; return n; }""",
        wanted,
    )


@pytest.mark.fidelity(
    "View: animated picture and timeline",
    "invented",
    "shows what the store's log says, no more and no less; quiet spans are shortened and bursts spread, the clock stays true",
)
def test_the_end_is_the_state_of_the_cluster(cluster_and_page, show):
    cluster, page = cluster_and_page[0], show("all")
    expected = {
        item.metadata.name: ("leaving" if item.metadata.deletionTimestamp else "ready", item.spec.nodeName)
        for item in cluster.api.list("pods")
    }
    assert pods(page) == expected
    assert nodes(page) == {"n1": "ready", "n2": "not ready", "n3": "ready"}


def test_the_browser_says_the_same_sentences_as_the_timeline(cluster_and_page, show):
    page = show("all")
    press(page, "start")
    assert now(page) == "Nothing has happened yet."
    said = []
    for _ in Timeline(cluster_and_page[0]):
        press(page, "next")
        said.append(now(page))
    assert said == [str(sentence).replace("  ", " ", 1) for sentence in Timeline(cluster_and_page[0])]


def test_stepping_back_undoes_stepping_on(show):
    page = show("all")
    press(page, "start")
    seen = []
    for _ in range(8):
        press(page, "next")
        seen.append((now(page), pods(page)))
    for before in reversed(seen[:-1]):
        press(page, "back")
        assert (now(page), pods(page)) == before
    press(page, "back")
    assert now(page) == "Nothing has happened yet."


def test_scrubbing_shows_any_moment(show):
    page = show("all")
    scrub = "e => { e.value = arguments_; e.dispatchEvent(new Event('input')); }"
    page.eval_on_selector("[data-testid=ph-scrub]", scrub.replace("arguments_", "0"))
    assert pods(page) == {}
    page.eval_on_selector("[data-testid=ph-scrub]", scrub.replace("arguments_", "1000"))
    assert len(pods(page)) == 4


def test_scrubbing_works_while_it_plays(show):
    page = show("all", "&auto=1")
    page.eval_on_selector("[data-testid=ph-scrub]", "e => { e.value = 1000; e.dispatchEvent(new Event('input')); }")
    assert len(pods(page)) == 4


def test_pods_are_painted_in_their_colours(show):
    page = show("all")
    light = STATES[READY].light
    assert painted(page, light) > 2_000
    press(page, "start")
    assert painted(page, light) == 0
    page = show("all", "&dark=1")
    assert painted(page, STATES[READY].dark) > 2_000
    assert "ph-dark" in page.get_attribute("[data-testid=pilothouse-view]", "class")


def test_the_theme_can_change_while_it_is_shown(show):
    page = show("all")
    page.evaluate(
        "document.body.style.setProperty('--jp-layout-color1', '#111'); document.body.dataset.jpThemeLight = 'false'"
    )
    page.wait_for_selector(".ph.ph-dark")
    assert painted(page, STATES[READY].dark) > 2_000


def test_no_message_while_it_plays(show):
    page = show("all", "&auto=1")
    page.wait_for_selector("[data-playing=true]")
    page.select_option("[data-testid=ph-speed]", "8")
    page.wait_for_function("Number(document.querySelector('[data-testid=pilothouse-view]').dataset.beat) > 8")
    assert page.evaluate("window.sent.length") == 0
    press(page, "play")
    page.wait_for_selector("[data-playing=false]")
    assert page.evaluate("window.sent.length") == 1
    page.select_option("[data-testid=ph-speed]", "64")
    press(page, "play")
    page.wait_for_selector("[data-playing=false]")
    assert len(pods(page)) == 4


def test_what_the_cluster_does_later_is_added(show):
    page = show("lesson")
    assert {state for state, _ in pods(page).values()} == {"ready"}
    page.evaluate("window.append(1)")
    page.wait_for_selector("[data-node=n2][data-state='not ready']", state="attached")
    assert len(pods(page)) == 4


def test_every_control_has_a_name_and_keeps_its_keys(show):
    page = show("all")
    focusable = "button, input, select, canvas[tabindex]"
    for control in page.query_selector_all(f".ph :is({focusable})"):
        assert control.get_attribute("data-lm-suppress-shortcuts") == "true"
        assert (control.get_attribute("aria-label") or control.text_content()).strip()
        if control.is_visible():
            control.focus()
            page.keyboard.press("a")
    page.focus("[data-testid=ph-canvas]")
    for key in ("a", "b", "d", "ArrowLeft", "ArrowUp", "Enter", "Escape", "x"):
        page.keyboard.press(key)
    assert page.evaluate("window.keys") == []


def test_the_whole_view_by_keyboard(show):
    page = show("all")
    page.focus("[data-testid=ph-canvas]")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert now(page).endswith("3 nodes join: n1, n2 and n3")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert now(page).endswith("3 nodes join: n1, n2 and n3")
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    assert page.inner_text("[data-testid=ph-facts] h3") == "n1"
    page.keyboard.press("ArrowDown")
    facts = page.inner_text("[data-testid=ph-facts]")
    assert re.search(r"owner\s+Deployment eta", facts)
    assert "the scheduler places" in facts
    assert page.evaluate("window.model.get('selected')").startswith("pod/eta-")
    page.keyboard.press("Escape")
    assert page.evaluate("window.model.get('selected')") == ""
    page.keyboard.press(" ")
    page.wait_for_selector("[data-playing=true]")
    page.keyboard.press(" ")
    page.wait_for_selector("[data-playing=false]")


def test_clicking_a_container_shows_its_facts(show):
    page = show("all")
    box = page.query_selector("[data-testid=ph-canvas]").bounding_box()
    spot = page.evaluate(
        """(wanted) => { const c = document.querySelector('.ph-canvas');
        const { data } = c.getContext('2d').getImageData(0, 0, c.width, c.height);
        for (let i = 0; i < data.length; i += 4) if (wanted.every((v, k) => Math.abs(v - data[i + k]) < 5))
          return [(i / 4) % c.width, Math.floor(i / 4 / c.width) + 6]; }""",
        [int(STATES[READY].light[i : i + 2], 16) for i in (1, 3, 5)],
    )
    page.mouse.click(box["x"] + spot[0], box["y"] + spot[1])
    assert re.search(r"state\s+ready", page.inner_text("[data-testid=ph-facts]"))


def test_a_chosen_workload_says_how_many_pods_are_ready(show, cluster_and_page):
    page = show("all")
    (replicaset,) = cluster_and_page[0].list("replicasets")
    page.evaluate(
        "(name) => model.set('_command', { number: 1, action: 'go', time: 31, thing: name })",
        f"replicaset/{replicaset.metadata.name}",
    )
    page.wait_for_selector("[data-testid=ph-facts] h3")
    assert re.search(r"state\s+3 of 3 ready", page.inner_text("[data-testid=ph-facts]"))


def test_the_kernel_drives(show):
    page = show("all")
    page.evaluate("model.set('_command', { number: 1, action: 'go', time: 31 })")
    page.wait_for_function("document.querySelector('[data-testid=ph-now]').textContent.includes('falls silent')")
    page.evaluate("model.set('_command', { number: 2, action: 'play_to', time: 81, speed: 64 })")
    page.wait_for_function("document.querySelector('[data-testid=ph-now]').textContent.includes('falls short')")
    page.evaluate("model.set('_command', { number: 3, action: 'go', revision: 8 })")
    page.wait_for_function("document.querySelector('[data-testid=ph-now]').textContent.includes('3 nodes join')")
    page.evaluate("model.set('selected', 'node/n2')")
    page.wait_for_function("document.querySelector('[data-testid=ph-facts] h3')?.textContent === 'n2'")


def test_reduced_motion_does_not_play_by_itself(show):
    page = show("all", "&auto=1", reduced_motion="reduce")
    assert page.get_attribute("[data-testid=pilothouse-view]", "data-playing") == "false"
    assert len(pods(page)) == 4
    press(page, "start")
    press(page, "next", 5)
    assert {node for _, node in pods(page).values()} <= {"", "n1", "n2", "n3"}


def test_two_views_side_by_side(show):
    page = show("all", "&views=2")
    page.wait_for_function("document.querySelectorAll('[data-testid=pilothouse-view][data-time]').length === 2")
    first, second = page.query_selector_all("[data-testid=pilothouse-view]")
    first.query_selector("[data-testid=ph-start]").click()
    assert first.get_attribute("data-beat") == "-1"
    assert second.get_attribute("data-beat") != "-1"
    page.evaluate("window.leave()")


def test_an_empty_cluster_says_so(show):
    page = show("empty")
    assert now(page) == NOTHING
    press(page, "next")
    press(page, "back")
    press(page, "play")
    page.wait_for_selector("[data-playing=false]")


def test_a_trimmed_history_says_what_is_missing(show):
    page = show("trimmed")
    assert re.search(r"The \d+ changes before .* are left out", page.inner_text(".ph-note"))
    assert len(pods(page)) == 4


def test_names_are_never_html(show):
    page = show("hostile")
    assert set(pods(page)) == {"<script>window.hurt=1</script>"}
    assert "<img src=x onerror=window.hurt=1>" in nodes(page)
    page.focus("[data-testid=ph-canvas]")
    for _ in range(5):
        page.keyboard.press("ArrowDown")
    assert page.query_selector("img, main script") is None
    assert page.evaluate("window.hurt") is None


def test_a_saved_story_plays_from_a_file(cluster_and_page, tmp_path):
    cluster, browser, _ = cluster_and_page
    path = cluster.view().save(tmp_path / "story.html")
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector("[data-playing=true]")
    page.select_option("[data-testid=ph-speed]", "64")
    page.wait_for_selector("[data-playing=false]")
    assert len(pods(page)) == 4
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == []
    page.close()


def test_a_second_view_begins_with_the_news(cluster_and_page, show):
    seen = next(change.revision for change in reversed(cluster_and_page[0].store.log.changes) if change.time < 30)
    page = show("all", f"&auto=1&from={seen}")
    page.wait_for_selector("[data-playing=true]")
    page.wait_for_function("document.querySelector('[data-testid=ph-now]').textContent.includes('falls silent')")
