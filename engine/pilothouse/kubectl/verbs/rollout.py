"""What the `kubectl rollout` verbs have in common: which object they are about, and its revisions."""

from __future__ import annotations

from typing import Any

from pilothouse.apiserver import ApiError

from ..call import Call
from ..failure import Failure, error, words
from ..flags import Flag
from ..targets import Found, found

FLAGS = (
    Flag("filename", "f", "strings", help="the objects that a manifest names"),
    Flag("selector", "l", help="the objects with these labels"),
)


def targets(call: Call) -> list[Found]:
    """The objects that the command names; the first that is not there ends it."""
    if not call.args and not call.flags.given("filename"):
        raise error("required resource not specified")
    result: list[Found] = []
    for one in found(call, call.args):
        if isinstance(one, Failure):
            raise one
        if isinstance(one, ApiError):
            raise Failure(words(one))
        result.append(one)
    return result


def one_target(call: Call) -> Found:
    """The single object that the command is about."""
    result = targets(call)
    if len(result) != 1:
        raise error(
            f"rollout status is only supported on individual resources and resource collections - {len(result)} resources were found"
        )
    return result[0]


def replica_sets(call: Call, deployment: Any) -> list[Any]:
    """The replica sets that a Deployment controls."""
    from ..describe.surroundings import Surroundings

    return Surroundings(call.api).owned("ReplicaSet", deployment.metadata)
