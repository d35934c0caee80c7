"""`pilothouse doctor`: a pre-flight check, in words and signs.

Each check answers with what it found and, where something is wrong, with what to do. The exit code is 0 only if
everything that the course needs is there.
"""

from __future__ import annotations

import os
import platform
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import click

OLDEST = (3, 11)


class Finding(NamedTuple):
    """What a check found. ``hint`` says what to do where ``good`` is false; ``needed`` tells errors from warnings."""

    good: bool
    what: str
    detail: str
    hint: str = ""
    needed: bool = True


def doctor() -> int:
    """Run all checks, print one line each; exit code 1 if something that is needed is missing."""
    failed = 0
    for check in CHECKS:
        for finding in check():
            sign, word = ("✓", "ok") if finding.good else ("✗", "problem") if finding.needed else ("!", "note")
            click.echo(f"{sign} {word:<8}{finding.what}: {finding.detail}")
            if not finding.good:
                click.echo(f"           → {finding.hint}")
                failed += finding.needed
    click.echo(
        "Ready: pilothouse lab" if not failed else f"{failed} problem{'s' if failed > 1 else ''} to solve first."
    )
    return 1 if failed else 0


def python() -> Iterator[Finding]:
    """The interpreter is new enough."""
    version = sys.version_info[:2]
    wanted = ".".join(map(str, OLDEST))
    yield Finding(
        version >= OLDEST,
        "Python",
        f"{platform.python_version()} at {sys.executable}",
        f"the course needs Python {wanted} or newer; make an environment with python{wanted} -m venv",
    )


def packages() -> Iterator[Finding]:
    """Every library that the course needs is installed, in a version that will do."""
    try:
        required = metadata.requires("pilothouse") or []
    except metadata.PackageNotFoundError:
        yield Finding(
            False, "pilothouse", "not installed", "run pip install -e . in the clone, or pip install pilothouse"
        )
        return
    from packaging.requirements import Requirement

    for text in required:
        one = Requirement(text)
        if one.marker is not None and not one.marker.evaluate({"extra": ""}):
            continue
        try:
            version = metadata.version(one.name)
        except metadata.PackageNotFoundError:
            yield Finding(False, one.name, "not installed", f'pip install "{one.name}{one.specifier}"')
            continue
        fits = one.specifier.contains(version, prereleases=True)
        yield Finding(
            fits, one.name, f"{version} (needs {one.specifier})", f'pip install --upgrade "{one.name}{one.specifier}"'
        )


def widgets() -> Iterator[Finding]:
    """JupyterLab finds the front-end parts of the widgets, and a Python kernel."""
    from jupyter_core.paths import jupyter_path

    folders = [Path(path) for path in jupyter_path("labextensions")]
    for name, package in (("anywidget", "anywidget"), ("@jupyter-widgets/jupyterlab-manager", "jupyterlab_widgets")):
        found = next((folder / name for folder in folders if (folder / name / "package.json").is_file()), None)
        yield Finding(
            found is not None,
            "animated view" if name == "anywidget" else "controls in lessons",
            f"{name} {'is where JupyterLab looks' if found else 'is not where JupyterLab looks'}",
            f"pip install --force-reinstall {package}, in the environment that JupyterLab runs in",
        )
    from jupyter_client.kernelspec import KernelSpecManager

    kernels = sorted(KernelSpecManager().find_kernel_specs())
    yield Finding("python3" in kernels, "Python kernel", ", ".join(kernels) or "none", "pip install ipykernel")


def engine() -> Iterator[Finding]:
    """A small cluster starts a pod."""
    try:
        from pilothouse.cluster import Cluster

        cluster = Cluster(nodes=1)
        detail = f"a cluster with {len(cluster.api.list('nodes'))} node, at {cluster.now:g} s of virtual time"
        yield Finding(True, "engine", detail)
    except Exception as problem:
        yield Finding(
            False,
            "engine",
            f"{type(problem).__name__}: {problem}",
            "pip install --force-reinstall pilothouse; if it stays, report it",
        )


def port() -> Iterator[Finding]:
    """A port on this machine is free for JupyterLab."""
    for number in range(8888, 8899):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", number))
            except OSError:
                continue
            yield Finding(True, "port", f"{number} is free on 127.0.0.1")
            return
    yield Finding(False, "port", "8888 to 8898 are all taken", "start with another: pilothouse lab --port=9999")


def folder() -> Iterator[Finding]:
    """The learner's folder can be written to."""
    here = Path.cwd()
    try:
        handle, name = tempfile.mkstemp(dir=here, prefix=".pilothouse-")
        os.close(handle)
        Path(name).unlink()
        yield Finding(True, "folder", f"{here} can be written to")
    except OSError as problem:
        yield Finding(
            False,
            "folder",
            f"{here}: {problem.strerror}",
            "change to a folder of your own, or name one: pilothouse lab --folder PATH",
        )


def course() -> Iterator[Finding]:
    """The lessons are there."""
    from pilothouse.cli.lab import clone, shipped

    source = shipped() or clone()
    lessons = sorted((source / "course").glob("[0-9][0-9]-*.ipynb")) if source is not None else []
    yield Finding(
        bool(lessons),
        "course",
        f"{len(lessons)} lesson{'' if len(lessons) == 1 else 's'} in {source}",
        "install the released package, or run this in a clone of the project",
    )


def kubectl() -> Iterator[Finding]:
    """The real kubectl, which nobody needs here."""
    import shutil

    found = shutil.which("kubectl")
    yield Finding(
        found is not None,
        "real kubectl",
        found or "not installed",
        "not needed: %kubectl works in every lesson",
        needed=False,
    )


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (python, packages, widgets, engine, port, folder, course, kubectl)
