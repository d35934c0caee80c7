"""`kubectl wait`: let virtual time pass until objects are as wanted."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pilothouse.api import to_dict
from pilothouse.apiserver import ApiError

from ..call import Call
from ..failure import Failure, error
from ..flags import Flag
from ..targets import NOTHING_NAMED, Found, found, get
from .get import SELECTION

USAGE = "wait ([-f FILENAME] | TYPE NAME | TYPE -l SELECTOR | --all) --for=(delete|create|condition=NAME[=VALUE]|jsonpath=EXPR=VALUE)"
ABOUT = "Let virtual time pass until objects are as wanted."
FLAGS = (
    *SELECTION,
    Flag("all", type="bool", default=False, help="all objects of the kind in the namespace"),
    Flag("for", type="string", help="what to wait for"),
    Flag("timeout", type="duration", default=30.0, help="how long, for each object"),
)
Question = Callable[[Any], bool]


def run(call: Call) -> None:
    """Wait for each object in turn; exit code 1 for those that are not so in time."""
    what = call.flags.text("for")
    question = _question(what)
    if not call.args and not call.flags.given("filename"):
        raise error(NOTHING_NAMED)
    targets: list[Found] = []
    for one in found(call, call.args):
        if isinstance(one, Found):
            targets.append(one)
        elif not (what == "delete" and isinstance(one, ApiError) and one.reason == "NotFound"):
            call.fail(one)
    if not targets and not call.output.code and what != "delete":
        raise error("no matching resources found")
    seconds = call.flags.seconds("timeout")
    for one in targets:
        if call.wait(lambda one=one: _met(call, one, question), seconds if seconds else None):  # type: ignore[misc]
            call.say(
                f"{one.title} {'condition met' if what != 'delete' else 'deleted'}\n".replace(
                    "deleted", "condition met"
                )
            )
        else:
            call.fail(Failure(f"error: timed out waiting for the condition on {one.resource.plural}/{one.name}"))


def _met(call: Call, one: Found, question: Question | None) -> bool:
    try:
        now = get(call, one.resource, one.name, one.namespace)
    except ApiError:
        return question is None
    return question is not None and question(now)


def _question(what: str) -> Question | None:
    """What to ask of an object; None waits for it to be gone."""
    lowered = what.lower()
    if lowered == "delete":
        return None
    if lowered == "create":
        return lambda thing: True
    if lowered.startswith("condition="):
        name, _, value = what[len("condition=") :].partition("=")
        return lambda thing: _condition(thing, name, value or "true")
    if lowered.startswith("jsonpath="):
        return _jsonpath(what[len("jsonpath=") :])
    raise error(f'unrecognized condition: "{what}"')


def _condition(thing: Any, name: str, value: str) -> bool:
    data = to_dict(thing)
    status = data.get("status", {})
    observed = status.get("observedGeneration")
    if isinstance(observed, int) and observed < data["metadata"].get("generation", 0):
        return False
    return any(
        one.get("type", "").lower() == name.lower() and one.get("status", "").lower() == value.lower()
        for one in status.get("conditions", [])
    )


def _jsonpath(text: str) -> Question:
    from ..jsonpath import JSONPath

    match = re.fullmatch(r"(\{.*?\}|[^=]+)(?:=(.*))?", text)
    if match is None:
        raise error(
            "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'"
        )
    path, value = JSONPath(match[1] if match[1].startswith("{") else "{" + match[1] + "}"), match[2]

    def question(thing: Any) -> bool:
        found = path.values(to_dict(thing), strict=False)
        return bool(found) and (value is None or path.text(found[0]) == value.strip("'\""))

    return question
