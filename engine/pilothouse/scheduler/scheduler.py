"""The scheduler as a component: it watches for pods without a node and gives them one.

One turn places one pod: the first of the queue, whichever pod the turn was for. What it decides is written as any
other component writes, through the door: a binding, a condition, an event. What it knows beyond the objects is the
queue and a note of each decision: at which revision it was made and what was drawn among equals.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, ClassVar

import msgspec
import numpy as np

from pilothouse.api import Pod, replace
from pilothouse.apiserver import ApiError
from pilothouse.kernel import Change, Compacted, Controller
from pilothouse.kernel.loop import Watch
from pilothouse.scheduler.announcement import make_room, nominate, refuse
from pilothouse.scheduler.columns import Columns
from pilothouse.scheduler.cycle import Cycle
from pilothouse.scheduler.diagnosis import Diagnosis, diagnose
from pilothouse.scheduler.explanation import Explanation, explain
from pilothouse.scheduler.hints import KINDS, helps, is_progress
from pilothouse.scheduler.plugin import Plugin, Rejected
from pilothouse.scheduler.plugins.default_binder import bind, prepare_volumes
from pilothouse.scheduler.plugins.default_preemption import Preemption, preempt
from pilothouse.scheduler.plugins.scheduling_gates import gates
from pilothouse.scheduler.pod_info import PodInfo
from pilothouse.scheduler.profile import Profile
from pilothouse.scheduler.queue import Entry, Name, Queue
from pilothouse.scheduler.retrospect import as_admitted, look_back
from pilothouse.scheduler.what_if import Capacity, capacity

NOWHERE = np.array([], dtype=np.intp)


class Decision(msgspec.Struct, frozen=True, gc=False):
    """What must be remembered of a placement to explain it later: when, and which of how many equals was drawn."""

    uid: str
    revision: int
    draw: int
    equals: int


class Scheduler(Controller):
    """kube-scheduler: filters, scores, binds.

    Args:
        profiles: one for each `schedulerName` that it serves; by default one, "default-scheduler".
        name: the component's own name, the actor of its writes.
    """

    declares: ClassVar[tuple[str, ...]] = ("entries", "seen", "decisions")

    def __init__(self, *profiles: Profile, name: str = "default-scheduler") -> None:
        self.name = name
        self.profiles = {profile.name: profile for profile in profiles or (Profile(name=name),)}
        self.entries: dict[Name, Entry] = {}
        self.seen: dict[str, int] = {}
        self.decisions: dict[Name, Decision] = {}

    @classmethod
    def read(cls, configuration: Mapping[str, Any]) -> Scheduler:
        """A scheduler with the profiles of a KubeSchedulerConfiguration. Raises ValueError naming what is not known."""
        given: list[Mapping[str, Any]] = configuration.get("profiles") or [{}]
        profiles = [Profile.read(each) for each in given]
        return cls(*profiles, name=profiles[0].name)

    # ---- as a component

    @property
    def watches(self) -> Mapping[str, Watch]:
        """Pods, and while one waits whatever may help it."""
        return {**dict.fromkeys(KINDS, self._helped), "Pod": self._pod_changed}

    def start(self) -> None:
        """Everything but the declared state follows from objects and is made when first needed."""
        self.queue = Queue(self.entries)
        self._columns: Columns | None = None
        self._cycles: dict[str, Cycle] = {}

    def fork(self) -> Controller:
        """The same scheduler for another cluster; plugins added there later are not added here."""
        twin = super().fork()
        assert isinstance(twin, Scheduler)
        twin.profiles = {name: profile.copy() for name, profile in self.profiles.items()}
        return twin

    def _pod_changed(self, change: Change) -> Iterable[Hashable]:
        pod = change.object
        name = (change.key.namespace, change.key.name)
        if name in self.entries or (not pod.spec.nodeName and pod.spec.schedulerName in self.profiles):
            return (name,)
        return self._helped(change)

    def _helped(self, change: Change) -> list[Name]:
        """The waiting pods that the change may help."""
        if not self.queue.waiting or (change.key.kind == "Pod" and is_progress(change)):
            return []
        return [
            name
            for name, entry in self.entries.items()
            if entry.state == "unschedulable"
            and (pod := self.store.get("Pod", *name)) is not None
            and helps(entry.plugins, change, pod)
        ]

    def reconcile(self, key: Name) -> float | None:
        """Take note of what changed, then place the first pod of the queue."""
        self._follow()
        if key in self.entries and (pod := self.store.get("Pod", *key)) is not None:
            self.queue.due(key, pod, self.clock.now)
        taken = self.queue.pop()
        if taken is not None:
            self._schedule(*taken)
            self._follow()
            if (first := self.queue.first()) is not None:
                self.wake(first)
        entry = self.entries.get(key)
        return max(entry.until - self.clock.now, 0.0) if entry is not None and entry.until else None

    # ---- following what happens

    @property
    def columns(self) -> Columns:
        """The cluster in columns, up to date."""
        if self._columns is None:
            self._columns = Columns(self.store)
        self._columns.catch_up()
        return self._columns

    def cycle(self, name: str | None = None) -> Cycle:
        """The plugins of a profile at work on the present."""
        columns = self.columns
        name = next(iter(self.profiles)) if name is None else name
        if name not in self._cycles:
            self._cycles[name] = Cycle(self.profiles[name], columns)
        return self._cycles[name]

    def _follow(self) -> None:
        revision = self.seen.get("revision")
        if revision == self.store.revision:
            return
        self.seen["revision"] = self.store.revision
        try:
            changes = None if revision is None else self.store.log.since(revision)
        except Compacted:
            changes = None
        if changes is None:
            waiting = [pod for pod in self.store.all("Pod") if not pod.spec.nodeName]
            for pod in sorted(waiting, key=lambda pod: (str(pod.metadata.creationTimestamp), str(pod.metadata.name))):
                self._came(pod, int(pod.metadata.resourceVersion or 0) or None)
            return
        for change in changes:
            if change.key.kind == "Pod":
                self._pod(change)
            elif change.key.kind in KINDS:
                self._help(change)

    def _pod(self, change: Change) -> None:
        name = (change.key.namespace, change.key.name)
        before, after = change.before, change.after
        if after is None:
            self.queue.forget(name)
            self.decisions.pop(name, None)
        elif after.spec.nodeName:
            if before is None or not before.spec.nodeName:
                self.queue.forget(name)
        elif before is None or name not in self.entries:
            self._came(after, change.revision)
        elif before.spec is not after.spec or before.metadata.labels is not after.metadata.labels:
            self._edited(name, before, after, change.revision)
        self._help(change)

    def _came(self, pod: Pod, cause: int | None) -> None:
        name = (pod.metadata.namespace, pod.metadata.name)
        ours = pod.spec.schedulerName in self.profiles and not pod.metadata.deletionTimestamp
        if ours and name not in self.entries:
            self.queue.add(pod, self.clock.now, cause, gated=bool(gates(pod)))
            self.wake(name)

    def _edited(self, name: Name, before: Pod, after: Pod, cause: int) -> None:
        entry = self.entries[name]
        if entry.state == "gated":
            if not gates(after):
                self.queue.add(after, self.clock.now, cause)
                self.wake(name)
        elif before.spec != after.spec or before.metadata.labels != after.metadata.labels:
            self._move(name, after, cause)

    def _help(self, change: Change) -> None:
        for name in self._helped(change):
            self._move(name, self.store.get("Pod", *name), change.revision)

    def _move(self, name: Name, pod: Pod, cause: int | None) -> None:
        if self.entries[name].state == "unschedulable":
            self.wake(name, self.queue.move(name, pod, self.clock.now, cause))

    # ---- one pod

    def _schedule(self, name: Name, entry: Entry) -> None:
        pod = self.store.get("Pod", *name)
        if pod is None or pod.spec.nodeName or pod.metadata.deletionTimestamp:
            self.queue.forget(name)
            return
        if entry.cause is not None:
            self.store.cause = entry.cause
        info, cycle = PodInfo(pod), self.cycle(pod.spec.schedulerName)
        revision = self.store.revision
        try:
            best = cycle.place(info).best
        except Rejected:
            best = NOWHERE
        for failure in cycle.failures.copy():
            self.api.event(pod, "Warning", "PluginFailed", f"{failure}; decided without it")
        if not len(best):
            self._no_place(name, entry, info, cycle)
            return
        draw = self.random.randrange(len(best)) if len(best) > 1 else 0
        row = int(best[draw])
        if prepare_volumes(self.api, info, cycle.whole, row):
            nominate(self.api, pod, cycle.columns.names[row])
            self.queue.fail(name, entry, self.clock.now, ("VolumeBinding",), counted=False)
            return
        self._bind(name, entry, pod, cycle.columns.names[row], Decision(entry.uid, revision, draw, len(best)))

    def _bind(self, name: Name, entry: Entry, pod: Pod, node: str, decision: Decision) -> None:
        try:
            bind(self.api, pod, node)
        except ApiError as error:
            words = f'running Bind plugin "DefaultBinder": {error}'
            refuse(self.api, pod, "SchedulerError", words, None, self.clock.now)
            self.queue.fail(name, entry, self.clock.now, ())
            return
        self.queue.forget(name)
        self.decisions[name] = decision

    def _no_place(self, name: Name, entry: Entry, info: PodInfo, cycle: Cycle) -> None:
        diagnosis = diagnose(cycle, info)
        found = self._preempt(info, cycle, diagnosis)
        after = "not found" if diagnosis.rejected is not None else ""
        node: str | None = None
        if found is not None and found.nominated:
            nominated = found.nominated
            node = nominated[self.random.randrange(len(nominated)) if len(nominated) > 1 else 0]
            make_room(self.api, info, found, node, self.columns.nominated.get(node, {}), self.clock.now)
        elif found is not None:
            after = f"no new claims to deallocate, preemption: {found.message}"
            node = "" if not found.candidates and not found.message.startswith("not eligible") else None
        pod = self.store.get("Pod", *name)
        if pod is not None:
            refuse(self.api, pod, "Unschedulable", diagnosis.message(after), node, self.clock.now)
        # Without a plugin to blame there is no node at all: the first to join helps.
        self.queue.fail(name, entry, self.clock.now, tuple(diagnosis.plugins) or ("NodeName",))

    def _preempt(self, info: PodInfo, cycle: Cycle, diagnosis: Diagnosis) -> Preemption | None:
        if diagnosis.rejected is not None or not diagnosis.total:
            return None
        return preempt(cycle, info, diagnosis)

    # ---- plugins

    def add(self, plugin: Plugin, profile: str | None = None) -> None:
        """Let a plugin, such as a function decorated with `@filter` or `@score`, take part in every decision from now on."""
        self._profile(profile).add(plugin)
        self._plugins_changed()

    def remove(self, name: str, profile: str | None = None) -> None:
        """Take a plugin out again, a learner's or a built-in one. Raises ValueError where there is none of that name."""
        self._profile(profile).remove(name)
        self._plugins_changed()

    def configure(self, *profiles: Profile) -> None:
        """Go on with other profiles, as a restart with another configuration does; in a fork, to compare the two."""
        if not profiles:
            raise ValueError("configure() needs a profile, such as Profile(weights={'ImageLocality': 5})")
        self.profiles = {profile.name: profile for profile in profiles}
        self._plugins_changed()

    def _profile(self, name: str | None) -> Profile:
        name = next(iter(self.profiles)) if name is None else name
        if name not in self.profiles:
            raise ValueError(f"there is no profile {name!r}; there are: {', '.join(self.profiles)}")
        return self.profiles[name]

    def _plugins_changed(self) -> None:
        self._cycles.clear()
        self._columns = None
        for name, entry in list(self.entries.items()):
            pod = self.store.get("Pod", *name)
            if entry.state == "unschedulable" and pod is not None:
                self._move(name, pod, None)

    # ---- explanations

    def capacity(self, pod: Pod) -> Capacity:
        """How many more pods like this one fit, on which nodes, and what stops the next."""
        profile = self.profiles.get(pod.spec.schedulerName) or self._profile(None)
        fresh = replace(as_admitted(pod, self.store), spec=replace(pod.spec, nodeName=""))
        return capacity(profile, self.store, fresh)

    def explain(self, pod: Pod) -> Explanation:
        """What every plugin says of every node about the pod: as it was decided, or as it would be now."""
        profile = self.profiles.get(pod.spec.schedulerName) or self._profile(None)
        name = (pod.metadata.namespace or "default", pod.metadata.name)
        stored = self.store.get("Pod", *name)
        if stored is None or not stored.spec.nodeName or pod.metadata.uid != stored.metadata.uid:
            return explain(profile, self.columns, as_admitted(pod, self.store))
        noted = self.decisions.get(name)
        return look_back(profile, self.store, stored, noted.revision if noted is not None else None)
