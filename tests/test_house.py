"""The house itself: the floors, the types, the style, and what an import may cost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {"IPython", "ipywidgets", "plotly", "anywidget", "starlette", "jupyterlab", "PIL", "networkx"}


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "engine", "tests"],
        ["ruff", "format", "--check", "engine", "tests"],
        ["mypy", "--no-error-summary"],
    ],
    ids=["lint", "format", "types"],
)
def test_the_source_is_clean(command: list[str]) -> None:
    ran = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_floors_hold() -> None:
    ran = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("statement", ["import pilothouse", "from pilothouse import Cluster; Cluster(nodes=1)"])
def test_the_engine_starts_without_the_notebook(statement: str) -> None:
    program = f"import sys; {statement}; print(sorted({HEAVY!r} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ran.stdout.strip(), ran.stderr) == ("[]", "")


def test_the_kernel_is_short_enough_to_be_read_aloud() -> None:
    lines = sum(len(file.read_text().splitlines()) for file in (ROOT / "engine/pilothouse/kernel").glob("*.py"))
    assert lines <= 1200


def test_every_module_says_why_it_exists() -> None:
    files = sorted((ROOT / "engine/pilothouse").rglob("*.py"))
    silent = [f.name for f in files if not f.read_text().lstrip().startswith(('"""', 'r"""', "# Generated"))]
    assert silent == []


def test_the_fidelity_card_says_what_the_tests_prove() -> None:
    ran = subprocess.run([sys.executable, "tests/fidelity.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-500:] + ran.stderr
