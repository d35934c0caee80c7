"""A plugin: the smallest thing that can have an opinion on where a pod goes.

Write a function and decorate it; this is all there is to know:

    @filter(reason="node(s) have no GPU")
    def needs_gpu(pod, nodes):
        return nodes.allocatable("nvidia.com/gpu") > 0          # a mask: True where the pod may go

    @score(weight=2)
    def quiet_nodes(pod, nodes):
        return 100 - nodes.pod_count                             # whole numbers, the more the better

`pod` has the fields of the manifest (`pod.metadata`, `pod.spec`); `nodes` gives columns with one entry a node. The
built-in plugins are classes because they give several reasons, or normalise; they see the same `pod` and `nodes`.

In the real framework a plugin is asked node by node, in Go, at a dozen extension points. Here it is asked once for
all nodes, at two: PreFilter is part of the filter, PreScore and NormalizeScore are part of the score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pilothouse.scheduler.domain import Bools, Ints
from pilothouse.scheduler.nodes import Nodes
from pilothouse.scheduler.pod_info import PodInfo

UNSCHEDULABLE = "Unschedulable"
UNRESOLVABLE = "UnschedulableAndUnresolvable"  # preemption cannot help either
MAX_SCORE = 100

# What an answer about a node follows from: the node alone, the node and its pods, or the whole cluster.
Scope = Literal["node", "pods", "cluster"]


class Refusal(NamedTuple):
    """The nodes that a filter refuses (`nodes` is True there) for one reason.

    `resolvable` says, for all of them or for each, whether the removal of pods from the node could change the answer.
    """

    nodes: Bools
    reason: str
    resolvable: bool | Bools = True


class Rejected(Exception):
    """Raised by a filter that refuses the pod whatever the node (PreFilter)."""


class PluginFailed(Exception):
    """A plugin of the learner's raised, or answered something that is no answer; says which and what."""

    def __init__(self, plugin: str, problem: str) -> None:
        super().__init__(f"plugin {plugin} {problem}")
        self.plugin, self.problem = plugin, problem


class Plugin:
    """What every plugin has; a subclass overrides `filter`, `score` or both, and names what they follow from."""

    name: str = ""
    filter_scope: Scope = "cluster"  # leave both as they are, unless the answer follows from one node alone
    score_scope: Scope = "cluster"
    built_in: ClassVar[bool] = True

    def __init_subclass__(cls) -> None:
        cls.built_in = cls.__module__.startswith("pilothouse.scheduler.plugins.")

    def filter(self, pod: PodInfo, nodes: Nodes) -> Iterable[Refusal]:
        """The refusals; a node that nobody refuses may take the pod. Raises Rejected where no node can."""
        return ()

    def only(self, pod: PodInfo) -> list[str] | None:
        """The names of the nodes that are worth looking at; None for all."""
        return None

    def score(self, pod: PodInfo, nodes: Nodes) -> Ints | None:
        """How good each node is, as whole numbers; None where the plugin has no opinion on this pod."""
        return None

    def normalize(self, scores: Ints, pod: PodInfo, nodes: Nodes) -> Ints:
        """The scores as numbers from 0 to 100, seen together."""
        return scores


def checked(plugin: Plugin, refusals: Iterable[Refusal], nodes: Nodes) -> list[Refusal]:
    """The refusals of a plugin that is not ours, each a mask over the nodes asked about. Raises PluginFailed."""
    found = list(refusals)
    for refusal in found:
        if np.shape(refusal.nodes) != (len(nodes),) or np.asarray(refusal.nodes).dtype != np.bool_:
            raise PluginFailed(plugin.name, f"must refuse with a mask of True and False for {len(nodes)} nodes")
    return found


def failure_of(plugin: Plugin, error: Exception) -> PluginFailed:
    """What went wrong in a plugin, in words for an event."""
    return (
        error
        if isinstance(error, PluginFailed)
        else PluginFailed(plugin.name, f"raised {type(error).__name__}: {error}")
    )


