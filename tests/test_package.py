"""What travels: the wheel with the course inside, and the recipe for Binder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("course", "exercises", "solutions")
Shell = Callable[..., "subprocess.CompletedProcess[str]"]


def quiet_environment() -> dict[str, str]:
    """No PYTHONPATH: only what is installed counts."""
    return {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(place), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = place.glob("pilothouse-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A fresh environment with the wheel; its libraries are borrowed from ours, to be quick."""
    home = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(pip, check=True, env=quiet_environment())
    where = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"],
        capture_output=True,
        text=True,
        check=True,
    )
    Path(where.stdout.strip(), "borrowed.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")

    def shell(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        command = [str(python), *words[1:]] if words[0] == "python" else [str(scripts / words[0]), *words[1:]]
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env=quiet_environment())

    return shell


def shipped_files() -> list[str]:
    return sorted(
        path.relative_to(ROOT).as_posix()
        for part in PARTS
        for path in (ROOT / part).rglob("*")
        if path.is_file() and not any(piece.startswith((".", "__pycache__")) for piece in path.relative_to(ROOT).parts)
    )


def test_the_wheel_is_what_gets_imported(installed: Shell, tmp_path: Path) -> None:
    done = installed("python", "-c", "import pilothouse; print(pilothouse.__file__)", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert str(ROOT / "engine") not in done.stdout


def test_lab_gives_a_copy_and_keeps_work(installed: Shell, tmp_path: Path) -> None:
    first = installed("pilothouse", "lab", "--copy-only", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    place = tmp_path / "pilothouse-course"
    copied = sorted(
        path.relative_to(place).as_posix() for part in PARTS for path in (place / part).rglob("*") if path.is_file()
    )
    tracked = [name for name in shipped_files() if "progress" not in name]
    assert set(tracked) <= set(copied)

    mine = place / copied[0]
    mine.write_text("my own work")
    (place / copied[1]).unlink()
    again = installed("pilothouse", "lab", "--copy-only", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert mine.read_text() == "my own work"
    assert (place / copied[1]).exists()
    assert f"kept {copied[0]}" in again.stdout
    assert "1 files new, 0 renewed, 1 kept" in again.stdout


def test_a_newer_course_renews_only_what_was_not_touched(installed: Shell, tmp_path: Path) -> None:
    installed("pilothouse", "lab", "--copy-only", cwd=tmp_path)
    place = tmp_path / "pilothouse-course"
    record = place / ".pilothouse.json"
    known = json.loads(record.read_text())
    old, edited = sorted(known)[:2]
    import hashlib

    (place / old).write_text("as an older version shipped it")
    known[old] = hashlib.sha256(b"as an older version shipped it").hexdigest()
    record.write_text(json.dumps(known))
    (place / edited).write_text("mine")
    done = installed("pilothouse", "lab", "--copy-only", "--folder", str(place), cwd=tmp_path)
    assert "0 files new, 1 renewed, 1 kept" in done.stdout, done.stdout + done.stderr
    assert (place / old).read_bytes() == (ROOT / old).read_bytes()
    assert (place / edited).read_text() == "mine"


def test_the_installed_command_runs_a_manifest(installed: Shell, tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: c, image: nginx}]}\n"
    )
    done = installed("pilothouse", "run", "pod.yaml", "--nodes", "1", "--for", "1m", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "pod/web created" in done.stdout
    assert "1/1     Running" in done.stdout


# --- Binder ---


def pins() -> dict[str, str]:
    lines = (ROOT / ".binder" / "requirements.txt").read_text().splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


def test_binder_pins_every_dependency_within_its_bounds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = pins()
    for text in project["dependencies"]:
        wanted = Requirement(text)
        version = pinned.get(canonicalize_name(wanted.name))
        assert version is not None, f".binder/requirements.txt does not pin {wanted.name}"
        assert wanted.specifier.contains(version), f"{wanted.name}=={version} does not fit {wanted.specifier}"


def test_binder_names_a_python_that_the_project_takes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    version = (ROOT / ".binder" / "runtime.txt").read_text().strip().removeprefix("python-")
    assert Requirement(f"python{project['requires-python']}").specifier.contains(version)


def test_binder_recipe(tmp_path: Path) -> None:
    """The recipe that Binder would follow, without Docker: our Python, our pins, our last step."""
    binary = shutil.which("repo2docker") or shutil.which("repo2docker", path=str(Path(sys.executable).parent))
    if binary is None:
        pytest.skip("repo2docker is not installed (pip install jupyter-repo2docker)")
    clone = tmp_path / "clone"
    clone.mkdir()
    for name in (".binder", "pyproject.toml", "README.md"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, clone / name)
        else:
            shutil.copy(source, clone / name)
    done = subprocess.run([binary, "--no-build", "--debug", str(clone)], capture_output=True, text=True, check=False)
    recipe = done.stdout + done.stderr
    assert done.returncode == 0, recipe
    assert '-r ".binder/requirements.txt"' in recipe
    assert "RUN ./.binder/postBuild" in recipe
    version = (ROOT / ".binder" / "runtime.txt").read_text().strip().removeprefix("python-")
    assert f"environment.py-{version}" in recipe or f"python={version}" in recipe, recipe
