"""The verbs on a living cluster: what they print, what they change, how much virtual time they let pass."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from pilothouse import Cluster
from pilothouse.kubectl import Kubectl, Output
from pilothouse.kubectl.verbs import VERBS

pytestmark = pytest.mark.fidelity(
    "kubectl: verbs",
    "simplified",
    "waiting verbs let virtual time pass; cp, attach, port-forward, top and plugins are not there yet",
)

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: "nginx:1.27", ports: [{containerPort: 80}]}]}
"""


@pytest.fixture
def kubectl() -> Kubectl:
    return Kubectl(Cluster(nodes=2, unknown_images="assume"))


@pytest.fixture
def web(kubectl: Kubectl) -> Kubectl:
    """With two running pods behind a Deployment."""
    assert said(kubectl.run("apply -f -", WEB)) == "deployment.apps/web created\n"
    kubectl.cluster.run("30s")
    return kubectl


def said(output: Output) -> str:
    assert (output.stderr, output.code) == ("", 0), output.text
    return output.stdout


def refused(output: Output) -> str:
    assert output.code == 1
    return output.stderr


def test_the_kubernetes_basics_tour(kubectl: Kubectl) -> None:
    """Create, explore, expose, scale, update, roll back, as someone types it who knows only the real one."""
    steps: list[tuple[str, str]] = [
        ("create deployment boot --image=gcr.io/boot:v1 --port 8080", r"deployment\.apps/boot created\n"),
        ("rollout status deploy/boot", r"Waiting .*\n(?s:.*)successfully rolled out\n"),
        ("get deployments", r"NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nboot +1/1 +1 +1 +\d+s\n"),
        ("get pods -l app=boot -o name", r"pod/boot-\w+-\w+\n"),
        ("logs deploy/boot", r"(?s:.*)"),
        ("expose deployment/boot --type=NodePort --port 8080", r"service/boot exposed\n"),
        ("get svc boot", r"NAME .*\nboot +NodePort +10\.\S+ +<none> +8080:3\d{4}/TCP +0s\n"),
        ("describe svc/boot", r"(?s:.*)\nEndpoints: +10\.\S+:8080\n(?s:.*)"),
        ("label pods -l app=boot version=v1", r"pod/boot-\S+ labeled\n"),
        ("scale deployments/boot --replicas=4", r"deployment\.apps/boot scaled\n"),
        ("rollout status deploy boot", r"(?s:.*)successfully rolled out\n"),
        ("set image deployments/boot boot=gcr.io/boot:v2", r"deployment\.apps/boot image updated\n"),
        ("rollout status deploy boot", r"(?s:.*)successfully rolled out\n"),
        ("get deploy boot -o jsonpath={.spec.template.spec.containers[0].image}", r"gcr\.io/boot:v2"),
        ("rollout undo deployments/boot", r"deployment\.apps/boot rolled back\n"),
        ("rollout status deploy boot", r"(?s:.*)successfully rolled out\n"),
        ("get pods -o jsonpath={.items[*].spec.containers[*].image}", r"(gcr\.io/boot:v[12] ?)+"),
        ("delete service -l app=boot", r'service "boot" deleted from default namespace\n'),
        ("delete deploy boot", r'deployment\.apps "boot" deleted from default namespace\n'),
    ]
    for line, pattern in steps:
        told = said(kubectl.run(line))
        assert re.fullmatch(pattern, told), f"{line}\n{told}"


def test_reading_and_writing_take_no_time_but_waiting_does(web: Kubectl) -> None:
    before = web.cluster.now
    for line in (
        "get all",
        "describe deploy web",
        "scale deploy web --replicas=3",
        "label deploy web a=b",
        "get events",
    ):
        said(web.run(line))
    assert web.cluster.now == before
    said(web.run("rollout status deploy/web"))
    assert web.cluster.now > before


def test_delete_waits_until_the_pod_is_gone(web: Kubectl) -> None:
    said(web.run("run one --image=sleepy --restart=Never"))
    web.cluster.run("10s")
    before = web.cluster.now
    assert said(web.run("delete pod one --wait=false")) == 'pod "one" deleted from default namespace\n'
    assert web.cluster.now == before
    assert "one" in said(web.run("get pods"))
    said(web.run("wait --for=delete pod/one"))
    assert refused(web.run("get pod one")) == 'Error from server (NotFound): pods "one" not found\n'