def spread_to_100(scores: Ints, reverse: bool = False) -> Ints:
    """The usual way to normalise: the best node gets 100, the others in proportion; `reverse` where less is better."""
    most = int(scores.max(initial=0))
    if most == 0:
        return np.full_like(scores, MAX_SCORE) if reverse else scores
    scaled = scores * MAX_SCORE // most
    return MAX_SCORE - scaled if reverse else scaled


class Learned(Plugin):
    """A plugin made from a function: its answers are checked, and what it raises is told by name."""

    def __init__(self, function: Callable[[PodInfo, Nodes], Any], name: str) -> None:
        self.function, self.name = function, name

    def __call__(self, pod: PodInfo, nodes: Nodes) -> Any:
        """The function itself, to try it out."""
        return self.function(pod, nodes)

    def ask(self, pod: PodInfo, nodes: Nodes) -> NDArray[Any]:
        """The function's answer as an array with one entry a node. Raises PluginFailed."""
        try:
            answer = np.asarray(self.function(pod, nodes))
        except Exception as error:
            raise PluginFailed(self.name, f"raised {type(error).__name__}: {error}") from error
        if answer.shape == ():
            answer = np.full(len(nodes), answer)
        if answer.shape != (len(nodes),):
            raise PluginFailed(
                self.name, f"answered with shape {answer.shape}; it must be one entry for each of {len(nodes)} nodes"
            )
        return answer


class LearnedFilter(Learned):
    """A filter in a cell."""

    def __init__(self, function: Callable[[PodInfo, Nodes], Any], name: str, reason: str) -> None:
        super().__init__(function, name)
        self.reason = reason

    def filter(self, pod: PodInfo, nodes: Nodes) -> Iterable[Refusal]:
        """One refusal, of the nodes for which the function says False."""
        mask = self.ask(pod, nodes)
        if mask.dtype != np.bool_:
            raise PluginFailed(self.name, f"answered with {mask.dtype} numbers; a filter answers True or False")
        return [Refusal(~mask, self.reason)]


class LearnedScore(Learned):
    """A score in a cell, with its weight in the sum of all scores."""

    def __init__(self, function: Callable[[PodInfo, Nodes], Any], name: str, weight: int) -> None:
        super().__init__(function, name)
        self.weight = weight

    def score(self, pod: PodInfo, nodes: Nodes) -> Ints | None:
        """The function's whole numbers."""
        numbers = self.ask(pod, nodes)
        if numbers.dtype.kind not in "iub":
            raise PluginFailed(
                self.name, f"answered with {numbers.dtype} numbers; a score is whole numbers (use // or .astype(int))"
            )
        return numbers.astype(np.int64)


def filter(
    function: Callable[[PodInfo, Nodes], Any] | None = None, *, reason: str | None = None, name: str | None = None
) -> Any:
    """Make a function a filter: `@filter` or `@filter(reason="node(s) have no GPU")`.

    Args:
        function: takes (pod, nodes), answers with a mask: True where the pod may go.
        reason: what the pod's event says of the nodes refused, as in "2 node(s) have no GPU".
        name: the plugin's name; by default the function's.
    """

    def make(function: Callable[[PodInfo, Nodes], Any]) -> LearnedFilter:
        called = name or function.__name__
        return LearnedFilter(function, called, reason or f"node(s) didn't pass {called}")

    return make if function is None else make(function)


def score(function: Callable[[PodInfo, Nodes], Any] | None = None, *, weight: int = 1, name: str | None = None) -> Any:
    """Make a function a score: `@score` or `@score(weight=2)`.

    Args:
        function: takes (pod, nodes), answers with whole numbers, the more the better; 0 to 100 is usual.
        weight: by how much its numbers are multiplied in the sum.
        name: the plugin's name; by default the function's.
    """

    def make(function: Callable[[PodInfo, Nodes], Any]) -> LearnedScore:
        return LearnedScore(function, name or function.__name__, weight)

    return make if function is None else make(function)
