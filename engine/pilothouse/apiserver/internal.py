"""How the real server spells structures in a refusal: with the names and order of its own inner ones.

"spec.template: Invalid value: {…}: field is immutable" shows Go's fields, every one of them, set or not. People paste
that into search engines, so it is spelt alike. The real counterpart is `pkg/apis/core/types.go`; structures that are
not named below are shown as in the API.
"""

from __future__ import annotations

from typing import Any

import msgspec

from pilothouse.api import to_dict

# One line a structure: Go's fields in Go's order. "*" is a pointer (null when unset), "[]" a list or map (null when
# empty), "#" a number, "?" a flag, a plain word a text; "Field:Structure" is filled by that structure.
_STRUCTURES = """
PodSpec Volumes[]:Volume InitContainers[]:Container Containers[]:Container EphemeralContainers[] RestartPolicy
  TerminationGracePeriodSeconds* ActiveDeadlineSeconds* DNSPolicy NodeSelector[] ServiceAccountName
  AutomountServiceAccountToken* NodeName SecurityContext*:PodSecurityContext ImagePullSecrets[]:Reference Hostname
  Subdomain SetHostnameAsFQDN* Affinity* SchedulerName Tolerations[]:Toleration HostAliases[] PriorityClassName
  Priority* PreemptionPolicy* DNSConfig* ReadinessGates[] RuntimeClassName* Overhead[] EnableServiceLinks*
  TopologySpreadConstraints[] OS* SchedulingGates[] ResourceClaims[] Resources*:Resources HostnameOverride*
  SchedulingGroup*
PodSecurityContext HostNetwork? HostPID? HostIPC? ShareProcessNamespace* HostUsers* SELinuxOptions* WindowsOptions*
  RunAsUser* RunAsGroup* RunAsNonRoot* SupplementalGroups[] SupplementalGroupsPolicy* FSGroup* FSGroupChangePolicy*
  Sysctls[] SeccompProfile* AppArmorProfile* SELinuxChangePolicy*
Container Name Image Command[] Args[] WorkingDir Ports[]:Port EnvFrom[] Env[]:Env Resources:Resources ResizePolicy[]
  RestartPolicy* RestartPolicyRules[] VolumeMounts[]:Mount VolumeDevices[] LivenessProbe*:Probe ReadinessProbe*:Probe
  StartupProbe*:Probe Lifecycle* TerminationMessagePath TerminationMessagePolicy ImagePullPolicy SecurityContext*
  Stdin? StdinOnce? TTY?
Resources Limits[] Requests[] Claims[]
Port Name HostPort# ContainerPort# Protocol HostIP
Env Name Value ValueFrom*:Source
Source FieldRef*:FieldRef ResourceFieldRef* ConfigMapKeyRef*:KeyRef SecretKeyRef*:KeyRef FileKeyRef*
FieldRef APIVersion FieldPath
KeyRef Name Key Optional*
Reference Name
Mount Name ReadOnly? RecursiveReadOnly* MountPath SubPath MountPropagation* SubPathExpr
Probe Exec*:Exec HTTPGet*:HTTPGet TCPSocket*:Socket GRPC* InitialDelaySeconds# TimeoutSeconds# PeriodSeconds#
  SuccessThreshold# FailureThreshold# TerminationGracePeriodSeconds*
Exec Command[]
HTTPGet Path Port# Host Scheme HTTPHeaders[]
Socket Port# Host
Toleration Key Operator Value Effect TolerationSeconds*
Volume Name HostPath*:HostPath EmptyDir*:EmptyDir GCEPersistentDisk* AWSElasticBlockStore* GitRepo*
  Secret*:SecretSource NFS* ISCSI* Glusterfs* PersistentVolumeClaim*:ClaimSource RBD* Quobyte* FlexVolume* Cinder*
  CephFS* Flocker* DownwardAPI* FC* AzureFile* ConfigMap*:MapSource VsphereVolume* AzureDisk* PhotonPersistentDisk*
  Projected* PortworxVolume* ScaleIO* StorageOS* CSI* Ephemeral* Image*
HostPath Path Type*
EmptyDir Medium SizeLimit*
SecretSource SecretName Items[]:Item DefaultMode* Optional*
MapSource Name Items[]:Item DefaultMode* Optional*
ClaimSource ClaimName ReadOnly?
Item Key Path Mode*
Strategy Type RollingUpdate*:Rolling
Rolling MaxUnavailable MaxSurge
OrderedStrategy Type RollingUpdate*:Ordered
Ordered Partition# MaxUnavailable*
ServicePort Name Protocol AppProtocol* Port# TargetPort# NodePort#
Taint Key Value Effect TimeAdded*
Budget MinAvailable* Selector* MaxUnavailable* UnhealthyPodEvictionPolicy*
ClaimSpec AccessModes[] Selector* Resources:VolumeResources VolumeName StorageClassName* VolumeMode* DataSource*
  DataSourceRef* VolumeAttributesClassName*
VolumeResources Limits[] Requests[]
"""
_EMPTY = {"*": None, "[]": None, "#": 0, "?": False, "": ""}
_MOVED = (
    "hostNetwork",
    "hostPID",
    "hostIPC",
    "shareProcessNamespace",
    "hostUsers",
)  # stand in the inner security context


