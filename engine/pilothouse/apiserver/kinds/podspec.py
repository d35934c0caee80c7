"""The specification of a pod, alone and in templates: its defaults and its validation.

The real counterparts are `SetDefaults_PodSpec` and `ValidatePodSpec`; the order of lines is the order in which the
server reports.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api import PodSecurityContext, replace
from pilothouse.api.name import dns_label, dns_subdomain, label_value, qualified_name
from pilothouse.apiserver.default import computed, defaults, each, inside, pointer
from pilothouse.apiserver.kinds.container import (
    CONTAINER_DEFAULTS,
    USER,
    containers,
    ephemeral_containers,
    init_containers,
    seccomp,
)
from pilothouse.apiserver.kinds.resources import (
    REQUIREMENTS_DEFAULTS,
    canonical_amounts,
    quantity,
    requirements,
)
from pilothouse.apiserver.kinds.selector import AFFINITY, LABEL_NAME, LABEL_SELECTOR
from pilothouse.apiserver.kinds.volume import volume_defaults, volumes
from pilothouse.apiserver.metadata import labels, template_metadata
from pilothouse.apiserver.rule import Rule, at, between, fields, need, one_of, sees_unset, words
from pilothouse.apiserver.rule import each as every
from pilothouse.apiserver.status import Fault, duplicate, forbidden, invalid, required, unsupported

# ------------------ defaults

_NO_SECURITY = PodSecurityContext()

_SPEC = defaults(
    volumes=each(volume_defaults),
    initContainers=each(CONTAINER_DEFAULTS),
    containers=each(CONTAINER_DEFAULTS),
    ephemeralContainers=each(CONTAINER_DEFAULTS),
    dnsPolicy="ClusterFirst",
    restartPolicy="Always",
    securityContext=_NO_SECURITY,
    terminationGracePeriodSeconds=pointer(30),
    schedulerName="default-scheduler",
    overhead=inside(canonical_amounts),
    resources=inside(REQUIREMENTS_DEFAULTS),
    serviceAccountName=computed(lambda spec: spec.serviceAccount or None),
)


def spec_defaults(spec: Any) -> Any:
    """A pod's specification as every server fills it; the old name of the service account follows the new."""
    spec = _SPEC(spec)
    if spec.serviceAccount != spec.serviceAccountName:
        spec = replace(spec, serviceAccount=spec.serviceAccountName)
    return spec


template_defaults = defaults(spec=inside(spec_defaults))

# ------------------ validation

_OPERATORS = ("Equal", "Exists")
EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


def toleration(value: Any, path: str, faults: list[Fault]) -> None:
    """One toleration of taints."""
    if value.key:
        LABEL_NAME(value.key, f"{path}.key", faults)
    elif value.operator != "Exists":
        told = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
        faults.append(invalid(f"{path}.operator", value.operator, told))
    if value.tolerationSeconds is not None and value.effect != "NoExecute":
        told = "effect must be 'NoExecute' when `tolerationSeconds` is set"
        faults.append(invalid(f"{path}.effect", value.effect, told))
    if value.operator in ("", "Equal"):
        problems = label_value(value.value)
        if problems:
            faults.append(invalid(f"{path}.operator", value.value, ";".join(problems)))
    elif value.operator == "Exists":
        if value.value:
            told = "value must be empty when `operator` is 'Exists'"
            faults.append(invalid(f"{path}.operator", value.value, told))
    else:
        faults.append(unsupported(f"{path}.operator", value.operator, _OPERATORS))
    if value.effect and value.effect not in EFFECTS:
        faults.append(unsupported(f"{path}.effect", value.effect, EFFECTS))


_WHEN = ("DoNotSchedule", "ScheduleAnyway")


def _skew(value: Any, path: str, faults: list[Fault]) -> None:
    if value.maxSkew <= 0:
        faults.append(invalid(f"{path}.maxSkew", value.maxSkew, "must be greater than zero"))
    if not value.topologyKey:
        faults.append(required(f"{path}.topologyKey", "can not be empty"))
    else:
        LABEL_NAME(value.topologyKey, f"{path}.topologyKey", faults)
    if value.whenUnsatisfiable not in _WHEN:
        faults.append(unsupported(f"{path}.whenUnsatisfiable", value.whenUnsatisfiable, _WHEN))
    if value.minDomains is not None:
        if value.minDomains <= 0:
            faults.append(invalid(f"{path}.minDomains", value.minDomains, "must be greater than zero"))
        if value.whenUnsatisfiable != "DoNotSchedule":
            told = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {value.whenUnsatisfiable}"
            faults.append(invalid(f"{path}.minDomains", value.minDomains, told))


_POLICY = one_of("Honor", "Ignore")
_CONSTRAINT = fields(
    _skew,
    at("nodeAffinityPolicy", _POLICY),
    at("nodeTaintsPolicy", _POLICY),
    at("labelSelector", LABEL_SELECTOR),
)


def _constraints(value: list[Any], path: str, faults: list[Fault]) -> None:
    for index, one in enumerate(value):
        here = f"{path}[{index}]"
        _CONSTRAINT(one, here, faults)
        for keyed, key in enumerate(one.matchLabelKeys):
            LABEL_NAME(key, f"{here}.matchLabelKeys[{keyed}]", faults)
        if one.matchLabelKeys and one.labelSelector is None:
            faults.append(forbidden(f"{here}.matchLabelKeys", "must not be specified when labelSelector is not set"))
        for later in value[index + 1 :]:
            if (later.topologyKey, later.whenUnsatisfiable) == (one.topologyKey, one.whenUnsatisfiable):
                told = f"{{{one.topologyKey}, {one.whenUnsatisfiable}}}"
                faults.append(duplicate(f"{here}.{{topologyKey, whenUnsatisfiable}}", told))
                break


