"""What the kubelet remembers of a pod: plain data that never changes, one record a pod.

The real kubelet keeps this in its pod workers, its status and probe managers and its back-off maps, and asks
containerd for the rest. Here it is one value, so a fork copies it and a restart can do without it: everything in it
can be found out again from the pod's status, except for the back-off, which a restart forgets in reality too.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from pilothouse.containers import Process

Step = tuple[str, str]  # what the worker is doing: (what, which container)


class Exit(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The end of one run of a container, as its status tells it."""

    code: int
    reason: str
    finished: float | None
    started: float | None = None  # None for a run that never began
    message: str = ""
    id: str = ""


class Condemned(msgspec.Struct, frozen=True, gc=False):
    """A container is to be killed: the words of the event, and a grace period of its own where there is one."""

    words: str
    grace: int | None = None


class Stop(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A container is being stopped: SIGTERM at `term`, SIGKILL at `kill`, each None when it is sent.

    `turn`: it has to wait for others, but not longer than until then. `late`: its hook takes longer than it may.
    """

    grace: float
    term: float | None = None
    kill: float | None = None
    turn: float | None = None
    late: bool = False


class Box(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One container of a pod: its newest run, the run before, and why it waits.

    Fields:
        runs: how often it was started (or tried to), so restartCount is one less.
        sandbox: the number of the sandbox that the newest run was in; a new sandbox begins from the beginning.
        process: the newest run, until the kubelet has noticed its end.
        exit: how the newest run ended.
        last: how the run before ended.
        trouble: (reason, message) of the newest failure to start it, until it starts.
        started, ready: what the probes say.
        condemned: it is to be killed, because a probe or a hook has failed.
        hook: why its postStart hook has failed.
    """

    name: str
    runs: int = 0
    sandbox: int = 0
    process: Process | None = None
    id: str = ""
    exit: Exit | None = None
    last: Exit | None = None
    trouble: tuple[str, str] | None = None
    started: bool = False
    ready: bool = False
    stop: Stop | None = None
    condemned: Condemned | None = None
    hook: str = ""


class Backoff(msgspec.Struct, frozen=True, gc=False):
    """How long to wait before the next try, and when that was last decided."""

    seconds: float
    updated: float


class ProbeState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One probe of one container: its last result, how often it came in a row, and when it is asked again.

    `told`: how many Unhealthy events it has made; `due` None: its answer cannot change any more.
    """

    container: str
    kind: Literal["startup", "liveness", "readiness"]
    result: bool | None = None
    row: int = 0
    due: float | None = None
    told: int = 0
    hold: bool = False


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One pod on its node.

    Fields:
        stage: "run"; "stop" while its containers are being stopped; "over" when they are; "end" when nothing is left.
        boxes: its containers, init containers first, in the order of the spec.
        since: when the kubelet first saw it (its probes tick from here).
        ip, sandbox: the address, and whether the sandbox stands; `sandboxes` counts them.
        job, until: the steps of the sync that is under way, and when the first of them is done (None: not begun).
        stirred: the sync has started or ended something, so the next one follows at once.
        wait: something has failed in this sync and may be tried again so many seconds later.
        sync: when the worker looks at the pod again.
        generation: of the pod, as of the last look.
        settled: when the stage that follows "over" is due.
        verdict: (reason, message) for a pod that the node has given up.
        evict: (when, why) it will be evicted.
        mount: (next try, wait after it) while a volume is missing.
    """

    uid: str
    node: str
    since: float
    boxes: tuple[Box, ...] = ()
    stage: Literal["run", "stop", "over", "end"] = "run"
    ip: str = ""
    sandbox: bool = False
    sandboxes: int = 0
    job: tuple[Step, ...] = ()
    until: float | None = None
    stirred: bool = False
    wait: float | None = None
    sync: float | None = None
    generation: int = 0
    settled: float | None = None
    backoffs: tuple[tuple[str, Backoff], ...] = ()
    pulls: tuple[tuple[str, Backoff], ...] = ()
    probes: tuple[ProbeState, ...] = ()
    verdict: tuple[str, str] | None = None
    evict: tuple[float, str] | None = None
    mount: tuple[float, float] | None = None

    def box(self, name: str) -> Box:
        """The container of that name."""
        return next(box for box in self.boxes if box.name == name)


def entry(table: tuple[tuple[str, Backoff], ...], name: str) -> Backoff | None:
    """The back-off under a name."""
    return next((value for key, value in table if key == name), None)


def with_entry(table: tuple[tuple[str, Backoff], ...], name: str, value: Backoff) -> tuple[tuple[str, Backoff], ...]:
    """The table with one back-off set."""
    return (*((key, old) for key, old in table if key != name), (name, value))