def test_a_forced_deletion_warns_and_does_not_wait(web: Kubectl) -> None:
    said(web.run("run one --image=sleepy"))
    web.cluster.run("10s")
    told = web.run("delete pod one --force --grace-period=0")
    assert told.stdout == 'pod "one" force deleted from default namespace\n'
    assert told.stderr.startswith("Warning: Immediate deletion does not wait for confirmation")
    assert web.run("get pod one").code == 1


LINES: list[tuple[str, str]] = [
    ("apply -f {web}", "deployment.apps/web unchanged\n"),
    ("apply -f {web} --dry-run=server", "deployment.apps/web unchanged (server dry run)\n"),
    ("apply -f {web} -o name", "deployment.apps/web\n"),
    ("get -f {web} -o name", "deployment.apps/web\n"),
    ("delete -f {web} --dry-run=client", 'deployment.apps "web" deleted from default namespace (dry run)\n'),
    ("create ns team", "namespace/team created\n"),
    ("create cm conf --from-literal=a=b --from-literal=c=d=e", "configmap/conf created\n"),
    ("create secret generic key --from-literal=a=b", "secret/key created\n"),
    ("create job pi --image=perl -- x", "job.batch/pi created\n"),
    ("create cronjob tick --image=busybox --schedule='* * * * *'", "cronjob.batch/tick created\n"),
    ("create service clusterip other --tcp=80:8080", "service/other created\n"),
    ("create sa robot", "serviceaccount/robot created\n"),
    ("label deploy/web tier=front", "deployment.apps/web labeled\n"),
    ("label deploy/web app-", "deployment.apps/web unlabeled\n"),
    ("label deploy/web app=web", "deployment.apps/web not labeled\n"),
    ("annotate deploy/web note='x y'", "deployment.apps/web annotated\n"),
    ("cordon n1", "node/n1 cordoned\n"),
    ("uncordon n1", "node/n1 already uncordoned\n"),
    ("taint nodes n1 a=b:NoSchedule", "node/n1 tainted\n"),
    ("patch deploy web -p '{\"spec\":{\"replicas\":2}}'", "deployment.apps/web patched (no change)\n"),
    ("patch deploy web -p 'spec: {replicas: 1}'", "deployment.apps/web patched\n"),
    ("patch deploy web --type=json -p '[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":1}]'", "deployment.apps/web patched\n"),
    ("set env deploy/web A=b C=d", "deployment.apps/web env updated\n"),
    ("set resources deploy/web --requests=cpu=10m,memory=1Mi", "deployment.apps/web resource requirements updated\n"),
    ("autoscale deploy web --min=2 --max=5 --cpu-percent=80", "horizontalpodautoscaler.autoscaling/web autoscaled\n"),
    ("config current-context", "pilothouse\n"),
    ("version", "Client Version: v1.36.0\nServer Version: v1.36.0\n"),
    ("wait --for=condition=Available deploy/web", "deployment.apps/web condition met\n"),
    ("wait --for=jsonpath='{.status.readyReplicas}'=2 deploy/web", "deployment.apps/web condition met\n"),
    ("scale --replicas=1 -f {web}", "deployment.apps/web scaled\n"),
    ("run box --image=busybox --dry-run=client -o json", ""),
    ("get pods --ignore-not-found nope", ""),
]  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), LINES, ids=[line for line, _ in LINES])
def test_what_is_printed(web: Kubectl, tmp_path: Path, line: str, expected: str) -> None:
    manifest = tmp_path / "web.yaml"
    manifest.write_text(WEB)
    told = said(web.run(line.replace("{web}", str(manifest))))
    if expected or "nope" in line:
        assert told == expected
    else:
        assert json.loads(told)["kind"] == "Pod"


