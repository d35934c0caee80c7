"""Who a pod of a StatefulSet is: its number, its name, its labels and its claims.

The counterpart is `pkg/controller/statefulset/stateful_set_utils.go`.
"""

from __future__ import annotations

from pilothouse.api import (
    ControllerRevision,
    PersistentVolumeClaim,
    PersistentVolumeClaimVolumeSource,
    Pod,
    StatefulSet,
    Volume,
    replace,
)
from pilothouse.controllers.claims import reference_to
from pilothouse.controllers.controllerrevision import POD_REVISION, template_of
from pilothouse.controllers.podcontrol import pod_metadata

POD_NAME = "statefulset.kubernetes.io/pod-name"
POD_INDEX = "apps.kubernetes.io/pod-index"


def ordinals(set_: StatefulSet) -> range:
    """The numbers of the pods that the set wants."""
    start = set_.spec.ordinals.start if set_.spec.ordinals else 0
    return range(start, start + (1 if set_.spec.replicas is None else set_.spec.replicas))


def ordinal(pod: Pod, set_: StatefulSet) -> int | None:
    """The number in the pod's name; None where it is not one of the set's."""
    base, _, number = pod.metadata.name.rpartition("-")
    return int(number) if base == set_.metadata.name and number.isdecimal() else None


def claim_name(template: PersistentVolumeClaim, set_: StatefulSet, number: int) -> str:
    """The name of the claim that pod `number` has for a template: data-db-0."""
    return f"{template.metadata.name}-{set_.metadata.name}-{number}"


def new_pod(set_: StatefulSet, revision: ControllerRevision, number: int) -> Pod:
    """Pod `number` of the set, as it is to be made from the template of `revision`."""
    template = template_of(revision)
    name = f"{set_.metadata.name}-{number}"
    marks = {POD_NAME: name, POD_INDEX: str(number), POD_REVISION: revision.metadata.name}
    claimed = [
        Volume(
            name=claim.metadata.name,
            persistentVolumeClaim=PersistentVolumeClaimVolumeSource(claimName=claim_name(claim, set_, number)),
        )
        for claim in set_.spec.volumeClaimTemplates
    ]
    taken = {volume.name for volume in claimed}
    volumes = claimed + [volume for volume in template.spec.volumes if volume.name not in taken]
    spec = replace(template.spec, hostname=name, subdomain=set_.spec.serviceName, volumes=volumes)
    labels = {**template.metadata.labels, **marks}
    return Pod(metadata=pod_metadata(set_, template, name, {"labels": labels}), spec=spec)


def new_claims(set_: StatefulSet, number: int) -> list[PersistentVolumeClaim]:
    """The claims that pod `number` needs, labelled so that the set's selector finds them."""
    return [
        replace(
            template,
            metadata=replace(
                template.metadata,
                name=claim_name(template, set_, number),
                namespace=set_.metadata.namespace,
                labels={**template.metadata.labels, **set_.spec.selector.matchLabels},
            ),
        )
        for template in set_.spec.volumeClaimTemplates
    ]


def owner_of_claims(set_: StatefulSet, pod: Pod, number: int) -> list[object]:
    """Who takes the pod's claims along when it goes: the set, a pod scaled away, or nobody (an empty list)."""
    policy = set_.spec.persistentVolumeClaimRetentionPolicy
    if policy is None:
        return []
    if policy.whenScaled == "Delete" and number not in ordinals(set_):
        return [reference_to(pod)]
    return [reference_to(set_)] if policy.whenDeleted == "Delete" else []
