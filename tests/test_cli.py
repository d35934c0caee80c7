"""The command line as people use it: words, exit codes, and no traceback for what a user can get wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from pilothouse.cli import doctor as doctor_module
from pilothouse.cli import lab as lab_module
from pilothouse.cli import main

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nobody/published-this:1, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {mode: fast}
"""


def command(*words: str, input: str | None = None) -> Result:
    return CliRunner().invoke(main, list(words), input=input)


# --- run ---


@pytest.fixture
def web(tmp_path: Path) -> str:
    path = tmp_path / "web.yaml"
    path.write_text(WEB)
    return str(path)


def test_run_applies_runs_and_prints(web: str) -> None:
    done = command("run", web, "--nodes", "2", "--for", "1m")
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[:2] == ["deployment.apps/web created", "configmap/settings created"]
    assert sum("1/1     Running" in line for line in lines) == 2
    assert any(line.split() == ["default", "deployment.apps/web", "2/2", "2", "2", "60s"] for line in lines)
    assert any(line.split() == ["default", "configmap/settings", "1", "60s"] for line in lines)


@pytest.mark.parametrize(("form", "read"), [("json", json.loads), ("yaml", yaml.safe_load)])
def test_run_prints_one_list_for_programs(web: str, form: str, read: Any) -> None:
    done = command("run", web, "--for", "1m", "-o", form)
    assert done.exit_code == 0
    found = read(done.stdout)
    assert found["kind"] == "List"
    kinds = [item["kind"] for item in found["items"]]
    assert kinds.count("Pod") == 2
    assert "ConfigMap" in kinds
    assert "deployment.apps/web created" in done.stderr


def test_run_is_repeatable(web: str) -> None:
    assert command("run", web, "-o", "yaml").stdout == command("run", web, "-o", "yaml").stdout
    assert command("run", web).stdout != command("run", web, "--seed", "1").stdout


def test_run_reads_standard_input() -> None:
    done = command("run", "-", "--for", "30s", input=WEB)
    assert done.exit_code == 0
    assert "deployment.apps/web created" in done.output


WRONG: list[tuple[str, str, str]] = [
    ("not YAML", "a: b: c\n", "error: error parsing STDIN: error converting YAML to JSON: yaml: mapping values are not allowed in this context"),
    (
        "unknown fields, all of them",
        WEB.split("---")[0].replace("replicas: 2", "replica: 2\n  paws: 3"),
        'Error from server (BadRequest): error when creating "STDIN": Deployment in version "v1" cannot be handled as a '
        'Deployment: strict decoding error: unknown field "spec.paws", unknown field "spec.replica"',
    ),
    (
        "a kind that is not served",
        "apiVersion: apps/v1beta9\nkind: Deployment\nmetadata: {name: k1}\n",
        'error: resource mapping not found for name: "k1" namespace: "" from "STDIN": no matches for kind "Deployment" in '
        'version "apps/v1beta9"\nensure CRDs are installed first',
    ),
    ("no kind", "apiVersion: v1\nmetadata: {name: x}\n", "Object 'Kind' is missing in"),
    ("no name", "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: c, image: x}]}\n", "resource name may not be empty"),
    (
        "a wrong type",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: nginx}\n",
        "cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container",
    ),
    ("a wrong value", WEB.split("---")[0].replace("replicas: 2", "replicas: -1"), 'The Deployment "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0'),
]  # fmt: skip


@pytest.mark.parametrize(("manifest", "words"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_run_refuses_in_kubernetes_words(manifest: str, words: str) -> None:
    done = command("run", "-", input=manifest)
    assert done.exit_code == 1
    assert words in done.stderr
    assert "Traceback" not in done.output
    assert not isinstance(done.exception, Exception)


def test_run_says_what_was_applied_when_a_part_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(WEB.replace("data: {mode: fast}", "date: {mode: fast}"))
    done = command("run", str(path), "--for", "1m")
    assert done.exit_code == 1
    assert "deployment.apps/web created\n" in done.stdout
    assert 'unknown field "date"' in done.stderr
    assert "configmap/settings created" not in done.stdout


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("run", "nope.yaml"), 'error: the path "nope.yaml" does not exist', 1),
        (("run", "-", "--for", "soon"), "not a duration: 'soon'; write e.g. '30s'", 2),
        (("run", "-", "--for", "-5s"), "a duration cannot be negative", 2),
        (("run", "-", "--nodes", "-1"), "-1 is not in the range x>=0", 2),
        (("run",), "Missing argument 'FILES...'", 2),
        (("run", "-", "-o", "xml"), "'xml' is not one of", 2),
        (("lab", "99"), "99: there is no such lesson; choose one of", 1),
        (("lap",), "No such command 'lap'", 2),
    ],
)
def test_mistakes_are_answered_with_what_would_be_right(words: tuple[str, ...], said: str, code: int) -> None:
    done = command(*words, input="")
    assert said in done.output
    assert done.exit_code == code


# --- lab ---


