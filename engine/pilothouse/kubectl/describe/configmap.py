"""`kubectl describe configmap`."""

from __future__ import annotations

from pilothouse.api import ConfigMap

from .events import events
from .page import Page
from .surroundings import Surroundings


def describe(config: ConfigMap, around: Surroundings, page: Page) -> None:
    """The data as it is, each entry under its key."""
    meta = config.metadata
    page.line(0, f"Name:\t{meta.name}")
    page.line(0, f"Namespace:\t{meta.namespace}")
    page.pairs("Labels", meta.labels)
    page.annotations(meta.annotations)
    page.line(0, "\nData\n====")
    for key in sorted(config.data):
        page.line(0, f"{key}:\n----\n{config.data[key]}\n")
    page.line(0, "\nBinaryData\n====")
    for key in sorted(config.binaryData):
        page.line(0, f"{key}: {decoded_length(config.binaryData[key])} bytes")
    page.line(0, "")
    events(page, around.events("ConfigMap", meta))


def decoded_length(text: str) -> int:
    """How many bytes a base64 text stands for."""
    return len(text) // 4 * 3 - text[-2:].count("=")
