"""The checks of lesson 08: where pods may and may not go, tried out with strangers, new machines and sinkings."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

from pilothouse.api import Node, Pod, load_all, milli, whole
from pilothouse.learn.check import Check, Diagnosis, Promise
from pilothouse.learn.hint import Hints
from pilothouse.learn.lesson_08.scenario import MENDING, machine, manifest
from pilothouse.learn.measure import at_least, count, exactly, ready
from pilothouse.learn.moments import is_ready
from pilothouse.learn.properties import always, eventually, machines_ready, never_more_than

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

TRAINING, CUSTOMS, STRANGER, CARGO = "work=training", "app=customs", "probe=stranger", "load=cargo"
HOLD = ("n1", "n2", "n3")

# ---- what is done to the forks


def stranger(name: str, cpu: str, node: str = "") -> dict[str, Any]:
    """Return a pod that tolerates nothing; with `node`, one that wants to run there."""
    container = {
        "name": "pause",
        "image": "registry.k8s.io/pause:3.10",
        "resources": {"requests": {"cpu": cpu, "memory": "64Mi"}},
    }
    spec: dict[str, Any] = {"containers": [container]}
    if node:
        spec["nodeSelector"] = {"kubernetes.io/hostname": node}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"probe": "stranger"}},
        "spec": spec,
    }


def crowd(cluster: Cluster, chance: Random) -> None:
    """Let strangers come, more than the other machines can take."""
    for number in range(14):
        cluster.apply(stranger(f"stranger-{number}", chance.choice(["900m", "1"])))


def one_for_n3(cluster: Cluster, chance: Random) -> None:
    """Let somebody come who wants to run on n3."""
    cluster.apply(stranger("stranger", "100m", "n3"))


def sink(selector: str, cluster: Cluster, chance: Random) -> None:
    """Delete one of the pods with these labels; chance chooses which."""
    pods = cluster.list("pods", selector=selector)
    if pods:
        cluster.api.delete("pod", chance.choice(pods).metadata.name)


def bigger_machine(cluster: Cluster, chance: Random) -> None:
    """Let a bigger machine join the pool, and a training sink."""
    cluster.machines.register(machine("n4", {}, 32, 128))
    sink(TRAINING, cluster, chance)


# ---- what is counted

ABOARD = count("ready trainings on gpu1", TRAINING, lambda pod: is_ready(pod) and pod.spec.nodeName == "gpu1")
INTRUDERS = count("strangers on gpu1", STRANGER, lambda pod: pod.spec.nodeName == "gpu1")
UNSEALED = count("customs pods on unsealed machines", CUSTOMS, lambda pod: pod.spec.nodeName not in ("", "n3"))
GUESTS = count("ready strangers on n3", STRANGER, lambda pod: is_ready(pod) and pod.spec.nodeName == "n3")


def asked(pod: Pod) -> tuple[int, int]:
    """Return what a pod asks for: thousandths of a processor, and bytes."""
    requests = [container.resources.requests if container.resources else {} for container in pod.spec.containers]
    cpu = sum(milli(each["cpu"]) for each in requests if "cpu" in each)
    return cpu, sum(whole(each["memory"]) for each in requests if "memory" in each)


@cache
def booked() -> dict[str, tuple[int, int]]:
    """Return what each calculation of the cargo was booked with, by name."""
    found = {}
    for pod in load_all(manifest("cargo.yaml")):
        requests = pod["spec"]["containers"][0]["resources"]["requests"]
        found[pod["metadata"]["name"]] = (milli(requests["cpu"]), whole(requests["memory"]))
    return found


def is_stowed(pod: Pod) -> bool:
    """Say whether a calculation runs on one of the three machines."""
    return pod.status.phase == "Running" and pod.spec.nodeName in HOLD


def is_other(pod: Pod) -> bool:
    """Say whether a pod is none of the cargo, or asks for something else than was booked."""
    return booked().get(pod.metadata.name) != asked(pod)


STOWED = count("running calculations", CARGO, is_stowed)
OTHER = count("calculations that ask for something else than was booked", CARGO, is_other)
TO_BEAT = 11  # of 12: pinning the large ones reaches it; all twelve need a plan

# ---- what people get wrong


def hard_taints(node: Node) -> list[Any]:
    """Return the taints that keep pods out."""
    return [taint for taint in node.spec.taints if taint.effect in ("NoSchedule", "NoExecute")]


def templates(cluster: Cluster, selector_key: str, value: str) -> list[Any]:
    """Return the specs of the deployments' pods that carry a label."""
    owners = [owner.spec.template for owner in cluster.list("deployments")]
    return [template.spec for template in owners if template.metadata.labels.get(selector_key) == value]


def tolerate(specs: list[Any], taints: list[Any]) -> bool:
    """Say whether all these pods tolerate all these taints."""
    from pilothouse.scheduler.toleration import HARD, untolerated

    return all(untolerated(tuple(taints), spec.tolerations, HARD) == 0 for spec in specs)


