"""Admission policies and device claims at the door: kinds that the course does not act on, but takes as the real
server does.

The real counterparts are the defaults of `admissionregistration.k8s.io` and `resource.k8s.io`. Simplified:
expressions in CEL are not compiled.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api import LabelSelector, replace
from pilothouse.apiserver.default import defaults, each, inside
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.rule import at, fields, need
from pilothouse.apiserver.status import Fault, forbidden, required

_ANYTHING = LabelSelector()
_MATCH = defaults(
    matchPolicy="Equivalent",
    namespaceSelector=_ANYTHING,
    objectSelector=_ANYTHING,
    resourceRules=each(defaults(scope="*")),
    excludeResourceRules=each(defaults(scope="*")),
)


def _policy(spec: Any, path: str, faults: list[Fault]) -> None:
    if spec.matchConstraints is None:
        faults.append(required(f"{path}.matchConstraints"))
    if not spec.validations and not spec.auditAnnotations:
        told = "validations or auditAnnotations must contain at least one item"
        faults.append(required(f"{path}.validations", told))
        faults.append(required(f"{path}.auditAnnotations", told))


VALIDATING_POLICY = Kind(
    "ValidatingAdmissionPolicy",
    defaults=defaults(spec=inside(defaults(failurePolicy="Fail", matchConstraints=inside(_MATCH)))),
    rules=fields(at("spec", need(_policy))),
    status=True,
    generation=True,
)

VALIDATING_BINDING = Kind(
    "ValidatingAdmissionPolicyBinding",
    rules=fields(
        at(
            "spec",
            fields(
                at("policyName", need()),
                at("validationActions", need(detail="at least one validation action is required")),
            ),
        )
    ),
    defaults=defaults(spec=inside(defaults(matchResources=inside(_MATCH)))),
    generation=True,
)

# ------------------ devices


def _request(request: Any) -> Any:
    request = _MODE(request)
    return replace(request, count=1) if request.allocationMode == "ExactCount" and not request.count else request


_TOLERATION = each(defaults(operator="Equal"))
_MODE = defaults(allocationMode="ExactCount", tolerations=_TOLERATION)
_CLAIM = defaults(
    devices=inside(
        defaults(requests=each(defaults(exactly=inside(_request), firstAvailable=each(_request)))),
    )
)

_ADMIN = (
    "admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace"
)


def _admin_access(request: Any) -> list[Fault]:
    """Devices that already belong to others may be asked for only in namespaces that say so."""
    item, faults = request.item, []
    spec = item.spec.spec if request.info.kind == "ResourceClaimTemplate" else item.spec
    space = request.door.store.get("Namespace", "", item.metadata.namespace)
    if space is not None and space.metadata.labels.get("resource.kubernetes.io/admin-access") == "true":
        return []
    for index, one in enumerate(spec.devices.requests):
        if one.exactly is not None and one.exactly.adminAccess:
            faults.append(forbidden(f"spec.devices.requests[{index}].adminAccess", _ADMIN))
    return faults


CLAIM = Kind("ResourceClaim", permit=_admin_access, defaults=defaults(spec=inside(_CLAIM)), status=True)
CLAIM_TEMPLATE = Kind(
    "ResourceClaimTemplate", permit=_admin_access, defaults=defaults(spec=inside(defaults(spec=inside(_CLAIM))))
)
SLICE = Kind("ResourceSlice", generation=True)

KINDS = (VALIDATING_POLICY, VALIDATING_BINDING, CLAIM, CLAIM_TEMPLATE, SLICE)
