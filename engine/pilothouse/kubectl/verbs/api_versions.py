"""`kubectl api-versions`: which groups and versions the server speaks."""

from __future__ import annotations

from ..call import Call

USAGE = "api-versions"
ABOUT = "List the API groups and versions that this cluster knows."
FLAGS = ()


def run(call: Call) -> None:
    """One a line, sorted."""
    call.say("".join(f"{version}\n" for version in sorted({info.api_version for info in call.cluster.door.scheme})))
