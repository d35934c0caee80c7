"""LimitRanger: amounts for containers that name none, and bounds for those that do.

The real plugin has the same name. Its words, and the annotation in which it says what it filled in, are kept.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pilothouse.api import format_quantity, replace
from pilothouse.apiserver import status
from pilothouse.apiserver.admission.request import Request
from pilothouse.apiserver.kinds.resources import amount, pod_amounts

_NOTE = "kubernetes.io/limit-ranger"


def _ranges(request: Request) -> list[Any]:
    return list(request.door.store.list("LimitRange", request.item.metadata.namespace))


def fill(request: Request) -> Any:
    """The defaults of the namespace, written into every container of a new pod that lacks them."""
    pod = request.item
    if request.operation != "CREATE":
        return pod
    for one in _ranges(request):
        limits: dict[str, str] = {}
        requests: dict[str, str] = {}
        for item in one.spec.limits:
            if item.type == "Container":
                limits |= item.default
                requests |= item.defaultRequest
        if limits or requests:
            pod = _filled(pod, requests, limits)
    return pod


def _filled(pod: Any, requests: dict[str, str], limits: dict[str, str]) -> Any:
    said: list[str] = []
    changes: dict[str, Any] = {}
    for field, words in (("containers", "container"), ("initContainers", "init container")):
        done = []
        for container in getattr(pod.spec, field):
            given = container.resources
            asked = {name: text for name, text in requests.items() if name not in given.requests}
            capped = {name: text for name, text in limits.items() if name not in given.limits}
            for added, sort in ((asked, "request"), (capped, "limit")):
                if added:
                    said.append(f"{', '.join(sorted(added))} {sort} for {words} {container.name}")
            filled = replace(given, requests={**given.requests, **asked}, limits={**given.limits, **capped})
            done.append(replace(container, resources=filled) if asked or capped else container)
        changes[field] = done
    if not said:
        return pod
    meta = pod.metadata
    note = {_NOTE: "LimitRanger plugin set: " + "; ".join(said)}
    return replace(
        pod, spec=replace(pod.spec, **changes), metadata=replace(meta, annotations={**meta.annotations, **note})
    )


def bounds(request: Request) -> None:
    """Refuse what is smaller or larger than the namespace allows, all at once."""
    if request.operation != "CREATE":
        return
    wrong: list[str] = []
    for one in _ranges(request):
        for item in one.spec.limits:
            wrong += _problems(item, request.item, request.info.kind)
    if wrong:
        told = wrong[0] if len(wrong) == 1 else f"[{', '.join(wrong)}]"
        raise status.denied(request.info.plural, "", request.name, told)


def _problems(item: Any, thing: Any, kind: str) -> list[str]:
    if kind == "PersistentVolumeClaim":
        if item.type != kind:
            return []
        asked = _numbers(thing.spec.resources.requests)
        return [*_least(item, kind, asked, {}), *_most(item, kind, asked, asked, whole=True)]
    found: list[str] = []
    if item.type == "Container":
        for container in [*thing.spec.containers, *thing.spec.initContainers]:
            found += _all(item, _numbers(container.resources.requests), _numbers(container.resources.limits))
    elif item.type == "Pod":
        found += _all(item, *pod_amounts(thing.spec))
    return found


def _numbers(amounts: dict[str, str]) -> dict[str, Fraction]:
    return {name: Fraction(amount(text)) for name, text in amounts.items()}


def _all(item: Any, asked: dict[str, Fraction], capped: dict[str, Fraction]) -> list[str]:
    return [
        *_least(item, item.type, asked, capped),
        *_most(item, item.type, asked, capped),
        *_ratio(item, asked, capped),
    ]


def _least(item: Any, sort: str, asked: dict[str, Fraction], capped: dict[str, Fraction]) -> list[str]:
    found = []
    for name in sorted(item.min):
        least = Fraction(amount(item.min[name]))
        told = f"minimum {name} usage per {sort} is {item.min[name]}"
        if name not in asked:
            found.append(f"{told}.  No request is specified")
        elif asked[name] < least:
            found.append(f"{told}, but request is {format_quantity(asked[name], item.min[name])}")
        elif name in capped and capped[name] < least:
            found.append(f"{told}, but limit is {format_quantity(capped[name], item.min[name])}")
    return found


def _most(
    item: Any, sort: str, asked: dict[str, Fraction], capped: dict[str, Fraction], whole: bool = False
) -> list[str]:
    found = []
    for name in sorted(item.max):
        most = Fraction(amount(item.max[name]))
        told = f"maximum {name} usage per {sort} is {item.max[name]}"
        if name not in capped:
            found.append(f"{told}.  No {'request' if whole else 'limit'} is specified")
        elif capped[name] > most:
            word = "request" if whole else "limit"
            found.append(f"{told}, but {word} is {format_quantity(capped[name], item.max[name])}")
        elif name in asked and asked[name] > most:
            found.append(f"{told}, but request is {format_quantity(asked[name], item.max[name])}")
    return found


def _ratio(item: Any, asked: dict[str, Fraction], capped: dict[str, Fraction]) -> list[str]:
    found = []
    for name in sorted(item.maxLimitRequestRatio):
        text = item.maxLimitRequestRatio[name]
        told = f"{name} max limit to request ratio per {item.type} is {text}, but "
        if not asked.get(name):
            found.append(f"{told}no request is specified or request is 0")
        elif not capped.get(name):
            found.append(f"{told}no limit is specified or limit is 0")
        elif capped[name] / asked[name] > amount(text):
            found.append(f"{told}provided ratio is {float(capped[name] / asked[name]):.6f}")
    return found
