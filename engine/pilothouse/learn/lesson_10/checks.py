"""The checks of lesson 10: pods that must run without harm to others, causes that must be the cause, and a bill."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from pilothouse.api import Node, Pod, milli
from pilothouse.learn.check import Check, Diagnosis, Promise
from pilothouse.learn.hint import Hints
from pilothouse.learn.lesson_10.bill import bill
from pilothouse.learn.lesson_10.scenario import ballast, night_pods
from pilothouse.learn.lesson_10.trial import mend, named
from pilothouse.learn.measure import at_least, count, exactly, ready
from pilothouse.learn.moments import Trace
from pilothouse.learn.properties import Finding, eventually, machines_ready, never_fewer_than, never_more_than

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

QUAY, ABOARD, STRANGER = "from=quay", "aboard=yes", "probe=stranger"
ORDERS = ("invoice", "train-crane", "crane-photo")
NIGHT = [str(each["metadata"]["name"]) for each in night_pods()]
NOON = ("crane-one", "crane-two", "fish", "flowers", "grain", "log-book", "pilot-radio", "steel", "timber")
BELONGS = {
    "train-crane": "gpu1",
    "crane-photo": "n3",
    "crane-one": "n3",
    "crane-two": "n3",
    "fish": "n5",
    "flowers": "n5",
}
FREE = 2400  # thousandths of a processor: what n1 and n2 have left for the invoice
TO_BEAT = 5


# ---- what is counted


def cpu(pod: Pod) -> int:
    """Return what a pod asks for, in thousandths of a processor."""
    return sum(milli(container.resources.requests.get("cpu", "0")) for container in pod.spec.containers)


def is_right(pod: Pod, names: tuple[str, ...]) -> bool:
    """Say whether one of these pods runs, and where it belongs."""
    name, node = pod.metadata.name, pod.spec.nodeName
    return name in names and pod.status.phase == "Running" and BELONGS.get(name, node) == node


DELIVERED = count("orders running where they belong", QUAY, lambda pod: is_right(pod, ORDERS))
AFLOAT = count("pods of the quay running where they belong", QUAY, lambda pod: is_right(pod, NOON))
GUESTS = count("pods other than trainings on gpu1", STRANGER, lambda pod: pod.spec.nodeName == "gpu1")
SERVED = count(
    f"invoices that ask for at least {FREE}m cpu", QUAY, lambda pod: pod.metadata.name == "invoice" and cpu(pod) >= FREE
)


@dataclass(frozen=True)
class NothingRented:
    """No machine has joined since the trace began."""

    def judge(self, trace: Trace) -> Finding:
        """Find the first machine that joined."""
        joined = [change for change in trace.changes() if change.kind == "Node" and change.verb == "ADDED"]
        words = f"no machine rented; there are {len(joined)}"
        if not joined:
            return Finding(True, words)
        return Finding(False, words, len(joined), joined[0], joined[0].time)


def aboard(number: int) -> Promise:
    """Promise that whoever was aboard when the task began never left."""
    return Promise("nobody who was aboard was disturbed", never_fewer_than(number, ready(ABOARD)), lasts="")


def strangers(cluster: Cluster, chance: Random) -> None:
    """Let pods come that are no trainings, more than the small machines can take."""
    for number in range(24):
        stranger = ballast(f"stranger-{number}", "", chance.choice(["200m", "300m"]))
        stranger["metadata"]["labels"] = {"probe": "stranger"}
        cluster.apply(stranger)


# ---- what people get wrong


def labelled(cluster: Cluster, key: str, *but: str) -> list[Node]:
    """Return the machines that carry a label and should not."""
    return [node for node in cluster.list("nodes") if key in node.metadata.labels and node.metadata.name not in but]


def of(cluster: Cluster, name: str) -> list[Pod]:
    """Return the pod of this name, if there is one."""
    return [pod for pod in cluster.list("pods") if pod.metadata.name == name]


def is_open(cluster: Cluster) -> bool:
    """Say whether gpu1 takes whoever comes."""
    taints = cluster.get("node", "gpu1").spec.taints
    return not any(taint.key == "reserved" and taint.effect in ("NoSchedule", "NoExecute") for taint in taints)


def tolerates(pod: Pod, key: str) -> bool:
    """Say whether a pod puts up with a taint of this key."""
    return any(each.key in (key, "") for each in pod.spec.tolerations)


def lost(number: int, cluster: Cluster) -> bool:
    """Say whether somebody who was aboard is not, or has begun anew."""
    return (
        any(
            change.verb == "DELETED" and change.object.metadata.labels.get("aboard") == "yes"
            for change in cluster.changes(kind="pod")
        )
        or len(cluster.list("pods", selector=ABOARD)) < number
    )


def refusing(cluster: Cluster, pod: Pod, node: str) -> list[str]:
    """Return the filters by which a machine refuses a pod; a cordon and the taint that it brings count as one."""
    filters: dict[str, dict[str, Any]] = cluster.explain(pod).to_dict()["filters"]
    found = [plugin for plugin, by in filters.items() if node in by]
    return [each for each in found if not (each == "TaintToleration" and "NodeUnschedulable" in found)]


def any_note(cluster: Cluster, wrong: Any) -> bool:
    """Say whether something is wrong with what the learner wrote on a pod: `wrong(pod, cause, node)`."""
    pods = [pod for name in NIGHT for pod in of(cluster, name) if not pod.spec.nodeName]
    return any(wrong(pod, *named(pod)) for pod in pods)


def score(cluster: Cluster, since: int) -> str:
    """Say what was changed and what it costs, beside the score to beat."""
    items = bill(cluster, since)
    total = sum(items.values())
    word = "beaten" if total < TO_BEAT else "not yet beaten"
    return f"total change {total}; to beat: {TO_BEAT} ({word}); changed: {', '.join(items)}"


START = Check(
    "start",
    [
        Promise("four machines are ready", machines_ready(4), lasts="10s"),
        Promise("three models answer", eventually(exactly(3, ready("app=eta-model")), "10s"), lasts="10s"),
    ],
    "four machines are ready, three copies of the model answer, and six pods wait",
    needs_a_hand=False,
)

LATE_ORDERS = Check(
    "late-orders",
    [
        Promise("the three orders run, each where it belongs", eventually(exactly(3, DELIVERED), "60s")),
        aboard(9),
        Promise("the invoice keeps as much cpu as there is", eventually(at_least(1, SERVED), "30s")),
        Promise("gpu1 takes trainings only", never_more_than(0, GUESTS), strangers),
        Promise("no machine was rented", NothingRented(), lasts=""),
    ],
    "the three orders run where they belong; nobody was disturbed, and gpu1 still takes trainings only (three seeds)",
    Hints(
        "Three pods, three causes. Read the table of each, and find the machine that says no only once.",
        "cluster.explain(...) shows the row with a single no; .fixes() lists changes that would work, the smallest "
        "first. A fix that works need not be right: a label on a machine should be true, and a taint is a promise to "
        "somebody. Little of a pod can be changed in place: delete it, and apply it anew, changed.",
        'For invoice and train-crane take the first fix: fix = cluster.explain("pod/invoice").fixes()[0], then '
        'cluster.api.delete("pod", "invoice") and cluster.apply(fix.manifests()). For crane-photo the list offers '
        "to write a misspelt word on a machine, or to drop the selector. Its manifest asks for camera=qauy, "
        "and n3 says camera=quay. Take the text of course/manifests/late-orders.yaml, mend the word, delete the pod, "
        "and apply the manifest of this pod again. Last, let half a minute pass.",
    ),
    [
        Diagnosis(
            "a false label",
            lambda cluster: bool(labelled(cluster, "accelerator", "gpu1") or labelled(cluster, "camera", "n3")),
            "A label was written on a machine that does not have the thing. The scheduler believes labels, so the pod "
            "runs where it cannot do its work.",
        ),
        Diagnosis(
            "a dropped selector",
            lambda cluster: any(not pod.spec.nodeSelector for name in ORDERS[1:] for pod in of(cluster, name)),
            "Without its selector a pod goes wherever there is room. It runs, and sees no GPU or no camera: "
            "mend the selector, do not drop it.",
        ),
        Diagnosis(
            "an open door",
            is_open,
            "The taint of gpu1 is gone, so anybody may go there, and the trainings will find it full. "
            "A toleration lets one pod in; the taint stays for all others.",
        ),
        Diagnosis(
            "the wrong door",
            lambda cluster: any(tolerates(pod, "reserved") for pod in of(cluster, "invoice")),
            "The invoice is no training: gpu1 is reserved, and whoever reserved it was not asked. "
            "Look at what n1 and n2 have left.",
        ),
        Diagnosis(
            "somebody had to go",
            lambda cluster: lost(9, cluster),
            "Somebody who was aboard had to leave for a pod that waited. That is a large change: "
            "compare it with a request that is a tenth of a processor lower.",
        ),
        Diagnosis(
            "too little",
            lambda cluster: any(cpu(pod) < FREE for pod in of(cluster, "invoice")),
            "The invoice was squeezed more than it had to be: n1 has 2400m left. "
            "Lower a request by what is missing, no further.",
        ),
        Diagnosis(
            "a machine more",
            lambda cluster: len(cluster.list("nodes")) > 4,
            "It works, and a whole machine is paid for a tenth of a processor. There is a smaller change.",
        ),
        Diagnosis(
            "not yet",
            lambda cluster: any(not pod.spec.nodeName for name in ORDERS for pod in of(cluster, name)),
            "One of the three still waits. Read its message again: has it changed?",
        ),
    ],
    points=3,
)

NIGHT_SHIFT = Check(
    "night-shift",
    [
        Promise(
            f"{name} runs on the machine that you name, once the cause that you name is gone",
            eventually(
                exactly(
                    1,
                    count(
                        f"{name} running where named",
                        f"{QUAY}",
                        partial(
                            lambda wanted, pod: (
                                pod.metadata.name == wanted
                                and pod.status.phase == "Running"
                                and pod.spec.nodeName == pod.metadata.labels.get("node")
                            ),
                            name,
                        ),
                    ),
                ),
                "60s",
            ),
            partial(mend, name),
        )
        for name in NIGHT
    ],
    "each cause was taken away in a fork, at the machine that you named, and each pod ran there",
    Hints(
        "Print the table of one pod. Which row says no only once?",
        "The message gives the first refusal of each machine, so it can hide a second one, and its largest number is "
        "often the least interesting. The table hides nothing. A row with a single no is a machine that one change "
        "would open. A cordon brings a taint of its own: those two are one. Machines that lack the label are the wrong "
        "machines; leave them.",
        "Take new-gauge. n1, n2 and n5 are not on the upper deck: forget them. n3 and n4 have no free port, so the "
        "message counts 2. But in the table n3 says no twice, for it lacks cpu too; n4 says no once. So the cause is "
        "NodePorts and the machine n4: %kubectl label pod new-gauge cause=NodePorts node=n4. Go through the other "
        "four in the same way. Two of them have the same message, word for word, and different answers.",
    ),
    [
        Diagnosis(
            "no note",
            lambda cluster: any_note(cluster, lambda pod, cause, node: "cause" not in pod.metadata.labels or not node),
            "A pod has no note yet. Each of the five needs two labels, cause and node.",
        ),
        Diagnosis(
            "another word",
            lambda cluster: any_note(cluster, lambda pod, cause, node: not cause),
            "A cause is the name of a filter, as it stands at the head of the table, in one word: NodePorts, for example.",
        ),
        Diagnosis(
            "the selector",
            lambda cluster: any_note(cluster, lambda pod, cause, node: cause == "NodeAffinity"),
            "A machine without the label is the wrong machine, and it refuses rightly. Cross out these rows, "
            "and look at those that are left.",
        ),
        Diagnosis(
            "no refusal",
            lambda cluster: any_note(cluster, lambda pod, cause, node: cause not in refusing(cluster, pod, node)),
            "The machine that you name does not refuse for that reason: in its row this filter says ok.",
        ),
        Diagnosis(
            "a second refusal",
            lambda cluster: any_note(cluster, lambda pod, cause, node: len(refusing(cluster, pod, node)) > 1),
            "The cause that you name is gone, and the machine refuses for a second reason, which the message hid. "
            "Find the row with a single no.",
        ),
    ],
    points=3,
)

NOON_TIDE = Check(
    "noon-tide",
    [
        Promise("all nine run, each where it belongs", eventually(exactly(9, AFLOAT), "60s")),
        aboard(7),
    ],
    "the quay is empty, everybody is where they belong, and nobody was disturbed",
    Hints(
        "Do not ask what each pod needs. Ask which one change takes the most pods off the quay, then ask again.",
        "Each pod has fixes of its own, but pods share causes. A change of a machine helps all who wait for it; a "
        "change of a pod helps one. Read the notes of the watch: what is on a machine that need not be there any more, "
        "and what should be there and is not? One pod waits for no machine at all.",
        "Four changes are enough. Open n4: %kubectl uncordon n4; four pods lack nothing else. The fan of n5 is mended: "
        "%kubectl taint nodes n5 fan-; two pods want its cold hold. The rail runs past n3: %kubectl label node n3 "
        "rail=east; two pods look for it. And log-book mounts a claim that nobody made: apply a "
        "PersistentVolumeClaim called log-book, with accessModes ReadWriteOnce and a request of storage: 1Gi. "
        "Then let half a minute pass.",
    ),
    [
        Diagnosis(
            "a false label",
            lambda cluster: bool(labelled(cluster, "rail", "n3") or labelled(cluster, "hold", "n5")),
            "A label was written on a machine that does not have the thing: the rail runs past n3, and the cold "
            "hold is on n5.",
        ),
        Diagnosis(
            "somebody had to go",
            lambda cluster: lost(7, cluster),
            "Somebody who was aboard had to leave. n4 is empty, and there is room for all.",
        ),
        Diagnosis(
            "no claim",
            lambda cluster: not cluster.list("persistentvolumeclaims"),
            "log-book waits for no machine: it mounts a claim that does not exist. No machine can help it.",
        ),
        Diagnosis(
            "not yet",
            lambda cluster: any(not pod.spec.nodeName for name in NOON for pod in of(cluster, name)),
            "The quay is not empty yet. Read the messages of those who wait: have they changed?",
        ),
    ],
    points=2,
    score=score,
)

CHECKS = [START, LATE_ORDERS, NIGHT_SHIFT, NOON_TIDE]
