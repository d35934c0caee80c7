"""`kubectl run`: one pod, straight from an image."""

from __future__ import annotations

from typing import Any

from ..call import Call
from ..failure import error
from ..flags import Flag
from ..printer import as_json, as_yaml
from .apply import dry_run

USAGE = "run NAME --image=IMAGE [--port=PORT] [--env=K=V] [--labels=K=V] [--restart=Never] [--command] -- [ARGS...]"
ABOUT = "Start one pod from an image."
FLAGS = (
    Flag("image", help="the image to run"),
    Flag("port", type="int", help="the port that the container listens on"),
    Flag("env", type="strings", bare=None, help="KEY=VALUE in the container's environment"),
    Flag("labels", "l", help="KEY=VALUE,... instead of run=NAME"),
    Flag("annotations", type="strings", help="KEY=VALUE"),
    Flag("restart", default="Always", help="Always, OnFailure or Never"),
    Flag("image-pull-policy", help="Always, IfNotPresent or Never"),
    Flag("command", type="bool", default=False, help="what follows -- is the command, not its arguments"),
    Flag("dry-run", default="none", bare="unchanged", help="server or client: say what would happen, change nothing"),
    Flag("output", "o", help="yaml or json: print the pod"),
    Flag("stdin", "i", "bool", False, help="accepted; nobody types into a simulated container"),
    Flag("tty", "t", "bool", False, help="accepted"),
    Flag("rm", type="bool", default=False, help="accepted"),
)


def run(call: Call) -> None:
    """Create the pod."""
    flags = call.flags
    if not flags.text("image"):
        raise error('required flag(s) "image" not set')
    before = call.args if flags.dash is None else call.args[: flags.dash]
    after = [] if flags.dash is None else call.args[flags.dash :]
    if not before:
        raise error("NAME is required for run")
    mode = dry_run(call)
    data = _pod(call, before[0], [*before[1:], *after])
    output = flags.text("output")
    if mode == " (dry run)" and output in ("yaml", "json"):
        call.say(as_yaml(data) if output == "yaml" else as_json(data))
        return
    made = call.api.create(data, namespace=call.namespace, dry_run=bool(mode))
    call.say(f"pod/{made.metadata.name} created{mode}\n")
    call.settle()


def _pod(call: Call, name: str, words: list[str]) -> dict[str, Any]:
    flags = call.flags
    container: dict[str, Any] = {"image": flags.text("image"), "name": name, "resources": {}}
    if words:
        container["command" if flags.on("command") else "args"] = words
    port = flags.integer("port")
    if port is not None:
        container["ports"] = [{"containerPort": port}]
    if flags.text("image-pull-policy"):
        container["imagePullPolicy"] = flags.text("image-pull-policy")
    env = [pair.partition("=") for pair in flags.many("env")]
    if env:
        container["env"] = [{"name": key, "value": value} for key, _, value in env]
    labels = pairs(flags.text("labels").split(",")) if flags.text("labels") else {"run": name}
    metadata: dict[str, Any] = {"labels": labels, "name": name}
    if flags.many("annotations"):
        metadata["annotations"] = pairs(flags.many("annotations"))
    spec = {"containers": [container], "dnsPolicy": "ClusterFirst", "restartPolicy": flags.text("restart")}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": {}}


def pairs(texts: list[str]) -> dict[str, str]:
    """``["a=b"]`` as a mapping."""
    found: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals:
            raise error(f"unexpected label spec: {text}")
        found[key] = value
    return found
