"""Descriptions: an object, what belongs to it and what happened to it, section by section as kubectl prints them.

One kind a file; `general` serves every kind without a file of its own. The real counterpart is
``k8s.io/kubectl/pkg/describe``.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .page import Page
from .surroundings import Asks, Surroundings

OWN_FORM = {
    "Pod": "pod",
    "Node": "node",
    "Deployment": "deployment",
    "ReplicaSet": "replicaset",
    "StatefulSet": "statefulset",
    "DaemonSet": "daemonset",
    "Job": "job",
    "Service": "service",
    "ConfigMap": "configmap",
    "Secret": "secret",
    "Namespace": "namespace",
    "PersistentVolumeClaim": "persistentvolumeclaim",
    "Ingress": "ingress",
    "PriorityClass": "priorityclass",
    "HorizontalPodAutoscaler": "horizontalpodautoscaler",
}


def describe(thing: Any, api: Asks, now: float) -> str:
    """The whole text for one object. ``now`` is in virtual seconds; ages are counted to it."""
    page = Page(now)
    module = import_module(f"{__name__}.{OWN_FORM.get(thing.kind, 'general')}")
    module.describe(thing, Surroundings(api), page)
    return page.text()