def _read() -> dict[str, list[tuple[str, str, str]]]:
    """Structure → (field, mark, structure of what is inside)."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for line in _STRUCTURES.replace("\n  ", " ").strip().splitlines():
        name, *words = line.split()
        found[name] = []
        for word in words:
            field, _, inner = word.partition(":")
            mark = next((one for one in ("[]", "*", "#", "?") if field.endswith(one)), "")
            found[name].append((field.removesuffix(mark), mark, inner))
    return found


_FIELDS = _read()
_ACRONYMS = (
    "DNS",
    "API",
    "HTTP",
    "TCP",
    "GRPC",
    "TTY",
    "OS",
    "FS",
    "SE",
    "GCE",
    "AWS",
    "NFS",
    "ISCSI",
    "RBD",
    "FC",
    "CSI",
)


def _api_name(go: str) -> str:
    """`dnsPolicy` for DNSPolicy, `hostIP` for HostIP."""
    for acronym in sorted(_ACRONYMS, key=len, reverse=True):
        if go.startswith(acronym) and not go[len(acronym) :][:1].islower():
            return acronym.lower() + go[len(acronym) :]
    return go[0].lower() + go[1:]


def _shown(structure: str, value: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for field, mark, inner in _FIELDS[structure]:
        got = value.get(_api_name(field))
        if got is None or (mark == "[]" and not got):
            shown[field] = _shown(inner, {}) if inner and not mark else _EMPTY[mark]
        elif inner and mark == "[]":
            shown[field] = [_shown(inner, one) for one in got]
        else:
            shown[field] = _shown(inner, got) if inner else _sorted(got)
    return shown


def _spec(spec: dict[str, Any], structure: str = "PodSpec") -> dict[str, Any]:
    if spec.get("securityContext") is not None:
        moved = {name: spec[name] for name in _MOVED if name in spec}
        spec = {**spec, "securityContext": {**spec["securityContext"], **moved}}
    return _shown(structure, spec)


def template(given: Any) -> msgspec.Raw:
    """A pod template as the real server's inner structure shows it in JSON."""
    plain = to_dict(given)
    shown = {**_sorted(plain.get("metadata", {})), "Spec": _spec(plain.get("spec", {}))}
    return msgspec.Raw(msgspec.json.encode(shown))


def shown(given: Any, structure: str) -> msgspec.Raw:
    """An object as one of the real server's inner structures shows it in JSON."""
    return msgspec.Raw(msgspec.json.encode(_shown(structure, to_dict(given))))


def difference(before: Any, after: Any, structure: str = "PodSpec") -> str:
    """The lines in which two specifications differ, as a unified diff."""
    from difflib import unified_diff

    old, new = (_lines(_spec(to_dict(one), structure)) for one in (before, after))
    lines = list(unified_diff(old, new, lineterm=""))[2:]
    return "".join(f"{line}\n" for line in lines)


def _sorted(value: Any) -> Any:
    """Go sorts the keys of maps, but not the fields of structures."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list) else value


def _lines(shown: dict[str, Any]) -> list[str]:
    return msgspec.json.format(msgspec.json.encode(shown), indent=1).decode().splitlines()
