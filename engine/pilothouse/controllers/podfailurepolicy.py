"""The pod failure policy of a Job: what a failed pod means, by its exit codes and conditions.

The counterpart is `pkg/controller/job/pod_failure_policy.go`.
"""

from __future__ import annotations

from typing import NamedTuple

from pilothouse.api import ContainerStatus, Job, Pod, PodCondition, PodFailurePolicyRule


class Verdict(NamedTuple):
    """What a failed pod means: the action of the rule that fits, "" for none, and for FailJob the reason."""

    action: str = ""
    message: str = ""

    @property
    def counts(self) -> bool:
        """The failure counts against the back-off limit."""
        return self.action != "Ignore"


def judge(job: Job, pod: Pod) -> Verdict:
    """The verdict of the first rule that fits the failed pod."""
    for number, rule in enumerate(job.spec.podFailurePolicy.rules if job.spec.podFailurePolicy else []):
        name = f"{pod.metadata.namespace}/{pod.metadata.name}"
        if (status := failed_container(rule, pod)) and status.state and status.state.terminated:
            code = status.state.terminated.exitCode
            what = f"Container {status.name} for pod {name} failed with exit code {code}"
        elif condition := fitting_condition(rule, pod):
            what = f"Pod {name} has condition {condition.type}"
        else:
            continue
        return Verdict(rule.action, f"{what} matching {rule.action} rule at index {number}")
    return Verdict()


def failed_container(rule: PodFailurePolicyRule, pod: Pod) -> ContainerStatus | None:
    """The container whose exit code the rule is about."""
    codes = rule.onExitCodes
    if codes is None:
        return None
    for status in [*pod.status.containerStatuses, *pod.status.initContainerStatuses]:
        ended = status.state.terminated if status.state else None
        if ended is None or ended.exitCode == 0 or codes.containerName not in ("", status.name):
            continue
        if (ended.exitCode in codes.values) == (codes.operator == "In"):
            return status
    return None


def fitting_condition(rule: PodFailurePolicyRule, pod: Pod) -> PodCondition | None:
    """The condition of the pod that the rule is about."""
    for pattern in rule.onPodConditions:
        for condition in pod.status.conditions:
            if condition.type == pattern.type and condition.status == (pattern.status or "True"):
                return condition
    return None
