"""The lives of pods: what their status says, step by step."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from pilothouse.api import ContainerStatus, Pod, to_dict
from pilothouse.apiserver import ApiError
from pilothouse.containers import image


def busybox(command: str, name: str = "c", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "image": "busybox",
        "imagePullPolicy": "IfNotPresent",
        "command": ["sh", "-c", command],
        **more,
    }


def state(status: ContainerStatus) -> str:
    if status.state.running is not None:
        return "running"
    if status.state.terminated is not None:
        return f"{status.state.terminated.reason}:{status.state.terminated.exitCode}"
    return status.state.waiting.reason if status.state.waiting is not None else ""


def states(bench: Any, name: str, container: str = "c") -> list[str]:
    told: list[str] = []
    for _, change in bench.story(name):
        pod = change.object
        for status in (*pod.status.initContainerStatuses, *pod.status.containerStatuses):
            if status.name == container and (not told or told[-1] != f"{state(status)} {status.restartCount}"):
                told.append(f"{state(status)} {status.restartCount}")
    return told


def phases(bench: Any, name: str) -> list[str]:
    found: list[str] = []
    for _, change in bench.story(name):
        if not found or found[-1] != change.object.status.phase:
            found.append(change.object.status.phase)
    return found


def conditions(pod: Pod) -> dict[str, tuple[str, str]]:
    return {condition.type: (condition.status, condition.reason) for condition in pod.status.conditions}


LIVES = [
    (
        "server",
        {"containers": [{"name": "c", "image": "nginx"}]},
        ["ContainerCreating 0", "running 0"],
        ["Pending", "Running"],
    ),
    (
        "never",
        {"restartPolicy": "Never", "containers": [busybox("sleep 2; exit 3")]},
        ["ContainerCreating 0", "running 0", "Error:3 0"],
        ["Pending", "Running", "Failed"],
    ),
    (
        "done",
        {"restartPolicy": "OnFailure", "containers": [busybox("exit 0")]},
        ["ContainerCreating 0", "running 0", "Completed:0 0"],
        ["Pending", "Running", "Succeeded"],
    ),
    (
        "crash",
        {"containers": [busybox("sleep 1; exit 1")]},
        [
            "ContainerCreating 0",
            "running 0",
            "Error:1 0",
            "running 1",
            "Error:1 1",
            "CrashLoopBackOff 1",
            "running 2",
            "Error:1 2",
        ],
        ["Pending", "Running"],
    ),
    (
        "typo",
        {"containers": [{"name": "c", "image": "nginx:1.161"}]},
        ["ContainerCreating 0", "ErrImagePull 0", "ImagePullBackOff 0", "ErrImagePull 0"],
        ["Pending"],
    ),
    (
        "nocommand",
        {"restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox", "command": ["/no/such/cmd"]}]},
        ["ContainerCreating 0", "StartError:128 0"],
        ["Pending", "Failed"],
    ),
    (
        "noconfig",
        {"containers": [busybox("env", envFrom=[{"configMapRef": {"name": "nocm"}}])]},
        ["ContainerCreating 0", "CreateContainerConfigError 0"],
        ["Pending"],
    ),
    (
        "nopull",
        {"containers": [{"name": "c", "image": "nosuch:1", "imagePullPolicy": "Never"}]},
        ["ContainerCreating 0", "ErrImageNeverPull 0"],
        ["Pending"],
    ),
    (
        "oom",
        {
            "restartPolicy": "Never",
            "containers": [{"name": "c", "image": "line/eta-model:1", "resources": {"limits": {"memory": "10Mi"}}}],
        },
        ["ContainerCreating 0", "running 0", "OOMKilled:137 0"],
        ["Pending", "Running", "Failed"],
    ),
    (
        "init",
        {"initContainers": [busybox("sleep 3", "i")], "containers": [busybox("sleep 3600")]},
        ["PodInitializing 0", "running 0"],
        ["Pending", "Running"],
    ),
]


@pytest.mark.parametrize(("name", "spec", "container", "phase"), LIVES, ids=[life[0] for life in LIVES])
def test_a_life(
    bench: Callable[..., Any], name: str, spec: dict[str, Any], container: list[str], phase: list[str]
) -> None:
    b = bench()
    b.pod(name, **spec)
    b.run(30)
    assert states(b, name)[: len(container)] == container
    assert phases(b, name) == phase


def test_a_running_pod_has_everything_that_a_real_one_has(bench: Callable[..., Any]) -> None:
    b = bench()
    requests = {"cpu": "100m"}
    b.pod("real", containers=[{"name": "c", "image": "nginx", "resources": {"requests": requests}}])
    b.run(10)
    pod = b.get("real")
    status = to_dict(pod)["status"]
    assert [c["type"] for c in status["conditions"]] == [
        "PodReadyToStartContainers",
        "Initialized",
        "Ready",
        "ContainersReady",
    ]
    assert all(c["status"] == "True" and c["observedGeneration"] == 1 for c in status["conditions"])
    assert status["hostIP"] == "172.18.0.2"
    assert status["podIP"] == "10.244.0.2"
    assert status["podIPs"] == [{"ip": "10.244.0.2"}]
    assert status["startTime"] == "2026-01-01T00:01:00Z"
    assert status["qosClass"] == "Burstable"
    assert status["observedGeneration"] == 1
    assert status["allocatedResources"] == requests
    assert status["resources"] == {"requests": requests}
    container = status["containerStatuses"][0]
    assert container["image"] == "docker.io/library/nginx:latest"
    assert container["imageID"].startswith("docker.io/library/nginx@sha256:")
    assert container["containerID"].startswith("containerd://")
    assert (container["ready"], container["started"], container["restartCount"]) == (True, True, 0)
    assert container["allocatedResources"] == requests
    assert container["resources"] == {"requests": requests}


def test_the_status_is_written_as_often_as_a_real_kubelet_does(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("few", containers=[{"name": "c", "image": "nginx"}])
    b.run(600)
    assert [change.actor for _, change in b.story("few")] == ["kubernetes-admin", *["kubelet/n1"] * 3]


def test_events_in_the_words_of_a_real_kubelet(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("talks", containers=[{"name": "c", "image": "nginx"}])
    b.run(10)
    assert b.events("talks") == [
        ("Pulling", 'Pulling image "nginx"', 1),
        (
            "Pulled",
            'Successfully pulled image "nginx" in 1.024s (1.024s including waiting). Image size: 72351744 bytes.',
            1,
        ),
        ("Created", "Container created", 1),
        ("Started", "Container started", 1),
    ]
    assert {event.source.host for event in b.api.list("Event")} == {"n1"}
    assert {event.involvedObject.fieldPath for event in b.api.list("Event")} == {"spec.containers{c}"}


@pytest.mark.fidelity(
    "Kubelet: back-off of crash loops",
    "simplified",
    "10 s doubling to 5 min, as recorded; the jitter of 1 to 1.5 is always 1.35",
)
def test_the_waits_of_a_crash_loop(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("crash", containers=[busybox("exit 1")])
    b.run(1200)
    begun = [
        time
        for time, change in b.story("crash")
        if change.after.status.containerStatuses and state(change.after.status.containerStatuses[0]) == "running"
    ]
    waits = [round(later - earlier) for earlier, later in pairwise(begun)]
    bounds = [(0, 3), (10, 16), (20, 31), (40, 62), (80, 93), (160, 177), (300, 332)]
    assert all(low <= wait <= high for wait, (low, high) in zip(waits, bounds, strict=False))
    assert len(waits) >= 7


def test_the_back_off_is_forgotten_after_ten_quiet_minutes(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("slow", containers=[busybox("sleep 1000; exit 1")])
    b.run(4100)
    assert states(b, "slow").count("CrashLoopBackOff 1") == 0
    assert b.get("slow").status.containerStatuses[0].restartCount == 4


@pytest.mark.fidelity(
    "Kubelet: deletion with grace period and signals",
    "faithful",
    "recorded facts: kubelet_cases, lifecycle and quiet-*",
)
def test_a_deleted_pod_gets_its_grace_and_goes(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("stubborn", containers=[busybox("sleep 3600")], terminationGracePeriodSeconds=5)
    b.run(10)
    b.api.delete("Pod", "stubborn")
    b.run(4)
    assert conditions(b.get("stubborn"))["Ready"] == ("True", "")
    assert b.get("stubborn").status.phase == "Running"
    b.run(2)
    story = b.story("stubborn")
    last = story[-1][1].before
    assert story[-1][1].verb == "DELETED"
    assert 65 <= story[-1][0] - 10 <= 66
    assert (last.status.phase, state(last.status.containerStatuses[0])) == ("Failed", "Error:137")
    assert last.metadata.generation == 2
    assert last.status.observedGeneration == 2
    assert ("Killing", "Stopping container c", 1) in b.events("stubborn")
    assert b.kubelet.records == {}


def test_a_polite_server_goes_at_once_and_has_succeeded(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("web", containers=[{"name": "c", "image": "nginx"}])
    b.run(10)
    b.api.delete("Pod", "web")
    b.run(2)
    assert b.store.get("Pod", "default", "web") is None
    assert b.story("web")[-1][1].before.status.phase == "Succeeded"


def test_a_pod_deleted_before_it_ran(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("never", containers=[{"name": "c", "image": "nosuch:1"}])
    b.run(20)
    b.api.delete("Pod", "never")
    b.run(2)
    last = b.story("never")[-1][1].before
    assert last.status.phase == "Failed"
    assert state(last.status.containerStatuses[0]) == "ContainerStatusUnknown:137"


def test_a_forced_deletion_is_done_at_once(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("gone", containers=[busybox("sleep 3600")])
    b.run(10)
    b.api.delete("Pod", "gone", grace=0)
    b.run(0)
    assert b.kubelet.records == {}
    b.run(100)
    assert b.clock.planned("kubelet") == []


def test_a_finalizer_keeps_what_has_ended(bench: Callable[..., Any]) -> None:
    b = bench()
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "held", "finalizers": ["example.com/hold"]}}
    b.api.create({**body, "spec": {"nodeName": "n1", "containers": [{"name": "c", "image": "nginx"}]}})
    b.run(10)
    b.api.delete("Pod", "held")
    b.run(100)
    pod = b.get("held")
    assert (pod.status.phase, pod.metadata.deletionGracePeriodSeconds) == ("Succeeded", 0)
    turns = b.loop.turns
    b.run(1000)
    assert b.loop.turns == turns
    b.api.patch("Pod", "held", {"metadata": {"finalizers": None}})
    b.run(1)
    assert b.store.get("Pod", "default", "held") is None


def test_less_patience_shortens_the_grace(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("hurry", containers=[busybox("sleep 3600")], terminationGracePeriodSeconds=300)
    b.run(10)
    b.api.delete("Pod", "hurry")
    b.run(10)
    b.api.delete("Pod", "hurry", grace=3)
    b.run(5)
    assert b.store.get("Pod", "default", "hurry") is None


def test_a_pod_of_the_same_name_is_another_pod(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("twin", containers=[busybox("exit 1")])
    b.run(100)
    b.api.delete("Pod", "twin", grace=0)
    b.pod("twin", containers=[busybox("sleep 3600")])
    b.run(10)
    assert state(b.get("twin").status.containerStatuses[0]) == "running"
    assert b.get("twin").status.containerStatuses[0].restartCount == 0


@pytest.mark.fidelity("Kubelet: init containers", "faithful", "recorded facts: kubelet_cases, init and quiet-init")
def test_init_containers_run_one_after_the_other(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod(
        "order", initContainers=[busybox("sleep 3", "i1"), busybox("sleep 3", "i2")], containers=[busybox("sleep 3600")]
    )
    b.run(2)
    assert conditions(b.get("order"))["Initialized"] == ("False", "ContainersNotInitialized")
    b.run(20)
    assert states(b, "order", "i1") == ["PodInitializing 0", "running 0", "Completed:0 0"]
    begun = [s.state.terminated for s in b.get("order").status.initContainerStatuses]
    assert begun[0].finishedAt <= begun[1].startedAt
    assert conditions(b.get("order"))["Initialized"] == ("True", "")


def test_a_failed_init_container_fails_a_pod_that_is_never_restarted(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("broken", restartPolicy="Never", initContainers=[busybox("exit 2", "i")], containers=[busybox("sleep 1")])
    b.run(10)
    assert phases(b, "broken") == ["Pending", "Failed"]
    assert states(b, "broken") == ["PodInitializing 0"]


@pytest.mark.fidelity(
    "Kubelet: native sidecars", "faithful", "recorded facts: kubelet_cases, sidecar and quiet-sidecar"
)
def test_a_sidecar_starts_first_and_ends_last(bench: Callable[..., Any]) -> None:
    b = bench()
    sidecar = busybox("trap 'exit 0' TERM; while :; do sleep 0.1; done", "s", restartPolicy="Always")
    b.pod("helped", restartPolicy="Never", initContainers=[sidecar], containers=[busybox("sleep 4")])
    b.run(3)
    assert [s.ready for s in b.get("helped").status.initContainerStatuses] == [True]
    b.run(20)
    pod = b.get("helped")
    assert pod.status.phase == "Succeeded"
    assert state(pod.status.initContainerStatuses[0]) == "Completed:0"
    main = pod.status.containerStatuses[0].state.terminated
    assert main.finishedAt <= pod.status.initContainerStatuses[0].state.terminated.finishedAt


def test_a_pod_beyond_its_deadline_fails(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("late", activeDeadlineSeconds=8, containers=[busybox("sleep 3600")], terminationGracePeriodSeconds=2)
    b.run(20)
    pod = b.get("late")
    assert (pod.status.phase, pod.status.reason) == ("Failed", "DeadlineExceeded")
    assert pod.status.message == "Pod was active on the node longer than the specified deadline"


@pytest.mark.fidelity(
    "Kubelet: eviction for disk use",
    "simplified",
    "only what dd writes counts, and the node looks every ten seconds; no eviction for memory or disk pressure yet",
)
def test_a_pod_that_writes_too_much_is_evicted(bench: Callable[..., Any]) -> None:
    b = bench()
    container = busybox(
        "dd if=/dev/zero of=/v/x bs=1M count=20; sleep 3600", volumeMounts=[{"name": "v", "mountPath": "/v"}]
    )
    b.pod("greedy", containers=[container], volumes=[{"name": "v", "emptyDir": {"sizeLimit": "5Mi"}}])
    b.run(60)
    pod = b.get("greedy")
    assert (pod.status.phase, pod.status.reason) == ("Failed", "Evicted")
    assert pod.status.message == 'Usage of EmptyDir volume "v" exceeds the limit "5Mi". '


@pytest.mark.fidelity(
    "Kubelet: volumes",
    "simplified",
    "config maps, secrets and emptyDir as files at the start; later changes of a config map do not reach a running container yet",
)
def test_a_missing_volume_appears(bench: Callable[..., Any]) -> None:
    b = bench()
    container = busybox("cat /cm/a; sleep 3600", volumeMounts=[{"name": "v", "mountPath": "/cm"}])
    b.pod("waits", containers=[container], volumes=[{"name": "v", "configMap": {"name": "late"}}])
    b.run(20)
    assert ("FailedMount", 'MountVolume.SetUp failed for volume "v" : configmap "late" not found', 6) in b.events(
        "waits"
    )
    b.api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "late"}, "data": {"a": "here"}})
    b.run(60)
    assert b.get("waits").status.phase == "Running"
    assert [line for _, line in b.kubelet.logs("waits")] == ["here"]


def test_an_image_that_appears_is_pulled(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("early", containers=[{"name": "c", "image": "kubelet-test/late:1"}])
    b.run(30)
    assert state(b.get("early").status.containerStatuses[0]) in ("ErrImagePull", "ImagePullBackOff")
    image("kubelet-test/late:1")(type("Late", (), {}))
    b.run(120)
    assert b.get("early").status.phase == "Running"


def test_a_program_that_raises_leaves_its_traceback_and_the_cluster_goes_on(bench: Callable[..., Any]) -> None:
    @image("kubelet-test/broken:1")
    class Broken:
        def start(self) -> None:
            raise ValueError("no such weights")

    b = bench()
    b.pod("broken", restartPolicy="Never", containers=[{"name": "c", "image": "kubelet-test/broken:1"}])
    b.pod("fine", containers=[{"name": "c", "image": "nginx"}])
    b.run(10)
    assert state(b.get("broken").status.containerStatuses[0]) == "Error:1"
    assert b.kubelet.logs("broken")[-1][1] == "ValueError: no such weights"
    assert b.get("fine").status.phase == "Running"


def test_logs_of_runs_and_their_refusals(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("crash", containers=[busybox("echo $HOSTNAME; sleep 1; exit 1")])
    b.run(5)
    assert [line for _, line in b.kubelet.logs("crash")] == ["crash"]
    assert [line for _, line in b.kubelet.logs("crash", previous=True)] == ["crash"]
    b.pod("waits", containers=[{"name": "c", "image": "nosuch:1"}])
    b.run(5)
    for name, container, words in [
        ("waits", "", "is waiting to start: (image can't be pulled|trying and failing to pull image)"),
        ("none", "", 'pods "none" not found'),
        ("crash", "x", "container x is not valid for pod crash"),
    ]:
        with pytest.raises(ApiError, match=words):
            b.kubelet.logs(name, container)
    b.pod("first", containers=[{"name": "c", "image": "nginx"}])
    b.run(5)
    with pytest.raises(ApiError, match='previous terminated container "c" in pod "first" not found'):
        b.kubelet.logs("first", previous=True)
    b.kubelet.fail("n1")
    with pytest.raises(ApiError, match=r"dial tcp 172\.18\.0\.2:10250: connect: connection refused"):
        b.kubelet.logs("first")


def test_commands_in_containers_and_their_refusals(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("runs", containers=[busybox("sleep 3600")])
    b.pod("done", restartPolicy="Never", containers=[busybox("exit 0")])
    b.pod("waits", containers=[{"name": "c", "image": "nosuch:1"}])
    b.run(10)
    result = b.kubelet.execute("runs", ["sh", "-c", "echo out; exit 7"])
    assert (result.code, result.output) == (7, "out\n")
    for name, command, words in [
        ("done", ["ls"], "cannot exec into a container in a completed pod; current phase is Succeeded"),
        ("waits", ["ls"], 'container not found ("c")'),
        ("runs", ["nosuch"], 'exec: "nosuch": executable file not found in $PATH'),
    ]:
        with pytest.raises(ApiError) as refusal:
            b.kubelet.execute(name, command)
        assert words in str(refusal.value)


def test_what_only_seems_to_happen_is_named(bench: Callable[..., Any]) -> None:
    b = bench(unknown="assume")
    b.pod("piped", containers=[busybox("ls | wc -l")])
    b.pod("own", containers=[{"name": "c", "image": "corp/app:7"}])
    b.run(10)
    assert b.kubelet.unsimulated() == [
        "image docker.io/corp/app:7: nobody knows it; it is taken for a server that stays up",
        "pod default/piped, container c: sh -c ls | wc -l: |",
    ]


def test_old_logs_do_not_grow_without_bound(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod(
        "crash",
        containers=[
            busybox("while [ -f /etc/passwd ]; do for i in 1 2 3 4 5 6 7 8 9; do echo $i; done; sleep 1; exit 1; done")
        ],
    )
    b.run(3000)
    assert len(b.kubelet.old_logs) <= 2


def test_nothing_happens_to_pods_without_a_node_or_on_a_node_that_is_not_there(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("free", node="", containers=[{"name": "c", "image": "nginx"}])
    b.pod("lost", node="n9", containers=[{"name": "c", "image": "nginx"}])
    b.run(100)
    assert [b.get(name).status.startTime for name in ("free", "lost")] == ["", ""]


@pytest.mark.fidelity(
    "Kubelet: pods that a node refuses",
    "faithful",
    "recorded facts: summary.json, NodeAffinity, SysctlForbidden, OutOfcpu",
)
@pytest.mark.parametrize(
    ("spec", "reason", "message"),
    [
        (
            {"nodeSelector": {"no": "such"}},
            "NodeAffinity",
            "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
        ),
        (
            {"securityContext": {"sysctls": [{"name": "net.core.somaxconn", "value": "1024"}]}},
            "SysctlForbidden",
            'forbidden sysctl: "net.core.somaxconn" not allowlisted',
        ),
        ({"cpu": "50"}, "OutOfcpu", "Node didn't have enough resource: cpu, requested: 50000, used: 0, capacity: 4000"),
    ],
)
def test_a_node_refuses_what_it_cannot_take(
    bench: Callable[..., Any], spec: dict[str, Any], reason: str, message: str
) -> None:
    b = bench()
    requests = {"requests": {"cpu": spec.pop("cpu", "0")}}
    b.pod("refused", containers=[{**busybox("sleep 1"), "resources": requests}], **spec)
    b.run(10)
    pod = b.get("refused")
    assert (pod.status.phase, pod.status.reason, pod.status.message) == (
        "Failed",
        reason,
        f"Pod was rejected: {message}",
    )
    assert pod.status.containerStatuses == []
    assert (reason, message, 1) in b.events("refused")


TROUBLES = [
    (
        {"containers": [busybox("sleep 1", securityContext={"runAsNonRoot": True})]},
        "CreateContainerConfigError",
        "container has runAsNonRoot and image will run as root (pod: ",
    ),
    (
        {"containers": [{"name": "c", "image": "Busybox:Bad"}]},
        "InvalidImageName",
        'Failed to apply default image tag "Busybox:Bad": couldn\'t parse image name "Busybox:Bad": invalid reference format',
    ),
    (
        {"containers": [{"name": "c", "image": "127.0.0.1:1/x:1"}]},
        "ErrImagePull",
        'failed to pull and unpack image "127.0.0.1:1/x:1": failed to resolve reference "127.0.0.1:1/x:1": failed to do request: '
        'Head "http://127.0.0.1:1/v2/x/manifests/1": dial tcp 127.0.0.1:1: connect: connection refused',
    ),
    (
        {"containers": [{"name": "c", "image": "registry.k8s.io/nginx-slim:0.24", "command": ["nosuch"]}]},
        "RunContainerError",
        "failed to create containerd task",
    ),
    (
        {"containers": [busybox("env", env=[{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}])]},
        "CreateContainerConfigError",
        'secret "s" not found',
    ),
]


@pytest.mark.parametrize(("spec", "reason", "words"), TROUBLES, ids=[trouble[1] for trouble in TROUBLES])
def test_why_a_container_waits(bench: Callable[..., Any], spec: dict[str, Any], reason: str, words: str) -> None:
    b = bench()
    b.pod("waits", **spec)
    b.run(2)
    waiting = b.get("waits").status.containerStatuses[0].state.waiting
    if reason == "ErrImagePull":
        assert waiting.message.endswith(words)
    else:
        assert (waiting.reason, waiting.message[: len(words)]) == (reason, words)


def test_a_missing_pull_secret_is_told_and_does_no_harm(bench: Callable[..., Any]) -> None:
    b = bench()
    b.pod("pulls", containers=[{"name": "c", "image": "nginx"}], imagePullSecrets=[{"name": "none"}])
    b.run(10)
    assert b.get("pulls").status.phase == "Running"
    told = "Unable to retrieve some image pull secrets (none); attempting to pull the image may not succeed."
    assert ("FailedToRetrieveImagePullSecret", told) in [(reason, message) for reason, message, _ in b.events("pulls")]


@pytest.mark.parametrize(("code", "restarted"), [(42, True), (1, False)])
def test_a_container_may_have_restart_rules_of_its_own(bench: Callable[..., Any], code: int, restarted: bool) -> None:
    b = bench()
    rules = [{"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}]
    container = busybox(f"sleep 1; exit {code}", restartPolicy="Never", restartPolicyRules=rules)
    b.pod("rules", restartPolicy="Never", containers=[container])
    b.run(10)
    assert (b.get("rules").status.containerStatuses[0].restartCount > 0) is restarted
    assert (b.get("rules").status.phase == "Failed") is not restarted


def test_hooks(bench: Callable[..., Any]) -> None:
    b = bench()
    slow = {"postStart": {"exec": {"command": ["sleep", "5"]}}}
    b.pod("slow", containers=[busybox("sleep 3600", "a", lifecycle=slow), busybox("sleep 3600", "b")])
    bad = {"postStart": {"exec": {"command": ["sh", "-c", "echo oops; exit 3"]}}}
    b.pod("bad", terminationGracePeriodSeconds=1, containers=[busybox("sleep 3600", lifecycle=bad)])
    b.run(4)
    assert [state(s) for s in b.get("slow").status.containerStatuses] == ["ContainerCreating"] * 2
    waiting = b.get("bad").status.containerStatuses[0].state.waiting
    assert waiting.reason == "PostStartHookError"
    assert "command 'sh -c echo oops; exit 3' exited with 3: , message: \"oops\\n\"" in waiting.message
    assert ("FailedPostStartHook", "PostStartHook failed") in [event[:2] for event in b.events("bad")]
    b.run(10)
    assert [state(s) for s in b.get("slow").status.containerStatuses] == ["running"] * 2


def test_a_hook_that_never_ends_keeps_its_container_waiting_and_nothing_else(bench: Callable[..., Any]) -> None:
    b = bench()
    for_ever = {"postStart": {"exec": {"command": ["sleep", "infinity"]}}}
    b.pod("stuck", containers=[busybox("sleep 3600", lifecycle=for_ever)], terminationGracePeriodSeconds=1)
    b.run(20)
    assert b.clock.planned("kubelet")[-1].time < 1e7
    b.api.delete("Pod", "stuck")
    b.run(5)
    assert b.store.get("Pod", "default", "stuck") is None


def test_a_hook_eats_the_grace_but_for_two_seconds(bench: Callable[..., Any]) -> None:
    b = bench()
    hook = {"preStop": {"exec": {"command": ["sleep", "60"]}}}
    b.pod("slow", terminationGracePeriodSeconds=4, containers=[busybox("sleep 3600", lifecycle=hook)])
    b.run(10)
    b.api.delete("Pod", "slow")
    b.run(3.5)
    assert not [reason for reason, _, _ in b.events("slow") if reason == "FailedPreStopHook"]
    b.run(1)
    assert ("FailedPreStopHook", "PreStopHook failed", 1) in b.events("slow")
    b.run(3)
    ended = b.story("slow")[-1][1].before.status.containerStatuses[0].state.terminated
    assert (ended.exitCode, ended.finishedAt) == (137, "2026-01-01T00:01:16Z")


def test_variables_and_their_references(bench: Callable[..., Any]) -> None:
    b = bench()
    env = [
        {"name": "A", "value": "va"},
        {"name": "B", "value": "b-$(A)"},
        {"name": "C", "value": "$(LATER)"},
        {"name": "D", "value": "$$(A)"},
        {"name": "G", "value": "$(HOSTNAME)"},
        {"name": "N", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        {"name": "LATER", "value": "x"},
    ]
    b.pod("envs", containers=[busybox("echo $A $B $C $D $G $N $(A)", env=env)])
    b.run(3)
    assert [line for _, line in b.kubelet.logs("envs")] == ["va b-va $(LATER) $(A) $(HOSTNAME) n1 va"]