def is_directed(spec: Any) -> bool:
    """Say whether a pod names, in whatever way, where it wants to go."""
    return bool(spec.nodeSelector) or (spec.affinity is not None and spec.affinity.nodeAffinity is not None)


def leads_nowhere(spec: Any, cluster: Cluster) -> bool:
    """Say whether a pod asks for labels that no machine has."""
    wanted = spec.nodeSelector.items()
    return not any(wanted <= node.metadata.labels.items() for node in cluster.list("nodes"))


def gpu1(cluster: Cluster) -> Node:
    """Return the machine with the GPU."""
    found: Node = cluster.get("node", "gpu1")
    return found


def trainings(cluster: Cluster) -> list[Any]:
    """Return the specs of the trainings."""
    return templates(cluster, "work", "training")


def customs(cluster: Cluster) -> list[Any]:
    """Return the specs of the customs service."""
    return templates(cluster, "app", "customs")


def mending(cluster: Cluster) -> list[Any]:
    """Return the old taint of n3, if it is still there."""
    return [taint for taint in cluster.get("node", "n3").spec.taints if taint.key == MENDING["key"]]


START = Check(
    "start",
    [
        Promise("four machines are ready", machines_ready(4), lasts="10s"),
        Promise("three models answer", eventually(exactly(3, ready("app=eta-model")), "10s"), lasts="10s"),
    ],
    "four machines are ready, three copies of the model answer, and a training runs on gpu1",
    needs_a_hand=False,
)

GPU_BERTH = Check(
    "gpu-berth",
    [
        Promise("both trainings run on gpu1", eventually(exactly(2, ABOARD), "60s")),
        Promise(
            "a training that sinks comes back to gpu1, even when a bigger machine has joined the pool",
            eventually(exactly(2, ABOARD), "60s"),
            bigger_machine,
        ),
        Promise(
            "no stranger lands on gpu1, even when all other machines are full", never_more_than(0, INTRUDERS), crowd
        ),
    ],
    "the trainings run on gpu1 and return to it, and strangers never land there (with a crowd of them, three seeds)",
    Hints(
        "Two promises, two tools: one keeps strangers off the machine, the other brings the trainings to it. Which of the "
        "two does a toleration belong to?",
        "A taint on gpu1 keeps away every pod that does not tolerate it. A toleration in the pod template of the "
        "trainings lets them past. That draws nobody: a nodeSelector does, or node affinity, with a label that only "
        "gpu1 carries. Look at the label with %kubectl get nodes --show-labels. Change the template in the Deployment, "
        "so that every new training has both.",
        'Taint the machine: cluster.api.patch("node", "gpu1", {"spec": {"taints": [{"key": "reserved", "value": '
        '"training", "effect": "NoSchedule"}]}}), or %kubectl taint nodes gpu1 reserved=training:NoSchedule. Then take the '
        "text of course/manifests/training.yaml and add two fields to the pod template, beside containers: "
        "nodeSelector with accelerator: gpu, and tolerations with one entry: key reserved, value training, effect "
        "NoSchedule. Apply it and let a minute pass. The Deployment makes new pods, and those pass both filters.",
    ),
    [
        Diagnosis(
            "a cordon",
            lambda cluster: bool(gpu1(cluster).spec.unschedulable),
            "A cordon keeps everybody out, the trainings too. A taint does the same, "
            "but for those who do not tolerate it.",
        ),
        Diagnosis(
            "a label that nobody has",
            lambda cluster: any(leads_nowhere(spec, cluster) for spec in trainings(cluster)),
            "The trainings ask for a label that no machine has, so they find none. Compare their selector, letter by "
            "letter, with the labels of gpu1: %kubectl get nodes --show-labels.",
        ),
        Diagnosis(
            "a wish",
            lambda cluster: (
                not hard_taints(gpu1(cluster))
                and any(t.effect == "PreferNoSchedule" for t in gpu1(cluster).spec.taints)
            ),
            "PreferNoSchedule is a wish: when the other machines are full, strangers come after all. "
            "To keep them out, the effect is NoSchedule.",
        ),
        Diagnosis(
            "an open door",
            lambda cluster: not hard_taints(gpu1(cluster)),
            "The trainings find gpu1, and so does everybody else: a selector binds the pods that carry it, nobody "
            "besides. What keeps others off a machine stands on the machine.",
        ),
        Diagnosis(
            "a locked door",
            lambda cluster: not tolerate(trainings(cluster), hard_taints(gpu1(cluster))),
            "The taint keeps everybody out, the trainings too. Their pod template needs a toleration that matches it: "
            "key, value and effect.",
        ),
        Diagnosis(
            "nothing draws",
            lambda cluster: not all(map(is_directed, trainings(cluster))),
            "A toleration lets the trainings in, it does not bring them: a training went where there was more "
            "room. Say in the template where they belong, with the label of gpu1.",
        ),
    ],
    points=3,
)

