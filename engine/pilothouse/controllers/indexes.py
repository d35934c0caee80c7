"""Completion indexes: sets of numbers such as "0,2-5" in the status of an Indexed Job, and the one number of each pod.

The counterpart is `pkg/controller/job/indexed_job_utils.go`.
"""

from __future__ import annotations

from collections.abc import Iterable

from pilothouse.api import Pod

INDEX = "batch.kubernetes.io/job-completion-index"


def index_of(pod: Pod) -> int | None:
    """The pod's completion index, or None where it has none."""
    text = pod.metadata.annotations.get(INDEX, "")
    return int(text) if text.isdecimal() else None


def parse(text: str, below: int) -> list[int]:
    """The numbers in "0,2-5", sorted; those from `below` on are dropped."""
    found: list[int] = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        found.extend(number for number in range(int(first), int(last or first) + 1) if number < below)
    return found


def write(numbers: Iterable[int]) -> str:
    """Numbers as text, three or more in a row as a range: 0, 1, 3, 4, 5 are "0,1,3-5"."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ",".join(map(str, run)) for run in runs)
