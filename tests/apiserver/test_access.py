from __future__ import annotations

from typing import Any

import pytest

from pilothouse.apiserver import ApiError, Client

pytestmark = pytest.mark.fidelity(
    "Access: roles and bindings",
    "simplified",
    "RBAC as in the real server; the roles of the system's own components are not there",
)
RBAC = "rbac.authorization.k8s.io"


def bind(api: Client, role: str, subject: dict[str, str], kind: str = "ClusterRole", namespace: str = "") -> None:
    item: dict[str, Any] = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": {"name": f"{role}-{subject['name']}"},
        "roleRef": {"kind": kind, "name": role, "apiGroup": RBAC},
        "subjects": [subject],
    }
    api.create(item, namespace=namespace or None)


def role(api: Client, name: str, rules: list[dict[str, Any]], kind: str = "Role", **more: Any) -> None:
    api.create({"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": {"name": name, **more}, "rules": rules})


ALICE = {"kind": "User", "name": "alice"}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda api: api.list("pods"),
            'pods is forbidden: User "alice" cannot list resource "pods" in API group "" in the namespace "default"',
        ),
        (
            lambda api: api.list("nodes"),
            'nodes is forbidden: User "alice" cannot list resource "nodes" in API group "" at the cluster scope',
        ),
        (
            lambda api: api.get("deploy", "web"),
            'deployments.apps "web" is forbidden: User "alice" cannot get resource "deployments" in API group "apps" in the namespace "default"',
        ),
        (
            lambda api: api.evict("p"),
            'pods "p" is forbidden: User "alice" cannot create resource "pods/eviction" in API group "" in the namespace "default"',
        ),
    ],
)
def test_a_stranger_is_refused_in_the_real_words(api: Client, call: Any, words: str) -> None:
    with pytest.raises(ApiError) as refused:
        call(api.as_("alice"))
    assert (refused.value.code, refused.value.reason, str(refused.value)) == (403, "Forbidden", words)


def test_a_role_counts_in_its_namespace(api: Client, make: Any) -> None:
    role(api, "reader", [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}])
    bind(api, "reader", ALICE, "Role", "default")
    alice = api.as_("alice")
    assert alice.list("pods") == []
    assert [alice.can(verb, "pods") for verb in ("get", "list", "create")] == [True, True, False]
    assert not alice.can("list", "pods", namespace="kube-system")
    with pytest.raises(ApiError, match='cannot create resource "pods"'):
        alice.create(make("Pod", "p"))
    with pytest.raises(ApiError, match='cannot list resource "pods" in API group "" at the cluster scope'):
        alice.list("pods", namespace="*")


def test_names_can_be_singled_out(api: Client, make: Any) -> None:
    for name in ("one", "two"):
        api.create(make("ConfigMap", name))
    role(api, "one", [{"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["one"], "verbs": ["get"]}])
    bind(api, "one", ALICE, "Role", "default")
    assert api.as_("alice").get("cm", "one").metadata.name == "one"
    with pytest.raises(ApiError, match='configmaps "two" is forbidden'):
        api.as_("alice").get("cm", "two")


@pytest.mark.parametrize(
    ("name", "verb", "kind", "may"),
    [
        ("view", "list", "deployments", True),
        ("view", "get", "secrets", False),
        ("view", "create", "pods", False),
        ("edit", "create", "pods", True),
        ("edit", "get", "secrets", True),
        ("edit", "create", "roles", False),
        ("admin", "create", "rolebindings", True),
        ("admin", "update", "resourcequotas", False),
        ("cluster-admin", "delete", "nodes", True),
    ],
)
def test_the_roles_for_people(api: Client, name: str, verb: str, kind: str, may: bool) -> None:
    bind(api, name, ALICE)
    assert api.as_("alice").can(verb, kind) is may


def test_groups_service_accounts_and_aggregated_roles(api: Client) -> None:
    role(
        api,
        "part",
        [{"apiGroups": ["apps"], "resources": ["*"], "verbs": ["*"]}],
        "ClusterRole",
        labels={"into": "whole"},
    )
    whole = {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": "whole"}, "rules": []}
    api.create({**whole, "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"into": "whole"}}]}})
    bind(api, "whole", {"kind": "Group", "name": "ml"})
    bind(api, "view", {"kind": "ServiceAccount", "name": "robot", "namespace": "default"})
    assert api.as_("bob", ("ml",)).can("delete", "deployments")
    assert not api.as_("bob", ("web",)).can("delete", "deployments")
    assert api.as_("system:serviceaccount:default:robot").can("list", "pods")
    assert not api.as_("system:serviceaccount:other:robot").can("list", "pods")


def test_a_review_answers_and_is_stored_nowhere(api: Client) -> None:
    bind(api, "view", ALICE)
    asked = {"verb": "list", "resource": "pods", "namespace": "default"}
    item = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": asked},
    }
    revision = api.door.store.revision
    assert api.as_("alice").create(item).status.allowed
    assert not api.as_("bob").create(item).status.allowed
    other = {**item, "kind": "SubjectAccessReview", "spec": {"user": "alice", "resourceAttributes": asked}}
    assert api.create(other).status.allowed
    assert api.door.store.revision == revision
