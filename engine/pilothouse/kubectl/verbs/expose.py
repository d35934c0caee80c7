"""`kubectl expose`: a Service in front of pods."""

from __future__ import annotations

from typing import Any

from pilothouse.apiserver import ApiError

from ..call import Call
from ..failure import Failure, error, words
from ..flags import Flag
from ..printer import as_json, as_yaml
from ..targets import NOTHING_NAMED, Found, found
from .apply import dry_run
from .run import pairs

USAGE = "expose (-f FILENAME | TYPE NAME) [--port=PORT] [--target-port=NUMBER-OR-NAME] [--name=NAME] [--type=TYPE]"
ABOUT = "Put a Service in front of pods."
FLAGS = (
    Flag("filename", "f", "strings", help="the object that a manifest names"),
    Flag("port", help="the port of the service; else that of the containers"),
    Flag("target-port", help="the port of the containers, by number or name"),
    Flag("name", help="the name of the service; else that of the object"),
    Flag("type", help="ClusterIP, NodePort or LoadBalancer"),
    Flag("protocol", default="TCP", help="TCP, UDP or SCTP"),
    Flag("selector", help="the labels of the pods; else those that the object selects"),
    Flag("labels", "l", help="labels of the service; else those of the object"),
    Flag("dry-run", default="none", bare="unchanged", help="server or client: say what would happen, change nothing"),
    Flag("output", "o", help="yaml or json: print the service"),
)
KINDS = ("Pod", "Service", "ReplicationController", "Deployment", "ReplicaSet")


def run(call: Call) -> None:
    """Create the service."""
    if not call.args and not call.flags.given("filename"):
        raise error(NOTHING_NAMED)
    mode = dry_run(call)
    for one in found(call, call.args, need_name=True):
        if not isinstance(one, Found):
            call.fail(one)
            continue
        if one.object.kind not in KINDS:
            raise error(f"cannot expose a {one.object.kind}")
        data = _service(call, one)
        if mode == " (dry run)" and call.flags.text("output") in ("yaml", "json"):
            call.say(as_yaml(data) if call.flags.text("output") == "yaml" else as_json(data))
            continue
        try:
            made = call.api.create(data, namespace=one.namespace, dry_run=bool(mode))
        except ApiError as refusal:
            raise Failure(words(refusal)) from None
        call.say(f"service/{made.metadata.name} exposed{mode}\n")
    call.settle()


def _service(call: Call, one: Found) -> dict[str, Any]:
    flags = call.flags
    name = flags.text("name") or one.name
    ports = _ports(call, one)
    labels = pairs(flags.text("labels").split(",")) if flags.text("labels") else dict(one.object.metadata.labels)
    spec: dict[str, Any] = {"ports": ports, "selector": _selector(call, one)}
    if flags.text("type"):
        spec["type"] = flags.text("type")
    metadata: dict[str, Any] = {"name": name, **({"labels": labels} if labels else {})}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec, "status": {"loadBalancer": {}}}


def _selector(call: Call, one: Found) -> dict[str, str]:
    text = call.flags.text("selector")
    if text:
        return pairs(text.split(","))
    thing = one.object
    if thing.kind == "Pod":
        if not thing.metadata.labels:
            raise error(
                "couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed"
            )
        return dict(thing.metadata.labels)
    selector = thing.spec.selector
    if isinstance(selector, dict):
        return dict(selector)
    if selector is None or selector.matchExpressions:
        raise error("couldn't retrieve selectors via --selector flag or introspection: couldn't convert expressions")
    return dict(selector.matchLabels)


def _ports(call: Call, one: Found) -> list[dict[str, Any]]:
    flags = call.flags
    written = flags.text("port")
    numbers = written.split(",") if written else [str(number) for number in _container_ports(one.object)]
    if not numbers:
        raise error(
            "couldn't find port via --port flag or introspection\nSee 'kubectl expose -h' for help and examples"
        )
    target = flags.text("target-port")
    result = []
    for index, text in enumerate(numbers):
        if not text.isdigit():
            raise error(f'strconv.Atoi: parsing "{text}": invalid syntax')
        port: dict[str, Any] = {"port": int(text), "protocol": flags.text("protocol")}
        port["targetPort"] = (int(target) if target.isdigit() else target) if target else int(text)
        if len(numbers) > 1:
            port["name"] = f"port-{index + 1}"
        result.append(port)
    return result


def _container_ports(thing: Any) -> list[int]:
    if thing.kind == "Service":
        return [port.port for port in thing.spec.ports]
    spec = thing.spec if thing.kind == "Pod" else thing.spec.template.spec
    return [port.containerPort for container in spec.containers for port in container.ports]
