"""Columns in plain text, laid out as kubectl lays them out.

kubectl writes cells that end in a tab and lets Go's ``text/tabwriter`` turn the tabs into spaces. Its rule (elastic
tab stops) is worth knowing to read `kubectl describe`: a column is a run of consecutive lines that all have a
tab-ended cell there, so one line without a tab starts a new layout. We follow that rule exactly, because the text of
`describe` is compared with the real one. The real counterpart is ``k8s.io/kubectl``'s tab writer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def align(text: str, *, minimum: int = 0, padding: int = 2) -> str:
    """Replace the tabs of ``text`` by spaces so that columns line up.

    ``minimum`` and ``padding`` are counted in characters: the least width of a column, padding included, and the gap
    after its longest cell. The defaults are those of ``kubectl describe``.
    """
    if "\t" not in text:
        return text
    lines = [line.split("\t") for line in text.split("\n")]
    widths: list[list[int]] = [[] for _ in lines]
    _measure(lines, widths, 0, len(lines), minimum, padding)
    return "\n".join(_join(cells, width) for cells, width in zip(lines, widths, strict=True))


def _measure(
    lines: list[list[str]], widths: list[list[int]], start: int, stop: int, minimum: int, padding: int
) -> None:
    """Give every tab-ended cell of ``lines[start:stop]`` its width: one block of lines at a time, left to right."""
    pending = [(start, stop, 0)]
    while pending:
        first, last, column = pending.pop()
        at = first
        while at < last:
            if column >= len(lines[at]) - 1:
                at += 1
                continue
            end = at
            width = minimum
            while end < last and column < len(lines[end]) - 1:
                width = max(width, len(lines[end][column]) + padding)
                end += 1
            for line in range(at, end):
                widths[line].append(width)
            pending.append((at, end, column + 1))
            at = end


def _join(cells: Sequence[str], widths: Iterable[int]) -> str:
    return "".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=False)) + cells[-1]