MISTAKES: list[tuple[str, str]] = [
    ("label deploy/web app=other", "error: 'app' already has a value (web), and --overwrite is false\n"),
    ("label deploy/web a=b=c", "error: invalid label spec: a=b=c\n"),
    ("taint nodes n1 a=b:Foo", "error: invalid taint effect: Foo, unsupported taint effect\nSee 'kubectl taint -h' for help and examples\n"),
    ("taint nodes n1 zz-", 'error: taint "zz" not found\n'),
    ("set image deploy/web nope=x", 'error: unable to find container named "nope"\n'),
    ("patch deploy web -p '{\"spec\":'", "error: unable to parse"),
    ("patch deploy web -p '{\"spec\":{\"replica\":1}}'", 'strict decoding error: unknown field "spec.replica"'),
    ("patch deploy web", "error: must specify --patch or --patch-file containing the contents of the patch\n"),
    ("wait --for=condition=Nope deploy/web --timeout=5s", "error: timed out waiting for the condition on deployments/web\n"),
    ("run x", 'error: required flag(s) "image" not set\n'),
    ("expose deploy/nope --port=80", 'Error from server (NotFound): deployments.apps "nope" not found\n'),
    ("expose node n1 --port=80", "error: cannot expose a Node\n"),
    ("delete pods", "error: resource(s) were provided, but no name was specified\n"),
    ("logs web-nope", 'error: error from server (NotFound): pods "web-nope" not found in namespace "default"\n'),
    ("events --for web", "error: --for must be in resource/name form: web\n"),
    ("explain pod.nope", 'error: field "nope" does not exist\n'),
    ("create deployment web --image=x", 'error: failed to create deployment: deployments.apps "web" already exists\n'),
    ("apply -f - -n other", "the namespace from the provided object \"default\" does not match the namespace \"other\". You must pass '--namespace=default' to perform this operation.\n"),
    ("cp a b", 'error: "kubectl cp" is not part of this simulation; the verbs that work here are: '),
    ("rollout undo deploy/web", 'no rollout history found for deployment "web"\n'),
    ("get pods -n default extra -A", "error: a resource cannot be retrieved by name across all namespaces\n"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "words"), MISTAKES, ids=[line for line, _ in MISTAKES])
def test_mistakes_are_told_in_kubectls_words(web: Kubectl, line: str, words: str) -> None:
    told = web.run(line, WEB.replace("{name: web,", "{name: web, namespace: default,", 1))
    assert words in refused(told)


def test_a_half_wrong_manifest_says_what_was_done(kubectl: Kubectl) -> None:
    second = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {container: []}\n"
    told = kubectl.run("apply -f -", WEB + second)
    assert told.stdout == "deployment.apps/web created\n"
    assert 'unknown field "spec.container"' in refused(told)


TWO = """
apiVersion: v1
kind: Pod
metadata: {name: twoc}
spec:
  containers:
  - {name: a, image: busybox, command: [sh, -c, "echo A; sleep 3600"]}
  - {name: b, image: busybox, command: [sh, -c, "echo B; sleep 3600"]}
---
apiVersion: v1
kind: Pod
metadata: {name: entry1}
spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sh, -c, "echo done"]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: typo}
spec: {containers: [{name: c, image: "nobody/knows:1"}]}
"""
INSIDE = [
    ("logs twoc", "A\n", 'Defaulted container "a" out of: a, b\n', 0),
    ("logs twoc -c b", "B\n", "", 0),
    ("logs twoc -c zz", "", "error: container zz is not valid for pod twoc out of: a, b\n", 1),
    ("logs twoc --all-containers", "A\nB\n", "", 0),
    ("logs twoc --all-containers --prefix", "[pod/twoc/a] A\n[pod/twoc/b] B\n", "", 0),
    (
        "logs entry1 -p",
        "",
        'Error from server (BadRequest): previous terminated container "c" in pod "entry1" not found\n',
        1,
    ),
    ("logs nopod", "", 'error: error from server (NotFound): pods "nopod" not found in namespace "default"\n', 1),
    ("logs -l nolabel=x", "", "No resources found in default namespace.\n", 0),
    ("exec twoc -- echo hi", "hi\n", 'Defaulted container "a" out of: a, b\n', 0),
    ("exec twoc -c b -- sh -c 'echo out; exit 7'", "out\n", "command terminated with exit code 7\n", 7),
    ("exec twoc -c zz -- echo hi", "", "error: container zz is not valid for pod twoc out of: a, b\n", 1),
    ("exec twoc -c a", "", "error: you must specify at least one command for the container\n", 1),
    ("exec nopod -- ls", "", 'Error from server (NotFound): pods "nopod" not found\n', 1),
    (
        "exec entry1 -- ls",
        "",
        "error: cannot exec into a container in a completed pod; current phase is Succeeded\n",
        1,
    ),
    ("exec typo -- ls", "", 'error: unable to upgrade connection: container not found ("c")\n', 1),
]


