from __future__ import annotations

import pytest

from pilothouse.containers import Container, Launch, Process, Registry, image, log_of, start


def run(name: str, **launch: object) -> Process:
    found = Registry().find(name)
    return start(found, Launch(argv=found.argv([], []), **launch), 0.0)  # type: ignore[arg-type]


def test_a_function_is_a_job() -> None:
    @image("learned/job:1", startup="1s", runs_for="30s")
    def train() -> int:
        print("epoch 1")
        return 3

    process = run("learned/job:1")
    assert process.end is not None
    assert (process.end.at, process.end.code) == (31.0, 3)
    assert log_of(process, 100) == [(1.0, "epoch 1")]


def test_a_function_may_ask_where_it_runs() -> None:
    seen: list[Container] = []

    @image("learned/where:1")
    def where(container: Container) -> None:
        seen.append(container)

    run("learned/where:1", pod="web-1", env=(("A", "1"),))
    assert seen[0].pod == "web-1"
    assert seen[0].env == {"A": "1"}


@pytest.mark.fidelity(
    "Containers: Python functions and classes as programs",
    "invented",
    "@image registers them; they run in the notebook's process, in virtual time",
)
def test_a_class_is_a_server() -> None:
    @image("learned/server:1", startup=2, memory="10Mi", ports=(9000,))
    class Model:
        def start(self) -> None:
            print("loaded")

    process = run("learned/server:1")
    assert process.end is None
    assert process.tape.opens == ((2.0, 9000),)
    assert run("learned/server:1", memory_limit=1000).end is not None


def test_a_program_that_raises_exits_with_1_and_its_traceback() -> None:
    @image("learned/broken:1")
    class Broken:
        def start(self) -> None:
            print("loading")
            raise FileNotFoundError("model.pkl is not there")

    process = run("learned/broken:1")
    lines = [line for _, line in log_of(process, 10)]
    assert process.end is not None
    assert process.end.code == 1
    assert lines[:2] == ["loading", "Traceback (most recent call last):"]
    assert lines[2].startswith('  File "test_learned.py", line')
    assert lines[-1] == "FileNotFoundError: model.pkl is not there"
    assert not any("pilothouse" in line for line in lines)


@pytest.mark.parametrize(("request_", "code"), [(SystemExit(4), 4), (SystemExit(), 0), (SystemExit("no"), 1)])
def test_a_program_may_leave(request_: SystemExit, code: int) -> None:
    @image("learned/leaves:1")
    def leaves() -> None:
        raise request_

    process = run("learned/leaves:1")
    assert process.end is not None
    assert process.end.code == code


def test_a_wrong_name_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="invalid reference format"):
        image("Not An Image")(lambda: None)
