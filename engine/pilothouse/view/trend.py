"""The words of a chart: how each line goes up and down, for those who listen instead of looking.

A chart without words is nothing to a screen reader, and a number that somebody has said aloud is remembered.
"""

from __future__ import annotations

from collections.abc import Sequence

from pilothouse.view.series import Table, Value
from pilothouse.view.timeline import clock

TURNS = 6  # ups and downs told one by one; of more, only the range is said


def tell(table: Table, unit: str) -> list[str]:
    """A sentence for each line of a table."""
    return [f"{line.name}: {course(table.times, table.column(line.name), unit)}" for line in table.lines]


def course(times: Sequence[float], values: Sequence[Value], unit: str) -> str:
    """How a number goes: "0 at 00:02, rises to 3 by 00:04, falls to 2 by 01:12"."""
    sign = "%" if unit.startswith("%") else ""
    known = [(time, value) for time, value in zip(times, values, strict=True) if value is not None]
    if not known:
        return "nothing to count"
    numbers = [value for _, value in known]
    if min(numbers) == max(numbers):
        text = f"{numbers[0]:g}{sign} from {clock(known[0][0])} on"
    elif len(turns := turning(known)) > TURNS:
        text = f"between {min(numbers):g}{sign} and {max(numbers):g}{sign}, {numbers[-1]:g}{sign} at the end"
    else:
        steps, before = [f"{numbers[0]:g}{sign} at {clock(known[0][0])}"], numbers[0]
        for time, value in turns:
            steps.append(f"{'rises' if value > before else 'falls'} to {value:g}{sign} by {clock(time)}")
            before = value
        text = ", ".join(steps)
    return text if values[-1] is not None else f"{text}; gone at the end"


def turning(known: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Where a number stops rising or falling: the time and the value of each turn, and of the last change."""
    turns: list[tuple[float, float]] = []
    previous = known[0][1]
    up: bool | None = None
    for time, value in known[1:]:
        if value == previous:
            continue
        if turns and (value > previous) == up:
            turns[-1] = time, value
        else:
            turns.append((time, value))
        up, previous = value > previous, value
    return turns
