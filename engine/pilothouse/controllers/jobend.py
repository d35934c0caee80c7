"""The end of a Job: whether it is complete or must be given up, and the conditions that say so.

It ends in two steps: SuccessCriteriaMet or FailureTarget at once, Complete or Failed when its last pod is gone.
Pure functions. The counterpart is the middle of `syncJob` in `pkg/controller/job/job_controller.go` and
`success_policy.go`.
"""

from __future__ import annotations

from collections.abc import Sequence

from pilothouse.api import Job, JobCondition, JobStatus, Pod, replace, since_epoch, timestamp
from pilothouse.controllers import conditions, indexes, jobpods
from pilothouse.controllers.indexes import index_of
from pilothouse.controllers.jobpods import Look, is_failed, is_indexed
from pilothouse.controllers.podfailurepolicy import judge

BACKOFF = "Job has reached the specified backoff limit"
DEADLINE = "Job was active longer than specified deadline"
REACHED = "Reached expected number of succeeded pods"


def condition(type: str, status: str, reason: str, message: str, now: float) -> JobCondition:
    """A condition that begins `now`."""
    time = timestamp(now)
    return JobCondition(
        type=type, status=status, reason=reason, message=message, lastProbeTime=time, lastTransitionTime=time
    )


def is_over(job: Job) -> bool:
    """The Job completed or failed; nothing more will happen."""
    return any(c.type in ("Complete", "Failed") and c.status == "True" for c in job.status.conditions)


def verdict(job: Job, look: Look, now: float) -> JobCondition | None:
    """Whether the Job must end before it is complete, and why."""
    for known in job.status.conditions:
        if known.type in ("SuccessCriteriaMet", "FailureTarget") and known.status == "True":
            return known
    for pod in look.found:
        if is_failed(job, pod) and (found := judge(job, pod)).action == "FailJob":
            return condition("FailureTarget", "True", "PodFailurePolicy", found.message, now)
    limit = 6 if job.spec.backoffLimit is None else job.spec.backoffLimit
    again = jobpods.restarts(look.found) if job.spec.template.spec.restartPolicy == "OnFailure" else 0
    if look.failed > limit or (again > 0 and again >= limit):
        return condition("FailureTarget", "True", "BackoffLimitExceeded", BACKOFF, now)
    if deadline(job, now) == 0.0:
        return condition("FailureTarget", "True", "DeadlineExceeded", DEADLINE, now)
    return verdict_on_indexes(job, look, now) if is_indexed(job) else None


def verdict_on_indexes(job: Job, look: Look, now: float) -> JobCondition | None:
    """The same for what an Indexed Job says about its indexes."""
    if look.given_up:
        most = job.spec.maxFailedIndexes
        if most is not None and len(look.given_up) > most:
            message = "Job has exceeded the specified maximal number of failed indexes"
            return condition("FailureTarget", "True", "MaxFailedIndexesExceeded", message, now)
        if len(look.given_up) + len(look.done) >= (job.spec.completions or 0):
            return condition("FailureTarget", "True", "FailedIndexes", "Job has failed indexes", now)
    for number, rule in enumerate(job.spec.successPolicy.rules if job.spec.successPolicy else []):
        required = (
            indexes.parse(rule.succeededIndexes, job.spec.completions or 0) if rule.succeededIndexes else look.done
        )
        have = len({*required} & {*look.done})
        if look.done and have >= (len(required) if rule.succeededCount is None else rule.succeededCount):
            return condition("SuccessCriteriaMet", "True", "SuccessPolicy", f"Matched rules at index {number}", now)
    return None


def completed(job: Job, look: Look, active: Sequence[Pod], now: float) -> JobCondition | None:
    """Whether the Job is complete: enough pods succeeded, or in a work queue one did and none is left."""
    needed = 1 if job.spec.completions is None else job.spec.completions
    if active or look.succeeded < needed:
        return None
    return condition("SuccessCriteriaMet", "True", "CompletionsReached", REACHED, now)


def may_go(job: Job, look: Look, pod: Pod, end: JobCondition | None) -> bool:
    """The pod can be counted and let go."""
    if job.metadata.deletionTimestamp or end or pod.status.phase == "Succeeded":
        return True
    last = look.waiting.get(index_of(pod) or 0)
    return is_failed(job, pod) and (last is None or last.metadata.uid != pod.metadata.uid)


def ending(status: JobStatus, end: JobCondition, now: float) -> JobStatus:
    """The status of a Job that ends: it says so at once, and is over when its last pod is."""
    told = status.conditions if conditions.find(status.conditions, end.type) else [*status.conditions, end]
    if status.active or status.terminating:
        return replace(status, conditions=told)
    if end.type == "FailureTarget":
        return replace(status, conditions=[*told, condition("Failed", "True", end.reason, end.message, now)])
    done = condition("Complete", "True", end.reason, end.message, now)
    return replace(status, conditions=[*told, done], completionTime=timestamp(now))


def deadline(job: Job, now: float) -> float | None:
    """Seconds until the Job has been active for too long; None if it may take as long as it wants."""
    if job.spec.activeDeadlineSeconds is None or job.spec.suspend or not job.status.startTime:
        return None
    return max(0.0, since_epoch(job.status.startTime) + job.spec.activeDeadlineSeconds - now)


def soonest(*waits: float | None) -> float | None:
    """The shortest of the waits, or None."""
    return min((wait for wait in waits if wait), default=None)
