"""Strategic merge: patches that know which lists are maps by another name.

The list of a pod's containers is merged by `name`, that of a service's ports by `port`. Which list is merged by what
stands in the published schema. The real counterpart is `apimachinery/pkg/util/strategicpatch`; `three_way` is what
`kubectl apply` computes from the last, the wanted and the live object.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from pilothouse.api.field import fields
from pilothouse.api.struct import Base
from pilothouse.apiserver.status import ApiError

_DIRECTIVE, _RETAIN = "$patch", "$retainKeys"
_DELETE_PRIMITIVE, _ORDER = "$deleteFromPrimitiveList/", "$setElementOrder/"


class Line(NamedTuple):
    """How one field is merged: the type of what is inside it, its merge key ("" for values), and the strategies."""

    inner: type[Base] | None
    key: str
    strategies: tuple[str, ...]


_PLAIN = Line(None, "", ())


@lru_cache(1024)
def lines(owner: type[Base] | None) -> dict[str, Line]:
    """The fields of a type by API name."""
    if owner is None:
        return {}
    found: dict[str, Line] = {}
    for name, field in fields(owner).items():
        shape = field.shape
        inner = shape.struct if shape.struct is not None else shape.item.struct if shape.item is not None else None
        strategy, key = field.merge.strategy, field.merge.key
        found[name] = Line(inner, key, tuple(strategy.split(",")) if strategy else ())
    return found


def merge(target: Any, patch: Any, owner: type[Base] | None) -> Any:
    """`target` with `patch` merged in, both plain JSON of type `owner`; shares what is untouched. Raises ApiError
    400.
    """
    if not isinstance(patch, dict):
        raise ApiError(400, "BadRequest", "error decoding patch: the patch must be a map")
    return _merge_map(target if isinstance(target, dict) else {}, patch, owner)


def _merge_map(target: dict[str, Any], patch: dict[str, Any], owner: type[Base] | None) -> dict[str, Any]:
    directive = patch.get(_DIRECTIVE)
    if directive == "replace":
        return {key: value for key, value in patch.items() if key != _DIRECTIVE}
    if directive == "delete":
        return {}
    known = lines(owner)
    result = dict(target)
    if _RETAIN in patch:
        kept = patch[_RETAIN]
        result = {key: value for key, value in result.items() if key in kept}
    for name, value in patch.items():
        if name.startswith("$"):
            _directive(result, name, value, patch, known)
            continue
        line = known.get(name, _PLAIN)
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            before = result.get(name)
            if "replace" in line.strategies:
                result[name] = value
            else:
                result[name] = _merge_map(before if isinstance(before, dict) else {}, value, line.inner)
        elif isinstance(value, list) and "merge" in line.strategies:
            result[name] = _merge_list(result.get(name) or [], value, line, patch.get(_ORDER + name))
        else:
            result[name] = value
    return result


def _directive(result: dict[str, Any], name: str, value: Any, patch: dict[str, Any], known: dict[str, Line]) -> None:
    """Directives beside a field: values to take out of a list, and the order of a list that the patch does not touch."""
    if name.startswith(_DELETE_PRIMITIVE):
        field = name[len(_DELETE_PRIMITIVE) :]
        if field in result:
            result[field] = [one for one in result[field] if one not in value]
    elif name.startswith(_ORDER):
        field = name[len(_ORDER) :]
        if field in result and field not in patch:
            result[field] = _ordered(result[field], [], value, known.get(field, _PLAIN).key)


def _merge_list(target: list[Any], patch: list[Any], line: Line, order: list[Any] | None) -> list[Any]:
    key = line.key
    if not key or (patch and not isinstance(patch[0], dict)):
        added = [one for one in patch if one not in target]
        return _ordered([*target, *added], added, order, "") if order else [*target, *added]
    result = list(target) if _all_maps(target) else []
    added = []
    for item in patch:
        if not isinstance(item, dict):
            raise ApiError(400, "BadRequest", "error in strategic merge: a list of maps has a value that is no map")
        directive = item.get(_DIRECTIVE)
        if directive == "replace":
            return [one for one in patch if _DIRECTIVE not in one]
        name = item.get(key)
        if name is None:
            told = f"map: map{_go(item)} does not contain declared merge key: {key}"
            raise ApiError(500, "", told)
        at = next((index for index, one in enumerate(result) if one.get(key) == name), None)
        if directive == "delete":
            result = [one for one in result if one.get(key) != name]
        elif at is None:
            fresh = _merge_map({}, item, line.inner)
            result.append(fresh)
            added.append(fresh)
        else:
            result[at] = _merge_map(result[at], item, line.inner)
    return _ordered(result, added, order, key) if order else result


def _go(item: dict[str, Any]) -> str:
    return "[" + " ".join(f"{key}:{item[key]}" for key in sorted(item)) + "]"


def _all_maps(*lists: list[Any]) -> bool:
    return all(isinstance(one, dict) for items in lists for one in items)


def _ordered(items: list[Any], added: list[Any], order: list[Any] | None, key: str) -> list[Any]:
    """The items that `order` names in its order, the server's own where they stood before."""
    if not order:
        return items
    wanted = {_name(entry, key): index for index, entry in enumerate(order)}
    named = sorted((one for one in items if _name(one, key) in wanted), key=lambda one: wanted[_name(one, key)])
    result: list[Any] = []
    rest = iter(named)
    pending = next(rest, None)
    places = {_name(one, key): index for index, one in enumerate(items)}
    for one in items:
        if _name(one, key) in wanted:
            continue
        while pending is not None and places[_name(pending, key)] < places[_name(one, key)]:
            result.append(pending)
            pending = next(rest, None)
        result.append(one)
    while pending is not None:
        result.append(pending)
        pending = next(rest, None)
    return result


