"""kubectl without a binary: the verbs of the trade in a notebook cell.

The same door, the same tables, the same words as the real command line client; only the clock is virtual, so commands
that wait (`rollout status`, `wait`, `delete`) let virtual time pass. ``%load_ext pilothouse`` brings ``%kubectl`` and
``%%kubectl``; in Python: ``Kubectl(cluster).run("get pods -o wide")``. The real counterpart is ``k8s.io/kubectl``.
"""

from __future__ import annotations

from .command import Kubectl
from .output import Output

__all__ = ["Kubectl", "Output"]
