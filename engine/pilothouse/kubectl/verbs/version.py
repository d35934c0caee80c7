"""`kubectl version`: which Kubernetes this is like."""

from __future__ import annotations

from ..call import Call

USAGE = "version"
ABOUT = "Say which Kubernetes this imitates."
FLAGS = ()
KUBERNETES = "v1.36.0"


def run(call: Call) -> None:
    """Both are this package; the version is that of the Kubernetes that it imitates."""
    call.say(f"Client Version: {KUBERNETES}\nServer Version: {KUBERNETES}\n")
