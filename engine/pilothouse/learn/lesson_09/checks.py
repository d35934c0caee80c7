"""The checks of lesson 09: compartments that flood, priorities that bite, and three mornings of trainings."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from pilothouse.apiserver import ApiError
from pilothouse.learn.check import Check, Diagnosis, Promise
from pilothouse.learn.hint import Hints
from pilothouse.learn.lesson_09.scenario import ZONE, stream
from pilothouse.learn.lesson_09.symptoms import (
    configured,
    counts_nobody,
    defaults,
    importance,
    keeps_apart,
    lacks,
    lures_clerks,
    model_is_no_match,
    raises,
    scatters,
    spreads,
)
from pilothouse.learn.measure import at_least, count, exactly, ready
from pilothouse.learn.moments import is_ready
from pilothouse.learn.properties import eventually, machines_ready, never_fewer_than

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

DESKS, MODELS, CHARTS = "app=booking", "app=eta-model", "app=sea-charts"
MORNINGS = (0, 1, 2)
BY_DEFAULT = 18  # of 24 trainings, in three mornings

# ---- what is done to the forks


def flood(zone: str, cluster: Cluster) -> None:
    """Lose all machines of a compartment."""
    for node in cluster.list("nodes"):
        if node.metadata.labels.get(ZONE) == zone:
            cluster.fail(f"node/{node.metadata.name}")


def flood_after_replacement(cluster: Cluster, chance: Random) -> None:
    """Let every desk be replaced, one after the other; then lose the compartment with the most of them."""
    for pod in cluster.list("pods", selector=DESKS):
        cluster.api.delete("pod", pod.metadata.name)
        cluster.run("3s")
    zones = [cluster.get("node", pod.spec.nodeName).metadata.labels[ZONE] for pod in placed(cluster, DESKS)]
    if zones:
        flood(max(sorted(set(zones)), key=zones.count), cluster)


def placed(cluster: Cluster, selector: str) -> list[Any]:
    """Return the pods with these labels that have a machine."""
    return [pod for pod in cluster.list("pods", selector=selector) if pod.spec.nodeName]


def stranger(name: str, priority: str = "") -> dict[str, Any]:
    """Return a pod that asks for two processors, with a priority class or without."""
    container = {
        "name": "storm",
        "image": "line/storm:1.0",
        "resources": {"requests": {"cpu": "2", "memory": "256Mi"}},
    }
    spec: dict[str, Any] = {"containers": [container], **({"priorityClassName": priority} if priority else {})}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"probe": "pod"}}, "spec": spec}


def ordinary_work(cluster: Cluster, chance: Random) -> None:
    """Let pods come of which nobody said how important they are."""
    for number in range(chance.choice([3, 4])):
        cluster.apply(stranger(f"work-{number}"))


def sink_a_model(cluster: Cluster, chance: Random) -> None:
    """Delete one of the models; chance chooses which."""
    models = placed(cluster, MODELS)
    if models:
        cluster.api.delete("pod", chance.choice(models).metadata.name)


def storm_warning(cluster: Cluster, chance: Random) -> None:
    """Let a storm warning come, if the class for it is still there."""
    try:
        cluster.apply(stranger("storm-warning", "storm"))
    except ApiError:
        return


# ---- what is counted

WARNING = count("ready storm warnings", "probe=pod", lambda pod: is_ready(pod) and pod.metadata.name == "storm-warning")
TRAININGS = count("trainings aboard", "work=training", lambda pod: bool(pod.spec.nodeName))
CLERKS = count("clerks aboard", "work=clerk", lambda pod: bool(pod.spec.nodeName))

# ---- the tasks

START = Check(
    "start",
    [
        Promise("six machines are ready", machines_ready(6), lasts="10s"),
        Promise("two models answer", eventually(exactly(2, ready(MODELS)), "10s"), lasts="10s"),
    ],
    "six machines in three compartments are ready, and two copies of the model answer",
    needs_a_hand=False,
)

THREE_ZONES = Check(
    "three-zones",
    [
        Promise("six desks are open", eventually(exactly(6, ready(DESKS)), "30s"), lasts="30s"),
        *(
            Promise(
                f"four desks stay open when compartment {zone} floods",
                never_fewer_than(4, ready(DESKS)),
                lambda cluster, chance, zone=zone: flood(zone, cluster),  # type: ignore[misc]
                lasts="2m",
            )
            for zone in ("bow", "mid", "stern")
        ),
        Promise(
            "four desks stay open even when all were replaced and the fullest compartment floods",
            eventually(at_least(4, ready(DESKS)), "60s"),
            flood_after_replacement,
            lasts="2m",
        ),
    ],
    "whichever compartment floods, four of six desks stay open (each was flooded, in forks, with three seeds)",
    Hints(
        "Each machine carries a label that says in which compartment it stands. Who could look at it?",
        "A constraint in topologySpreadConstraints says three things: over which label the pods are spread (topologyKey), "
        "which pods are counted (labelSelector), and how far one place may be ahead of the emptiest (maxSkew). Over the "
        "names of the machines that is no help: four of them stand in the bow. Running pods stay where they are, so the "
        "change belongs into the template, from which the Deployment makes new ones.",
        "Take the text of course/manifests/booking.yaml and add to the pod template, beside containers, the field "
        "topologySpreadConstraints with one entry: maxSkew: 1, topologyKey: topology.kubernetes.io/zone, "
        "whenUnsatisfiable: DoNotSchedule, and labelSelector with matchLabels app: booking. Apply it and let a minute "
        "pass. The Deployment replaces its pods one by one, and the new ones are spread. The lesson's "
        "course/manifests/eta-spread.yaml shows where the field stands.",
    ),
    [
        Diagnosis(
            "kept apart",
            keeps_apart,
            "Anti-affinity admits one desk for each compartment, so three of six find no place. "
            "You want them spread evenly, not alone.",
        ),
        Diagnosis(
            "another number",
            lambda cluster: sum(each.spec.replicas or 0 for each in cluster.list("deployments")) != 6,
            "There must be six desks, no more and no fewer: not their number helps, but where they stand.",
        ),
        Diagnosis(
            "counts nobody",
            counts_nobody,
            "The labelSelector of the constraint fits none of the desks. It counts nobody, "
            "so every compartment looks empty to it.",
        ),
        Diagnosis(
            "over machines",
            lambda cluster: bool(spreads(cluster)) and all(each.topologyKey != ZONE for each in spreads(cluster)),
            "The desks are spread, but not over compartments: the bow has four machines and so gets most of them. "
            "Look at topologyKey.",
        ),
        Diagnosis(
            "too far ahead",
            lambda cluster: any(each.maxSkew > 1 for each in spreads(cluster)),
            "maxSkew says how many desks a compartment may be ahead of the emptiest. With more than 1, "
            "one compartment may hold three or four of six.",
        ),
        Diagnosis(
            "no constraint",
            lambda cluster: not spreads(cluster),
            "Nothing says that compartments matter, and the scheduler's own wish to spread is weaker than four empty "
            "machines in the bow.",
        ),
        Diagnosis(
            "old and new together",
            lambda cluster: bool(spreads(cluster)),
            "The constraint is right, but while old desks were replaced it counted old and new ones together. "
            "Add matchLabelKeys: [pod-template-hash], which counts each generation by itself, or begin anew.",
        ),
    ],
    points=3,
)

WHO_WENT = Check(
    "who-went",
    [
        Promise("three models are ready", eventually(exactly(3, ready(MODELS)), "60s")),
        Promise("a model that sinks comes back", eventually(exactly(3, ready(MODELS)), "60s"), sink_a_model),
        Promise(
            "ordinary work that comes evicts no model",
            never_fewer_than(3, ready(MODELS)),
            ordinary_work,
        ),
        Promise("a storm warning gets a machine at once", eventually(at_least(1, WARNING), "45s"), storm_warning),
        Promise("and no model gives way to it", never_fewer_than(3, ready(MODELS)), storm_warning),
    ],
    "three models run and stay; a storm warning takes the place of sea charts, and ordinary work waits its turn",
    Hints(
        "Who evicted them, and what number has it? %kubectl get pods -o "
        "custom-columns=NAME:.metadata.name,PRIORITY:.spec.priority,UID:.metadata.uid shows both. Does a manifest name "
        "that number?",
        "A pod gets its priority once, when it is created. A PriorityClass with globalDefault: true gives its number to "
        "all who name no class, the sea charts among them. Older pods kept 0, so the models had to go, and their "
        "successors, born with 1000, evicted their own siblings. Three numbers are needed: low for the charts, more "
        "for the models, most for storm warnings. Pods that run keep the number they were born with.",
        'First cluster.api.patch("priorityclass", "storm", {"globalDefault": False}). Then apply a PriorityClass service '
        "with value 100, and give it to the models: patch the Deployment eta-model with spec, template, spec, "
        'priorityClassName "service". The sea charts still run with 1000: delete their pods with cluster.api.delete, '
        "and the Deployment makes new ones, with 0. Let two minutes pass. The models take what they need, and the charts "
        "wait for what is left.",
    ),
    [
        Diagnosis(
            "no more warnings",
            lambda cluster: lacks("storm", cluster),
            "The class storm is gone, and with it the way to bring a warning through. Not the class is wrong, "
            "but that everybody gets it.",
        ),
        Diagnosis(
            "for everybody",
            lambda cluster: any(each.value >= 1000 for each in defaults(cluster)),
            "Whoever names no class still gets the number of a storm warning. Look at globalDefault.",
        ),
        Diagnosis(
            "born with it",
            lambda cluster: max(importance(cluster, CHARTS), default=0) >= 1000,
            "The sea charts that run were born with 1000 and keep it, whatever the class says now. "
            "New ones would get another number.",
        ),
        Diagnosis(
            "no match",
            model_is_no_match,
            "A new copy of the model is no more important than the sea charts: who comes first is served first. "
            "Give the models a class between charts and storm.",
        ),
    ],
    points=3,
)

GPU_STREAM = Check(
    "gpu-stream",
    [
        Promise(
            "seven of eight trainings or more are aboard, each morning",
            eventually(at_least(7, TRAININGS), "60s"),
            stream,
        ),
        Promise("the six clerks are aboard as well", eventually(at_least(6, CLERKS), "60s"), stream),
    ],
    "the big trainings find a whole machine, in three mornings of different order",
    Hints(
        "Two kinds of pods take away what a training with four GPUs needs: small trainings on many machines, and clerks "
        "who need no GPU at all.",
        'Let the score depend on the pod: pod.requests.amounts.get("nvidia.com/gpu", 0) says how many GPUs it asks for. '
        "For a training, the best machine is the one on which the most GPUs are taken already. For a clerk, it is one "
        "that has none to take. The other scores go on counting, up to a few hundred points, so yours needs a weight.",
        'In the function: gpus = nodes.allocatable("nvidia.com/gpu"), a column with one number a machine. If pod.requests'
        '.amounts.get("nvidia.com/gpu", 0) is 0, return 100 * (gpus == 0). Else return 100 * '
        'nodes.requested("nvidia.com/gpu") // gpus.clip(1): the share that is taken; clip(1) avoids a division by '
        "zero where there are none. Decorate it with @score(weight=10), and add it with cluster.scheduler.add(...).",
    ),
    [
        Diagnosis(
            "no answer",
            raises,
            "Your score gives no answer, so the scheduler goes on without it. cluster.explain says why, under its table.",
        ),
        Diagnosis(
            "scattered",
            scatters,
            "A second small training goes to another machine than the first: two machines are begun, and neither is "
            "whole for a big one. Do taken GPUs add points, and do these weigh more than the others?",
        ),
        Diagnosis(
            "clerks",
            lures_clerks,
            "A clerk, who needs no GPU, still likes the machines with GPUs best, and takes processors there that a "
            "training will miss.",
        ),
    ],
    points=2,
    began=configured,
    score=lambda cluster, since: mornings(cluster),
)


def mornings(cluster: Cluster) -> str:
    """Say how many trainings found a place in three mornings, beside the score to beat."""
    total = 0
    for seed in MORNINGS:
        fork = cluster.fork(seed=seed)
        stream(fork, Random(seed))
        total += len(placed(fork, "work=training"))
    word = "beaten" if total > BY_DEFAULT else "not yet beaten"
    return f"{total} of 24 trainings in three mornings; to beat: {BY_DEFAULT}, the scheduler as it comes ({word})"


CHECKS = [START, THREE_ZONES, WHO_WENT, GPU_STREAM]
