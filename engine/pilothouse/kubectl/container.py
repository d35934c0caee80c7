"""Which pod and which container `logs` and `exec` mean when people leave it out.

``deploy/web`` means one of its pods; without ``-c`` it is the pod's first container, and kubectl says which that is.
"""

from __future__ import annotations

from typing import Any

from pilothouse.api import Pod, matches

from .call import Call
from .failure import error
from .targets import wanted


def pods_behind(call: Call, text: str) -> list[Pod]:
    """The pod named ``web-1`` or ``pod/web-1``, or the pods of ``deploy/web``."""
    word, slash, name = text.rpartition("/")
    if not slash or word in ("pod", "pods", "po"):
        return [call.api.get("pods", name, namespace=call.namespace)]
    target = wanted(call, [text])[0]
    owner: Any = call.api.get(target.resource.qualified, target.names[0], namespace=call.namespace)
    selector = getattr(owner.spec, "selector", None)
    pods: list[Pod] = call.api.list("pods", namespace=call.namespace)
    if isinstance(selector, dict):
        return [pod for pod in pods if selector and selector.items() <= pod.metadata.labels.items()]
    return [pod for pod in pods if selector is not None and matches(selector, pod.metadata.labels)]


def names(pod: Pod) -> tuple[list[str], list[str], list[str]]:
    """Names of init containers, containers, ephemeral containers."""
    spec = pod.spec
    return (
        [one.name for one in spec.initContainers],
        [one.name for one in spec.containers],
        [one.name for one in spec.ephemeralContainers],
    )


def choose(call: Call, pod: Pod, named: str) -> str:
    """The container that is meant; says so where it had to be guessed."""
    init, main, extra = names(pod)
    listed = ", ".join([*main, *(f"{one} (init)" for one in init), *(f"{one} (ephem)" for one in extra)])
    if named:
        if named not in (*main, *init, *extra):
            raise error(f"container {named} is not valid for pod {pod.metadata.name} out of: {listed}")
        return named
    default = pod.metadata.annotations.get("kubectl.kubernetes.io/default-container", "")
    if default in main:
        return default
    if len(main) + len(init) + len(extra) > 1:
        call.warn(f'Defaulted container "{main[0]}" out of: {listed}\n')
    return main[0]
