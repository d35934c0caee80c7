"""A profile: which plugins decide, in which order, and how much each score weighs.

The default is that of kube-scheduler 1.36. `Profile.read` takes a profile of a KubeSchedulerConfiguration as it stands
in the file of a real scheduler.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pilothouse.scheduler.plugin import Learned, LearnedScore, Plugin
from pilothouse.scheduler.plugins.image_locality import ImageLocality
from pilothouse.scheduler.plugins.inter_pod_affinity import InterPodAffinity
from pilothouse.scheduler.plugins.node_affinity import NodeAffinity
from pilothouse.scheduler.plugins.node_name import NodeName
from pilothouse.scheduler.plugins.node_ports import NodePorts
from pilothouse.scheduler.plugins.node_resources_balanced_allocation import NodeResourcesBalancedAllocation
from pilothouse.scheduler.plugins.node_resources_fit import NodeResourcesFit, Point
from pilothouse.scheduler.plugins.node_unschedulable import NodeUnschedulable
from pilothouse.scheduler.plugins.node_volume_limits import NodeVolumeLimits
from pilothouse.scheduler.plugins.pod_topology_spread import PodTopologySpread
from pilothouse.scheduler.plugins.taint_toleration import TaintToleration
from pilothouse.scheduler.plugins.volume_binding import VolumeBinding
from pilothouse.scheduler.plugins.volume_restrictions import VolumeRestrictions
from pilothouse.scheduler.plugins.volume_zone import VolumeZone

# In the order in which they are asked, with the weight of their score.
DEFAULTS: tuple[tuple[Callable[[], Plugin], int], ...] = (
    (NodeUnschedulable, 0),
    (NodeName, 0),
    (TaintToleration, 3),
    (NodeAffinity, 2),
    (NodePorts, 0),
    (NodeResourcesFit, 1),
    (VolumeRestrictions, 0),
    (NodeVolumeLimits, 0),
    (VolumeBinding, 1),
    (VolumeZone, 0),
    (PodTopologySpread, 2),
    (InterPodAffinity, 2),
    (NodeResourcesBalancedAllocation, 1),
    (ImageLocality, 1),
)


class Profile:
    """The plugins of one scheduler: `filters` and `scores` in order, the scores with their weights.

    Args:
        plugins: all plugins, in order; None for the defaults.
        weights: the weight of a score by plugin name, where it is not the usual one; 0 switches it off.
        name: the `schedulerName` of the pods that it places.
    """

    def __init__(
        self,
        plugins: list[Plugin] | None = None,
        weights: Mapping[str, int] | None = None,
        name: str = "default-scheduler",
    ) -> None:
        usual = [(make(), weight) for make, weight in DEFAULTS]
        self.name = name
        self.plugins = [plugin for plugin, _ in usual] if plugins is None else list(plugins)
        self.weights = {plugin.name: weight for plugin, weight in usual} | dict(weights or {})
        self.without: dict[str, tuple[str, ...]] = {"filter": (), "score": ()}
        self._sort()

    def _sort(self) -> None:
        for plugin in self.plugins:
            self.weights.setdefault(plugin.name, plugin.weight if isinstance(plugin, LearnedScore) else 1)
        self.filters = [
            each for each in self.plugins if _has("filter", each) and each.name not in self.without["filter"]
        ]
        self.scores = [
            (each, self.weights[each.name])
            for each in self.plugins
            if _has("score", each) and self.weights[each.name] and each.name not in self.without["score"]
        ]

    def plugin(self, name: str) -> Plugin:
        """The plugin of that name. Raises ValueError where there is none."""
        for plugin in self.plugins:
            if plugin.name == name:
                return plugin
        raise ValueError(f"profile {self.name} has no plugin {name}; it has {', '.join(p.name for p in self.plugins)}")

    def add(self, plugin: Plugin) -> None:
        """Add a plugin after the others; one of the same name is replaced."""
        if not isinstance(plugin, Plugin):
            raise TypeError(f"{plugin!r} is no plugin; decorate the function with @filter or @score")
        self.plugins = [each for each in self.plugins if each.name != plugin.name] + [plugin]
        if isinstance(plugin, LearnedScore):
            self.weights[plugin.name] = plugin.weight
        self._sort()

    def remove(self, name: str) -> Plugin:
        """Take a plugin out, a learner's or a built-in one. Raises ValueError where there is none."""
        plugin = self.plugin(name)
        self.plugins.remove(plugin)
        if isinstance(plugin, Learned):
            self.weights.pop(name, None)
        self._sort()
        return plugin

    def copy(self) -> Profile:
        """The same plugins, independent from here on."""
        twin = Profile(self.plugins, self.weights, self.name)
        twin.without = self.without.copy()
        twin._sort()
        return twin

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Profile:
        """A profile as in `profiles:` of a KubeSchedulerConfiguration: schedulerName, plugins, pluginConfig.

        Raises ValueError naming what is not known.
        """
        settings = {each["name"]: each.get("args") or {} for each in data.get("pluginConfig") or ()}
        plugins = [_configured(make, settings) for make, _ in DEFAULTS]
        profile = cls(plugins, name=data.get("schedulerName", "default-scheduler"))
        points = data.get("plugins") or {}
        for point in ("multiPoint", "preFilter", "filter", "preScore", "score"):
            _switch(profile, point, points.get(point) or {})
        profile._sort()
        return profile


