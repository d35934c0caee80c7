"""Right answers beside the one in the solution notebook, and wrong ones with the words they must be answered with.

Tests run them all; lessons never import this file. Each is what a learner might type after
`cluster = lesson.scenario(task)`; the wrong ones are those that people really give.
"""

from __future__ import annotations

from pilothouse.learn.wrong import Wrong

RUN = "cluster.run('60s')\n"
ANEW = "cluster.api.delete('pod', '{name}')\ncluster.apply(fix.manifests())\n"
MACHINE = (
    "cluster.apply({'apiVersion': 'v1', 'kind': 'Node', 'metadata': {'name': 'n9'}, "
    "'status': {'allocatable': {'cpu': '4', 'memory': '8Gi', 'pods': '110'}}})\n"
)
CLAIM = (
    "cluster.apply({'apiVersion': 'v1', 'kind': 'PersistentVolumeClaim', 'metadata': {'name': 'log-book'}, "
    "'spec': {'accessModes': ['ReadWriteOnce'], 'resources': {'requests': {'storage': '1Gi'}}}})\n"
)


def fixed(name: str, words: str = "", place: int = 0) -> str:
    """Code that takes the fix with these words, or the one at this place, and makes the pod anew."""
    return (
        f"found = [fix for fix in cluster.explain('pod/{name}').fixes() if {words!r} in str(fix)]\n"
        f"fix = found[{place}]\n" + ANEW.format(name=name)
    )


def edited(name: str, change: str) -> str:
    """Code that makes a pod of the late orders anew, with a change of its manifest (`pod`)."""
    return (
        "from pilothouse.api import load_all\n"
        "pods = load_all(Path('../course/manifests/late-orders.yaml').read_text())\n"
        f"pod = next(each for each in pods if each['metadata']['name'] == {name!r})\n"
        f"{change}\ncluster.api.delete('pod', {name!r})\ncluster.apply(pod)\n"
    )


def label(node: str, key: str, value: str) -> str:
    """Code that labels a machine."""
    return f"cluster.api.patch('node', {node!r}, {{'metadata': {{'labels': {{{key!r}: {value!r}}}}}}})\n"


def notes(**answers: str) -> str:
    """Code that writes a cause and a machine on each pod."""
    whole = {**NOTES, **{name.replace("_", "-"): text for name, text in answers.items()}}
    lines = [f"{name!r}: {text.split()!r}," for name, text in whole.items() if text]
    return (
        "answers = {" + " ".join(lines) + "}\n"
        "for name, (cause, node) in answers.items():\n"
        "    cluster.api.patch('pod', name, {'metadata': {'labels': {'cause': cause, 'node': node}}})\n"
    )


NOTES = {
    "ferry-plan": "NodeUnschedulable n1",
    "rope-count": "TaintToleration n2",
    "new-gauge": "NodePorts n4",
    "crew-list": "NodeResourcesFit n5",
    "radio-new": "InterPodAffinity n4",
}
INVOICE, TRAIN = fixed("invoice"), fixed("train-crane", "toleration")
PHOTO = edited("crane-photo", "pod['spec']['nodeSelector'] = {'camera': 'quay'}")
UNTAINT = "cluster.api.patch('node', '%s', {'spec': {'taints': None}})\n"
OPEN = "cluster.api.patch('node', 'n4', {'spec': {'unschedulable': False}})\n"
RAIL = label("n3", "rail", "east")

RIGHT: dict[str, list[str]] = {
    "late-orders": [
        INVOICE + TRAIN + label("n3", "camera", "qauy") + RUN,
        edited("invoice", "pod['spec']['containers'][0]['resources']['requests']['cpu'] = '2400m'")
        + PHOTO
        + TRAIN
        + RUN,
    ],
    "night-shift": [notes(), notes(rope_count="tainttoleration n2")],
    "noon-tide": [
        OPEN + UNTAINT % "n5" + RAIL + CLAIM + RUN,
        OPEN + fixed("fish", "toleration") + fixed("flowers", "toleration") + RAIL + CLAIM + RUN,
    ],
}

WRONG: dict[str, list[Wrong]] = {
    "late-orders": [
        Wrong(INVOICE + TRAIN + label("n1", "camera", "qauy") + RUN, "partial", "does not have the thing"),
        Wrong(INVOICE + TRAIN + fixed("crane-photo", "drop its nodeSelector") + RUN, "partial", "do not drop it"),
        Wrong(INVOICE + UNTAINT % "gpu1" + PHOTO + RUN, "partial", "the taint stays for all others"),
        Wrong(fixed("invoice", "toleration") + TRAIN + PHOTO + RUN, "partial", "no training: gpu1 is reserved"),
        Wrong(
            "cluster.api.patch('deployment', 'eta-model', {'spec': {'replicas': 0}})\n" + TRAIN + PHOTO + RUN,
            "partial",
            "had to leave",
        ),
        Wrong(fixed("invoice", "1400m") + TRAIN + PHOTO + RUN, "partial", "squeezed more than it had to be"),
        Wrong(MACHINE + TRAIN + PHOTO + RUN, "partial", "a whole machine"),
        Wrong(TRAIN + PHOTO + RUN, "partial", "still waits"),
    ],
    "night-shift": [
        Wrong(notes(crew_list=""), "partial", "has no note yet"),
        Wrong(notes(crew_list="cpu n5"), "partial", "in one word"),
        Wrong(notes(ferry_plan="NodeAffinity n4"), "partial", "refuses rightly"),
        Wrong(notes(crew_list="NodeResourcesFit n4"), "partial", "says ok"),
        Wrong(notes(new_gauge="NodePorts n3"), "partial", "a second reason"),
    ],
    "noon-tide": [
        Wrong(OPEN + UNTAINT % "n5" + label("n1", "rail", "east") + CLAIM + RUN, "partial", "rail runs past n3"),
        Wrong(
            "for name in ('loader-1', 'loader-2', 'loader-3', 'gauge-1'):\n    cluster.api.delete('pod', name)\n"
            + UNTAINT % "n5"
            + RAIL
            + CLAIM
            + RUN,
            "partial",
            "n4 is empty",
        ),
        Wrong(OPEN + UNTAINT % "n5" + RAIL + MACHINE + RUN, "partial", "No machine can help it"),
        Wrong(MACHINE + CLAIM + RUN, "partial", "not empty yet"),
    ],
}
