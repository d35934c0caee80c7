"""The pods of a Job, looked at in one moment: which run, which ended how, which indexes are done, and when to try
again.

Pure functions, objects in and findings out. The counterparts are spread over `job_controller.go`,
`indexed_job_utils.go` and `backoff_utils.go` in `pkg/controller/job`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pilothouse.api import EnvVar, EnvVarSource, Job, ObjectFieldSelector, Pod, PodTemplateSpec, replace, since_epoch
from pilothouse.controllers import indexes, pods
from pilothouse.controllers.indexes import INDEX, index_of
from pilothouse.controllers.podfailurepolicy import judge

FINALIZER = "batch.kubernetes.io/job-tracking"
FAILURES = "batch.kubernetes.io/job-index-failure-count"
IGNORED = "batch.kubernetes.io/job-index-ignored-failure-count"
FIRST_DELAY, LONGEST_DELAY = 10, 600  # seconds before a pod is replaced, doubled with each failure


class Setback(NamedTuple):
    """Failures in a row and the time of the last, in seconds since the epoch."""

    length: int = 0
    last: float = 0.0


class Look(NamedTuple):
    """What is to be seen of a Job in one moment; nothing of it is counted in the status yet."""

    found: list[Pod]
    active: list[Pod]
    succeeded: int
    failed: int
    done: list[int]
    given_up: list[int] | None
    waiting: dict[int, Pod]
    setback: Setback


def is_indexed(job: Job) -> bool:
    """Each pod has a number, and each number must succeed once."""
    return job.spec.completionMode == "Indexed"


def replaces_only_failed(job: Job) -> bool:
    """A pod that is being deleted is replaced only when it has ended."""
    return job.spec.podReplacementPolicy == "Failed" or job.spec.podFailurePolicy is not None


def is_tracked(pod: Pod) -> bool:
    """The pod's end is not in the Job's status yet."""
    return FINALIZER in pod.metadata.finalizers


def is_failed(job: Job, pod: Pod) -> bool:
    """The pod ended badly, or was deleted before it could end; but not along with its Job."""
    if pod.status.phase == "Failed":
        return True
    if job.metadata.deletionTimestamp or replaces_only_failed(job):
        return False
    return pods.is_deleting(pod) and pod.status.phase != "Succeeded"


def belongs(job: Job, pod: Pod) -> bool:
    """The pod counts: an Indexed Job disregards numbers that it does not have (any more)."""
    index = index_of(pod)
    return not is_indexed(job) or (index is not None and index < (job.spec.completions or 0))


def newly(ended: str, job: Job, found: Iterable[Pod]) -> list[Pod]:
    """The pods that "succeeded" or "failed" and are not counted yet."""
    return [
        pod
        for pod in found
        if is_tracked(pod)
        and belongs(job, pod)
        and (pod.status.phase == "Succeeded" if ended == "succeeded" else is_failed(job, pod))
    ]


def succeeded_indexes(job: Job, found: Iterable[Pod]) -> list[int]:
    """The indexes that are done, counted or not."""
    done = indexes.parse(job.status.completedIndexes, job.spec.completions or 0)
    return sorted({*done, *(index_of(pod) or 0 for pod in newly("succeeded", job, found))})


def failed_indexes(job: Job, found: Iterable[Pod]) -> list[int] | None:
    """The indexes that have no more tries; None where tries are not counted by index."""
    limit = job.spec.backoffLimitPerIndex
    if limit is None:
        return None
    given_up = set(indexes.parse(job.status.failedIndexes, job.spec.completions or 0))
    for pod in newly("failed", job, found):
        verdict = judge(job, pod)
        if verdict.action == "FailIndex" or (verdict.counts and failures(pod)[0] >= limit):
            given_up.add(index_of(pod) or 0)
    return sorted(given_up)


def failures(pod: Pod) -> tuple[int, int]:
    """How often the pod's index had failed before it: counted, and ignored."""
    notes = pod.metadata.annotations
    return int(notes.get(FAILURES) or 0), int(notes.get(IGNORED) or 0)


def waiting(job: Job, found: Sequence[Pod], done: Iterable[int]) -> dict[int, Pod]:
    """The last failed pod of each index that must be tried again; it stays uncounted until its successor is there."""
    settled = {*done, *(index_of(pod) for pod in found if pods.is_active(pod))}
    last: dict[int, Pod] = {}
    for pod in newly("failed", job, found):
        index = index_of(pod) or 0
        if index not in settled and (index not in last or order(last[index]) <= order(pod)):
            last[index] = pod
    return last


