"""Right answers beside the one in the solution notebook, and wrong ones with the words they must be answered with.

Tests run them all; lessons never import this file. Each is what a learner might type after
`cluster = lesson.scenario(task)`; the wrong ones are those that people really give.
"""

from __future__ import annotations

from typing import Any

from pilothouse.learn.wrong import Wrong

RUN = "cluster.run('2m')\n"


def template(deployment: str, spec: dict[str, Any]) -> str:
    """Code that changes the pod template of a Deployment."""
    change = {"spec": {"template": {"spec": spec}}}
    return f"cluster.api.patch('deployment', {deployment!r}, {change!r}, type='strategic')\n"


def desks(spec: dict[str, Any] | None = None, replicas: int = 6) -> str:
    """Code that opens the desks, with more in their template."""
    return (
        "from pilothouse.api import load_all\n"
        "desk = load_all(Path('../course/manifests/booking.yaml').read_text())[0]\n"
        f"desk['spec']['replicas'] = {replicas}\n"
        f"desk['spec']['template']['spec'].update({spec or {}!r})\n"
        "cluster.apply(desk)\n"
    ) + RUN


def spread(
    key: str = "topology.kubernetes.io/zone", skew: int = 1, app: str = "booking", hard: bool = True, **more: Any
) -> dict[str, Any]:
    """Return what spreads the desks."""
    constraint = {
        "maxSkew": skew,
        "topologyKey": key,
        "whenUnsatisfiable": "DoNotSchedule" if hard else "ScheduleAnyway",
        "labelSelector": {"matchLabels": {"app": app}},
        **more,
    }
    return {"topologySpreadConstraints": [constraint]}


APART = {
    "podAntiAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [
            {"topologyKey": "topology.kubernetes.io/zone", "labelSelector": {"matchLabels": {"app": "booking"}}}
        ]
    }
}

NOT_FOR_ALL = "cluster.api.patch('priorityclass', 'storm', {'globalDefault': False})\n"


def priority(name: str, value: int) -> str:
    """Code that makes a priority class."""
    made = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name}, "value": value}
    return f"cluster.apply({made!r})\n"


SERVICE = priority("service", 100)
MODELS = template("eta-model", {"priorityClassName": "service"})
RENEW = (
    "for pod in cluster.list('pods', selector='app=sea-charts'):\n    cluster.api.delete('pod', pod.metadata.name)\n"
    + RUN
)
ALL_NEW = "for pod in cluster.list('pods'):\n    cluster.api.delete('pod', pod.metadata.name)\n" + RUN

SCORE = "from pilothouse.scheduler import score\nGPU = 'nvidia.com/gpu'\n"
ADD = "cluster.scheduler.add(mine)\n"
PACK = "100 * nodes.requested(GPU) // nodes.allocatable(GPU).clip(1)"
WANTS = "pod.requests.amounts.get(GPU, 0)"


def scored(answer: str, weight: int = 10) -> str:
    """Code that adds a score."""
    return f"{SCORE}@score(weight={weight})\ndef mine(pod, nodes):\n    return {answer}\n{ADD}"


PACKED = """from pilothouse.scheduler import Profile
counted = [{"name": "cpu", "weight": 1}, {"name": "nvidia.com/gpu", "weight": 3}]
strategy = {"type": "MostAllocated", "resources": counted}
fit = {"name": "NodeResourcesFit", "args": {"scoringStrategy": strategy}}
cluster.scheduler.configure(Profile.read({"pluginConfig": [fit]}))
"""

RIGHT: dict[str, list[str]] = {
    "three-zones": [
        desks(spread()),
        desks(spread(hard=False)),
        desks() + desks(spread(matchLabelKeys=["pod-template-hash"])),
        desks(spread(minDomains=3)),
    ],
    "who-went": [
        NOT_FOR_ALL + SERVICE + MODELS + RUN + RENEW,
        NOT_FOR_ALL
        + "cluster.api.delete('deployment', 'sea-charts')\n"
        + RUN
        + SERVICE
        + MODELS
        + RUN
        + "cluster.apply('../course/manifests/night-charts.yaml')\n"
        + RUN,
    ],
    "gpu-stream": [
        scored(f"{PACK} if {WANTS} else 100 * (nodes.allocatable(GPU) == 0)"),
        PACKED,
        scored(f"100 * (nodes.requested(GPU) - 4 * (nodes.allocatable(GPU) > 0) * ({WANTS} == 0))", 5),
    ],
}

WRONG: dict[str, list[Wrong]] = {
    "three-zones": [
        Wrong(desks({"affinity": APART}), "fail", "one desk for each compartment"),
        Wrong(desks(replicas=9), "partial", "six desks"),
        Wrong(desks(spread(app="desk")), "partial", "counts nobody"),
        Wrong(desks(spread(key="kubernetes.io/hostname")), "partial", "Look at topologyKey"),
        Wrong(desks(spread(skew=3)), "partial", "how many desks a compartment may be ahead"),
        Wrong(desks(), "partial", "four empty machines"),
        Wrong(desks() + desks(spread()), "partial", "old and new ones together"),
    ],
    "who-went": [
        Wrong("cluster.api.delete('priorityclass', 'storm')\n" + ALL_NEW, "partial", "The class storm is gone"),
        Wrong(SERVICE + MODELS + RENEW, "partial", "Look at globalDefault"),
        Wrong(NOT_FOR_ALL + SERVICE + MODELS + RUN, "fail", "born with 1000"),
        Wrong(NOT_FOR_ALL + ALL_NEW, "partial", "no more important than the sea charts"),
        Wrong(NOT_FOR_ALL + RENEW, "partial", "no more important than the sea charts"),
    ],
    "gpu-stream": [
        Wrong(scored(PACK.replace("//", "/")), "partial", "gives no answer"),
        Wrong(
            scored("100 * (nodes.allocatable(GPU) - nodes.requested(GPU)) // 4"), "partial", "goes to another machine"
        ),
        Wrong(
            scored(f"100 * (nodes.allocatable(GPU) == 0) if not {WANTS} else 0"), "partial", "goes to another machine"
        ),
        Wrong(scored(PACK), "partial", "who needs no GPU"),
    ],
}
