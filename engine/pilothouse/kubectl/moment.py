"""Moments: API timestamps as virtual seconds.

The API writes times as RFC 3339 text; ages are counted on the virtual clock. The real counterpart is ``metav1.Time``.
"""

from __future__ import annotations

from pilothouse.api import since_epoch


def at(timestamp: str) -> float:
    """Virtual seconds of an API timestamp."""
    return since_epoch(timestamp)
