"""Profiles: the defaults, a KubeSchedulerConfiguration, and what it says of what it does not know."""

from __future__ import annotations

import pytest

from pilothouse.scheduler import Profile, Scheduler
from pilothouse.scheduler.plugins.inter_pod_affinity import InterPodAffinity


def test_default_weights() -> None:
    weights = {plugin.name: weight for plugin, weight in Profile().scores}
    assert weights == {
        "TaintToleration": 3,
        "NodeAffinity": 2,
        "NodeResourcesFit": 1,
        "PodTopologySpread": 2,
        "InterPodAffinity": 2,
        "NodeResourcesBalancedAllocation": 1,
        "ImageLocality": 1,
    }


def test_a_configuration_is_read() -> None:
    scheduler = Scheduler.read(
        {
            "apiVersion": "kubescheduler.config.k8s.io/v1",
            "kind": "KubeSchedulerConfiguration",
            "profiles": [
                {"schedulerName": "default-scheduler"},
                {
                    "schedulerName": "packing",
                    "plugins": {
                        "score": {
                            "disabled": [{"name": "*"}],
                            "enabled": [{"name": "NodeResourcesFit", "weight": 7}],
                        },
                        "filter": {"disabled": [{"name": "NodePorts"}]},
                    },
                    "pluginConfig": [{"name": "InterPodAffinity", "args": {"hardPodAffinityWeight": 5}}],
                },
            ],
        }
    )
    packing = scheduler.profiles["packing"]
    assert [(plugin.name, weight) for plugin, weight in packing.scores] == [("NodeResourcesFit", 7)]
    assert "NodePorts" not in [plugin.name for plugin in packing.filters]
    company = packing.plugin("InterPodAffinity")
    assert isinstance(company, InterPodAffinity)
    assert company.hard_weight == 5


def test_unknown_plugins_and_strategies_are_named() -> None:
    with pytest.raises(ValueError, match="there is no plugin 'Coscheduling'; known are NodeUnschedulable"):
        Profile.read({"plugins": {"score": {"enabled": [{"name": "Coscheduling"}]}}})
    args = {"scoringStrategy": {"type": "Fullest"}}
    with pytest.raises(
        ValueError, match=r"scoringStrategy.type: 'Fullest'; it is one of LeastAllocated, MostAllocated"
    ):
        Profile.read({"pluginConfig": [{"name": "NodeResourcesFit", "args": args}]})
    with pytest.raises(ValueError, match="profile default-scheduler has no plugin x"):
        Profile().remove("x")
    with pytest.raises(TypeError, match="decorate the function with @filter or @score"):
        Profile().add(len)  # type: ignore[arg-type]
