"""`kubectl autoscale`: a HorizontalPodAutoscaler for a workload."""

from __future__ import annotations

from typing import Any

from ..call import Call
from ..failure import error
from ..flags import Flag
from ..targets import NOTHING_NAMED, Found, found
from .apply import dry_run

USAGE = "autoscale (-f FILENAME | TYPE NAME) [--min=MINPODS] --max=MAXPODS [--cpu-percent=CPU]"
ABOUT = "Let the number of pods follow the load."
FLAGS = (
    Flag("filename", "f", "strings", help="the object that a manifest names"),
    Flag("min", type="int", default=-1, help="the fewest pods"),
    Flag("max", type="int", default=-1, help="the most pods"),
    Flag("cpu-percent", type="int", default=-1, help="the wanted use of the requested cpu, in percent"),
    Flag("cpu", help="as --cpu-percent, for example 80%"),
    Flag("name", help="the name of the autoscaler; else that of the object"),
    Flag("dry-run", default="none", bare="unchanged", help="server or client: say what would happen, change nothing"),
)


def run(call: Call) -> None:
    """Create the autoscaler."""
    flags = call.flags
    if not flags.given("max"):
        raise error('required flag(s) "max" not set')
    most, least = flags.integer("max") or 0, flags.integer("min")
    if most < 1:
        raise error(f"--max=MAXPODS is required and must be at least 1, max: {most}")
    if least is not None and most < least:
        raise error(f"--max=MAXPODS must be larger or equal to --min=MINPODS, max: {most}, min: {least}")
    if not call.args and not flags.given("filename"):
        raise error(NOTHING_NAMED)
    mode = dry_run(call)
    for one in found(call, call.args, need_name=True):
        if not isinstance(one, Found):
            call.fail(one)
            continue
        made = call.api.create(_autoscaler(call, one, most, least), namespace=one.namespace, dry_run=bool(mode))
        call.say(f"horizontalpodautoscaler.autoscaling/{made.metadata.name} autoscaled{mode}\n")
    call.settle()


def _autoscaler(call: Call, one: Found, most: int, least: int | None) -> dict[str, Any]:
    flags = call.flags
    percent = flags.integer("cpu-percent") or -1
    text = flags.text("cpu").removesuffix("%")
    if text:
        if not text.isdigit():
            raise error(f"invalid value for --cpu: {flags.text('cpu')}; write a percentage, for example 80%")
        percent = int(text)
    spec: dict[str, Any] = {
        "maxReplicas": most,
        "scaleTargetRef": {"apiVersion": one.resource.api_version, "kind": one.object.kind, "name": one.name},
    }
    if least is not None and least > 0:
        spec["minReplicas"] = least
    if percent > 0:
        target = {"type": "Utilization", "averageUtilization": percent}
        spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    name = flags.text("name") or one.name
    return {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": name}, "spec": spec}
