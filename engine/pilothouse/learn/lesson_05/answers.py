"""Right answers beside the one in the solution notebook, and wrong ones with the words they must be answered with.

Tests run them all; lessons never import this file. Each is what a learner might type after
`cluster = lesson.scenario(task)`; the wrong ones are those that people really give.
"""

from __future__ import annotations

from pilothouse.learn.wrong import Wrong

POD = """
apiVersion: v1
kind: Pod
metadata: {name: NAME, labels: {app: APP}}
spec: {containers: [{name: model, image: IMAGE}]}
"""

WORKLOAD = """
apiVersion: apps/v1
kind: KIND
metadata: {name: NAME}
spec:
  replicas: NUMBER
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec: {containers: [{name: model, image: IMAGE}]}
"""


def by_hand(names: list[str], app: str, image: str) -> str:
    """Code that creates pods one by one."""
    text = POD.replace("APP", app).replace("IMAGE", image)
    return f"text = '''{text}'''\nfor name in {names!r}:\n    cluster.apply(text.replace('NAME', name))\ncluster.run('30s')\n"


def workload(kind: str, name: str, number: int, image: str) -> str:
    """Code that declares a Deployment or ReplicaSet."""
    text = WORKLOAD.replace("KIND", kind).replace("NAME", name).replace("NUMBER", str(number)).replace("IMAGE", image)
    return f"cluster.apply('''{text}''')\ncluster.run('30s')\n"


SINK_ALL = "for pod in cluster.list('pods'):\n    cluster.api.delete('pod', pod.metadata.name)\ncluster.run('30s')\n"

REPAIR = (
    "cluster.api.patch('replicaset', 'eta-model', {'spec': {'template': {'spec': {'containers': "
    "[{'name': 'model', 'image': 'line/eta-model:1.0'}]}}}}, type='strategic')\ncluster.run('30s')\n"
)
RELABEL = (
    "sick = cluster.list('pods', selector='app=eta-model')[0].metadata.name\n"
    "cluster.api.patch('pod', sick, {'metadata': {'labels': {'app': 'sick'}}})\n"
)
SCALE = "cluster.api.patch('deployment', 'eta-model', {'spec': {'replicas': %d}})\n"
PASS_TIME = "cluster.run('30s')\n"

RIGHT: dict[str, list[str]] = {
    "damage-model": [
        workload("Deployment", "damage-model", 4, "line/damage-model:1.0"),
        workload("ReplicaSet", "damage", 4, "line/damage-model:1.0"),
    ],
    "night-watch": [
        REPAIR + SINK_ALL,
        "cluster.api.delete('replicaset', 'eta-model')\ncluster.run('60s')\n"
        + workload("Deployment", "eta-model", 3, "line/eta-model:1.0"),
    ],
    "sick-pod": [SCALE % 4 + PASS_TIME + RELABEL + SCALE % 3 + PASS_TIME, RELABEL + PASS_TIME],
}

WRONG: dict[str, list[Wrong]] = {
    "damage-model": [
        Wrong(
            by_hand(["one", "two", "three", "four"], "damage-model", "line/damage-model:1.0"),
            "partial",
            "created one by one",
        ),
        Wrong(workload("Deployment", "damage-model", 3, "line/damage-model:1.0"), "partial", "look at replicas"),
        Wrong(
            "cluster.api.delete('deployment', 'eta-model')\n"
            + workload("Deployment", "eta-model", 4, "line/damage-model:1.0"),
            "partial",
            "a name of its own",
        ),
    ],
    "night-watch": [
        Wrong(REPAIR, "fail", "it does not rewrite them"),
        Wrong(SINK_ALL, "fail", "the same typing error"),
        Wrong(
            "cluster.api.delete('replicaset', 'eta-model')\ncluster.run('60s')\n"
            + by_hand(["one", "two", "three"], "eta-model", "line/eta-model:1.0"),
            "partial",
            "nobody will replace them",
        ),
    ],
    "sick-pod": [
        Wrong(
            "cluster.api.delete('pod', cluster.list('pods')[0].metadata.name)\n" + PASS_TIME,
            "partial",
            "cannot be examined",
        ),
        Wrong(SCALE % 4 + PASS_TIME + RELABEL + PASS_TIME, "partial", "set replicas back to 3"),
    ],
}