def order(pod: Pod) -> tuple[int, float]:
    """By which the last try of an index is told from earlier ones."""
    return sum(failures(pod)), finished_at(pod)


def finished_at(pod: Pod) -> float:
    """When the pod ended, as far as it says: seconds since the epoch."""
    ends = [
        status.state.terminated.finishedAt
        for status in pod.status.containerStatuses
        if status.state and status.state.terminated and status.state.terminated.finishedAt
    ]
    if ends and len(ends) == len(pod.status.containerStatuses):
        return float(max(map(since_epoch, ends)))
    ready = pods.condition(pod, "Ready")
    if ready and ready.status == "False" and ready.lastTransitionTime and pods.is_finished(pod):
        return since_epoch(ready.lastTransitionTime)
    if pods.is_deleting(pod):
        return since_epoch(pod.metadata.deletionTimestamp) - (pod.metadata.deletionGracePeriodSeconds or 0)
    return since_epoch(pod.metadata.creationTimestamp)


def delay(count: int, last: float, now: float) -> float:
    """Seconds to wait after `count` failures in a row, the last at `last`; 0 for not at all."""
    if count == 0:
        return 0.0
    length = min(FIRST_DELAY * 2 ** min(count - 1, 30), LONGEST_DELAY)
    return float(max(0.0, last + length - now))


def restarts(found: Iterable[Pod]) -> int:
    """How often the containers of pods that have not ended were started again."""
    living = [pod for pod in found if pod.status.phase in ("", "Pending", "Running")]
    return sum(
        status.restartCount
        for pod in living
        for status in [*pod.status.initContainerStatuses, *pod.status.containerStatuses]
    )


def surplus(job: Job, active: Sequence[Pod], count: int, now: float) -> list[Pod]:
    """At least `count` active pods that should go: those whose index is taken or gone, then those of least value."""
    gone: list[Pod] = []
    if is_indexed(job):
        by_index: dict[int | None, list[Pod]] = {}
        for pod in active:
            by_index.setdefault(index_of(pod) if belongs(job, pod) else None, []).append(pod)
        gone = by_index.pop(None, [])
        for same in by_index.values():
            gone += pods.victims(same, len(same) - 1, [], now)
    names = {pod.metadata.name for pod in gone}
    left = [pod for pod in active if pod.metadata.name not in names]
    return gone + pods.victims(left, max(0, count - len(gone)), [], now)


def wanted_active(job: Job, look: Look) -> int:
    """How many pods should run at the same time."""
    parallelism = 1 if job.spec.parallelism is None else job.spec.parallelism
    if job.spec.completions is None:
        return len(look.active) if look.succeeded else parallelism
    return max(0, min(job.spec.completions - look.succeeded, parallelism))


def due_indexes(job: Job, look: Look, count: int, now: float) -> tuple[list[int | None], float | None]:
    """The first `count` indexes to start, or how long until one may be tried again."""
    busy = [pod for pod in look.found if pods.is_active(pod)]
    if replaces_only_failed(job):
        busy += [pod for pod in look.found if pods.is_terminating(pod)]
    taken = {*look.done, *(look.given_up or []), *map(index_of, busy)}
    pending = [index for index in range(job.spec.completions or 0) if index not in taken][:count]
    waits = {index: delay(sum(failures(pod)) + 1, finished_at(pod), now) for index, pod in look.waiting.items()}
    due: list[int | None] = [index for index in pending if not waits.get(index)]
    return due, min((waits[index] for index in pending if waits.get(index)), default=None)


def tries(job: Job, predecessor: Pod | None) -> dict[str, str]:
    """The annotations with the failures of an index before its next try."""
    counted, ignored = 0, 0
    if predecessor is not None:
        counted, ignored = failures(predecessor)
        if judge(job, predecessor).counts:
            counted += 1
        else:
            ignored += 1
    return {FAILURES: str(counted), **({IGNORED: str(ignored)} if ignored else {})}


def numbered(template: PodTemplateSpec, hostname: str) -> PodTemplateSpec:
    """The template for a pod with an index: it finds its number in JOB_COMPLETION_INDEX."""
    source = EnvVarSource(fieldRef=ObjectFieldSelector(fieldPath=f"metadata.labels['{INDEX}']"))
    number = EnvVar(name="JOB_COMPLETION_INDEX", valueFrom=source)
    spec = replace(
        template.spec,
        hostname=hostname,
        containers=[replace(c, env=[*c.env, number]) for c in template.spec.containers],
        initContainers=[replace(c, env=[*c.env, number]) for c in template.spec.initContainers],
    )
    return replace(template, spec=spec)
