"""The steps of a sync that start containers: volumes, sandbox, (image,) creation, start, and the hook after it.

Each step has a beginning that gives its duration (or None where it has failed), and an end that gives the steps that
follow. The counterpart is
`startContainer` of the kubelet's runtime manager.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from pilothouse.api import Container, replace, whole
from pilothouse.containers import (
    CreateError,
    Image,
    Launch,
    Process,
    StartError,
    log_of,
    message_of,
    start,
)
from pilothouse.kubelet import backoff, config, hooks, probing, pulling, volumes
from pilothouse.kubelet.ports import number
from pilothouse.kubelet.record import Box, Condemned, Exit, Step, entry, with_entry
from pilothouse.kubelet.status import sandbox_ready

if TYPE_CHECKING:
    from pilothouse.kubelet.worker import Worker

SANDBOX = 0.5  # seconds for the pod's sandbox with its network
CREATE = 0.0
START = 0.25  # seconds to create and start a container


def begin_mount(worker: Worker, name: str) -> float:
    """Wait for the pod's volumes."""
    missing = volumes.trouble(worker.host.store, worker.pod)
    if missing is None:
        worker.set(mount=None)
        return 0.0
    worker.event("Warning", "FailedMount", f'MountVolume.SetUp failed for volume "{missing[0]}" : {missing[1]}')
    wait = volumes.FIRST_WAIT if worker.record.mount is None else worker.record.mount[1]
    worker.set(mount=(worker.now + wait, min(wait * 2, volumes.LONGEST_WAIT)))
    return wait


def finish_mount(worker: Worker, name: str) -> tuple[Step, ...]:
    """Try again where a volume was missing."""
    return (("mount", ""),) if worker.record.mount is not None else ()


def begin_sandbox(worker: Worker, name: str) -> float:
    """Make the pod's sandbox."""
    return SANDBOX


def finish_sandbox(worker: Worker, name: str) -> tuple[Step, ...]:
    """The sandbox stands, and has an address."""
    record = worker.record
    ip = worker.host.next_ip(worker.pod, record.node)
    worker.set(sandbox=True, sandboxes=record.sandboxes + 1, ip=ip, stirred=True)
    worker.write(sandbox_ready(worker.pod, worker.now))
    return ()


def _backs_off(worker: Worker, name: str, fresh: bool) -> bool:
    """Whether a container has to wait for its restart; else its back-off grows by this try.

    `fresh`: it was killed in this very sync, which then still goes by the end of the run before.
    """
    box, pod = worker.record.box(name), worker.pod
    last = box.last if fresh else box.exit
    if last is None or last.finished is None:
        return False
    known = entry(worker.record.backoffs, name)
    wait = backoff.remaining(known, last.finished, worker.now)
    if wait <= 0 or known is None:
        table = with_entry(worker.record.backoffs, name, backoff.following(known, last.finished, worker.now))
        worker.set(backoffs=table)
        return False
    whose = f"{pod.metadata.name}_{pod.metadata.namespace}({pod.metadata.uid})"
    worker.event("Warning", "BackOff", f"Back-off restarting failed container {name} in pod {whose}", name)
    for_how_long = backoff.duration(known.seconds)
    message = f"back-off {for_how_long} restarting failed container={name} pod={whose}"
    worker.trouble(name, "CrashLoopBackOff", message, wait)
    return True


def finish_begin(worker: Worker, name: str) -> tuple[Step, ...]:
    """Start a container, unless it has to wait."""
    return () if _backs_off(worker, name, fresh=False) else (("pull", name),)


def finish_restart(worker: Worker, name: str) -> tuple[Step, ...]:
    """Start a container that was just killed, unless it has to wait."""
    return () if _backs_off(worker, name, fresh=True) else (("pull", name),)


def launch_of(worker: Worker, container: Container, image: Image) -> Launch:
    """How the container is started."""
    store, pod = worker.host.store, worker.pod
    config.check_user(pod, container, "1000" if image.assumed else image.user)
    env = config.environment(store, pod, container)
    command, args = config.command_line(container, env)
    limit = container.resources.limits.get("memory", "0") if container.resources else "0"
    return Launch(
        argv=image.argv(command, args),
        env=tuple(env.items()),
        pod=pod.metadata.name,
        container=container.name,
        ports=_ports(container),
        first=not pod.spec.shareProcessNamespace,
        workdir=container.workingDir,
        memory_limit=whole(limit),
        memory_mounts=volumes.in_memory(pod, container),
        files=volumes.files(store, pod, container),
    )


def _ports(container: Container) -> tuple[int, ...]:
    """On which ports the manifest expects the container to answer."""
    found = {port.containerPort for port in container.ports}
    for probe in (container.startupProbe, container.livenessProbe, container.readinessProbe):
        action = (probe.httpGet or probe.tcpSocket or probe.grpc) if probe is not None else None
        if action is not None:
            found.add(number(container, action.port))
    return tuple(sorted(found))


