"""Job: runs pods until enough of them have succeeded, tries again after failures, and knows when to give up.

A pod is counted once: it carries a finalizer until its end is in the Job's status. The counterpart is
`pkg/controller/job/job_controller.go`. Simplified: counting and taking the finalizer off is one turn here, so the
list of pods between the two (`uncountedTerminatedPods`) stays empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pilothouse.api import Job, JobCondition, Pod, UncountedTerminatedPods, replace, timestamp
from pilothouse.apiserver import ApiError
from pilothouse.controllers import claims, conditions, indexes, jobend, jobpods, pods
from pilothouse.controllers.backoff import wait_after_failure
from pilothouse.controllers.indexes import INDEX
from pilothouse.controllers.jobpods import FINALIZER, Look, Setback, is_failed, is_indexed, is_tracked
from pilothouse.controllers.podcontrol import create_pod, delete_pod
from pilothouse.controllers.podfailurepolicy import judge
from pilothouse.kernel import Change, Controller, Key

BURST = 500  # pods created or deleted in one turn at most
OURS = ("", "kubernetes.io/job-controller")  # values of managedBy


class JobController(Controller):
    """Creates and counts the pods of Jobs."""

    name = "job-controller"
    declares = ("failures", "setbacks")

    def __init__(self) -> None:
        self.failures: dict[Any, int] = {}
        self.setbacks: dict[Key, Setback] = {}

    @property
    def watches(self) -> dict[str, Any]:
        """Jobs with the pods that they leave behind, and pods."""
        return {"Job": self.left_behind, "Pod": self.owners_of}

    def start(self) -> None:
        """Have the pods indexed that nobody controls."""
        self.store.index("Pod", claims.ORPHANS, claims.orphans)

    def left_behind(self, change: Change) -> Iterable[Key]:
        """The Job, or if it is gone the pods that it never counted."""
        if change.after is not None:
            return (change.key,)
        found = claims.owned(self.store, change.before, "Pod")
        return [change.key, *(Key("Pod", p.metadata.namespace, p.metadata.name) for p in found if is_tracked(p))]

    def owners_of(self, change: Change) -> Iterable[Key]:
        """The Jobs that a change of a pod concerns; the pod itself where no Job will count it."""
        found, pod = claims.claimants(self.store, "Job", change), change.after
        if pod is not None and is_tracked(pod) and self.job_of(pod) is None:
            found.append(change.key)
        return found

    def job_of(self, pod: Pod) -> Job | None:
        """The Job that controls the pod, if it exists."""
        owner = claims.controller_reference(pod)
        job = self.store.get("Job", pod.metadata.namespace, owner.name) if owner and owner.kind == "Job" else None
        return job if job is not None and owner is not None and job.metadata.uid == owner.uid else None

    def reconcile(self, key: Key) -> float | None:
        """See how the pods ended, decide whether the Job is over, else make or delete pods; then count."""
        if key.kind == "Pod":
            self.free(key)
            return None
        job = self.store.get(*key)
        if job is None or jobend.is_over(job) or job.spec.managedBy not in OURS:
            self.setbacks.pop(key, None)
            return None
        claims.claim(self.store, self.api, job, "Pod", pods.is_active)
        look = self.look(job)
        started = self.first_start(job)
        end = jobend.verdict(started, look, self.clock.now)
        wait, problem, counted = None, None, None
        if end:
            for pod in look.active:
                problem = delete_pod(self.api, job, pod) or problem
        elif not job.metadata.deletionTimestamp:
            wait, problem = self.manage(job, look)
            counted = 0 if wait else None  # a Job that waits says, like the real one, that nothing is active
            end = jobend.completed(job, look, self.active(job), self.clock.now)
            started = started if end else self.note_suspension(started)
        if counted == 0 and any(map(pods.is_ready, look.active)):
            return wait  # ... unless some pod is ready: the real server refuses that status, and nothing is counted
        self.count(started, look, end, counted)
        if problem:
            return wait_after_failure(self.failures, key)
        self.failures.pop(key, None)
        return jobend.soonest(wait, jobend.deadline(started, self.clock.now))

    # ----------------------------------------------------------------------------------------------------------- seeing
    def look(self, job: Job) -> Look:
        """Everything about the Job's pods that decides what to do."""
        found = claims.owned(self.store, job, "Pod")
        succeeded = jobpods.newly("succeeded", job, found)
        failed = jobpods.newly("failed", job, found)
        done = jobpods.succeeded_indexes(job, found) if is_indexed(job) else []
        given_up = jobpods.failed_indexes(job, found)
        return Look(
            found=found,
            active=[pod for pod in found if pods.is_active(pod)],
            succeeded=len(done) if is_indexed(job) else job.status.succeeded + len(succeeded),
            failed=job.status.failed + sum(judge(job, pod).counts for pod in failed),
            done=done,
            given_up=given_up,
            waiting={} if given_up is None else jobpods.waiting(job, found, [*done, *given_up]),
            setback=self.setback(job, succeeded, failed, found),
        )

    def active(self, job: Job) -> list[Pod]:
        """The Job's pods that run or will run, as it is now."""
        return [pod for pod in claims.owned(self.store, job, "Pod") if pods.is_active(pod)]

    def setback(self, job: Job, succeeded: Sequence[Pod], failed: Sequence[Pod], found: Sequence[Pod]) -> Setback:
        """The failures since the last success, with those that are new."""
        known = self.setbacks.get(Key("Job", job.metadata.namespace, job.metadata.name))
        if known is None:  # after a restart: as far as the pods still tell
            known, succeeded = Setback(), [pod for pod in found if pod.status.phase == "Succeeded"]
            failed = [pod for pod in found if pod.status.phase == "Failed" or pod in failed]
        if succeeded:
            latest = max(map(jobpods.finished_at, succeeded))
            known, failed = Setback(), [pod for pod in failed if jobpods.finished_at(pod) > latest]
        if not failed:
            return known
        return Setback(known.length + len(failed), max(known.last, *map(jobpods.finished_at, failed)))

    def first_start(self, job: Job) -> Job:
        """The Job with the time of its first start."""
        if job.status.startTime or job.spec.suspend:
            return job
        return replace(job, status=replace(job.status, startTime=timestamp(self.clock.now)))

    # ----------------------------------------------------------------------------------------------------------- acting
    def manage(self, job: Job, look: Look) -> tuple[float | None, ApiError | None]:
        """Create or delete pods until as many run as should; returns how long to wait before, and a refusal."""
        active = look.active
        wanted = 0 if job.spec.suspend else jobpods.wanted_active(job, look)
        if gone := jobpods.surplus(job, active, len(active) - wanted, self.clock.now)[:BURST]:
            return None, self.dismiss(job, gone)
        ending = sum(map(pods.is_terminating, look.found)) if jobpods.replaces_only_failed(job) else 0
        missing = wanted - ending - len(active)
        if missing <= 0:
            return None, None
        if job.spec.backoffLimitPerIndex is None and (wait := jobpods.delay(*look.setback, self.clock.now)):
            return wait, None
        todo: list[int | None] = [None] * missing
        if is_indexed(job):
            todo, again = jobpods.due_indexes(job, look, missing, self.clock.now)
            if not todo and again:
                return again, None
        for index in todo[:BURST]:
            if problem := self.create(job, index, look.waiting.get(index) if index is not None else None):
                return None, problem
        return None, None

    def create(self, job: Job, index: int | None, predecessor: Pod | None) -> ApiError | None:
        """Make one pod; returns what the door said against it."""
        template, name = job.spec.template, job.metadata.name
        held = [*template.metadata.finalizers, FINALIZER]
        if index is None:
            return create_pod(self.api, job, template, finalizers=held)
        notes = {**template.metadata.annotations, INDEX: str(index)}
        if job.spec.backoffLimitPerIndex is not None:
            notes.update(jobpods.tries(job, predecessor))
        return create_pod(
            self.api,
            job,
            jobpods.numbered(template, f"{name}-{index}"),
            finalizers=held,
            annotations=notes,
            labels={**template.metadata.labels, INDEX: str(index)},
            generateName=f"{name}-{index}-",
        )

    def dismiss(self, job: Job, gone: Sequence[Pod]) -> ApiError | None:
        """Delete pods without counting them; returns the last refusal."""
        problem = None
        for pod in gone:
            self.release(pod)
            problem = delete_pod(self.api, job, pod) or problem
        return problem

    def release(self, pod: Pod) -> None:
        """Take the finalizer off the pod, if it is still there."""
        now = self.store.get("Pod", pod.metadata.namespace, pod.metadata.name)
        if now is not None and now.metadata.uid == pod.metadata.uid and is_tracked(now):
            left = [name for name in now.metadata.finalizers if name != FINALIZER]
            self.api.update(replace(now, metadata=replace(now.metadata, finalizers=left)))

    def free(self, key: Key) -> None:
        """Let a pod go that no Job will count."""
        pod = self.store.get(*key)
        if pod is not None and self.job_of(pod) is None:
            self.release(pod)

    def note_suspension(self, job: Job) -> Job:
        """The Job with the condition Suspended as it is now; told when it changes."""
        known = conditions.find(job.status.conditions, "Suspended")
        truth = "True" if job.spec.suspend else "False"
        if known.status == truth if known else not job.spec.suspend:
            return job
        reason, message = ("Suspended", "Job suspended") if job.spec.suspend else ("Resumed", "Job resumed")
        self.api.event(job, "Normal", reason, message)
        now = timestamp(self.clock.now)
        told = conditions.put(
            job.status.conditions, jobend.condition("Suspended", truth, f"Job{reason}", message, self.clock.now)
        )
        begun = "" if job.spec.suspend else now
        return replace(job, status=replace(job.status, conditions=told, startTime=begun))

    # --------------------------------------------------------------------------------------------------------- counting
    def count(self, job: Job, look: Look, end: JobCondition | None, counted: int | None) -> None:
        """Write the status with the pods that ended, then let these pods go; the last one ends the Job."""
        ended = [pod for pod in look.found if is_tracked(pod) and jobend.may_go(job, look, pod, end)]
        is_failing = end is not None and end.type == "FailureTarget"
        failed = [
            pod
            for pod in ended
            if pod.status.phase != "Succeeded" and (is_failing or is_failed(job, pod)) and jobpods.belongs(job, pod)
        ]
        here = claims.owned(self.store, job, "Pod")
        active = [pod for pod in here if pods.is_active(pod)]
        status = replace(
            job.status,
            active=len(active) if counted is None else counted,
            ready=sum(map(pods.is_ready, active)),
            terminating=sum(map(pods.is_terminating, here)),
            succeeded=look.succeeded,
            failed=job.status.failed + sum(judge(job, pod).counts for pod in failed),
            completedIndexes=indexes.write(look.done),
            failedIndexes=indexes.write(look.given_up or []),
            uncountedTerminatedPods=UncountedTerminatedPods(),
        )
        if end:
            status = jobend.ending(status, end, self.clock.now)
        key = Key("Job", job.metadata.namespace, job.metadata.name)
        self.setbacks[key] = look.setback
        now = self.store.get(*key)
        if status != now.status:
            self.api.update(replace(now, status=status), subresource="status")
        for pod in ended:
            self.release(pod)
        if jobend.is_over(replace(job, status=status)):
            self.tell_end(job, status.conditions[-1])

    def tell_end(self, job: Job, last: JobCondition) -> None:
        """The event of the Job's end."""
        if last.type == "Complete":
            self.api.event(job, "Normal", "Completed", "Job completed")
        else:
            self.api.event(job, "Warning", last.reason, last.message)
