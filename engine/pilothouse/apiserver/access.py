"""Who may do what: roles and bindings, read at the moment of the question.

The real counterpart is the RBAC authorizer. Simplified: the four roles for people (cluster-admin, admin, edit, view)
are known without being objects, the roles of the system's own components are not there, and members of
`system:masters` may do everything, as in a real cluster.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from pilothouse.api import matches, replace
from pilothouse.apiserver.status import ApiError, qualified

if TYPE_CHECKING:
    from pilothouse import kernel
    from pilothouse.api.scheme import ResourceInfo

MASTERS = "system:masters"
_READ = ["get", "list", "watch"]
_WRITE = ["create", "delete", "deletecollection", "patch", "update"]
_OWN = {
    "": ["configmaps", "endpoints", "events", "persistentvolumeclaims", "pods", "pods/log", "pods/status", "replicationcontrollers",
         "replicationcontrollers/scale", "services", "serviceaccounts", "limitranges", "resourcequotas", "namespaces"],
    "apps": ["daemonsets", "deployments", "deployments/scale", "replicasets", "replicasets/scale", "statefulsets", "statefulsets/scale",
             "controllerrevisions"],
    "autoscaling": ["horizontalpodautoscalers"],
    "batch": ["cronjobs", "jobs"],
    "discovery.k8s.io": ["endpointslices"],
    "networking.k8s.io": ["ingresses", "networkpolicies"],
    "policy": ["poddisruptionbudgets"],
}  # fmt: skip
_READ_ONLY = ("events", "limitranges", "resourcequotas", "namespaces", "pods/log", "pods/status", "controllerrevisions")


def _rule(**values: Any) -> Any:
    from pilothouse.api import PolicyRule

    return PolicyRule(**values)


def _view() -> list[Any]:
    return [_rule(apiGroups=[group], resources=names, verbs=_READ) for group, names in _OWN.items()]


def _edit() -> list[Any]:
    changed = {group: [name for name in names if name not in _READ_ONLY] for group, names in _OWN.items()}
    rules = [_rule(apiGroups=[group], resources=names, verbs=_WRITE) for group, names in changed.items() if names]
    more = ["secrets", "pods/eviction", "pods/exec", "pods/portforward"]
    return [*_view(), *rules, _rule(apiGroups=[""], resources=more, verbs=_READ + _WRITE)]


def _admin() -> list[Any]:
    own = _rule(apiGroups=["rbac.authorization.k8s.io"], resources=["roles", "rolebindings"], verbs=_READ + _WRITE)
    return [*_edit(), own]


def _everything() -> list[Any]:
    return [
        _rule(apiGroups=["*"], resources=["*"], verbs=["*"]),
        _rule(nonResourceURLs=["*"], verbs=["*"]),
    ]


_KNOWN = {"view": _view, "edit": _edit, "admin": _admin, "cluster-admin": _everything}


class Wish(NamedTuple):
    """What somebody wants: a verb on a resource, of one name or all, in one namespace or the whole cluster ("")."""

    verb: str
    group: str
    resource: str
    namespace: str = ""
    name: str = ""


def wish(verb: str, info: ResourceInfo, namespace: str | None, name: str, subresource: str | None) -> Wish:
    """A wish about a kind; a subresource is a resource of its own (`pods/eviction`)."""
    resource = f"{info.plural}/{subresource}" if subresource else info.plural
    return Wish(verb, info.group, resource, (namespace or "") if info.namespaced else "", name)


def groups_of(user: str, groups: tuple[str, ...]) -> tuple[str, ...]:
    """The groups of a user; a service account has two more by its name."""
    if not user.startswith("system:serviceaccount:"):
        return groups
    namespace = user.split(":")[2]
    return (*groups, "system:serviceaccounts", f"system:serviceaccounts:{namespace}")


def allowed(store: kernel.Store, user: str, groups: tuple[str, ...], wanted: Wish) -> bool:
    """Whether a binding gives this user a role that grants the wish."""
    if MASTERS in groups:
        return True
    return any(_grants(rule, wanted) for rule in _rules(store, user, groups_of(user, groups), wanted.namespace))


def _rules(store: kernel.Store, user: str, groups: tuple[str, ...], namespace: str) -> Iterator[Any]:
    for binding in store.list("ClusterRoleBinding"):
        if _bound(binding, user, groups):
            yield from _role(store, binding.roleRef, "")
    if namespace:
        for binding in store.list("RoleBinding", namespace):
            if _bound(binding, user, groups):
                yield from _role(store, binding.roleRef, namespace)


def _bound(binding: Any, user: str, groups: tuple[str, ...]) -> bool:
    for subject in binding.subjects:
        if subject.kind == "User" and subject.name == user:
            return True
        if subject.kind == "Group" and subject.name in groups:
            return True
        if subject.kind == "ServiceAccount":
            space = subject.namespace or binding.metadata.namespace
            if user == f"system:serviceaccount:{space}:{subject.name}":
                return True
    return False


def _role(store: kernel.Store, reference: Any, namespace: str) -> Iterable[Any]:
    found = store.get(reference.kind, namespace if reference.kind == "Role" else "", reference.name)
    if found is None:
        known = _KNOWN.get(reference.name) if reference.kind == "ClusterRole" else None
        return known() if known else []
    rules = list(found.rules)
    aggregation = getattr(found, "aggregationRule", None)
    if aggregation is not None:
        for other in store.list("ClusterRole"):
            if any(matches(selector, other.metadata.labels) for selector in aggregation.clusterRoleSelectors):
                rules += other.rules
    return rules


def _grants(rule: Any, wanted: Wish) -> bool:
    return (
        _has(rule.verbs, wanted.verb)
        and _has(rule.apiGroups, wanted.group)
        and _has_resource(rule.resources, wanted.resource)
        and (not rule.resourceNames or wanted.name in rule.resourceNames)
    )


def _has(choices: list[str], one: str) -> bool:
    return "*" in choices or one in choices


def _has_resource(choices: list[str], resource: str) -> bool:
    if _has(choices, resource):
        return True
    _, slash, part = resource.partition("/")
    return bool(slash) and f"*/{part}" in choices


def refusal(user: str, wanted: Wish) -> ApiError:
    """403 in the server's words."""
    plural = wanted.resource.partition("/")[0]
    place = f'in the namespace "{wanted.namespace}"' if wanted.namespace else "at the cluster scope"
    subject = f'{qualified(plural, wanted.group)} "{wanted.name}"' if wanted.name else qualified(plural, wanted.group)
    told = f'User "{user}" cannot {wanted.verb} resource "{wanted.resource}" in API group "{wanted.group}" {place}'
    details: dict[str, Any] = {"name": wanted.name} if wanted.name else {}
    if wanted.group:
        details["group"] = wanted.group
    return ApiError(403, "Forbidden", f"{subject} is forbidden: {told}", {**details, "kind": plural})


def review(store: kernel.Store, user: str, groups: tuple[str, ...], item: Any) -> Any:
    """The answer to a SelfSubjectAccessReview or SubjectAccessReview; a question is stored nowhere."""
    asked = getattr(item.spec, "resourceAttributes", None)
    if asked is None:
        raise ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
    resource = f"{asked.resource}/{asked.subresource}" if asked.subresource else asked.resource
    wanted = Wish(asked.verb, asked.group, resource, asked.namespace, asked.name)
    if hasattr(item.spec, "user"):
        user, groups = item.spec.user, tuple(item.spec.groups)
    return replace(item, status=replace(item.status, allowed=allowed(store, user, groups, wanted)))
