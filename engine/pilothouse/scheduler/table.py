"""An explanation as a table to read: one row a node, one column a plugin, the decisive cell marked."""

from __future__ import annotations

import re
from html import escape

from pilothouse.scheduler.explanation import Explanation

MARK = "»"  # the refusal that decided, and the node that is best


def columns_of(found: Explanation) -> tuple[list[str], list[str]]:
    """The plugins worth a column: filters that refuse some node, scores that say something."""
    filters = [name for name, by in found.filters.items() if by] + list(found.rejections)
    return list(dict.fromkeys(filters)), list(found.scores)


def headline(found: Explanation) -> str:
    """The outcome in one sentence."""
    name = f"{found.pod.metadata.namespace}/{found.pod.metadata.name}"
    total, able = len(found.names), len(found.rows)
    if not able:
        return f"{name} fits nowhere: {found.message}"
    best = found.best
    which = best[0] if len(best) == 1 else f"one of {len(best)} ({', '.join(best[:5])}{', …' if len(best) > 5 else ''})"
    where = f"; it is on {found.placed}" if found.placed else ""
    return f"{name}: {able} of {total} nodes can take it; best is {which}, with {int(found.total.max())} points{where}"


def cells(found: Explanation) -> list[list[str]]:
    """The table: a row of column names, then a row a node."""
    filters, scores = columns_of(found)
    verdicts = found.diagnosis.verdicts if found.diagnosis is not None else {}
    rejected = next(iter(found.rejections), "")
    places = {row: index for index, row in enumerate(found.rows)}
    best = set(found.best)
    table = [["node", *filters, *scores, "total"]]
    for row, node in enumerate(found.names):
        line = [node]
        first = not rejected
        for plugin in filters:
            refused = plugin in found.rejections or row in found.filters.get(plugin, {})
            decides = refused and (verdicts[row][0] == plugin if row in verdicts else plugin == rejected or first)
            first = first and not refused
            line.append(f"{MARK}no" if decides else "no" if refused else "ok")
        index = places.get(row)
        line += ["" if index is None else str(int(found.scores[plugin].weighted[index])) for plugin in scores]
        total = "" if index is None else str(int(found.total[index]))
        line.append(f"{MARK}{total}" if node in best else total)
        table.append(line)
    return table


def reasons(found: Explanation) -> list[str]:
    """What the refusals say, one line for each reason, with the nodes."""
    said: dict[tuple[str, str], list[str]] = {}
    for plugin, by in found.filters.items():
        for row, answer in by.items():
            for reason in answer.reasons:
                said.setdefault((plugin, reason), []).append(found.names[row])
    lines = [f"{plugin}: {reason} (whatever the node)" for plugin, reason in found.rejections.items()]
    lines += [f"{plugin}: {reason}: {_some(nodes)}" for (plugin, reason), nodes in said.items()]
    if found.preemption is not None and found.preemption.nominated:
        node = found.preemption.nominated[0]
        victims = ", ".join(pod.metadata.name for pod in found.preemption.candidates[node].victims)
        lines.append(f"DefaultPreemption: there would be room on {node} without {victims}")
    return lines + list(dict.fromkeys(map(str, found.failures)))


def _some(nodes: list[str]) -> str:
    return ", ".join(nodes[:8]) + (f" and {len(nodes) - 8} more" if len(nodes) > 8 else "")


def text(found: Explanation) -> str:
    """The table in plain text, long plugin names broken over lines."""
    if not found.names:
        return headline(found)
    table = cells(found)
    heads = [_stacked(name) for name in table[0]]
    height = max(len(head) for head in heads)
    lines = [
        [head[number - height + len(head)] if number >= height - len(head) else "" for head in heads]
        for number in range(height)
    ]
    lines += table[1:]
    widths = [max(len(line[index]) for line in lines) for index in range(len(heads))]
    drawn = [
        "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    drawn.insert(height, "-" * (sum(widths) + 2 * (len(widths) - 1)))
    return "\n".join([headline(found), "", *drawn, "", *reasons(found)]).rstrip()


def _stacked(name: str) -> list[str]:
    return re.findall(r"[A-Z][a-z]*|[a-z_]+|[^A-Za-z]+", name) or [name]


def html(found: Explanation) -> str:
    """The table in HTML, for a notebook; says the same as the text, for every reader."""
    table = cells(found)
    head = "".join(f'<th scope="col">{"<wbr>".join(map(escape, _stacked(name)))}</th>' for name in table[0])
    body = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(line[0])}</th>{"".join(map(_cell, line[1:]))}</tr>'
        for line in table[1:]
    )
    items = "".join(f"<li>{escape(line)}</li>" for line in reasons(found))
    return (
        f"<table style='min-width:40em'><caption style='text-align:left'>{escape(headline(found))}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" + (f"<ul>{items}</ul>" if items else "")
    )


def _cell(value: str) -> str:
    if value.startswith(MARK):
        return f"<td style='text-align:right'><strong>{escape(value)}</strong></td>"
    return f"<td style='text-align:right'>{escape(value)}</td>"