def _name(item: Any, key: str) -> Any:
    found = item.get(key) if key and isinstance(item, dict) else item
    return repr(found) if isinstance(found, (dict, list)) else found


# ------------------ three ways


def three_way(
    last: dict[str, Any], wanted: dict[str, Any], live: dict[str, Any], owner: type[Base] | None
) -> dict[str, Any]:
    """`live` as `kubectl apply` makes it: what `wanted` says, without what `last` said and `wanted` no longer does.

    Everything that neither of them says is the server's and stays.
    """
    known = lines(owner)
    result = dict(live)
    for name in last:
        if name not in wanted:
            result.pop(name, None)
    for name, value in wanted.items():
        line = known.get(name, _PLAIN)
        before, now = last.get(name), live.get(name)
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict) and isinstance(now, dict) and "replace" not in line.strategies:
            merged = three_way(before if isinstance(before, dict) else {}, value, now, line.inner)
            if "retainKeys" in line.strategies:
                merged = {key: one for key, one in merged.items() if key in value}
            result[name] = merged
        elif isinstance(value, list) and isinstance(now, list) and "merge" in line.strategies:
            result[name] = _three_lists(before if isinstance(before, list) else [], value, now, line)
        elif now != value:
            result[name] = value
    return result


def _three_lists(last: list[Any], wanted: list[Any], live: list[Any], line: Line) -> list[Any]:
    key = line.key
    if not key:
        kept = [one for one in live if one in wanted or one not in last]
        merged = [*kept, *[one for one in wanted if one not in kept]]
        return _ordered(merged, [], wanted, "")
    if not _all_maps(last, wanted, live):
        return wanted
    names = [one.get(key) for one in wanted]
    dropped = [one.get(key) for one in last if one.get(key) not in names]
    merged = [one for one in live if one.get(key) not in dropped]
    met: dict[Any, int] = {}
    for item in wanted:
        # a port may be there for two protocols: the second of a name is matched with the second
        name = _name(item, key)
        nth = met[name] = met.get(name, -1) + 1
        places = [index for index, one in enumerate(merged) if _name(one, key) == name]
        if nth >= len(places):
            merged.append(item)
            continue
        at = places[nth]
        before: dict[str, Any] = next((one for one in last if _name(one, key) == name), {})
        found = three_way(before, item, merged[at], line.inner)
        if "retainKeys" in line.strategies:
            found = {field: value for field, value in found.items() if field in item}
        merged[at] = found
    return merged if max(met.values(), default=0) else _ordered(merged, [], wanted, key)
