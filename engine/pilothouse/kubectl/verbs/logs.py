"""`kubectl logs`: what a container wrote."""

from __future__ import annotations

from typing import Any

from pilothouse.api import micro_timestamp
from pilothouse.apiserver import ApiError

from ..call import Call
from ..failure import Failure, error, usage, words
from ..flags import Flag
from ..targets import kind, listed, wanted

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


def _pods(call: Call) -> list[Any]:
    if call.flags.text("selector"):
        found = listed(call, kind(call, "pods"))
        if not found:
            call.warn(f"No resources found in {call.namespace} namespace.\n")
        return found
    if not call.args:
        raise usage(NEEDED, "logs")
    if len(call.args) > 2:
        raise usage(NEEDED, "logs")
    name = call.args[0]
    if "/" not in name or name.split("/")[0] in ("pod", "pods", "po"):
        return [_pod(call, name.rpartition("/")[2])]
    target = wanted(call, [name])[0]
    owner = call.api.get(target.resource.plural, target.names[0], namespace=call.namespace)
    pods = _behind(call, owner)
    if not pods:
        raise error("timed out waiting for the condition")
    if len(pods) > 1:
        call.warn(f"Found {len(pods)} pods, using pod/{pods[0].metadata.name}\n")
    return pods[:1]


def _pod(call: Call, name: str) -> Any:
    try:
        return call.api.get("pods", name, namespace=call.namespace)
    except ApiError as refusal:
        if refusal.reason != "NotFound":
            raise
        raise error(f'error from server (NotFound): {refusal.message} in namespace "{call.namespace}"') from None


def _behind(call: Call, owner: Any) -> list[Any]:
    from pilothouse.api import matches

    selector = owner.spec.selector
    pods = call.api.list("pods", namespace=call.namespace)
    if isinstance(selector, dict):
        return [pod for pod in pods if selector and selector.items() <= pod.metadata.labels.items()]
    return [pod for pod in pods if matches(selector, pod.metadata.labels)]


def _containers(call: Call, pod: Any) -> list[str]:
    spec = pod.spec
    main = [one.name for one in spec.containers]
    init = [one.name for one in spec.initContainers]
    extra = [one.name for one in spec.ephemeralContainers]
    if call.flags.on("all-containers"):
        return [*init, *main, *extra]
    named = call.flags.text("container") or (call.args[1] if len(call.args) == 2 else "")
    shown = ", ".join([*main, *(f"{one} (init)" for one in init), *(f"{one} (ephem)" for one in extra)])
    if named:
        if named not in (*main, *init, *extra):
            raise error(f"container {named} is not valid for pod {pod.metadata.name} out of: {shown}")
        return [named]
    default = pod.metadata.annotations.get("kubectl.kubernetes.io/default-container", "")
    if default in main:
        return [default]
    if len(main) + len(init) + len(extra) > 1:
        call.warn(f'Defaulted container "{main[0]}" out of: {shown}\n')
    return main[:1]


def _print(call: Call, pod: Any, container: str) -> None:
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
