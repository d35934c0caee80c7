"""Right answers beside the one in the solution notebook, and wrong ones with the words they must be answered with.

Tests run them all; lessons never import this file. Each is what a learner might type after
`cluster = lesson.scenario(task)`; the wrong ones are those that people really give.
"""

from __future__ import annotations

from pilothouse.learn.wrong import Wrong

RUN = "cluster.run('60s')\n"


def taint(effect: str = "NoSchedule") -> str:
    """Code that taints gpu1."""
    one = {"key": "reserved", "value": "training", "effect": effect}
    return f"cluster.api.patch('node', 'gpu1', {{'spec': {{'taints': [{one}]}}}})\n"


def template(deployment: str, spec: dict[str, object]) -> str:
    """Code that changes the pod template of a Deployment."""
    change = {"spec": {"template": {"spec": spec}}}
    return f"cluster.api.patch('deployment', {deployment!r}, {change!r}, type='strategic')\n"


TOLERATION = {"key": "reserved", "operator": "Equal", "value": "training", "effect": "NoSchedule"}
ANY_VALUE = {"key": "reserved", "operator": "Exists"}
SELECTOR = {"accelerator": "gpu"}
AFFINITY = {
    "nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{"matchExpressions": [{"key": "accelerator", "operator": "In", "values": ["gpu"]}]}]
        }
    }
}

MEND = "cluster.api.patch('node', 'n3', {'spec': {'taints': None}})\n"
CUSTOMS = "text = Path('../course/manifests/customs.yaml').read_text()\n"
NO_PORT = "cluster.apply(text.replace('          hostPort: 8080\\n', ''))\n"

CARGO = "from pilothouse.api import load_all\ncargo = load_all(Path('../course/manifests/cargo.yaml').read_text())\n"
PLAN = """
plan = {"n1": "steel tulips cheese coffee", "n2": "copper cocoa wine tea", "n3": "paper timber wool rubber"}
for pod in cargo:
    node = next(name for name, load in plan.items() if pod["metadata"]["name"] in load.split())
    pod["spec"]["nodeSelector"] = {"kubernetes.io/hostname": node}
"""
PARTLY = """
plan = {"n1": "steel tulips cheese coffee", "n2": "copper cocoa tea"}
for pod in cargo:
    node = next((name for name, load in plan.items() if pod["metadata"]["name"] in load.split()), "n3")
    pod["spec"]["nodeSelector"] = {"kubernetes.io/hostname": node}
"""
SHRINK = (
    "for pod in cargo:\n    pod['spec']['containers'][0]['resources']['requests'] = {'cpu': '500m', 'memory': '1Gi'}\n"
)
LARGE_FIRST = "cargo.sort(key=lambda pod: pod['spec']['containers'][0]['resources']['requests']['cpu'], reverse=True)\n"
APPLY = "cluster.apply(cargo)\n" + RUN

RIGHT: dict[str, list[str]] = {
    "gpu-berth": [
        taint("NoExecute") + template("training", {"nodeSelector": SELECTOR, "tolerations": [ANY_VALUE]}) + RUN,
        taint() + template("training", {"affinity": AFFINITY, "tolerations": [TOLERATION]}) + RUN,
    ],
    "customs": [
        MEND + CUSTOMS + NO_PORT + RUN,
        CUSTOMS + "cluster.api.delete('deployment', 'customs')\n" + MEND + RUN + NO_PORT + RUN,
    ],
    "stowage": [CARGO + PLAN + APPLY, CARGO + PARTLY + APPLY],
}

WRONG: dict[str, list[Wrong]] = {
    "gpu-berth": [
        Wrong(template("training", {"nodeSelector": {"gpu": "yes"}}) + RUN, "fail", "a label that no machine has"),
        Wrong(
            "cluster.api.patch('node', 'gpu1', {'spec': {'unschedulable': True}})\n" + RUN, "partial", "A cordon keeps"
        ),
        Wrong(
            taint("PreferNoSchedule") + template("training", {"nodeSelector": SELECTOR}) + RUN,
            "partial",
            "is a wish",
        ),
        Wrong(template("training", {"nodeSelector": SELECTOR}) + RUN, "partial", "so does everybody else"),
        Wrong(taint() + template("training", {"nodeSelector": SELECTOR}) + RUN, "partial", "needs a toleration"),
        Wrong(taint() + template("training", {"tolerations": [TOLERATION]}) + RUN, "partial", "does not bring them"),
    ],
    "customs": [
        Wrong(
            template("customs", {"nodeSelector": None}) + RUN,
            "partial",
            "have not sealed",
        ),
        Wrong(
            CUSTOMS + NO_PORT + template("customs", {"tolerations": [{"key": "fan", "operator": "Exists"}]}) + RUN,
            "partial",
            "a fan that works again",
        ),
        Wrong(CUSTOMS + NO_PORT + RUN, "partial", "look at n3"),
        Wrong(MEND + RUN, "partial", "port 8080 only once"),
    ],
    "stowage": [
        Wrong(CARGO + SHRINK + APPLY, "partial", "asks for less than was booked"),
        Wrong(CARGO + LARGE_FIRST + APPLY, "partial", "need a plan"),
    ],
}