def begin_create(worker: Worker, name: str) -> float | None:
    """Create the container, if everything is there that its manifest refers to, and there is anything to run in it."""
    launch = _launch(worker, name)
    if launch is None:
        return None
    if not launch.argv:
        run_id = _id(worker, worker.record.box(name))
        told = f'failed to generate container "{run_id}" spec: failed to generate spec: no command specified'
        worker.event("Warning", "Failed", f"Error: {told}", name)
        worker.trouble(name, "CreateContainerError", told)
        return None
    return CREATE


def _launch(worker: Worker, name: str) -> Launch | None:
    container = worker.container(name)
    try:
        return launch_of(worker, container, pulling.image_of(worker, container))
    except config.ConfigError as error:
        worker.event("Warning", "Failed", f"Error: {error}", name)
        worker.trouble(name, "CreateContainerConfigError", str(error))
        return None


def finish_create(worker: Worker, name: str) -> tuple[Step, ...]:
    """It is created."""
    worker.event("Normal", "Created", "Container created", name)
    return (("start", name),)


def begin_start(worker: Worker, name: str) -> float:
    """Start it."""
    return START


def finish_start(worker: Worker, name: str) -> tuple[Step, ...]:
    """It runs, or the runtime says why it does not."""
    container, box, now = worker.container(name), worker.record.box(name), worker.now
    run_id, launch = _id(worker, box), _launch(worker, name)
    if launch is None:
        return ()
    try:
        process = start(pulling.image_of(worker, container), launch, now)
    except (StartError, CreateError) as error:
        worker.event("Warning", "Failed", f"Error: {error}", name)
        ended = Exit(code=128, reason="StartError", finished=now, message=str(error), id=run_id)
        sandbox, last = worker.record.sandboxes, box.exit or box.last
        worker.put(Box(name=name, runs=box.runs + 1, sandbox=sandbox, id=run_id, exit=ended, last=last))
        worker.set(stirred=True)
        worker.trouble(name, "RunContainerError", str(error))
        return ()
    worker.event("Normal", "Started", "Container started", name)
    worker.put(running(container, box, process, run_id, worker.record.sandboxes))
    worker.set(stirred=True)
    if container.lifecycle is not None and container.lifecycle.postStart is not None:
        return (("hook", name),)
    probing.begin(worker, name)
    return ()


def running(container: Container, box: Box, process: Process, run_id: str, sandbox: int) -> Box:
    """The container with its new run."""
    started = container.startupProbe is None
    return Box(
        name=box.name,
        runs=box.runs + 1,
        sandbox=sandbox,
        process=process,
        id=run_id,
        last=box.exit or box.last,
        started=started,
        ready=started and container.readinessProbe is None,
    )


def _id(worker: Worker, box: Box) -> str:
    return hashlib.sha256(f"{worker.record.uid} {box.name} {box.runs}".encode()).hexdigest()


def begin_hook(worker: Worker, name: str) -> float:
    """Run the hook that follows the start; nothing else happens to the pod until it is over."""
    outcome = hooks.run(worker, name, "postStart")
    worker.put(replace(worker.record.box(name), hook=outcome.error))
    return outcome.seconds


def finish_hook(worker: Worker, name: str) -> tuple[Step, ...]:
    """Where the hook fails, its container is killed."""
    box = worker.record.box(name)
    if not box.hook:
        probing.begin(worker, name)
        return ()
    worker.event("Warning", "FailedPostStartHook", "PostStartHook failed", name)
    worker.put(replace(box, condemned=Condemned("FailedPostStartHook")))
    return (("kill", name), ("unhook", name))


def finish_unhook(worker: Worker, name: str) -> tuple[Step, ...]:
    """The container whose hook failed is gone."""
    worker.trouble(name, "PostStartHookError", worker.record.box(name).hook)
    return ()


def exit_of(container: Container, box: Box) -> Exit:
    """How a run ended, in the words of a container's status."""
    process = box.process
    assert process is not None and process.end is not None  # noqa: PT018 - for the type checker
    end = process.end
    if end.out_of_memory:
        reason = "OOMKilled"
    else:
        reason = "Completed" if end.code == 0 else "Error"
    message = message_of(process, container.terminationMessagePath or "/dev/termination-log")
    if not message and end.code != 0 and container.terminationMessagePolicy == "FallbackToLogsOnError":
        message = "".join(f"{line}\n" for _, line in log_of(process, end.at, 80))[-2048:]
    return Exit(code=end.code, reason=reason, message=message, started=process.started, finished=end.at, id=box.id)


BEGIN: dict[str, Callable[[Worker, str], float | None]] = {
    "mount": begin_mount,
    "sandbox": begin_sandbox,
    "pull": pulling.begin_pull,
    "create": begin_create,
    "start": begin_start,
    "hook": begin_hook,
}
FINISH: dict[str, Callable[[Worker, str], tuple[Step, ...]]] = {
    "mount": finish_mount,
    "sandbox": finish_sandbox,
    "begin": finish_begin,
    "restart": finish_restart,
    "pull": pulling.finish_pull,
    "create": finish_create,
    "start": finish_start,
    "hook": finish_hook,
    "unhook": finish_unhook,
}