@pytest.mark.fidelity("kubectl: logs and exec", "faithful", "words and exit codes of kubelet/kubectl_errors.json")
def test_logs_and_exec_as_recorded() -> None:
    kubectl = Kubectl(Cluster(nodes=1))
    said(kubectl.run("apply -f -", TWO))
    kubectl.cluster.run("10s")
    for line, out, err, code in INSIDE:
        told = kubectl.run(line)
        assert (told.stdout, told.stderr, told.code) == (out, err, code), line
    before = kubectl.cluster.now
    said(kubectl.run("exec twoc -c a -- sleep 3"))
    assert kubectl.cluster.now == before + 3


def test_permissions_are_asked_and_felt(web: Kubectl) -> None:
    assert said(web.run("auth can-i delete pods")) == "yes\n"
    told = web.run("auth can-i delete pods --as alice")
    assert (told.stdout, told.stderr, told.code) == ("no\n", "", 1)
    assert refused(web.run("get pods --as alice")) == (
        'Error from server (Forbidden): pods is forbidden: User "alice" cannot list resource "pods" in API group "" in the '
        'namespace "default"\n'
    )
    assert "you must specify two arguments" in refused(web.run("auth can-i delete"))


def test_a_cell_is_the_editor(web: Kubectl) -> None:
    text = said(web.run("get deploy/web -o yaml"))
    assert web.run("edit deploy/web", text).stderr == "Edit cancelled, no changes made.\n"
    assert (
        said(web.run("edit deploy/web", text.replace("replicas: 2", "replicas: 5", 1)))
        == "deployment.apps/web edited\n"
    )
    assert said(web.run("get deploy/web -o jsonpath={.spec.replicas}")) == "5"
    assert "the object has been modified" in refused(
        web.run("edit deploy/web", text.replace("replicas: 2", "replicas: 1", 1))
    )
    assert "there is no editor here" in refused(web.run("edit deploy/web"))


def test_diff_shows_what_an_apply_would_change(web: Kubectl) -> None:
    assert said(web.run("diff -f -", WEB)) == ""
    told = web.run("diff -f -", WEB.replace("replicas: 2", "replicas: 3"))
    assert told.code == 1
    changed = [line for line in told.stdout.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    assert changed == ["-  generation: 1", "+  generation: 2", "-  replicas: 2", "+  replicas: 3"]
    new = web.run("diff -f -", WEB.replace("name: web, labels", "name: other, labels"))
    assert "+++ MERGED/apps.v1.Deployment.default.other\n" in new.stdout
    assert "last-applied" not in new.stdout


def test_undo_of_a_stateful_set(kubectl: Kubectl) -> None:
    db = WEB.replace("kind: Deployment", "kind: StatefulSet").replace("replicas: 2", "replicas: 2\n  serviceName: web")
    said(kubectl.run("create -f -", db))
    assert refused(kubectl.run("rollout undo sts/web")) == "error: no last revision to roll back to\n"
    said(kubectl.run("set image sts/web c=nginx:1.28"))
    told = said(kubectl.run("rollout status sts/web"))
    assert told.splitlines()[-1].startswith("statefulset rolling update complete 2 pods at revision web-")
    assert said(kubectl.run("rollout history sts/web")) == (
        "statefulset.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n\n"
    )
    assert said(kubectl.run("rollout undo sts/web")) == "statefulset.apps/web rolled back\n"
    image = "get sts web -o jsonpath={.spec.template.spec.containers[0].image}"
    assert said(kubectl.run(image)) == "nginx:1.27"


BOATS = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boats.sea.io}
spec:
  group: sea.io
  scope: Namespaced
  names: {plural: boats, singular: boat, kind: Boat, shortNames: [bo]}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties: {spec: {type: object, properties: {masts: {type: integer}, crew: {type: array, items: {type: string}}}}}
    additionalPrinterColumns: [{name: Masts, type: integer, jsonPath: .spec.masts}]
