"""`kubectl exec`: run a command inside a container, beside its process."""

from __future__ import annotations

from pilothouse.apiserver import ApiError

from ..call import Call
from ..container import choose, pods_behind
from ..failure import Failure, error, words
from ..flags import Flag

USAGE = "exec (POD | TYPE/NAME) [-c CONTAINER] -- COMMAND [ARGS...]"
ABOUT = "Run a command inside a container."
FLAGS = (
    Flag("container", "c", help="which container"),
    Flag("stdin", "i", "bool", False, help="accepted; nobody types into a simulated container"),
    Flag("tty", "t", "bool", False, help="accepted"),
    Flag("quiet", "q", "bool", False, help="accepted"),
)


def run(call: Call) -> None:
    """Print what the command prints; the exit code is the command's. It takes the virtual time that it takes."""
    dash = call.flags.dash
    before = call.args if dash is None else call.args[:dash]
    command = call.args[1:] if dash is None else call.args[dash:]
    if not before:
        raise error("pod, type/name or --filename must be specified")
    if not command:
        raise error("you must specify at least one command for the container")
    if dash is None:
        raise error(
            "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\n"
            "See 'kubectl exec -h' for help and examples"
        )
    pods = pods_behind(call, before[0])
    if not pods:
        raise error("timed out waiting for the condition")
    pod = pods[0]
    if pod.status.phase in ("Succeeded", "Failed"):
        raise error(f"cannot exec into a container in a completed pod; current phase is {pod.status.phase}")
    container = choose(call, pod, call.flags.text("container"))
    try:
        result = call.cluster.machines.execute(pod.metadata.name, command, container, pod.metadata.namespace)
    except ApiError as refusal:
        raise _refused(refusal) from None
    call.say(result.output)
    if result.seconds is None:
        raise error("the command never ends; in a terminal you would press Ctrl-C now", 130)
    if result.seconds:
        call.cluster.run(result.seconds)
    if result.code:
        raise Failure(f"command terminated with exit code {result.code}", result.code)


def _refused(refusal: ApiError) -> Failure:
    if refusal.code == 500 and refusal.reason:
        return error(f"Internal error occurred: Internal error occurred: {refusal.message}")
    if refusal.message.startswith("unable to upgrade connection"):
        return error(refusal.message)
    return Failure(words(refusal))