def course(place: Path) -> Path:
    for name in ("course/00-start-here.ipynb", "course/05-declare-what-you-want.ipynb", "course/06-other.ipynb"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text("{}")
    (place / "course" / ".ipynb_checkpoints").mkdir()
    (place / "course" / ".ipynb_checkpoints" / "00-start-here-checkpoint.ipynb").write_text("{}")
    return place


@pytest.mark.parametrize(
    "word",
    ["5", "05", "05-declare", "declare", "05-declare-what-you-want.ipynb", "course/05-declare-what-you-want.ipynb"],
)
def test_a_lesson_is_found_by_number_or_name(tmp_path: Path, word: str) -> None:
    assert lab_module.find(course(tmp_path), word).stem == "05-declare-what-you-want"


def test_an_ambiguous_lesson_lists_those_that_fit(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="several lessons begin so; choose one of\n  00-start-here\n  05-declare-"):
        lab_module.find(course(tmp_path), "e")


def test_a_copy_is_made_once_and_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, place = course(tmp_path / "source"), tmp_path / "mine"
    lab_module.copy(source, place)
    assert sorted(path.name for path in (place / "course").iterdir()) == [
        "00-start-here.ipynb",
        "05-declare-what-you-want.ipynb",
        "06-other.ipynb",
    ]
    (place / "course" / "06-other.ipynb").write_text("mine")
    (place / "course" / "notes.txt").write_text("also mine")
    capsys.readouterr()
    lab_module.copy(source, place)
    assert (place / "course" / "06-other.ipynb").read_text() == "mine"
    assert (place / "course" / "notes.txt").read_text() == "also mine"
    assert "0 files new, 0 renewed, 1 kept as you left them.\n  kept course/06-other.ipynb\n" in capsys.readouterr().out


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(Exception, match=r"cannot write the course to .*name another place with --folder"):
        lab_module.copy(course(tmp_path / "source"), blocked / "inside")


def test_jupyterlab_is_started_at_the_lesson(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started: list[list[str]] = []
    given: list[dict[str, str]] = []
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/of/the/learner")
    monkeypatch.setattr(lab_module, "stay", lambda words, place, env: started.append(words) or given.append(env) or 0)
    source = course(tmp_path / "source")
    monkeypatch.setattr(lab_module, "shipped", lambda: source)
    monkeypatch.chdir(tmp_path)
    done = command("lab", "5", "--no-browser", "--port=9999")
    assert done.exit_code == 0, done.output
    (words,) = started
    assert words[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={tmp_path / 'pilothouse-course'}" in words
    assert "--LabApp.default_url=/lab/tree/course/05-declare-what-you-want.ipynb" in words
    assert words[-2:] == ["--no-browser", "--port=9999"]
    theirs, ours = given[0]["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert theirs == "/of/the/learner"
    settings = json.loads((Path(ours) / "labconfig" / "default_setting_overrides.json").read_text(encoding="utf-8"))
    assert settings["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_jupyterlab_ends_with_the_command(tmp_path: Path) -> None:
    server = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); print(1, flush=True); time.sleep(60)"
    code = f"from pilothouse.cli.lab import stay; import os, sys; sys.exit(stay([sys.executable, '-c', {server!r}], '.', dict(os.environ)))"
    with subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.terminate()
        assert process.wait(timeout=20) == 7


QUOTA = """
apiVersion: v1
kind: ResourceQuota
metadata: {name: berths}
spec: {hard: {pods: "1"}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: nginx, resources: {requests: {cpu: "9"}}}]}
"""


def test_run_says_why_pods_are_not_ready_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(QUOTA, encoding="utf-8")
    done = command("run", str(tmp_path / "web.yaml"), "--for", "2m")
    assert re.search(r"^note: pod/web-\w+-\w+: 0/3 nodes are available: 3 Insufficient cpu", done.stderr, re.MULTILINE)
    assert re.search(r"^note: replicaset/web-\w+: Error creating: .* exceeded quota: berths", done.stderr, re.MULTILINE)


# --- doctor ---


def test_doctor_finds_this_machine_ready() -> None:
    done = command("doctor")
    assert done.exit_code == 0, done.output
    assert "Ready: pilothouse lab" in done.output
    for what in (
        "Python",
        "jupyterlab",
        "msgspec",
        "animated view",
        "Python kernel",
        "engine",
        "port",
        "folder",
        "course",
    ):
        assert f"ok      {what}: " in done.output


def test_doctor_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        yield doctor_module.Finding(False, "JupyterLab", "not installed", "pip install jupyterlab")
        yield doctor_module.Finding(False, "real kubectl", "not installed", "not needed", needed=False)

    monkeypatch.setattr(doctor_module, "CHECKS", (broken,))
    done = command("doctor")
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        "✗ problem JupyterLab: not installed",
        "           → pip install jupyterlab",
        "! note    real kubectl: not installed",
        "           → not needed",
        "1 problem to solve first.",
    ]


def test_the_module_is_the_command_and_help_is_quick() -> None:
    program = (
        "import sys; sys.argv = ['pilothouse', '--help']\n"
        "from pilothouse.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([name for name in ('numpy', 'IPython', 'jupyterlab', 'pilothouse.cluster') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")
    done = subprocess.run([sys.executable, "-m", "pilothouse", "--help"], capture_output=True, text=True, check=True)
    assert "Usage: pilothouse" in done.stdout
