"""The command line: ``pilothouse lab``, ``pilothouse run``, ``pilothouse doctor``.

Each command has a file of its own, imported when it is called, so that ``pilothouse --help`` answers at once. There is no
counterpart in Kubernetes; `run` is the nearest to a cluster that lives as long as one command.
"""

from __future__ import annotations

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pilothouse")
def main() -> None:
    """A Kubernetes course with a small deterministic Kubernetes behind it."""


@main.command("lab", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[LESSON] [JUPYTER OPTIONS]...")
@click.option("--folder", type=click.Path(file_okay=False), help="Where your copy of the course lies or shall lie.")
@click.option("--copy-only", is_flag=True, help="Make or complete the copy, and do not start JupyterLab.")
def _lab(arguments: tuple[str, ...], folder: str | None, copy_only: bool) -> None:
    """Open JupyterLab at the course, or at one LESSON (5, 05 or the beginning of its name).

    From an installed package, the course is first copied to ./pilothouse-course; files that you changed are kept. In a
    clone of the project, the clone's own course is opened. All other options go to JupyterLab, for example --no-browser
    or --port=8899.
    """
    from pilothouse.cli.lab import lab

    raise SystemExit(lab(arguments, folder, copy_only))


@main.command("run")
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--nodes", default=3, show_default=True, type=click.IntRange(min=0), help="How many nodes the cluster has."
)
@click.option("--for", "duration", default="10m", show_default=True, help="How much virtual time runs.")
@click.option(
    "--seed", default=0, show_default=True, help="Chooses among equals, where a real cluster leaves it to chance."
)
@click.option("-o", "--output", type=click.Choice(["wide", "yaml", "json"]), help="How to print what is there.")
def _run(files: tuple[str, ...], nodes: int, duration: str, seed: int, output: str | None) -> None:
    """Apply manifest FILES (or folders, or - for standard input) to a fresh cluster, run it, print what is there.

    Images that nobody published are taken for servers that stay up.
    """
    from pilothouse.cli.run import run

    raise SystemExit(run(files, nodes, duration, seed, output))


@main.command("doctor")
def _doctor() -> None:
    """Look whether this machine is ready for the course, and say what to do where it is not."""
    from pilothouse.cli.doctor import doctor

    raise SystemExit(doctor())