"""
ARGO = "apiVersion: sea.io/v1\nkind: Boat\nmetadata: {name: argo}\nspec: {masts: 1}\n"


def test_a_kind_of_ones_own_is_a_kind_like_any_other(kubectl: Kubectl) -> None:
    assert "ensure CRDs are installed first" in refused(kubectl.run("apply -f -", ARGO))
    said(kubectl.run("apply -f -", BOATS))
    assert said(kubectl.run("apply -f -", ARGO)) == "boat.sea.io/argo created\n"
    assert said(kubectl.run("patch bo argo -p 'spec: {masts: 3}'")) == "boat.sea.io/argo patched\n"
    assert said(kubectl.run("get boats")) == "NAME   MASTS\nargo   3\n"
    assert "Kind:         Boat\n" in said(kubectl.run("describe boat argo"))
    assert said(kubectl.run("explain boat.spec")).endswith("FIELDS:\n  crew\t<[]string>\n  masts\t<integer>\n\n")
    assert 'unknown field "spec.mast"' in refused(kubectl.run("apply -f -", ARGO.replace("masts", "mast")))
    assert said(kubectl.run("delete boat argo")) == 'boat.sea.io "argo" deleted from default namespace\n'


def test_the_chosen_namespace_stays(kubectl: Kubectl) -> None:
    said(kubectl.run("config set-context --current --namespace=kube-system"))
    assert kubectl.run("get pods").stderr == "No resources found in kube-system namespace.\n"
    assert kubectl.run("get pods -n default").stderr == "No resources found in default namespace.\n"


def test_watch_prints_changes_for_a_while(kubectl: Kubectl) -> None:
    said(kubectl.run("apply -f -", WEB))
    told = said(kubectl.run("get pods -w --request-timeout=20s"))
    lines = told.splitlines()
    assert lines[0].startswith("NAME ")
    assert sum(" Running " in line for line in lines) >= 2
    assert len({line.index("0/1") for line in lines if "0/1" in line}) == 1
    assert kubectl.cluster.now == 20


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(kubectl: Kubectl, verb: str) -> None:
    told = said(kubectl.run(f"{verb} --help"))
    assert f"Usage:\n  kubectl {verb}" in told
    assert "--help" in told
    assert told == said(kubectl.run(f"help {verb}"))


@pytest.mark.fidelity("kubectl: drain", "faithful", "every command of controlplane/drain.json")
def test_drain_as_recorded(shared: Path) -> None:
    """The recorded drain: obstacles, a budget that blocks, a time-out, then room; same words, same exit codes."""
    kubectl = Kubectl(Cluster(nodes=["dr-1", "dr-2"], unknown_images="assume"))
    said(kubectl.run("apply -f -", DRAINED))
    kubectl.cluster.run("10s")
    steps: list[Any] = json.loads((shared / "conformance/controlplane/drain.json").read_text())["drain"]["kubectl"]
    for step in steps:
        argv = shlex.split(step["cmd"].removeprefix("kubectl "))
        if argv[-1] == "--timeout=30s":
            said(kubectl.run('patch pdb b -n r-drain -p \'{"spec":{"minAvailable":1}}\''))
        told = kubectl.run(argv)
        assert told.code == step["rc"], step["cmd"]
        assert plain(told.stdout, argv) == plain(step["out"], argv), step["cmd"]
        assert plain(told.stderr, argv) == plain(step["err"], argv), step["cmd"]


def plain(text: str, argv: list[str]) -> list[str]:
    """Lines without random names, ages, addresses and versions; each once, sorted, since pods go in parallel."""
    text = re.sub(r"web-[0-9a-f]+-\w{5}|dsx-\w{5}", "POD", text)
    text = re.sub(r"\bv1\.36\.0\S*|\b\d+s\b|\b10\.\d+\.\d+\.\d+|node/|ContainerCreating|Running|<none> ", "-", text)
    text = re.sub(r", error when evicting [^\]]*\]", "", text.replace("[error when", "error when"))
    words = {" ".join(line.split()) for line in text.splitlines()}
    return ["pods"] if argv[:2] == ["get", "pods"] else sorted(words)


DRAINED = """
apiVersion: v1
kind: Namespace
metadata: {name: r-drain}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: r-drain}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: "a:1"}]}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: dsx, namespace: r-drain}
spec:
  selector: {matchLabels: {app: dsx}}
  template: {metadata: {labels: {app: dsx}}, spec: {containers: [{name: c, image: "a:1"}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: bare, namespace: r-drain}
spec: {nodeName: dr-1, containers: [{name: c, image: "a:1"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: empty, namespace: r-drain}
spec: {nodeName: dr-1, containers: [{name: c, image: "a:1"}], volumes: [{name: v, emptyDir: {}}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: b, namespace: r-drain}
spec: {minAvailable: 3, selector: {matchLabels: {app: web}}}
"""