CUSTOMS_SERVICE = Check(
    "customs",
    [
        Promise("two copies of customs are ready", eventually(exactly(2, ready(CUSTOMS)), "60s")),
        Promise(
            "no customs pod ever runs on an unsealed machine",
            never_more_than(0, UNSEALED),
            lambda cluster, chance: sink(CUSTOMS, cluster, chance),
        ),
        Promise("n3 takes other pods again", eventually(at_least(1, GUESTS), "30s"), one_for_n3),
    ],
    "two copies run on the sealed machine, and n3 takes whoever wants to go there",
    Hints(
        "Read the message in parts: so many machines for this reason, so many for that. Which machine could take "
        "customs at all, and what does it say?",
        'cluster.explain("pod/NAME") shows the table, one row a machine. Three machines lack the seal, which is right. '
        "The fourth has the seal and refuses all the same. Ask it: %kubectl describe node n3. When "
        "that reason is gone, read the message again: a machine may have a second reason, which the first one hid.",
        'The fan of n3 was mended, and its taint stayed: cluster.api.patch("node", "n3", {"spec": {"taints": None}}), or '
        "%kubectl taint nodes n3 fan-. Now one copy starts and the other does not: both ask for port 8080 of the machine "
        "itself, hostPort: 8080, and a machine has each port once. Nobody needs it: each pod has an address of its own. "
        "Take the text of course/manifests/customs.yaml, drop the line with hostPort, apply it, and let a minute pass.",
    ),
    [
        Diagnosis(
            "the seal",
            lambda cluster: (
                any(spec.nodeSelector.get("seal") != "customs" for spec in customs(cluster))
                or any(n.metadata.labels.get("seal") for n in cluster.list("nodes") if n.metadata.name != "n3")
            ),
            "Customs runs on a machine that the officers have not sealed. The selector was right, and the label is "
            "theirs to give: mend the machine that is sealed.",
        ),
        Diagnosis(
            "tolerated",
            lambda cluster: bool(mending(cluster)) and tolerate(customs(cluster), mending(cluster)),
            "Customs puts up with the taint now, and everybody else is still kept off n3 because of a fan that works "
            "again. Take the cause away, not the refusal.",
        ),
        Diagnosis(
            "tainted",
            lambda cluster: bool(mending(cluster)),
            "The one machine with the seal still carries a taint, so it takes nobody. Whatever else is changed, "
            "this comes first: look at n3.",
        ),
        Diagnosis(
            "one port",
            lambda cluster: any(p.hostPort for s in customs(cluster) for c in s.containers for p in c.ports),
            "The message has changed: read it again. n3 takes pods now, and has port 8080 only once, while both "
            "copies ask for it.",
        ),
    ],
    points=3,
)

STOWAGE = Check(
    "stowage",
    [
        Promise(f"at least {TO_BEAT} of the twelve run", eventually(at_least(TO_BEAT, STOWED), "60s")),
        Promise("each asks for what was booked", always(exactly(0, OTHER))),
    ],
    "the cargo is aboard, and nobody was squeezed",
    Hints(
        "The scheduler takes one pod after the other and never looks ahead. You know all twelve before the first one "
        "sails. What could you tell it?",
        "A machine has two measures, four processors and 8Gi, and is full when one of them is. The pods that ask for "
        "much of one belong with those that ask for much of the other. With a nodeSelector on kubernetes.io/hostname you "
        "say on which machine a pod belongs; all filters still hold.",
        "All twelve together ask for exactly what the three machines have. Steel and copper ask for 2500m and 1Gi each: "
        "they need company that asks for little cpu and much memory, 1500m and 7Gi together. Three with 500m have that. "
        "The four pods with 1000m and 2Gi each fill a machine by themselves. Write down which pod goes where, set "
        'pod["spec"]["nodeSelector"] = {"kubernetes.io/hostname": node} in each, and apply them.',
    ),
    [
        Diagnosis(
            "squeezed",
            lambda cluster: any(map(is_other, cluster.list("pods", selector=CARGO))),
            "A pod asks for less than was booked. The filter believes it, and the calculation will miss what it needs: "
            "leave the requests as they are.",
        ),
        Diagnosis(
            "no plan",
            lambda cluster: True,
            "What is left over on the machines would be enough together, but no pod fits into a part of it. "
            "Fewer gaps need a plan: say which pod belongs on which machine.",
        ),
    ],
    points=2,
    score=lambda cluster, since: stowed(cluster),
)


def stowed(cluster: Cluster) -> str:
    """Say how many calculations run, beside the score to beat."""
    later = cluster.fork()
    later.run("30s")
    number = sum(1 for pod in later.list("pods", selector=CARGO) if is_stowed(pod))
    word = "beaten" if number > TO_BEAT else "not yet beaten"
    return f"{number} of 12 calculations run; to beat: {TO_BEAT} ({word})"


CHECKS = [START, GPU_BERTH, CUSTOMS_SERVICE, STOWAGE]
