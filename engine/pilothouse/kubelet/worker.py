"""One pod's worker: it looks at the pod, reports its status, then makes one thing after the other happen.

The counterpart is a pod worker of the kubelet with `SyncPod` under it. The order is the real one and explains much of
what `kubectl get pods` shows: a sync first writes the status as it finds the pod, and only then acts; while it pulls,
starts or runs a hook it does nothing else; and what it has caused shows in the next sync.

The worker lives for one turn. What it remembers is the `Record` that it is given and leaves behind.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pilothouse.api import Container, Pod, PodStatus, replace, since_epoch
from pilothouse.kubelet import admission, eviction, probing, starting, stopping
from pilothouse.kubelet.backoff import RETRY, requeue
from pilothouse.kubelet.phase import is_sidecar
from pilothouse.kubelet.plan import plan_of
from pilothouse.kubelet.record import Box, Exit, Record, Step
from pilothouse.kubelet.status import final, rejected, status_of

if TYPE_CHECKING:
    from pilothouse.kubelet.kubelet import Kubelet

NOTICED = 0.5  # seconds until the kubelet sees that a container has ended: it asks the runtime once a second
SETTLES = 1.1  # seconds from the last exit to the terminal phase
CLEANED = 0.5  # seconds until the rest of a deleted pod is gone
DEADLINE = "Pod was active on the node longer than the specified deadline"


class Worker:
    """One turn about one pod."""

    def __init__(self, host: Kubelet, pod: Pod, record: Record) -> None:
        self.host, self.pod, self.record = host, pod, record
        self.now = round(host.clock.now, 6)

    # --- what the parts of a turn use

    def set(self, **changes: Any) -> None:
        """Change the record."""
        self.record = replace(self.record, **changes)

    def put(self, box: Box) -> None:
        """Change one container of the record."""
        self.set(boxes=tuple(box if old.name == box.name else old for old in self.record.boxes))

    def container(self, name: str) -> Container:
        """The spec of a container."""
        spec = self.pod.spec
        return next(c for c in (*spec.initContainers, *spec.containers) if c.name == name)

    def event(self, type: str, reason: str, message: str, container: str = "") -> None:
        """Tell the world what happened to the pod, or to one of its containers."""
        field = ""
        if container:
            initial = any(c.name == container for c in self.pod.spec.initContainers)
            field = f"spec.{'initContainers' if initial else 'containers'}{{{container}}}"
        self.host.event(self.pod, type, reason, message, field)

    def write(self, status: PodStatus) -> None:
        """Report the status, if it says anything new."""
        self.pod = self.host.report(self.pod, status)

    def report(self) -> None:
        """Report the status as it is now."""
        self.write(status_of(self.pod, self.record, self.now, self.host.address(self.record.node)))

    def soon(self, after: float = 0.0) -> None:
        """Look at the pod again after so many seconds, or earlier."""
        at = round(self.now + after, 6)
        self.set(sync=at if self.record.sync is None else min(self.record.sync, at))

    @property
    def leaving(self) -> bool:
        """Whether somebody has deleted the pod."""
        return bool(self.pod.metadata.deletionTimestamp)

    # --- a turn

    def turn(self) -> float | None:
        """Do all that is due; seconds until something will be, or None."""
        self.notice()
        while self.act():
            pass
        first = min(self.moments(), default=math.inf)
        return None if first == math.inf else max(0.0, first - self.now)

    def notice(self) -> None:
        """See what has changed about the pod itself."""
        record = self.record
        if self.leaving and record.stage == "run":
            stopping.begin(self)
        elif self.leaving and record.stage == "stop":
            stopping.shorten(self)
        elif self.leaving and record.stage == "end" and record.settled is None:
            self.set(settled=self.now)
        elif record.stage == "run":
            changed = record.generation != self.pod.metadata.generation
            if changed or (self.pod.spec.readinessGates and not record.job):
                self.set(generation=self.pod.metadata.generation)
                self.soon()

    def act(self) -> bool:
        """Do the first thing that is due; False where nothing is."""
        record = self.record
        for box in record.boxes:
            if box.process is not None and box.process.end is not None and self.ended_at(box) <= self.now:
                self.ended(box)
                return True
        if stopping.signals(self) or (record.stage == "run" and probing.act(self)):
            return True
        if record.stage == "run" and record.evict is not None and record.evict[0] <= self.now:
            self.evict(record.evict[1])
            return True
        if record.job and self.work():
            return True
        if record.settled is not None and record.settled <= self.now:
            self.settle()
            return True
        if record.stage == "run" and not record.job and record.sync is not None and record.sync <= self.now:
            self.sync()
            return True
        return False

    def moments(self) -> list[float]:
        """When something will be due."""
        record = self.record
        found = [self.ended_at(box) for box in record.boxes if box.process is not None and box.process.end is not None]
        found += stopping.moments(record)
        if record.stage == "run":
            found += [probe.due for probe in record.probes if probe.due is not None]
            if not record.job and record.sync is not None:
                found.append(record.sync)
            if record.evict is not None:
                found.append(record.evict[0])
        if record.job and record.until is not None and record.until > self.now:
            found.append(record.until)
        if record.settled is not None:
            found.append(record.settled)
        return found

    def ended_at(self, box: Box) -> float:
        """When the kubelet sees that a container has ended: at once where it is stopping it."""
        assert box.process is not None and box.process.end is not None  # noqa: PT018 - for the type checker
        return round(box.process.end.at + (0.0 if box.stop else NOTICED), 6)

    def ended(self, box: Box) -> None:
        """A container has ended."""
        self.host.keep_log(self.record, box)
        self.put(replace(box, exit=self.exit_of(box), process=None, stop=None, ready=False, started=False))
        probing.drop(self, box.name)
        if self.record.stage == "stop":
            stopping.proceed(self)
        else:
            self.soon()

    def exit_of(self, box: Box) -> Exit:
        """How a run ended, in the words of a container's status."""
        return starting.exit_of(self.container(box.name), box)

    # --- a sync

    def sync(self) -> None:
        """Report, then decide what to do, and begin with it."""
        self.set(sync=None, wait=None, stirred=False)
        if not self.pod.status.startTime and not self.admitted():
            return
        deadline = self.deadline()
        if deadline is not None and deadline <= self.now:
            self.event("Normal", "DeadlineExceeded", DEADLINE)
            self.set(verdict=("DeadlineExceeded", DEADLINE))
        self.report()
        self.look_for_pull_secrets()
        plan = plan_of(self.pod, self.record)
        if self.record.verdict is not None or plan.over:
            stopping.begin(self)
            return
        steps: list[Step] = [("kill", name) for name in plan.kill]
        if not self.record.sandbox and plan.start:
            if self.record.sandboxes:
                self.event("Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.")
            steps += [("mount", ""), ("sandbox", "")]
        steps += [("restart" if name in plan.kill else "begin", name) for name in plan.start]
        self.set(job=tuple(steps), until=None)
        if deadline is not None:
            self.soon(deadline - self.now)

    def look_for_pull_secrets(self) -> None:
        """Tell which of the secrets for pulling images are not there; pulling is tried without them."""
        space = self.pod.metadata.namespace
        names = [reference.name for reference in self.pod.spec.imagePullSecrets]
        missing = [name for name in names if self.host.store.get("Secret", space, name) is None]
        if missing:
            told = f"Unable to retrieve some image pull secrets ({', '.join(missing)})"
            told += "; attempting to pull the image may not succeed."
            self.event("Warning", "FailedToRetrieveImagePullSecret", told)

    def admitted(self) -> bool:
        """Whether the node takes the pod; one that it does not take fails for good."""
        refusal = admission.refusal(self.host.store, self.pod)
        if refusal is None:
            return True
        self.event("Warning", *refusal)
        self.write(rejected(self.pod, *refusal, now=self.now))
        self.set(stage="end")
        return False

    def deadline(self) -> float | None:
        """When the pod has run for longer than it may."""
        seconds = self.pod.spec.activeDeadlineSeconds
        if seconds is None:
            return None
        begun = since_epoch(self.pod.status.startTime) if self.pod.status.startTime else self.now
        return begun + seconds

    def work(self) -> bool:
        """Go on with the step at hand; False while it takes time."""
        what, name = self.record.job[0]
        if self.record.until is None:
            seconds = starting.BEGIN[what](self, name) if what in starting.BEGIN else 0.0
            if seconds is None:
                return self.next_step(())
            if what == "kill":
                stopping.condemn(self, name)
            self.set(until=round(self.now + seconds, 6))
        if self.record.until is not None and self.record.until > self.now:
            return False
        if what == "kill" and self.record.box(name).exit is None:
            return False
        return self.next_step(starting.FINISH[what](self, name) if what in starting.FINISH else ())

    def next_step(self, following: tuple[Step, ...]) -> bool:
        """Go over to the next step, or to the end of the sync."""
        self.set(job=(*following, *self.record.job[1:]), until=None)
        if not self.record.job:
            self.done()
        return True

    def done(self) -> None:
        """The sync is over; say when the next one is."""
        self.set(evict=eviction.due(self.pod, self.record, self.now))
        if self.record.stirred:
            self.soon(0.0 if self.record.wait is None else NOTICED)
        elif self.record.wait is not None:
            self.soon(requeue(self.record.wait))

    def trouble(self, name: str, reason: str, message: str, wait: float = RETRY) -> None:
        """A container could not be started in this sync; it may be tried again in `wait` seconds."""
        self.put(replace(self.record.box(name), trouble=(reason, message), condemned=None))
        self.set(wait=wait if self.record.wait is None else min(wait, self.record.wait))

    # --- the end

    def evict(self, told: str) -> None:
        """The node gives the pod up."""
        self.event("Warning", "Evicted", told)
        self.set(verdict=("Evicted", told), evict=None)
        stopping.begin(self)

    def stopped(self) -> None:
        """Nothing runs any more."""
        work_done = not self.leaving and self.record.verdict is None
        if work_done and any(is_sidecar(c) for c in self.pod.spec.initContainers):
            self.set(stage="over", sandbox=False)
            self.report()
        self.set(stage="over", sandbox=False, settled=round(self.now + (SETTLES if work_done else 0.1), 6))

    def settle(self) -> None:
        """Report the end; and where the pod was deleted, take it away."""
        if self.record.stage == "over":
            self.set(stage="end")
            status = status_of(self.pod, self.record, self.now, self.host.address(self.record.node))
            self.write(final(self.pod, status))
            self.set(settled=round(self.now + CLEANED, 6) if self.leaving else None)
            return
        self.set(settled=None)
        if self.leaving:
            self.host.remove(self.pod)
