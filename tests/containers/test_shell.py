"""One-liners: what they print, when and how they end. The figures are those of busybox ash."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from pilothouse.containers import Launch
from pilothouse.containers.shell import play, run_now


def sh(script: str, first: bool = True) -> Launch:
    return Launch(argv=("sh", "-c", script), first=first, pod="p", env=(("NAME", "value"),))


ENDS = [
    ("sleep 5; exit 3", 5.0, 3),
    ("exit 0", 0.0, 0),
    ("false; true", 0.0, 0),
    ("true; false", 0.0, 1),
    ("set -e; false; echo no", 0.0, 1),
    ("false || exit 7", 0.0, 7),
    ("true && exit 7", 0.0, 7),
    ("nosuchcmd", 0.0, 127),
    ("/etc/passwd", 0.0, 126),
    ("exit -1", 0.0, 2),
    ("exec sleep 1", 1.0, 0),
    ("exec sleep 1; exit 5", 1.0, 0),
    ("sleep 3 & wait; exit 4", 3.0, 4),
    ("sleep 3 & exit 4", 0.0, 4),
    ("sleep 1.5m", 90.0, 0),
    ("sleep nonsense", 0.0, 1),
    ("for i in 1 2 3; do sleep $i; done; exit $i", 6.0, 3),
    ("sleep 1 && sleep 2 || sleep 4", 3.0, 0),
    ("kill -15 $$; sleep 2; exit 9", 2.0, 9),
    ("[ -f /etc/passwd ] && exit 5", 0.0, 5),
    ("[ -f /nowhere ] || exit 6", 0.0, 6),
    ('sh -c "kill -9 \\$\\$"; echo rc=$?; sh -c "kill -15 \\$\\$"; exit $?', 0.0, 143),
    ("until [ -f /tmp/x ]; do touch /tmp/x; sleep 2; done; exit 8", 2.0, 8),
]


@pytest.mark.fidelity(
    "Containers: sh -c",
    "simplified",
    "one-liners of simple commands, loops, traps and redirections; a script that needs more stays up silently and is named as not simulated",
)
@pytest.mark.parametrize(("script", "ends", "code"), ENDS)
def test_when_and_how_a_script_ends(script: str, ends: float, code: int) -> None:
    tape = play(sh(script))
    assert (tape.ends, tape.code, tape.unsimulated) == (ends, code, ())


@pytest.mark.parametrize(
    "script",
    ["sleep infinity", "while true; do sleep 5; done", "while :; do :; done", "sleep inf & wait", "tail -f /dev/null"],
)
def test_what_never_ends(script: str) -> None:
    assert play(sh(script)).ends is None


@pytest.mark.parametrize(
    ("script", "code"), [("kill -15 $$; sleep 1", 143), ("kill -11 $$; sleep 1", 139), ("kill -9 $$", 137)]
)
def test_signals_reach_what_is_not_process_1(script: str, code: int) -> None:
    assert play(sh(script, first=False)).code == code


PRINTS = [
    ("echo one two", "one two\n"),
    ("echo -n one; echo two", "onetwo\n"),
    ("echo $NAME ${NAME} ${NO:-none} '$NAME' \"$NAME\"", "value value none $NAME value\n"),
    ("A=1 B='2 3'; echo $A $B", "1 2 3\n"),
    ("false; echo rc=$?", "rc=1\n"),
    ("cat /nowhere", "cat: can't open '/nowhere': No such file or directory\n"),
    ("echo a > /tmp/f; echo b >> /tmp/f; cat /tmp/f", "a\nb\n"),
    ("echo hidden > /dev/null; echo seen", "seen\n"),
    ("nosuchcmd", "sh: nosuchcmd: not found\n"),
    ("printf '%s-%s\\n' a b", "a-b\n"),
    ("hostname", "p\n"),
    (
        "rm /tmp/none; rm -f /tmp/none; echo done # a remark",
        "rm: can't remove '/tmp/none': No such file or directory\ndone\n",
    ),
]


@pytest.mark.parametrize(("script", "output"), PRINTS)
def test_what_a_script_prints(script: str, output: str) -> None:
    assert run_now(sh(script)).output == output


def test_what_was_installed_is_there() -> None:
    tape = play(sh("apk add git && git clone https://example.com/x && exit 4"))
    assert (tape.ends, tape.code) == (0, 4)
    assert len(tape.unsimulated) == 2


def test_a_shell_without_a_script_has_nothing_to_do() -> None:
    assert play(Launch(argv=("sh",))).ends == 0


UNKNOWN = [
    "ls | wc -l",
    "echo $(date)",
    "if true; then exit 1; fi",
    "f() { :; }; f",
    "cat <<X\nX",
    "echo 'open",
    "( exit 1 )",
]


@pytest.mark.parametrize("script", UNKNOWN)
def test_what_is_not_understood_stays_up_and_says_so(script: str) -> None:
    tape = play(sh(script))
    assert tape.ends is None
    assert tape.unsimulated


@pytest.mark.parametrize(
    "script", ["while true; do echo x; done", "while [ 1 = 1 ]; do echo x; done", "until false; do :; done"]
)
def test_a_busy_loop_ends_our_patience_not_the_notebook(script: str) -> None:
    tape = play(sh(script))
    assert tape.ends is None
    assert len(tape.log(1e6, 100)) <= 100


@pytest.mark.parametrize(
    "script",
    [
        "A=ab; until false; do A=$A$A; done",
        "echo ab > f; until false; do cat f f > g; cat g g > f; done",
        "until false; do cat /etc/passwd; until false; do cat /etc/passwd /etc/passwd; done; done",
        "for i in 1 2 3 4 5 6 7 8 9; do until false; do until false; do true; done; done; done",
        "echo " + "x" * 2_000_000,
    ],
)
def test_no_script_fills_the_memory_or_hangs(script: str) -> None:
    tape = play(sh(script))
    assert tape.unsimulated


def test_a_loop_repeats_its_lines() -> None:
    tape = play(sh("echo start; while true; do echo tick; sleep 10; done"))
    assert tape.log(25, 100) == [(0, "start"), (0, "tick"), (10, "tick"), (20, "tick")]
    assert tape.log(1_000_000, 2) == [(999_990, "tick"), (1_000_000, "tick")]


def test_a_silent_loop_repeats_nothing() -> None:
    assert play(sh("echo start; while true; do sleep 10; done")).log(1000, 100) == [(0, "start")]


def test_files_come_and_go() -> None:
    tape = play(sh("touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600"))
    assert [tape.content("/tmp/healthy", at) for at in (0, 29, 30)] == ["", "", None]
    assert list(tape.moments()) == [0, 30]


@pytest.mark.skipif(shutil.which("dash") is None, reason="dash, the real shell to compare with, is not here")
@pytest.mark.parametrize(("script", "output"), PRINTS[:6])
def test_a_real_shell_prints_the_same(script: str, output: str) -> None:
    real = subprocess.run(
        ["dash", "-c", script], capture_output=True, text=True, env={"NAME": "value", "PATH": "/usr/bin:/bin"}
    )
    if not real.stderr:
        assert real.stdout == output
