"""`kubectl set image`: another image for a container of a template."""

from __future__ import annotations

from typing import Any

from pilothouse.apiserver import ApiError

from ..call import Call
from ..failure import Failure, error
from ..flags import Flag
from ..podtemplate import change, pod_spec
from ..targets import NOTHING_NAMED, Found, found
from .apply import dry_run

USAGE = "set image (-f FILENAME | TYPE NAME) CONTAINER=IMAGE ..."
ABOUT = "Change the images of a template."
FLAGS = (
    Flag("filename", "f", "strings", help="the objects that a manifest names"),
    Flag("selector", "l", help="only objects with these labels"),
    Flag("all", type="bool", default=False, help="all objects of the kind in the namespace"),
    Flag("dry-run", default="none", bare="unchanged", help="server or client: say what would happen, change nothing"),
)


def run(call: Call) -> None:
    """Write the new image; ``*`` means every container."""
    names = [arg for arg in call.args if "=" not in arg]
    images = dict(arg.split("=", 1) for arg in call.args if "=" in arg)
    if not names and not call.flags.given("filename"):
        raise error(NOTHING_NAMED)
    if not images:
        raise error("at least one image update is required")
    mode = dry_run(call)
    for one in found(call, names):
        if not isinstance(one, Found):
            call.fail(one)
            continue
        try:
            _set(call, one, images, mode)
        except (ApiError, Failure) as failure:
            call.fail(failure)
    call.settle()


def _set(call: Call, one: Found, images: dict[str, str], mode: str) -> None:
    pods = pod_spec(one)
    changed: dict[str, list[dict[str, str]]] = {"containers": [], "initContainers": []}
    for name, image in images.items():
        seen = False
        for field in changed:
            for container in pods.get(field, []):
                if name in ("*", container["name"]):
                    seen = True
                    if container.get("image") != image:
                        changed[field].append({"name": container["name"], "image": image})
        if not seen and name != "*":
            raise error(f'unable to find container named "{name}"')
    body: dict[str, Any] = {field: items for field, items in changed.items() if items}
    if not body:
        return
    change(call, one, body, mode)
    call.say(f"{one.title} image updated{mode}\n")