def _gates(value: list[Any], path: str, faults: list[Fault]) -> None:
    seen: dict[str, None] = {}
    for index, gate in enumerate(value):
        LABEL_NAME(gate.name, f"{path}[{index}].name", faults)
        if gate.name in seen:
            faults.append(duplicate(f"{path}[{index}]", gate.name))
        seen[gate.name] = None


def _sysctls(value: list[Any], path: str, faults: list[Fault]) -> None:
    seen: dict[str, None] = {}
    for index, one in enumerate(value):
        if not one.name:
            faults.append(required(f"{path}[{index}].name"))
        if one.name in seen:
            faults.append(duplicate(f"{path}[{index}].name", one.name))
        seen[one.name] = None


_SECURITY = fields(
    at("fsGroup", USER),
    at("runAsUser", USER),
    at("runAsGroup", USER),
    at("sysctls", _sysctls),
    at("fsGroupChangePolicy", one_of("Always", "OnRootMismatch")),
    at("seccompProfile", seccomp),
)


def _host_ports(spec: Any, path: str, faults: list[Fault]) -> None:
    if not spec.hostNetwork:
        return
    for index, container in enumerate(spec.containers):
        for at_port, port in enumerate(container.ports):
            if port.hostPort and port.hostPort != port.containerPort:
                here = f"{path}.containers[{index}].ports[{at_port}].containerPort"
                faults.append(invalid(here, port.containerPort, "must match `hostPort` when `hostNetwork` is true"))


def _dns(spec: Any, path: str, faults: list[Fault]) -> None:
    config = spec.dnsConfig
    if spec.dnsPolicy == "None":
        if config is None:
            faults.append(required(f"{path}.dnsConfig", "must provide `dnsConfig` when `dnsPolicy` is None"))
        elif not config.nameservers:
            told = "must provide at least one DNS nameserver when `dnsPolicy` is None"
            faults.append(required(f"{path}.dnsConfig.nameservers", told))
    if config is not None:
        for index, search in enumerate(config.searches):
            for problem in dns_subdomain(search.rstrip(".")):
                faults.append(invalid(f"{path}.dnsConfig.searches[{index}]", search, problem))


def _overhead(value: dict[str, str], path: str, faults: list[Fault]) -> None:
    for name, text in value.items():
        quantity(name, text, f"{path}[{name}]", faults)


def _claims(value: list[Any], path: str, faults: list[Fault]) -> None:
    seen: dict[str, None] = {}
    for index, claim in enumerate(value):
        here = f"{path}[{index}]"
        for problem in dns_label(claim.name):
            faults.append(invalid(f"{here}.name", claim.name, problem))
        if claim.name in seen:
            faults.append(duplicate(f"{here}.name", claim.name))
        seen[claim.name] = None
        given = [name for name in (claim.resourceClaimName, claim.resourceClaimTemplateName) if name]
        if not given:
            told = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"
            faults.append(invalid(here, claim, told))
        elif len(given) == 2:
            faults.append(
                invalid(
                    here, claim, "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"
                )
            )


def _containers(spec: Any, path: str, faults: list[Fault]) -> None:
    named = volumes(spec.volumes, f"{path}.volumes", faults) if spec.volumes else {}
    if spec.resourceClaims:
        _claims(spec.resourceClaims, f"{path}.resourceClaims", faults)
    names: dict[str, None] = {}
    containers(spec.containers, f"{path}.containers", faults, named, names)
    if spec.initContainers:
        init_containers(spec.initContainers, f"{path}.initContainers", faults, named, names)
    if spec.ephemeralContainers:
        ephemeral_containers(spec.ephemeralContainers, f"{path}.ephemeralContainers", faults, named, names)


_SUBDOMAIN, _LABEL = words(dns_subdomain), words(dns_label)

POD_SPEC: Rule = fields(
    _containers,
    at("resources", requirements),
    _host_ports,
    at("restartPolicy", need(one_of("Always", "OnFailure", "Never"))),
    at("dnsPolicy", need(one_of("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"))),
    at("nodeSelector", labels),
    at("securityContext", _SECURITY),
    at("imagePullSecrets", every(fields(at("name", need())))),
    at("affinity", AFFINITY),
    _dns,
    at("readinessGates", every(fields(at("conditionType", words(qualified_name))))),
    at("schedulingGates", _gates),
    at("topologySpreadConstraints", _constraints),
    at("serviceAccountName", _SUBDOMAIN),
    at("nodeName", _SUBDOMAIN),
    at("activeDeadlineSeconds", between(1, 2147483647)),
    at("hostname", _LABEL),
    at("subdomain", _LABEL),
    at("tolerations", every(toleration)),
    at("priorityClassName", _SUBDOMAIN),
    at("runtimeClassName", _SUBDOMAIN),
    at("preemptionPolicy", one_of("PreemptLowerPriority", "Never")),
    at("overhead", _overhead),
    at("os", fields(at("name", need(one_of("linux", "windows"))))),
)


def _no_ephemeral(template: Any, path: str, faults: list[Fault]) -> None:
    if template.spec.ephemeralContainers:
        told = "ephemeral containers not allowed in pod template"
        faults.append(forbidden(f"{path}.spec.ephemeralContainers", told))


TEMPLATE: Rule = fields(at("metadata", template_metadata), at("spec", sees_unset(POD_SPEC)), _no_ephemeral)
"""A pod template: labels and annotations, and a pod's specification."""
