"""CronJob: makes a Job whenever its schedule says so, and keeps the last few.

The name of a Job is made from the minute that it is for, so no minute gets two. The counterpart is
`pkg/controller/cronjob/cronjob_controllerv2.go`. Simplified: it acts in the very second, where the real one waits
100 ms longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from pilothouse.api import CronJob, CronJobStatus, Job, ObjectMeta, ObjectReference, replace, since_epoch, timestamp
from pilothouse.apiserver import ApiError
from pilothouse.controllers import claims, schedule
from pilothouse.controllers.backoff import wait_after_failure
from pilothouse.controllers.podcontrol import is_namespace_ending
from pilothouse.controllers.schedule import BadSchedule, Schedule
from pilothouse.kernel import Controller, Key, controller_of, itself
from pilothouse.kernel.loop import Watch

SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp"
FORBID = "Not starting job because prior execution is running and concurrency policy is Forbid"
TOO_MANY = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"


class CronJobController(Controller):
    """Starts Jobs in time and forgets old ones."""

    name = "cronjob-controller"
    watches: ClassVar[dict[str, Watch]] = {"CronJob": itself, "Job": controller_of("CronJob")}
    declares = ("failures",)

    def __init__(self) -> None:
        self.failures: dict[Any, int] = {}

    def reconcile(self, key: Key) -> float | None:
        """Note how the Jobs get on, start the one that is due, drop old ones, and come back at the next time."""
        cronjob = self.store.get(*key)
        if cronjob is None:
            return None
        jobs = claims.owned(self.store, cronjob, "Job")
        cronjob = self.drop_old(cronjob, jobs)
        status = self.follow(cronjob, jobs)
        wait: float | None = None
        if not cronjob.metadata.deletionTimestamp and not cronjob.spec.suspend:
            status, wait = self.run(cronjob, status)
        now = self.store.get(*key)
        if now is not None and status != now.status:
            self.api.update(replace(now, status=status), subresource="status")
        return wait

    def follow(self, cronjob: CronJob, jobs: Sequence[Job]) -> CronJobStatus:
        """The status after looking at the Jobs: which still run, and when the last succeeded."""
        known = {reference.uid for reference in cronjob.status.active}
        active, last = list(cronjob.status.active), cronjob.status.lastSuccessfulTime
        for job in jobs:
            end = end_of(job)
            if not end and job.metadata.uid not in known:
                message = f"Saw a job that the controller did not create or forgot: {job.metadata.name}"
                self.api.event(cronjob, "Warning", "UnexpectedJob", message)
            elif end and job.metadata.uid in known:
                active = [reference for reference in active if reference.uid != job.metadata.uid]
                message = f"Saw completed job: {job.metadata.name}, condition: {end}"
                self.api.event(cronjob, "Normal", "SawCompletedJob", message)
            if end == "Complete":
                last = max(last, job.status.completionTime)
        there = {job.metadata.uid for job in jobs}
        for reference in active:
            if reference.uid not in there:
                self.api.event(cronjob, "Normal", "MissingJob", f"Active job went missing: {reference.name}")
        active = [reference for reference in active if reference.uid in there]
        return replace(cronjob.status, active=active, lastSuccessfulTime=last)

    def run(self, cronjob: CronJob, status: CronJobStatus) -> tuple[CronJobStatus, float | None]:
        """Start a Job if one is due; returns the status after that and the seconds until the next time."""
        try:
            plan = Schedule(cronjob.spec.schedule, cronjob.spec.timeZone)
        except BadSchedule as error:
            message = f'unparseable schedule: "{cronjob.spec.schedule}" : {error}'
            self.api.event(cronjob, "Warning", "UnparseableSchedule", message)
            return status, None
        due = self.due(cronjob, plan)
        if due is not None and timestamp(due) != status.lastScheduleTime:
            reason = self.hindrance(cronjob, status, due)
            if reason:
                self.api.event(cronjob, *reason)
            else:
                status, wait = self.start_job(cronjob, status, plan, due)
                if wait is not None:
                    return status, wait
        following = plan.next(self.clock.now)
        return status, None if following is None else following - self.clock.now

    def due(self, cronjob: CronJob, plan: Schedule) -> float | None:
        """The last time that has come since the last Job, or None; others before it are skipped."""
        earliest = since_epoch(cronjob.status.lastScheduleTime or cronjob.metadata.creationTimestamp)
        limit = cronjob.spec.startingDeadlineSeconds
        if limit is not None:
            earliest = max(earliest, self.clock.now - limit)
        missed = plan.missed(earliest, self.clock.now)
        if len(missed) > schedule.MANY:
            self.api.event(cronjob, "Warning", "TooManyMissedTimes", TOO_MANY)
        return missed[-1] if missed else None

    def hindrance(self, cronjob: CronJob, status: CronJobStatus, due: float) -> tuple[str, str, str] | None:
        """The event that says why no Job starts although it is time, or None."""
        limit = cronjob.spec.startingDeadlineSeconds
        if limit is not None and due + limit < self.clock.now:
            moment = (schedule.EPOCH + timedelta(seconds=due)).strftime("%a, %d %b %Y %H:%M:%S +0000")
            return "Warning", "MissSchedule", f"Missed scheduled time to start a job: {moment}"
        if cronjob.spec.concurrencyPolicy == "Forbid" and status.active:
            return "Normal", "JobAlreadyActive", FORBID
        return None

    def start_job(
        self, cronjob: CronJob, status: CronJobStatus, plan: Schedule, due: float
    ) -> tuple[CronJobStatus, float | None]:
        """Make the Job for the time `due`; returns the status after that, and the seconds until another try."""
        if cronjob.spec.concurrencyPolicy == "Replace":
            for reference in status.active:
                self.delete(cronjob, reference.name)
            status = replace(status, active=[])
        key = Key("CronJob", cronjob.metadata.namespace, cronjob.metadata.name)
        wanted = blueprint(cronjob, plan, due)
        try:
            job = self.api.create(wanted)
            self.api.event(cronjob, "Normal", "SuccessfulCreate", f"Created job {job.metadata.name}")
        except ApiError as error:
            job = self.store.get("Job", cronjob.metadata.namespace, wanted.metadata.name)
            if error.reason != "AlreadyExists" or wanted.metadata.ownerReferences != job.metadata.ownerReferences:
                if is_namespace_ending(error) or error.reason == "AlreadyExists":
                    return status, None
                self.api.event(cronjob, "Warning", "FailedCreate", f"Error creating job: {error.message}")
                return status, wait_after_failure(self.failures, key)
        self.failures.pop(key, None)
        active = [*status.active, *([] if end_of(job) else [reference_to(job)])]
        return replace(status, active=active, lastScheduleTime=timestamp(due)), None

    def drop_old(self, cronjob: CronJob, jobs: Sequence[Job]) -> CronJob:
        """Delete the oldest ended Jobs beyond the limits of the history; returns the CronJob without them."""
        limits = {
            "Complete": cronjob.spec.successfulJobsHistoryLimit,
            "Failed": cronjob.spec.failedJobsHistoryLimit,
        }
        gone = set()
        for end, limit in limits.items():
            ended = [job for job in jobs if end_of(job) == end]
            oldest = sorted(ended, key=lambda job: (job.status.startTime, job.metadata.name))
            for job in oldest[: max(0, len(ended) - limit)] if limit is not None else []:
                self.delete(cronjob, job.metadata.name)
                gone.add(job.metadata.uid)
        active = [reference for reference in cronjob.status.active if reference.uid not in gone]
        return replace(cronjob, status=replace(cronjob.status, active=active))

    def delete(self, cronjob: CronJob, name: str) -> None:
        """Delete a Job with its pods, and tell."""
        try:
            self.api.delete("Job", name, cronjob.metadata.namespace, propagation="Background")
        except ApiError as error:
            if error.code != 404:
                self.api.event(cronjob, "Warning", "FailedDelete", f"Deleted job: {error.message}")
            return
        self.api.event(cronjob, "Normal", "SuccessfulDelete", f"Deleted job {name}")


def end_of(job: Job) -> str:
    """Complete, Failed, or "" while the Job is not over."""
    ends = [c.type for c in job.status.conditions if c.type in ("Complete", "Failed") and c.status == "True"]
    return ends[0] if ends else ""


def blueprint(cronjob: CronJob, plan: Schedule, due: float) -> Job:
    """The Job for the time `due`; its name is the minute, counted from 1970."""
    template = cronjob.spec.jobTemplate
    minute = int((schedule.EPOCH + timedelta(seconds=due)).timestamp()) // 60
    return Job(
        metadata=ObjectMeta(
            name=f"{cronjob.metadata.name}-{minute}",
            namespace=cronjob.metadata.namespace,
            labels=template.metadata.labels,
            annotations={**template.metadata.annotations, SCHEDULED: plan.written(due)},
            ownerReferences=[claims.reference_to(cronjob)],
        ),
        spec=template.spec,
    )


def reference_to(job: Job) -> ObjectReference:
    """The Job as the status of its CronJob names it."""
    meta = job.metadata
    return ObjectReference(
        apiVersion=job.apiVersion,
        kind=job.kind,
        name=meta.name,
        namespace=meta.namespace,
        uid=meta.uid,
        resourceVersion=meta.resourceVersion,
    )
