"""The checks of lesson 05: what a declaration must bring about, and the sentences for those who are nearly there."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from pilothouse.api import Pod
from pilothouse.learn.check import Check, Diagnosis, Promise
from pilothouse.learn.hint import Hints
from pilothouse.learn.lesson_05.scenario import ETA
from pilothouse.learn.measure import at_least, count, exactly, ready, share, shortfall
from pilothouse.learn.moments import Trace, is_ready
from pilothouse.learn.properties import eventually, machines_ready, never_fewer_than

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

ETA_IMAGE, DAMAGE_IMAGE, TYPO = "line/eta-model:1.0", "line/damage-model:1.0", "line/eta-modle:1.0"


def runs(pod: Pod, image: str) -> bool:
    """Say whether a pod is made from an image."""
    return any(container.image == image for container in pod.spec.containers)


def made_from(image: str, cluster: Cluster) -> list[Pod]:
    """Return the pods that are made from an image and stay."""
    return [pod for pod in cluster.list("pods") if runs(pod, image) and not pod.metadata.deletionTimestamp]


def sink(image: str, cluster: Cluster, chance: Random) -> None:
    """Delete one pod that is made from an image; chance chooses which."""
    pods = made_from(image, cluster)
    if pods:
        cluster.api.delete("pod", chance.choice(pods).metadata.name)


def unowned(image: str, cluster: Cluster) -> bool:
    """Say whether somebody made pods from an image by hand."""
    return any(not pod.metadata.ownerReferences for pod in made_from(image, cluster))


def declared(image: str, cluster: Cluster) -> int:
    """Return how many copies of an image the deployments and replica sets ask for."""
    owners = [*cluster.list("deployments"), *cluster.list("replicasets")]
    tops = [owner for owner in owners if not owner.metadata.ownerReferences]
    return sum(o.spec.replicas for o in tops if any(c.image == image for c in o.spec.template.spec.containers))


DAMAGE = count("ready damage models", "", lambda pod: is_ready(pod) and runs(pod, DAMAGE_IMAGE))
ARRIVALS = count("ready arrival-time models", "", lambda pod: is_ready(pod) and runs(pod, ETA_IMAGE))
OUTSIDE = count(
    "arrival-time models running outside the pool",
    "app!=eta-model",
    lambda pod: pod.status.phase == "Running" and runs(pod, ETA_IMAGE),
)
TO_BEAT = 0.5  # pod-seconds: taking the label away at once costs more, having a copy to spare costs nothing

START = Check(
    "start",
    [Promise("three machines are ready", machines_ready(3), lasts="10s")],
    "three machines are ready, and nothing is aboard",
    needs_a_hand=False,
)

DECLARED = Check(
    "declared",
    [
        Promise("three copies are ready", eventually(exactly(3, ready(ETA)), "30s")),
        Promise(
            "a copy that sinks is replaced within half a minute",
            eventually(exactly(3, ready(ETA)), "30s"),
            lambda cluster, chance: sink(ETA_IMAGE, cluster, chance),
        ),
    ],
    "whichever copy sinks, three are ready again within half a minute (tried in forks, with three seeds)",
    Hints(
        "The cell that applies the manifest must have been run in this cluster.",
        "Run the cells from the top: the scenario makes the cluster, apply hands the declaration over, and run lets "
        "time pass, so that the controllers can act on it.",
        'Run cluster = lesson.scenario(), then cluster.apply("manifests/eta-model.yaml") and cluster.run("30s").',
    ),
    score=lambda cluster, since: availability(cluster, since),
)

DAMAGE_MODEL = Check(
    "damage-model",
    [
        Promise("four damage models are ready", eventually(exactly(4, DAMAGE), "60s")),
        Promise(
            "a damage model that sinks is replaced",
            eventually(exactly(4, DAMAGE), "60s"),
            lambda cluster, chance: sink(DAMAGE_IMAGE, cluster, chance),
        ),
        Promise("the arrival-time model goes on beside it", never_fewer_than(3, ARRIVALS)),
    ],
    "four damage models, replaced when they sink, and the arrival-time model never noticed",
    Hints(
        "The manifest of the lesson declares three copies of another model. What must differ?",
        "A Deployment is known by its name and finds its pods by its labels. A second model needs a second Deployment: "
        "another name, another label in both the selector and the template, another image, and its own number of "
        "copies. Pods that you create one by one are counted by nobody, so nobody replaces them.",
        "Take course/manifests/eta-model.yaml as text. Write damage-model wherever it says eta-model: in the name of "
        "the Deployment, in matchLabels, in the labels of the template (these two must agree, or the API server "
        "refuses the file), and in the image, which becomes line/damage-model:1.0. Set replicas to 4. Give the text "
        'to cluster.apply(...), then let time pass with cluster.run("30s") and look with cluster.list("pods").',
    ),
    [
        Diagnosis(
            "the arrival-time model replaced",
            lambda cluster: declared(ETA_IMAGE, cluster) == 0,
            "The arrival-time model is gone: a Deployment of the same name is changed, not added. "
            "Give the damage model a name of its own.",
        ),
        Diagnosis(
            "pods by hand",
            lambda cluster: unowned(DAMAGE_IMAGE, cluster),
            "These pods were created one by one, so no controller counts them, and none replaces them. "
            "Declare a Deployment that asks for four.",
        ),
        Diagnosis(
            "another number",
            lambda cluster: declared(DAMAGE_IMAGE, cluster) not in (0, 4),
            "The controller does what was declared, and the number declared is not four: look at replicas.",
        ),
    ],
    points=3,
)

NIGHT_WATCH = Check(
    "night-watch",
    [
        Promise("three arrival-time models are ready", eventually(exactly(3, ARRIVALS), "60s")),
        Promise(
            "a copy that sinks is replaced by one that works",
            eventually(exactly(3, ARRIVALS), "60s"),
            lambda cluster, chance: sink(ETA_IMAGE, cluster, chance),
        ),
    ],
    "three copies answer, and every new one is made from the right image",
    Hints(
        "The pods exist, so the controller did its work. Ask a pod what it is waiting for: read its events.",
        "%kubectl describe pod shows the events of a pod at its end. The words ErrImagePull and ImagePullBackOff mean "
        "that the machine asked the registry for an image and did not get it. Compare the name of the image, letter by "
        "letter. A ReplicaSet makes new pods from its template; it never rewrites those that are there.",
        "The image is called line/eta-model:1.0, and the manifest says line/eta-modle:1.0. Take the text of "
        "course/manifests/night-watch.yaml, replace the wrong word, and apply it again: now the template is right, "
        "and nothing else has changed, because three pods were wanted and three are there. Then delete the three old "
        "pods with cluster.api.delete, and let half a minute pass: the controller makes three new ones from the new "
        "template.",
    ),
    [
        Diagnosis(
            "pods by hand",
            lambda cluster: unowned(ETA_IMAGE, cluster),
            "The copies that work were created by hand, and nobody will replace them. "
            "Repair the template of the ReplicaSet, and let it make them.",
        ),
        Diagnosis(
            "only the template",
            lambda cluster: declared(ETA_IMAGE, cluster) > 0 and bool(made_from(TYPO, cluster)),
            "The template is right now, and the old pods are still the old ones: a ReplicaSet counts its pods, it does "
            "not rewrite them. Delete those that cannot start.",
        ),
        Diagnosis(
            "only the pods",
            lambda cluster: declared(TYPO, cluster) > 0,
            "The template still says line/eta-modle:1.0, so every new pod gets the same typing error. "
            "Repair the declaration first.",
        ),
    ],
    points=3,
)

SICK_POD = Check(
    "sick-pod",
    [
        Promise(
            "one copy runs on outside the pool, to be examined",
            eventually(at_least(1, OUTSIDE), "1h"),
            lasts="",
        ),
        Promise("three copies answer", eventually(exactly(3, ready(ETA)), "30s")),
    ],
    "the sick pod is out and still running, and three copies answer",
    Hints(
        "How does the controller know which pods are its own? Which word in the manifest says so?",
        "A ReplicaSet counts the pods that carry the labels of its selector. Take the label away from a pod, and "
        "the controller lets it go and creates another in its place. Until that one is ready, the pool is one "
        "short. So ask: when could you have the replacement ready?",
        "First patch the Deployment to four replicas and let half a minute pass: now there is one copy to "
        'spare. Then patch the pod: {"metadata": {"labels": {"app": "eta-model-sick"}}}. The controller lets it go. '
        "In the same moment, before you let time pass, patch the Deployment back to three. At no time "
        "have fewer than three ready copies carried the label.",
    ),
    [
        Diagnosis(
            "deleted",
            lambda cluster: (
                not any(
                    runs(p, ETA_IMAGE) and p.metadata.labels.get("app") != "eta-model" for p in cluster.list("pods")
                )
            ),
            "There is no copy outside the pool: a pod that is deleted cannot be examined any more. "
            "Let it run on, and take away the label by which it is counted.",
        ),
        Diagnosis(
            "four in the pool",
            lambda cluster: declared(ETA_IMAGE, cluster) != 3,
            "The sick pod is out, and the Deployment does not ask for three any more: set replicas back to 3.",
        ),
    ],
    points=2,
    score=lambda cluster, since: score(cluster, since),
)


def availability(cluster: Cluster, since: int) -> str:
    """Say for which share of the time three copies were ready, since they first were."""
    return f"availability {share(at_least(3, ready(ETA)), Trace(cluster, since)):.1%} (three copies ready)"


def score(cluster: Cluster, since: int) -> str:
    """Say for how long how many copies were missing, beside the score to beat."""
    short = shortfall(3, ready(ETA), Trace(cluster, since))
    word = "beaten" if short < TO_BEAT else "not yet beaten"
    return f"{short:.1f} pod-seconds short of three ready copies; to beat: {TO_BEAT:.1f} ({word})"


CHECKS = [START, DECLARED, DAMAGE_MODEL, NIGHT_WATCH, SICK_POD]
