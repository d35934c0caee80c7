"""Roles and bindings at the door.

The real counterparts are `pkg/apis/rbac` (defaults and validation).
"""

from __future__ import annotations

from typing import Any

from pilothouse.api.name import path_segment
from pilothouse.apiserver.default import computed, defaults, each, inside
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.rule import at, fields
from pilothouse.apiserver.rule import each as every
from pilothouse.apiserver.status import Fault, invalid, required, unsupported

GROUP = "rbac.authorization.k8s.io"


def _subject(value: Any) -> str | None:
    return GROUP if value.kind in ("User", "Group") else None


def _policy_rule(namespaced: bool) -> Any:
    def check(value: Any, path: str, faults: list[Fault]) -> None:
        if not value.verbs:
            faults.append(required(f"{path}.verbs", "verbs must contain at least one value"))
        if value.nonResourceURLs:
            if namespaced:
                told = "namespaced rules cannot apply to non-resource URLs"
                faults.append(invalid(f"{path}.nonResourceURLs", value.nonResourceURLs, told))
            if value.apiGroups or value.resources or value.resourceNames:
                told = "rules cannot apply to both regular resources and non-resource URLs"
                faults.append(invalid(f"{path}.nonResourceURLs", value.nonResourceURLs, told))
            return
        if not value.apiGroups:
            faults.append(required(f"{path}.apiGroups", "resource rules must supply at least one api group"))
        if not value.resources:
            faults.append(required(f"{path}.resources", "resource rules must supply at least one resource"))

    return check


ROLE = Kind("Role", name=path_segment, rules=fields(at("rules", every(_policy_rule(True)))))
CLUSTER_ROLE = Kind("ClusterRole", name=path_segment, rules=fields(at("rules", every(_policy_rule(False)))))

_BINDING = defaults(
    roleRef=inside(defaults(apiGroup=GROUP)),
    subjects=each(defaults(apiGroup=computed(_subject))),
)


def _who(namespaced: bool) -> Any:
    def check(value: Any, path: str, faults: list[Fault]) -> None:
        if not value.name:
            faults.append(required(f"{path}.name"))
        if value.kind == "ServiceAccount":
            if not namespaced and not value.namespace:
                faults.append(required(f"{path}.namespace"))
        elif value.kind in ("User", "Group"):
            if value.apiGroup != GROUP:
                faults.append(unsupported(f"{path}.apiGroup", value.apiGroup, (GROUP,)))
        else:
            faults.append(unsupported(f"{path}.kind", value.kind, ("ServiceAccount", "User", "Group")))

    return check


def _role(kinds: tuple[str, ...]) -> Any:
    def check(item: Any, path: str, faults: list[Fault]) -> None:
        role = item.roleRef
        if role.apiGroup != GROUP:
            faults.append(unsupported("roleRef.apiGroup", role.apiGroup, (GROUP,)))
        if role.kind not in kinds:
            faults.append(unsupported("roleRef.kind", role.kind, kinds))
        if not role.name:
            faults.append(required("roleRef.name"))

    return check


def _changes(new: Any, old: Any, path: str, faults: list[Fault]) -> None:
    if new.roleRef != old.roleRef:
        faults.append(invalid("roleRef", new.roleRef, "cannot change roleRef"))


ROLE_BINDING = Kind(
    "RoleBinding",
    name=path_segment,
    defaults=_BINDING,
    rules=fields(_role(("Role", "ClusterRole")), at("subjects", every(_who(True)))),
    changes=_changes,
)
CLUSTER_ROLE_BINDING = Kind(
    "ClusterRoleBinding",
    name=path_segment,
    defaults=_BINDING,
    rules=fields(_role(("ClusterRole",)), at("subjects", every(_who(False)))),
    changes=_changes,
)

KINDS = (ROLE, CLUSTER_ROLE, ROLE_BINDING, CLUSTER_ROLE_BINDING)
