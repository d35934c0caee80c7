"""`kubectl logs`: what a container wrote."""

from __future__ import annotations

from pilothouse.api import Pod, micro_timestamp
from pilothouse.apiserver import ApiError

from ..call import Call
from ..container import choose, names, pods_behind
from ..failure import Failure, error, usage, words
from ..flags import Flag
from ..targets import kind, listed

USAGE = "logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]"
ABOUT = "Print what a container wrote."
FLAGS = (
    Flag("container", "c", help="which container"),
    Flag("all-containers", type="bool", default=False, help="every container of the pod"),
    Flag("previous", "p", "bool", False, help="the container before the last restart"),
    Flag("follow", "f", "bool", False, help="let --request-timeout of virtual time pass first (default 1m)"),
    Flag("tail", type="int", default=-1, help="only the last lines"),
    Flag("since", type="duration", default=0.0, help="only what is newer"),
    Flag("timestamps", type="bool", default=False, help="the time before each line"),
    Flag("prefix", type="bool", default=False, help="pod and container before each line"),
    Flag("selector", "l", help="the pods with these labels"),
)
NEEDED = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command"


def run(call: Call) -> None:
    """Print the log of the wanted container, or of the default one, saying which that is."""
    pods = _pods(call)
    if call.flags.on("follow"):
        seconds = call.flags.text("request-timeout")
        call.cluster.run("60s" if seconds in ("", "0") else seconds)
    for pod in pods:
        for container in _containers(call, pod):
            _print(call, pod, container)


def _pods(call: Call) -> list[Pod]:
    if call.flags.text("selector"):
        found = listed(call, kind(call, "pods"))
        if not found:
            call.warn(f"No resources found in {call.namespace} namespace.\n")
        return found
    if len(call.args) not in (1, 2):
        raise usage(NEEDED, "logs")
    try:
        pods = pods_behind(call, call.args[0])
    except ApiError as refusal:
        if refusal.reason != "NotFound" or "/" in call.args[0]:
            raise
        raise error(f'error from server (NotFound): {refusal.message} in namespace "{call.namespace}"') from None
    if not pods:
        raise error("timed out waiting for the condition")
    if len(pods) > 1:
        call.warn(f"Found {len(pods)} pods, using pod/{pods[0].metadata.name}\n")
    return pods[:1]


def _containers(call: Call, pod: Pod) -> list[str]:
    if call.flags.on("all-containers"):
        return [name for group in names(pod) for name in group]
    return [choose(call, pod, call.flags.text("container") or (call.args[1] if len(call.args) == 2 else ""))]


def _print(call: Call, pod: Pod, container: str) -> None:
    flags = call.flags
    try:
        lines = call.cluster.machines.logs(
            pod.metadata.name, container, pod.metadata.namespace, previous=flags.on("previous")
        )
    except ApiError as refusal:
        raise Failure(words(refusal)) from None
    since = flags.seconds("since") or 0.0
    kept = [(at, line) for at, line in lines if not since or at >= call.now - since]
    tail = flags.integer("tail")
    if tail is not None and tail >= 0:
        kept = kept[len(kept) - tail :] if tail else []
    lead = f"[pod/{pod.metadata.name}/{container}] " if flags.on("prefix") else ""
    stamped = flags.on("timestamps")
    call.say("".join(f"{lead}{_stamp(at) if stamped else ''}{line}\n" for at, line in kept))


def _stamp(at: float) -> str:
    return micro_timestamp(at).removesuffix("Z") + "000Z "
