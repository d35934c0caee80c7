"""The scheduler: where each pod runs, and why.

Start reading at `plugin`, which is all that a plugin needs to know, then any file of `plugins/`, then `cycle`.
"""

from pilothouse.scheduler.explanation import Explanation, explain, snapshot_of
from pilothouse.scheduler.nodes import Nodes
from pilothouse.scheduler.plugin import Plugin, Refusal, filter, score
from pilothouse.scheduler.pod_info import PodInfo
from pilothouse.scheduler.profile import Profile
from pilothouse.scheduler.scheduler import Decision, Scheduler

__all__ = [
    "Decision",
    "Explanation",
    "Nodes",
    "Plugin",
    "PodInfo",
    "Profile",
    "Refusal",
    "Scheduler",
    "explain",
    "filter",
    "score",
    "snapshot_of",
]
