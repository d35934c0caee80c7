"""Making and deleting pods for an owner, each with the event that tells of it.

The counterpart is RealPodControl of `pkg/controller/controller_utils.go`.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api import ObjectMeta, Pod, PodTemplateSpec
from pilothouse.apiserver import ApiError, Client
from pilothouse.controllers.claims import reference_to


def create_pod(api: Client, owner: Any, template: PodTemplateSpec, name: str = "", **metadata: Any) -> ApiError | None:
    """Create a pod from `template` that `owner` controls; returns what the door said against it.

    Args:
        api: where to write.
        owner: the object that will control the pod and that the event is about.
        template: what the pod shall be.
        name: its name; without one the door makes one from the owner's.
        metadata: fields of the pod's metadata that differ from the template's, such as `labels`.
    """
    pod = Pod(metadata=pod_metadata(owner, template, name, metadata), spec=template.spec)
    try:
        created = api.create(pod)
    except ApiError as error:
        if is_namespace_ending(error):
            return None  # whatever is created now would be refused; the owner will go as well
        api.event(owner, "Warning", "FailedCreate", f"Error creating: {error.message}")
        return error
    api.event(owner, "Normal", "SuccessfulCreate", f"Created pod: {created.metadata.name}")
    return None


def pod_metadata(owner: Any, template: PodTemplateSpec, name: str, changes: dict[str, Any]) -> ObjectMeta:
    """The metadata of a new pod: the template's, with a name and an owner."""
    given = {
        "labels": template.metadata.labels,
        "annotations": template.metadata.annotations,
        "finalizers": template.metadata.finalizers,
        "generateName": f"{owner.metadata.name}-",  # written even where it is not used, as the original does
    }
    return ObjectMeta(
        name=name,
        namespace=owner.metadata.namespace,
        ownerReferences=[reference_to(owner)],
        **{**given, **changes},
    )


def delete_pod(api: Client, owner: Any, pod: Pod) -> ApiError | None:
    """Delete a pod of `owner`; returns what the door said against it. One that is gone already is no failure."""
    try:
        api.delete("Pod", pod.metadata.name, pod.metadata.namespace)
    except ApiError as error:
        if error.code == 404:
            return None
        api.event(owner, "Warning", "FailedDelete", f"Error deleting: {error.message}")
        return error
    api.event(owner, "Normal", "SuccessfulDelete", f"Deleted pod: {pod.metadata.name}")
    return None


def is_namespace_ending(error: ApiError) -> bool:
    """The door refused because the namespace is being deleted."""
    causes = (error.details or {}).get("causes") or []
    return any(cause.get("reason") == "NamespaceTerminating" for cause in causes)
