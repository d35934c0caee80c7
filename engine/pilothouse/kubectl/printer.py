"""How `kubectl get` prints objects: tables, wide tables, YAML, JSON, names, JSONPath and columns of one's own choice.

The API server computes tables (which columns, which cells); the client only lays them out, here and in the real
kubectl (``cli-runtime``'s table printer).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pilothouse.api import to_dict
from pilothouse.api.document import dump

from .failure import error
from .output import Grid
from .tabwriter import align
from .targets import Found

FORMATS = (
    "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,"
    "template,templatefile,wide,yaml"
)


def as_text(grid: Grid, header: bool = True) -> str:
    """A table as kubectl lays it out: columns at least six wide, three spaces apart."""
    lines = [list(grid.header)] if header else []
    lines += [list(row) for row in grid.rows]
    if len(lines) > 200:
        return _aligned(lines)
    return align("".join("\t".join(_clean(cell) for cell in line) + "\n" for line in lines), minimum=6, padding=3)


def _aligned(lines: list[list[str]]) -> str:
    """The same layout for long tables, column by column (every line has every column)."""
    columns = [[_clean(cell) for cell in column] for column in zip(*lines, strict=True)]
    widths = [max(6, max(map(len, column)) + 3) for column in columns[:-1]]
    padded = [[cell.ljust(width) for cell in column] for column, width in zip(columns, widths, strict=False)]
    return "".join("".join(row) + "\n" for row in zip(*padded, columns[-1], strict=True))


def _clean(cell: str) -> str:
    """Line ends inside a cell would break the table; kubectl cuts there."""
    if "\n" in cell or "\r" in cell or "\f" in cell:
        first = cell.replace("\r", "\n").replace("\f", "\n").split("\n", 1)[0]
        return first + "..."
    return cell.replace("\t", " ") if "\t" in cell else cell


def plain(thing: Any, managed_fields: bool = False) -> dict[str, Any]:
    """An object as printed: API field names, keys sorted, without managedFields unless asked for."""
    data = to_dict(thing)
    if not managed_fields and "managedFields" in data.get("metadata", {}):
        data = {**data, "metadata": {key: value for key, value in data["metadata"].items() if key != "managedFields"}}
    return data


def bundle(things: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Several objects as one ``List``, the way kubectl prints them."""
    return {"apiVersion": "v1", "items": list(things), "kind": "List", "metadata": {"resourceVersion": ""}}


def as_yaml(data: dict[str, Any]) -> str:
    """YAML in kubectl's style."""
    return dump(data)


def as_json(data: dict[str, Any]) -> str:
    """JSON in kubectl's style: four spaces, keys sorted."""
    return json.dumps(data, indent=4, sort_keys=True, ensure_ascii=False) + "\n"


def formatted(
    output: str, found: Sequence[Found], single: bool, managed_fields: bool = False, header: bool = True
) -> str:
    """Objects in one of the formats that is no table. ``single``: exactly one object was asked for by name."""
    format_, _, argument = output.partition("=")
    if format_ == "name":
        return "".join(f"{one.title}\n" for one in found)
    things = [plain(one.object, managed_fields) for one in found]
    data = things[0] if single and things else bundle(things)
    if format_ == "yaml":
        return as_yaml(data)
    if format_ == "json":
        return as_json(data)
    if format_ in ("jsonpath", "jsonpath-as-json"):
        from .jsonpath import JSONPath

        if not argument:
            raise error("template format specified but no template given")
        path = JSONPath(argument)
        if format_ == "jsonpath-as-json":
            return as_json_list(path.values(data))
        return path.render(data)
    if format_ == "custom-columns":
        from .columns import Columns

        return as_text(Columns(argument).grid(things), header)
    raise error(f'unable to match a printer suitable for the output format "{output}", allowed formats are: {FORMATS}')


def as_json_list(values: Sequence[Any]) -> str:
    """Several found values as one JSON list."""
    return json.dumps(list(values), indent=4, sort_keys=True, ensure_ascii=False) + "\n"
