from __future__ import annotations

import pytest

from pilothouse.containers import (
    CreateError,
    ExecError,
    Launch,
    Process,
    Registry,
    StartError,
    changes_after,
    execute,
    http_status,
    listens,
    log_of,
    message_of,
    signal,
    start,
)


def run(image: str, *argv: str, now: float = 100.0, **launch: object) -> Process:
    found = Registry().find(image)
    return start(found, Launch(argv=argv or found.argv([], []), **launch), now)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("script", "at", "ends"),
    [
        ("sleep 3600", 5.0, None),  # process 1 without a handler is spared
        ("trap 'exit 0' TERM; while :; do sleep 0.1; done", 5.05, (5.1, 0)),
        ("trap 'exit 3' TERM; sleep 3600 & wait", 5.0, (5.0, 3)),
        ("trap 'echo bye; sleep 2; exit 1' TERM; while :; do sleep 1; done", 5.5, (8.0, 1)),
        ("trap '' TERM; while :; do sleep 1; done", 5.0, None),
        ("trap 'exit 0' TERM; sleep 10", 5.0, (10.0, 0)),
    ],
)
def test_how_a_script_takes_sigterm(script: str, at: float, ends: tuple[float, int] | None) -> None:
    process = signal(run("busybox", "sh", "-c", script), "TERM", 100 + at)
    own = {"sleep 3600": 3600.0}.get(script)
    if ends is None:
        assert process.end is None or process.end.at == 100 + (own or 0)
    else:
        assert process.end is not None
        assert (round(process.end.at - 100, 6), process.end.code) == ends


def test_sigkill_always_ends() -> None:
    process = signal(run("busybox", "sleep", "infinity"), "KILL", 130)
    assert process.end is not None
    assert (process.end.at, process.end.code) == (130, 137)
    assert process.alive(129)
    assert not process.alive(130)


@pytest.mark.fidelity(
    "Containers: programs of well-known images",
    "simplified",
    "whether they stay up, where they answer, how they take SIGTERM, how much memory they use",
)
def test_a_server_ends_politely() -> None:
    process = signal(run("nginx"), "TERM", 130)
    assert process.end is not None
    assert process.end.code == 0


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("nosuchcmd",), 'exec: "nosuchcmd": executable file not found in $PATH'),
        (("/no/such/cmd", "arg"), 'exec: "/no/such/cmd": stat /no/such/cmd: no such file or directory'),
        (("/etc/passwd",), 'exec: "/etc/passwd": permission denied'),
    ],
)
def test_what_cannot_be_started_says_why(argv: tuple[str, ...], words: str) -> None:
    with pytest.raises(StartError) as refusal:
        run("busybox", *argv)
    assert str(refusal.value).startswith("failed to create containerd task: failed to create shim task: OCI runtime")
    assert str(refusal.value).endswith(f"{words}: unknown")


def test_nothing_to_run_is_an_error() -> None:
    with pytest.raises(CreateError, match="no command specified"):
        start(Registry().find("busybox"), Launch(), 0)


def test_memory_above_the_limit_kills() -> None:
    process = run("line/eta-model:1", memory_limit=1000)
    assert process.end is not None
    assert process.end.out_of_memory
    assert process.end.code == 137


def test_a_server_answers_when_it_is_up() -> None:
    process = run("line/eta-model:1")
    assert [listens(process, 8080, at) for at in (100.5, 101.0)] == [False, True]
    assert http_status(process, "/healthz", 101) == 200
    assert changes_after(process, 100) == 101
    assert changes_after(process, 101) is None


def test_an_image_of_many_programs() -> None:
    process = run("registry.k8s.io/e2e-test-images/agnhost:2.40", "/agnhost", "liveness")
    assert [http_status(process, "/healthz", 100 + at) for at in (1, 9.9, 10)] == [200, 200, 500]
    assert changes_after(process, 101) == 110


@pytest.mark.parametrize(("limit", "killed"), [(0, False), (200 << 20, False), (100 << 20, True)])
def test_stress_uses_the_memory_that_it_is_told_to(limit: int, killed: bool) -> None:
    argv = ("stress", "--vm", "1", "--vm-bytes", "150M", "--vm-hang", "1")
    process = run("polinux/stress", *argv, memory_limit=limit)
    assert (process.end is not None and process.end.out_of_memory) is killed
    assert log_of(process, 100) == [(100, "stress: info: [1] dispatching hogs: 0 cpu, 0 io, 1 vm, 0 hdd")]


def test_an_assumed_image_answers_where_its_manifest_says() -> None:
    image = Registry("assume").find("corp/app:7")
    process = start(image, Launch(argv=image.argv([], ["--verbose"]), ports=(9000,)), 0)
    assert process.end is None
    assert listens(process, 9000, 1)
    script = start(image, Launch(argv=("sh", "-c", "sleep 5; exit 2")), 0)
    assert script.end is not None
    assert script.end.code == 2


def test_arguments_replace_those_of_the_image() -> None:
    redis = Registry().find("redis")
    assert redis.argv([], []) == ("docker-entrypoint.sh", "redis-server")
    assert redis.argv([], ["--maxmemory", "2mb"]) == ("docker-entrypoint.sh", "--maxmemory", "2mb")
    assert redis.argv(["sh"], []) == ("sh",)
    assert execute(start(redis, Launch(argv=redis.argv([], [])), 0), ("redis-cli", "ping"), 5).code == 0


def test_commands_run_beside_the_process() -> None:
    process = run("busybox", "sh", "-c", "sleep 3; echo hello > /tmp/r; sleep 10; rm /tmp/r; sleep 3600")
    results = [execute(process, ("cat", "/tmp/r"), 100 + at) for at in (1, 4, 14)]
    assert [(r.code, r.output) for r in results[:2]] == [
        (1, "cat: can't open '/tmp/r': No such file or directory\n"),
        (0, "hello\n"),
    ]
    assert results[2].code == 1
    with pytest.raises(ExecError, match="executable file not found"):
        execute(process, ("nosuch",), 105)


def test_the_log_ends_with_the_process() -> None:
    process = run("busybox", "sh", "-c", "while true; do date; sleep 5; done")
    process = signal(process, "KILL", 112)
    assert log_of(process, 1000) == [
        (100, "Thu Jan  1 00:01:40 UTC 2026"),
        (105, "Thu Jan  1 00:01:45 UTC 2026"),
        (110, "Thu Jan  1 00:01:50 UTC 2026"),
    ]


def test_a_last_message_is_read_from_its_file() -> None:
    process = run("busybox", "sh", "-c", "echo bye > /dev/termination-log; exit 1")
    assert message_of(process, "/dev/termination-log") == "bye\n"
    long = run("busybox", "sh", "-c", f"echo {'x' * 9000} > /dev/termination-log")
    assert len(message_of(long, "/dev/termination-log")) == 4096
