"""Descriptions word for word as a kubectl of 1.36 printed them on a real node (conformance/kubelet/describe.json).

The objects are written from the recorded text; `test_real.py` compares many more with the kubectl of this machine.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import kubectl_situation as situation
import pytest

from pilothouse.api import since_epoch
from pilothouse.kubectl.describe import describe

DAY = "2026-11-23T"
UID = "fadcd4fb-6698-4fb1-b09a-edba9b1a9363"

pytestmark = pytest.mark.fidelity(
    "kubectl: describe",
    "faithful",
    "pods as recorded in kubelet/describe.json; 14 kinds agree line by line with the kubectl of the machine",
)


def token_volume(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "projected": {
            "sources": [
                {"serviceAccountToken": {"path": "token", "expirationSeconds": 3607}},
                {"configMap": {"name": "kube-root-ca.crt"}},
                {"downwardAPI": {"items": []}},
                {"configMap": {"name": "openshift-service-ca.crt"}},
            ]
        },
    }


def conditions(**values: bool) -> list[dict[str, str]]:
    return [{"type": name, "status": str(value)} for name, value in values.items()]


TOLERATIONS = [
    {"key": f"node.kubernetes.io/{what}", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
    for what in ("not-ready", "unreachable")
]


def pod(
    name: str, namespace: str, container: dict[str, Any], volumes: list[Any], status: dict[str, Any]
) -> dict[str, Any]:
    mount = {
        "name": volumes[-1]["name"],
        "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
        "readOnly": True,
    }
    container = {**container, "volumeMounts": [*container.get("volumeMounts", []), mount]}
    spec = {"containers": [container], "volumes": volumes, "tolerations": TOLERATIONS, "priority": 0}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "uid": UID},
        "spec": {**spec, "nodeName": "node1", "serviceAccountName": "default"},
        "status": {"hostIP": "10.99.0.1", **status},
    }


def event(
    about: dict[str, Any],
    type: str,
    reason: str,
    message: str,
    last: str,
    first: str = "",
    count: int = 1,
    field: str = "",
    by: str = "kubelet",
) -> dict[str, Any]:
    meta = about["metadata"]
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{reason}.{count}.{last}", "namespace": meta["namespace"]},
        "involvedObject": {"kind": "Pod", "name": meta["name"], "namespace": meta["namespace"], "uid": UID, "fieldPath": field},
        "type": type,
        "reason": reason,
        "message": message,
        "count": count,
        "source": {"component": by},
        "firstTimestamp": f"{DAY}{first or last}Z",
        "lastTimestamp": f"{DAY}{last}Z",
    }  # fmt: skip


def oom_always() -> tuple[list[dict[str, Any]], str]:
    ended = {"exitCode": 137, "reason": "OOMKilled", "startedAt": f"{DAY}15:41:26Z", "finishedAt": f"{DAY}15:41:27Z"}
    made = pod(
        "oom-always",
        "s-resources",
        {
            "name": "c",
            "image": "stress",
            "command": ["stress"],
            "args": ["--nofork", "--vm-bytes", "250M"],
            "resources": {"limits": {"memory": "100Mi"}, "requests": {"memory": "50Mi"}},
        },
        [token_volume("kube-api-access-kj5nq")],
        {
            "phase": "Running",
            "startTime": f"{DAY}15:41:21Z",
            "qosClass": "Burstable",
            "conditions": conditions(PodReadyToStartContainers=True, Initialized=True, Ready=False, ContainersReady=False, PodScheduled=True),
            "containerStatuses": [
                {
                    "name": "c",
                    "image": "stress",
                    "imageID": "docker.io/library/stress@sha256:b29d75a9f16e330ad44cd294bb17a9f2267e3e58f0ce8ff4974e3d8b9cf41de1",
                    "containerID": "containerd://c86ca8c4a478f55a566223bcd33b0be28ee5d9ebf492cfddc011fc589cbf762f",
                    "ready": False,
                    "restartCount": 1,
                    "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                    "lastState": {"terminated": ended},
                }
            ],
        },
    )  # fmt: skip
    field = "spec.containers{c}"
    present = 'Container image "stress" already present on machine and can be accessed by the pod'
    back_off = f"Back-off restarting failed container c in pod oom-always_s-resources({UID})"
    events = [
        event(made, "Normal", "Scheduled", "Successfully assigned s-resources/oom-always to node1", "15:41:21", by="default-scheduler"),
        event(made, "Normal", "Pulled", present, "15:41:26", "15:41:22", 2, field),
        event(made, "Normal", "Created", "Container created", "15:41:26", "15:41:22", 2, field),
        event(made, "Normal", "Started", "Container started", "15:41:26", "15:41:23", 2, field),
        event(made, "Warning", "BackOff", back_off, "15:41:28", "15:41:27", 2, field),
    ]  # fmt: skip
    return [made, *events], f"{DAY}15:41:36Z"


def test_a_crash_loop(shared: Path) -> None:
    recorded = json.loads((shared / "conformance/kubelet/describe.json").read_text())
    text = recorded["resources t=16.0 describe pod oom-always"]
    plain, now = oom_always()
    ip = next(line.split()[-1] for line in text.splitlines() if line.startswith("IP:"))
    plain[0]["status"] |= {"podIP": ip, "podIPs": [{"ip": ip}]} if ip[0].isdigit() else {}
    reads = situation.Reads(plain)
    assert describe(reads.get("Pod", "oom-always"), reads, since_epoch(now)) == text
