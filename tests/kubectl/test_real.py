"""Our kubectl beside the real one, over the same objects: standard output, standard error and exit code.

Where the installed kubectl is older than the recorded facts (1.36), the newer words are ours; `modern` rewrites them.
"""

from __future__ import annotations

import re
import shlex
import time
from typing import Any

import kubectl_situation as situation
import pytest

from pilothouse import Cluster
from pilothouse.api import since_epoch, to_dict
from pilothouse.kubectl import Kubectl
from pilothouse.kubectl.describe import describe

pytestmark = pytest.mark.fidelity(
    "kubectl: get and the words for mistakes",
    "faithful",
    "standard output, standard error and exit code as the kubectl of the machine, over the same objects",
)

EPOCH = 1767225600  # Unix seconds of virtual time 0
KINDS = [
    "Node", "Deployment", "ReplicaSet", "Pod", "StatefulSet", "DaemonSet", "Job", "Service", "PersistentVolumeClaim",
    "ConfigMap", "Secret", "Namespace", "PriorityClass", "Ingress", "HorizontalPodAutoscaler",
]  # fmt: skip


def modern(text: str) -> str:
    """The real kubectl's text in the words of 1.36."""
    text = re.sub(r"ConfigMapOptional:( *)<nil>", r"Optional:         \1false", text)
    text = re.sub(r"SecretOptionalName:( *)0x[0-9a-f]+", r"Optional:          \1true", text)
    text = re.sub(r'^E\d.*? err="(.*)"$', lambda match: "error: " + match[1].replace('\\"', '"'), text, flags=re.M)
    return re.sub(r"^Error: (unknown|flag|invalid)", r"error: \1", text, flags=re.M)


@pytest.mark.parametrize("kind", KINDS)
def test_describe(real: Any, kind: str) -> None:
    moment = int(time.time())  # the real kubectl counts ages on the wall clock
    plain = situation.objects(moment)
    reads = situation.Reads(plain)
    for thing in reads.list(kind, namespace=None):
        out, err, code = real.run(plain, "describe", kind, thing.metadata.name)
        assert (err, code) == ("", 0)
        assert describe(thing, reads, moment - EPOCH) == modern(out)


@pytest.fixture(scope="module")
def loaded() -> tuple[Kubectl, list[dict[str, Any]]]:
    cluster = Cluster.load(situation.objects(EPOCH + 500_000), kubelet=False)
    names = dict.fromkeys(info.store_name for info in cluster.door.scheme)
    everything = [to_dict(thing) for name in names for thing in cluster.store.list(name)]
    return Kubectl(cluster), everything


LINES = [
    "get pods", "get po -owide",  "get pods,svc,deploy", "get all", "get deploy/web svc/web",
    "get pods --show-labels", "get pods -L app,tier", "get pods --no-headers", "get nodes -o wide", "get pods -o name",
    "get pod lonely -o yaml", "get pod lonely ended -o json", "get pods -l app=web", "get pods -l app=none",
    "get pods -n empty", "get pv", "get pods --field-selector=status.phase=Running", "get deploy --sort-by={.spec.replicas}",
     "get pods -o jsonpath={.items[*].metadata.name}",
    "get deploy web -o jsonpath='{range .status.conditions[*]}{.type}={.status}{\"\\n\"}{end}'",
    "get deploy -o jsonpath='{.items[?(@.spec.replicas==3)].metadata.name}'",
    "get pods -o custom-columns=N:.metadata.name,I:.spec.containers[*].image,X:.nope",
    "get pods -o custom-columns=A:metadata.name --no-headers", "get deploy,rs -o wide",
    "get ingress,pvc,sts,ds,job,secret,priorityclass", "get configmap settings -o yaml",
    "get", "get pods nope", "get pods lonely nope", "get foo", "get pods,foo",
    "get pods lonely -l a=b", "get pods lonely -A", "get -f nope.yaml", "get pods -o foo", "get pods -o custom-columns=bad",
       "get deploy nope",
    "foo", "gte pods", "describe", "describe po nope",  "describe pods -l app=none",
    "apply", "apply -f nope.yaml",  "create", "create deployment x",  "delete",
     "scale deploy/web", "scale --replicas=3", "scale deploy/web --replicas=-1",
    "scale deploy/nope --replicas=2", "rollout status",  "rollout history deploy/web", "rollout history deploy",
    "rollout history deploy/web --revision=2", "rollout history deploy/web --revision=7",
    "label",  "label pods lonely a=b=c", "annotate pod lonely",
    "cordon", "wait pod/lonely", "wait --for=condition=Ready pod/nope",  "set image deploy/web", "logs",
    "api-resources --api-group=apps", "api-resources --namespaced=false",
]  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_verbs(real: Any, loaded: tuple[Kubectl, list[dict[str, Any]]], line: str) -> None:
    ours, everything = loaded
    out, err, code = real.at(ours.cluster.now).run(everything, *shlex.split(line))
    mine = ours.run(line)
    assert (mine.stdout, mine.stderr, mine.code) == (modern(out), modern(err), code)


def test_the_epoch_is_where_we_think() -> None:
    assert since_epoch("2026-01-01T00:00:00Z") == 0
