"""`kubectl describe secret`: the sizes, never the values."""

from __future__ import annotations

from pilothouse.api import Secret

from .configmap import decoded_length
from .page import Page
from .surroundings import Surroundings


def describe(secret: Secret, around: Surroundings, page: Page) -> None:
    """Keys and lengths of the data."""
    meta = secret.metadata
    page.line(0, f"Name:\t{meta.name}")
    page.line(0, f"Namespace:\t{meta.namespace}")
    page.pairs("Labels", meta.labels)
    page.annotations(meta.annotations)
    page.line(0, f"\nType:\t{secret.type}")
    page.line(0, "\nData\n====")
    for key in sorted(secret.data):
        page.line(0, f"{key}:\t{decoded_length(secret.data[key])} bytes")