def _has(method: str, plugin: Plugin) -> bool:
    return getattr(type(plugin), method) is not getattr(Plugin, method)


def _switch(profile: Profile, point: str, sets: Mapping[str, Any]) -> None:
    known = {make().name: weight for make, weight in DEFAULTS}
    sort = "filter" if point.lower().endswith("filter") else "score" if point.lower().endswith("score") else ""
    for each in sets.get("disabled") or ():
        names = [plugin.name for plugin in profile.plugins] if each["name"] == "*" else [each["name"]]
        for which in (sort,) if sort else ("filter", "score"):
            profile.without[which] = (*profile.without[which], *names)
    for each in sets.get("enabled") or ():
        name = each["name"]
        if name not in known:
            if name in ("PrioritySort", "DefaultBinder", "DefaultPreemption", "SchedulingGates", "DynamicResources"):
                continue
            raise ValueError(f"plugins.{point}.enabled: there is no plugin {name!r}; known are {', '.join(known)}")
        for which in (sort,) if sort else ("filter", "score"):
            profile.without[which] = tuple(other for other in profile.without[which] if other != name)
        if each.get("weight"):
            profile.weights[name] = each["weight"]


def _configured(make: Callable[[], Plugin], settings: Mapping[str, Any]) -> Plugin:
    plugin = make()
    given = settings.get(plugin.name)
    if not given:
        return plugin
    if isinstance(plugin, NodeResourcesFit):
        strategy = given.get("scoringStrategy") or {}
        shape = (strategy.get("requestedToCapacityRatio") or {}).get("shape") or ()
        return NodeResourcesFit(
            strategy.get("type", "LeastAllocated"),
            {each["name"]: each.get("weight") or 1 for each in strategy.get("resources") or ()} or None,
            [Point(each["utilization"], each["score"]) for each in shape],
            given.get("ignoredResources") or (),
        )
    if isinstance(plugin, NodeResourcesBalancedAllocation):
        return NodeResourcesBalancedAllocation(
            tuple(each["name"] for each in given.get("resources") or ()) or ("cpu", "memory")
        )
    if isinstance(plugin, InterPodAffinity):
        weight = given.get("hardPodAffinityWeight")
        return InterPodAffinity(1 if weight is None else weight, bool(given.get("ignorePreferredTermsOfExistingPods")))
    if isinstance(plugin, PodTopologySpread) and given.get("defaultingType") == "List":
        from pilothouse.api import TopologySpreadConstraint

        return PodTopologySpread([TopologySpreadConstraint(**each) for each in given.get("defaultConstraints") or ()])
    return plugin
