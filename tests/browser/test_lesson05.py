"""Lesson 05 as a new learner does it: JupyterLab in a real browser, with the keyboard."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.browser

PLACE = Path(__file__).parent.parent.parent
NAME = "05-declare-what-you-want.ipynb"
TOKEN = "helmsman"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SECONDS = 1000  # milliseconds
EXECUTED = re.compile(r"\[\d+\]:")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A JupyterLab over a copy of the course; its address."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (looked for chromium, chromium-browser, google-chrome)")
    place = tmp_path_factory.mktemp("learner")
    for folder in ("course", "exercises", "solutions"):
        shutil.copytree(PLACE / folder, place / folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = {name: str(place / "jupyter") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    home["JUPYTERLAB_SETTINGS_DIR"] = home["JUPYTERLAB_WORKSPACES_DIR"] = str(place / "jupyter" / "lab")
    environment = {**os.environ, **home}
    environment.pop("PILOTHOUSE_PROGRESS", None)
    options = [
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={TOKEN}",
        "--no-browser",
    ]
    options += [f"--ServerApp.root_dir={place}", "--allow-root", "--LabApp.extension_manager=readonly"]
    log = (place / "server.log").open("w", encoding="utf-8")
    command = [sys.executable, "-m", "jupyterlab", *options]
    server = subprocess.Popen(command, cwd=place, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_for(f"http://127.0.0.1:{port}/api/status?token={TOKEN}", server, place / "server.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail("JupyterLab did not start:\n" + log.read_text(encoding="utf-8")[-2000:])


@pytest.fixture(scope="module")
def browser(lab: str) -> Iterator[Any]:
    """A headless Chromium from the system."""
    with playwright.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Notebook:
    """One notebook in the browser, used with the keyboard."""

    def __init__(self, browser: Any, lab: str, path: str) -> None:
        self.page = browser.new_page(viewport={"width": 1400, "height": 1000})
        self.problems: list[str] = []
        self.done = -1  # the place of the cell that ran last
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.goto(f"{lab}/lab/tree/{path}?token={TOKEN}&reset")
        self.cells = self.page.locator(".jp-NotebookPanel:visible .jp-Notebook .jp-Cell")
        self.cells.first.wait_for(timeout=60 * SECONDS)
        self.idle()
        self.cells.first.click()
        self.page.keyboard.press("Escape")

    def idle(self) -> None:
        """Wait until the kernel has nothing to do."""
        status = self.page.locator("#jp-main-statusbar")
        playwright.expect(status).to_contain_text("(ipykernel) | Idle", timeout=60 * SECONDS)

    def run_next(self) -> None:
        """Run the active cell and go to the next, as Shift+Enter does."""
        self.page.keyboard.press("Shift+Enter")

    def run_until(self, text: str) -> Any:
        """Run cells up to and including the next code cell whose source holds `text`; return that cell."""
        for _ in range(60):
            cell = self.page.locator(".jp-NotebookPanel:visible .jp-Cell.jp-mod-active")
            code = "jp-CodeCell" in (cell.get_attribute("class") or "")
            index = self.active()
            found = code and text in (cell.locator(".cm-content").inner_text() if code else "")
            self.run_next()
            if code:
                done = self.cells.nth(index)
                prompt = done.locator(".jp-InputPrompt").first
                playwright.expect(prompt).to_have_text(EXECUTED, timeout=30 * SECONDS)
                assert done.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0, done.inner_text()
                if found:
                    self.done = index
                    return done
        raise AssertionError(f"no cell with {text!r}")

    def active(self) -> int:
        """The place of the active cell."""
        return int(
            self.page.evaluate(
                "() => [...document.querySelectorAll('.jp-Notebook .jp-Cell')]"
                ".findIndex(cell => cell.classList.contains('jp-mod-active'))"
            )
        )

    def answer(self, question: Any, letter: str) -> None:
        """Choose an answer with the keyboard alone: arrows inside the group of radio buttons."""
        radios = question.get_by_role("radio")
        radios.first.focus()
        self.page.keyboard.press("Space")
        for _ in range("abcd".index(letter)):
            self.page.keyboard.press("ArrowDown")
        playwright.expect(question.get_by_role("radio", checked=True)).to_have_count(1)
        playwright.expect(question.get_by_role("status")).to_contain_text(f"Kept: {letter}")
        self.page.keyboard.press("Escape")
        playwright.expect(self.cells.nth(self.done)).to_be_focused()
        self.page.keyboard.press("ArrowDown")

    def type_below(self, text: str) -> None:
        """Insert a cell below the active one and type into it."""
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("b")
        self.page.keyboard.press("Enter")
        self.page.keyboard.insert_text(text)

    def select_next(self) -> None:
        """Give the keyboard back to the notebook, at the first cell that has not run."""
        self.page.evaluate("() => document.activeElement && document.activeElement.blur()")
        self.cells.nth(self.done + 1).locator(".jp-InputArea").first.click()
        self.page.keyboard.press("Escape")


@pytest.fixture(scope="module")
def lesson(browser: Any, lab: str) -> Iterator[Notebook]:
    notebook = Notebook(browser, lab, f"course/{NAME}")
    yield notebook
    notebook.page.close()


class TestLesson:
    """The tests of this class go through the lesson once, in order."""

    def test_green_is_known_from_the_start(self, lesson: Notebook) -> None:
        cell = lesson.run_until("lesson.scenario()")
        playwright.expect(cell.get_by_role("status")).to_contain_text("pass · start")

    def test_a_prediction_is_made_with_the_keyboard_alone(self, lesson: Notebook) -> None:
        cell = lesson.run_until('lesson.predict("who")')
        group = cell.get_by_role("group", name="Who creates the three pods?")
        playwright.expect(group.get_by_role("radio")).to_have_count(4)
        before = lesson.cells.count()
        lesson.answer(group, "b")
        assert lesson.cells.count() == before

    def test_the_view_shows_what_the_engine_did(self, lesson: Notebook) -> None:
        cell = lesson.run_until("cluster.view()")
        view = cell.get_by_test_id("pilothouse-view")
        playwright.expect(view).to_be_visible(timeout=30 * SECONDS)
        canvas = view.get_by_test_id("ph-canvas")
        canvas.focus()
        lesson.page.keyboard.press("End")
        playwright.expect(view.get_by_role("button", name="eta-model: 3 of 3 ready")).to_be_visible()
        playwright.expect(view.get_by_test_id("ph-log")).to_contain_text("eta-model")

    def test_the_view_is_stepped_with_keys_that_do_not_reach_the_notebook(self, lesson: Notebook) -> None:
        view = lesson.page.get_by_test_id("pilothouse-view").first
        before = lesson.cells.count()
        view.get_by_test_id("ph-canvas").focus()
        lesson.page.keyboard.press("Home")
        first = float(view.get_attribute("data-time"))
        moments = []
        for _ in range(4):
            lesson.page.keyboard.press("ArrowRight")
            lesson.page.wait_for_timeout(200)
            moments.append(int(view.get_attribute("data-beat")))
        assert moments == sorted(set(moments)), "each step goes on to a later moment"
        lesson.page.keyboard.press("ArrowLeft")
        playwright.expect(view).to_have_attribute("data-beat", str(moments[-2]))
        assert view.get_by_test_id("ph-now").inner_text().strip(), "every moment has its sentence"
        for key in ("a", "b", "d", "d", "x", "m"):
            lesson.page.keyboard.press(key)
        lesson.page.keyboard.press("End")
        playwright.expect(view.get_by_role("button", name="eta-model: 3 of 3 ready")).to_be_visible()
        assert float(view.get_attribute("data-time")) > first
        assert lesson.cells.count() == before, "a key typed in the view changed the notebook"
        lesson.page.keyboard.press("Escape")
        playwright.expect(lesson.cells.nth(lesson.done)).to_be_focused()
        lesson.page.keyboard.press("ArrowDown")

    def test_the_comparison_knows_the_prediction(self, lesson: Notebook) -> None:
        cell = lesson.run_until('lesson.compare("who"')
        status = cell.get_by_role("status")
        playwright.expect(status).to_contain_text("not as predicted")
        playwright.expect(status).to_contain_text("b) the scheduler")
        playwright.expect(status).to_contain_text("replicaset-controller created pod/eta-model-")

    def test_a_pod_that_sinks_is_replaced_before_the_learners_eyes(self, lesson: Notebook) -> None:
        lesson.answer(lesson.run_until('lesson.predict("sunk")').get_by_role("group"), "c")
        view = lesson.run_until("cluster.view()").get_by_test_id("pilothouse-view")
        playwright.expect(view).to_be_visible(timeout=30 * SECONDS)
        view.get_by_test_id("ph-canvas").focus()
        lesson.page.keyboard.press("End")
        playwright.expect(view.get_by_role("button", name="eta-model: 3 of 3 ready")).to_be_visible()
        lesson.select_next()
        playwright.expect(lesson.run_until('lesson.compare("sunk"').get_by_role("status")).to_contain_text(
            "as you predicted"
        )
        playwright.expect(lesson.run_until('lesson.check("declared"').get_by_role("status")).to_contain_text(
            "pass · declared"
        )

    def test_the_lesson_runs_to_its_end(self, lesson: Notebook) -> None:
        assert "def reconcile" in lesson.run_until("lesson.source(").inner_text()
        playwright.expect(lesson.run_until("lesson.beside(").get_by_role("table")).to_contain_text("5 of 5 ready")
        lesson.answer(lesson.run_until('lesson.predict("away")').get_by_role("group"), "d")
        playwright.expect(lesson.run_until('lesson.compare("away"').get_by_role("status")).to_contain_text(
            "as you predicted"
        )
        assert "deployment.apps/eta-model" in lesson.run_until("%kubectl get").inner_text()
        assert lesson.problems == []


def test_an_exercise_from_untouched_to_passed(browser: Any, lab: str) -> None:
    notebook = Notebook(browser, lab, f"exercises/{NAME}")
    cell = notebook.run_until('lesson.check("damage-model"')
    playwright.expect(cell.get_by_role("status")).to_contain_text("untouched")
    notebook.type_below('lesson.solution("damage-model")')
    notebook.run_until("lesson.solution")
    offered = notebook.page.locator(".jp-Notebook .jp-Cell", has_text="kind: Deployment").last
    playwright.expect(offered.locator(".cm-content")).to_contain_text("# exercise 1")
    offered.locator(".jp-InputArea").click()
    notebook.page.keyboard.press("Escape")
    notebook.run_until("# exercise 1")
    notebook.type_below('lesson.check("damage-model", cluster)')
    cell = notebook.run_until("lesson.check")
    playwright.expect(cell.get_by_role("status")).to_contain_text("pass · damage-model")
    notebook.type_below('cluster = lesson.scenario("night-watch"); cluster.run("10s")\n')
    notebook.page.keyboard.insert_text('cluster.api.delete("pod", cluster.list("pods")[0].metadata.name)\n')
    notebook.page.keyboard.insert_text('lesson.check("night-watch", cluster)')
    cell = notebook.run_until("lesson.check")
    status = cell.get_by_role("status").filter(has_text="night-watch")
    playwright.expect(status).to_contain_text("fail · night-watch")
    playwright.expect(status).to_contain_text("the same typing error")
    view = cell.get_by_test_id("pilothouse-view")
    playwright.expect(view.get_by_test_id("ph-facts")).to_contain_text("eta-model-", timeout=30 * SECONDS)
    assert notebook.problems == []
    notebook.page.close()


REST = [
    ("night-watch", 'cluster.api.patch("replicaset", "eta-model", {"spec": {"replicas": 4}})', "fail · night-watch"),
    (
        "night-watch",
        'text = Path("../course/manifests/night-watch.yaml").read_text()\n'
        'cluster.apply(text.replace("eta-modle", "eta-model"))\n'
        '[cluster.api.delete("pod", pod.metadata.name) for pod in cluster.list("pods")]',
        "pass · night-watch",
    ),
    ("sick-pod", 'cluster.api.delete("pod", cluster.list("pods")[0].metadata.name)', "partial (1 of 2) · sick-pod"),
    (
        "sick-pod",
        'cluster.api.patch("deployment", "eta-model", {"spec": {"replicas": 4}})\n'
        'sick = cluster.list("pods", selector="app=eta-model")[0].metadata.name\n'
        'cluster.run("30s")\n'
        'cluster.api.patch("pod", sick, {"metadata": {"labels": {"app": "sick"}}})\n'
        'cluster.api.patch("deployment", "eta-model", {"spec": {"replicas": 3}})',
        "pass · sick-pod",
    ),
]


def test_the_other_tasks_wrongly_first(browser: Any, lab: str) -> None:
    notebook = Notebook(browser, lab, f"exercises/{NAME}")
    notebook.run_until("from pilothouse.learn.lesson_05 import lesson")
    for task, code, verdict in REST:
        typed = f'cluster = lesson.scenario("{task}")\n{code}\ncluster.run("30s")\nlesson.check("{task}", cluster)'
        notebook.type_below(typed)
        status = notebook.run_until("lesson.check").get_by_role("status").filter(has_text=task)
        playwright.expect(status).to_contain_text(verdict)
    assert notebook.problems == []
    notebook.page.close()
