"""The pod inside a workload: what the `set` verbs read, and how they write it back.

A Pod has its containers in its spec, every workload in the spec of its template; kubectl's counterpart is
`polymorphichelpers.UpdatePodSpecForObject`.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api import to_dict

from .call import Call
from .failure import error
from .targets import Found, typed


def pod_spec(one: Found) -> dict[str, Any]:
    """The pod's spec as plain data. Raises Failure where the object has none."""
    spec: dict[str, Any] = to_dict(one.object)["spec"]
    pods: dict[str, Any] | None = spec if one.object.kind == "Pod" else spec.get("template", {}).get("spec")
    if pods is None:
        raise error(f"the object is not a pod or does not have a pod template: {one.title}")
    return pods


def change(call: Call, one: Found, body: dict[str, Any], mode: str) -> None:
    """Write what differs into the pod's spec; `mode` is the suffix of a dry run. Raises ApiError."""
    patch = {"spec": body if one.object.kind == "Pod" else {"template": {"spec": body}}}
    call.api.patch(typed(one.resource), one.name, patch, type="strategic", namespace=one.namespace, dry_run=bool(mode))
