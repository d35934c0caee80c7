"""The pod template block that Deployments, ReplicaSets, Jobs and their like have in common.

The real counterpart is ``DescribePodTemplate``, which `kubectl rollout history --revision` prints too.
"""

from __future__ import annotations

from collections.abc import Sequence

from pilothouse.api import LabelSelector, Pod, PodTemplateSpec, Toleration, TopologySpreadConstraint

from .containers import containers
from .page import Page
from .volumes import volumes


def template(page: Page, shown: PodTemplateSpec) -> None:
    """Labels, containers, volumes and placement of the pods to be made."""
    page.line(0, "Pod Template:")
    page.pairs("Labels", shown.metadata.labels, "  ")
    if shown.metadata.annotations:
        page.annotations(shown.metadata.annotations, "  ")
    spec = shown.spec
    if spec.serviceAccountName:
        page.line(0, f"  Service Account:\t{spec.serviceAccountName}")
    if spec.initContainers:
        containers(page, "Init Containers", spec.initContainers, (), indent="  ")
    containers(page, "Containers", spec.containers, (), indent="  ")
    volumes(page, spec.volumes, "  ")
    spread(page, spec.topologySpreadConstraints, "  ")
    if spec.priorityClassName:
        page.line(0, f"  Priority Class Name:\t{spec.priorityClassName}")
    page.pairs("  Node-Selectors", spec.nodeSelector)
    tolerations(page, spec.tolerations, "  ")


def spread(page: Page, constraints: Sequence[TopologySpreadConstraint], indent: str = "") -> None:
    """Topology spread constraints, sorted by their key; nothing where there are none."""
    if not constraints:
        return
    page.raw(f"{indent}Topology Spread Constraints:\t")
    for number, one in enumerate(sorted(constraints, key=lambda each: each.topologyKey)):
        text = f"{one.topologyKey}:{one.whenUnsatisfiable} when max skew {one.maxSkew} is exceeded"
        if one.labelSelector is not None:
            text += f" for selector {selector(one.labelSelector)}"
        page.raw(("\t" if number else "") + text + "\n")


def tolerations(page: Page, listed: Sequence[Toleration], indent: str = "") -> None:
    """Tolerations, one a line: ``key=value:Effect op=Exists for 300s``."""
    lines = [_toleration(one) for one in sorted(listed, key=lambda each: each.key)] or ["<none>"]
    page.raw(
        f"{indent}Tolerations:\t" + "".join(("\t" if number else "") + line + "\n" for number, line in enumerate(lines))
    )


def _toleration(one: Toleration) -> str:
    text = one.key
    if one.value:
        text += f"={one.value}"
    if one.effect:
        text += f":{one.effect}"
    if one.operator == "Exists" and not one.value:
        text += " op=Exists" if text else "op=Exists"
    if one.tolerationSeconds is not None:
        text += f" for {one.tolerationSeconds}s"
    return text


def selector(chosen: LabelSelector | None) -> str:
    """A label selector on one line, as kubectl writes it."""
    if chosen is None:
        return "<none>"
    parts = [f"{key}={value}" for key, value in sorted(chosen.matchLabels.items())]
    for need in sorted(chosen.matchExpressions, key=lambda each: each.key):
        parts.append(
            {
                "In": f"{need.key} in ({','.join(sorted(need.values))})",
                "NotIn": f"{need.key} notin ({','.join(sorted(need.values))})",
                "Exists": need.key,
                "DoesNotExist": f"!{need.key}",
            }[need.operator]
        )
    return ",".join(parts) or "<none>"


def pod_counts(pods: Sequence[Pod]) -> str:
    """``3 Running / 0 Waiting / 0 Succeeded / 0 Failed``."""
    count = {
        phase: sum(pod.status.phase == phase for pod in pods) for phase in ("Running", "Pending", "Succeeded", "Failed")
    }
    return f"{count['Running']} Running / {count['Pending']} Waiting / {count['Succeeded']} Succeeded / {count['Failed']} Failed"
