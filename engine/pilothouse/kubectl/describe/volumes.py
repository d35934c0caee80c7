"""The volume blocks of `kubectl describe`: what each volume is and where it comes from.

The real counterpart is ``describeVolumes``. Simplified: the sources that the course and the published examples use
have their own words; any other is listed field by field.
"""

from __future__ import annotations

from collections.abc import Sequence

from pilothouse.api import ProjectedVolumeSource, Volume, to_dict

from .page import Page


def volumes(page: Page, listed: Sequence[Volume], indent: str = "") -> None:
    """All volumes of a pod or a pod template."""
    page.line(0, f"{indent}Volumes:" if listed else f"{indent}Volumes:\t<none>")
    for volume in listed:
        page.line(1, f"{' ' if indent else ''}{volume.name}:")
        for line in _lines(volume):
            page.line(2, line)


def _lines(volume: Volume) -> list[str]:
    if volume.emptyDir is not None:
        return [
            "Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)",
            f"Medium:\t{volume.emptyDir.medium}",
            f"SizeLimit:\t{volume.emptyDir.sizeLimit or '<unset>'}",
        ]
    if volume.configMap is not None:
        return [
            "Type:\tConfigMap (a volume populated by a ConfigMap)",
            f"Name:\t{volume.configMap.name}",
            f"Optional:\t{_truth(volume.configMap.optional)}",
        ]
    if volume.secret is not None:
        return [
            "Type:\tSecret (a volume populated by a Secret)",
            f"SecretName:\t{volume.secret.secretName}",
            f"Optional:\t{_truth(volume.secret.optional)}",
        ]
    if volume.persistentVolumeClaim is not None:
        claim = volume.persistentVolumeClaim
        return [
            "Type:\tPersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
            f"ClaimName:\t{claim.claimName}",
            f"ReadOnly:\t{_truth(claim.readOnly)}",
        ]
    if volume.hostPath is not None:
        return [
            "Type:\tHostPath (bare host directory volume)",
            f"Path:\t{volume.hostPath.path}",
            f"HostPathType:\t{volume.hostPath.type or ''}",
        ]
    if volume.projected is not None:
        return _projected(volume.projected)
    if volume.downwardAPI is not None:
        items = [
            _item(
                item.path,
                item.fieldRef.fieldPath if item.fieldRef else "",
                item.resourceFieldRef.resource if item.resourceFieldRef else "",
            )
            for item in volume.downwardAPI.items
        ]
        return ["Type:\tDownwardAPI (a volume populated by information about the pod)", "Items:", *items]
    return _other(volume)


def _projected(source: ProjectedVolumeSource) -> list[str]:
    lines = ["Type:\tProjected (a volume that contains injected data from multiple sources)"]
    for part in source.sources:
        if part.secret is not None:
            lines += [f"SecretName:\t{part.secret.name}", f"Optional:\t{_truth(part.secret.optional)}"]
        elif part.downwardAPI is not None:
            lines.append("DownwardAPI:\ttrue")
        elif part.configMap is not None:
            lines += [f"ConfigMapName:\t{part.configMap.name}", f"Optional:\t{_truth(part.configMap.optional)}"]
        elif part.serviceAccountToken is not None:
            lines.append(f"TokenExpirationSeconds:\t{part.serviceAccountToken.expirationSeconds}")
    return lines


def _item(path: str, field: str, resource: str) -> str:
    return f"  {field or resource} -> {path}"


def _other(volume: Volume) -> list[str]:
    lines = []
    for kind, content in to_dict(volume).items():
        if kind == "name":
            continue
        lines.append(f"Type:\t{kind[:1].upper()}{kind[1:]}")
        lines += [f"{key[:1].upper()}{key[1:]}:\t{value}" for key, value in content.items()]
    return lines or ["<unknown>"]


def _truth(value: bool | None) -> str:
    return "true" if value else "false"
