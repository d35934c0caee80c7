"""Refusals that are not among the recorded ones: each line is a change of a sound object and what is wrong with it
then.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pilothouse.apiserver import ApiError, Client

pytestmark = pytest.mark.fidelity("API: validation", "faithful", "recorded facts: api_errors.json, published examples")

C = "spec.containers[0]"
POD: list[tuple[dict[str, Any], list[str]]] = [
    ({"containers": [{"name": "c", "image": "x"}, {"name": "c", "image": "y"}]}, ['spec.containers[1].name: Duplicate value: "c"']),
    ({"containers": [{"name": "", "image": " x"}]}, [f"{C}.name: Required value", f'{C}.image: Invalid value: " x": must not have leading or trailing whitespace']),
    (
        {"containers": [{"name": "c", "image": "x", "livenessProbe": {"successThreshold": 2, "exec": {"command": ["a"]}}}]},
        [f"{C}.livenessProbe.successThreshold: Invalid value: 2: must be 1"],
    ),
    (
        {"containers": [{"name": "c", "image": "x", "readinessProbe": {}}]},
        [f"{C}.readinessProbe: Required value: must specify a handler type"],
    ),
    (
        {"containers": [{"name": "c", "image": "x", "readinessProbe": {"exec": {"command": ["a"]}, "tcpSocket": {"port": 1}}}]},
        [f"{C}.readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type"],
    ),
    (
        {"containers": [{"name": "c", "image": "x", "resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}}]},
        [f'{C}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
    ),
    (
        {"containers": [{"name": "c", "image": "x", "resources": {"requests": {"cpu": "-1"}}}]},
        [f'{C}.resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
    ),
    (
        {"containers": [{"name": "c", "image": "x", "volumeMounts": [{"name": "v", "mountPath": "/d"}]}]},
        [f'{C}.volumeMounts[0].name: Not found: "v"'],
    ),
    (
        {"volumes": [{"name": "v", "hostPath": {"path": "/"}, "emptyDir": {}}]},
        ["spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type"],
    ),
    ({"volumes": [{"name": "v", "configMap": {}}]}, ["spec.volumes[0].configMap.name: Required value"]),
    (
        {"volumes": [{"name": "v", "secret": {"secretName": "s", "defaultMode": 0o1000}}]},
        ["spec.volumes[0].secret.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive"],
    ),
    ({"activeDeadlineSeconds": 0}, ["spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive"]),
    ({"dnsPolicy": "None"}, ["spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"]),
    ({"tolerations": [{"operator": "Equal"}]}, ['spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"']),
    (
        {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}}},
        [
            "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: "
            "must have at least one node selector term"
        ],
    ),
    ({"ephemeralContainers": [{"name": "e", "image": "x"}]}, ["spec.ephemeralContainers: Forbidden: cannot be set on create"]),
    (
        {"containers": [{"name": "c", "image": "x", "resources": {"limits": {"hugepages-2Mi": "4Mi"}}}]},
        [f"{C}.resources: Forbidden: HugePages require cpu or memory"],
    ),
    ({"preemptionPolicy": "Never"}, []),
    ({"hostNetwork": True}, []),
]  # fmt: skip


def faults(api: Client, item: dict[str, Any]) -> list[str]:
    try:
        api.create(item, dry_run=True)
    except ApiError as error:
        causes = (error.details or {}).get("causes")
        return [f"{cause['field']}: {cause['message']}" for cause in causes] if causes else [str(error)]
    return []


@pytest.mark.parametrize(("change", "wrong"), POD)
def test_pods(api: Client, make: Any, change: dict[str, Any], wrong: list[str]) -> None:
    if "preemptionPolicy" in change:
        with pytest.raises(ApiError, match="the string value of PreemptionPolicy"):
            api.create(make("Pod", spec=change), dry_run=True)
        return
    assert faults(api, make("Pod", spec=change)) == wrong


@pytest.mark.parametrize(("change", "wrong"), POD[:2])
def test_what_is_wrong_with_a_pod_is_wrong_with_a_template(
    api: Client, make: Any, change: dict[str, Any], wrong: list[str]
) -> None:
    item = make("Deployment")
    item["spec"]["template"]["spec"] |= change
    assert faults(api, item) == [one.replace("spec.", "spec.template.spec.", 1) for one in wrong]


def test_all_faults_of_an_object_come_at_once(api: Client, make: Any) -> None:
    item = make(
        "Pod",
        "Bad",
        spec={"restartPolicy": "Sometimes", "containers": [{"name": "C", "ports": [{"containerPort": 0}]}]},
    )
    item["metadata"]["labels"] = {"a b": "c"}
    assert [one.split(":")[0] for one in faults(api, item)] == [
        "metadata.name", "metadata.labels", f"{C}.name", f"{C}.image", f"{C}.ports[0].containerPort", "spec.restartPolicy",
    ]  # fmt: skip


UPDATES: list[tuple[str, dict[str, Any], str]] = [
    ("Deployment", {"spec": {"selector": {"matchLabels": {"app": "other"}}}}, "spec.selector: Invalid value"),
    ("Pod", {"spec": {"nodeSelector": {"a": "b"}}}, "spec: Forbidden: pod updates may not change fields other than"),
    ("Pod", {"spec": {"containers": [{"name": "c", "image": "x"}, {"name": "d", "image": "y"}]}}, "pod updates may not add or remove containers"),
    ("Pod", {"spec": {"containers": [{"name": "c", "image": "line/eta:2"}]}}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "change", "words"), UPDATES)
def test_what_may_change(api: Client, make: Any, kind: str, change: dict[str, Any], words: str) -> None:
    api.create(make(kind, "a"))
    if kind == "Deployment":
        change = copy.deepcopy(change)
        change["spec"]["template"] = {"metadata": {"labels": {"app": "other"}}}
    if not words:
        assert api.patch(kind, "a", change)
        return
    with pytest.raises(ApiError) as refused:
        api.patch(kind, "a", change)
    assert words in refused.value.message


SETS: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "Deployment",
        {"strategy": {"type": "Canary"}},
        ['spec.strategy: Unsupported value: {"Type":"Canary","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"'],
    ),
    (
        "Deployment",
        {"strategy": {"rollingUpdate": {"maxSurge": "many"}}},
        [
            "spec.strategy.rollingUpdate.maxSurge: Invalid value: \"many\": a valid percent string must be a numeric string "
            "followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"
        ],
    ),
    ("Deployment", {"minReadySeconds": -1}, ["spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0"]),
    ("StatefulSet", {"podManagementPolicy": "Chaotic"}, ["spec.podManagementPolicy: Invalid value: \"Chaotic\": must be 'OrderedReady' or 'Parallel'"]),
    (
        "StatefulSet",
        {"updateStrategy": {"type": "Never"}},
        ['spec.updateStrategy: Invalid value: {"Type":"Never","RollingUpdate":null}: must be \'RollingUpdate\' or \'OnDelete\''],
    ),
    (
        "DaemonSet",
        {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 0}}},
        ["spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0"],
    ),
    ("ReplicaSet", {"selector": None}, ["spec.selector: Required value", 'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`']),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "change", "wrong"), SETS)
def test_sets_of_pods(api: Client, make: Any, kind: str, change: dict[str, Any], wrong: list[str]) -> None:
    item = {**make("Deployment"), "kind": kind}
    item["spec"] = {**item["spec"], **change}
    assert faults(api, item) == wrong


OTHERS: list[tuple[dict[str, Any], list[str]]] = [
    (
        {
            "apiVersion": "v1",
            "kind": "Service",
            "spec": {"ports": [{"port": 80, "name": "a"}, {"port": 80, "name": "b"}]},
        },
        [
            'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,'
            '"NodePort":0}'
        ],
    ),
    (
        {
            "apiVersion": "v1",
            "kind": "Node",
            "spec": {"taints": [{"key": "a", "effect": "NoSchedule"}, {"key": "a", "effect": "NoSchedule"}]},
        },
        ['metadata.taints[1]: Duplicate value: {"Key":"a","Value":"","Effect":"NoSchedule","TimeAdded":null}'],
    ),
    (
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "spec": {"minAvailable": 1, "maxUnavailable": "50%"},
        },
        [
            'spec: Invalid value: {"MinAvailable":1,"Selector":null,"MaxUnavailable":"50%","UnhealthyPodEvictionPolicy":null}: '
            "minAvailable and maxUnavailable cannot be both set"
        ],
    ),
    (
        {"apiVersion": "batch/v1", "kind": "CronJob", "spec": {"schedule": "every day"}},
        ['spec.schedule: Invalid value: "every day": expected exactly 5 fields, found 2: [every day]'],
    ),
    (
        {"apiVersion": "batch/v1", "kind": "CronJob", "spec": {"schedule": "61 * * * *"}},
        ['spec.schedule: Invalid value: "61 * * * *": end of range (61) above maximum (59): 61'],
    ),
    (
        {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "spec": {}},
        ["spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"],
    ),
    (
        {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "spec": {"ingress": [{"from": [{}]}]}},
        ["spec.ingress[0].from[0]: Required value: must specify a peer"],
    ),
    (
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "rules": [{"apiGroups": [""], "resources": ["pods"]}],
        },
        ["rules[0].verbs: Required value: verbs must contain at least one value"],
    ),
    (
        {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "value": 2000000000},
        ["value: Forbidden: maximum allowed value of a user defined priority is 1000000000"],
    ),
    (
        {
            "apiVersion": "v1",
            "kind": "Service",
            "spec": {"type": "ClusterIP", "ports": [{"port": 80, "nodePort": 30001}]},
        },
        ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ),
    (
        {"apiVersion": "v1", "kind": "Service", "spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": 80}]}},
        [
            "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. "
            "The range of valid ports is 30000-32767"
        ],
    ),
]


@pytest.mark.parametrize(("item", "wrong"), OTHERS)
def test_other_kinds(api: Client, item: dict[str, Any], wrong: list[str]) -> None:
    got = faults(api, {"metadata": {"name": "a"}, **item})
    assert got[: len(wrong)] == wrong


def test_services_get_addresses_and_keep_them(api: Client) -> None:
    item = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "s"},
        "spec": {"ports": [{"port": 80}], "type": "NodePort"},
    }
    first, _ = api.apply(item)
    item["spec"] = {"ports": [{"port": 80, "targetPort": 8080}], "type": "NodePort"}
    second, done = api.apply(item)
    assert done == "configured"
    assert second.spec.clusterIP == first.spec.clusterIP
    assert second.spec.ports[0].nodePort == first.spec.ports[0].nodePort
    assert second.spec.ports[0].targetPort == 8080
    third = api.patch("svc", "s", {"spec": {"type": "ClusterIP"}})
    assert third.spec.ports[0].nodePort == 0
    fourth = api.patch("svc", "s", {"spec": {"type": "NodePort"}})
    assert 30000 <= fourth.spec.ports[0].nodePort < 32768


def test_a_job_selects_its_pods_by_its_own_uid(api: Client) -> None:
    template = {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "x"}]}}
    job = api.create(
        {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"}, "spec": {"template": template}}
    )
    assert job.spec.selector.matchLabels == {"batch.kubernetes.io/controller-uid": job.metadata.uid}
    assert job.spec.template.metadata.labels["job-name"] == "j"
    assert api.patch("job", "j", {"spec": {"suspend": True}}).spec.template == job.spec.template
