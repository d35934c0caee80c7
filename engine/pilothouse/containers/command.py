"""The commands of the tiny shell's system.

Each command takes the session and its words, moves the session's time where it takes any, prints, and returns its exit
code. The counterparts are the applets of busybox, whose messages they use.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pilothouse.containers.grammar import Unsupported
from pilothouse.containers.session import DATE, FOREVER, Finished, Session
from pilothouse.containers.tape import Reaction

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
SIZES = {"": 1, "c": 1, "k": 1024, "K": 1024, "M": 1024**2, "G": 1024**3}

Command = Callable[[Session, list[str]], int]


def sleep(session: Session, words: list[str]) -> int:
    """`sleep 3`, `sleep 1.5m`, `sleep infinity`."""
    seconds = 0.0
    for word in words[1:] or [""]:
        if word in ("infinity", "inf"):
            seconds = FOREVER
            continue
        number, unit = (word[:-1], word[-1]) if word[-1:] in UNITS else (word, "s")
        try:
            seconds += float(number) * UNITS[unit]
        except ValueError:
            session.error(f"sleep: invalid number '{word}'")
            return 1
    session.sleep(seconds)
    if session.now >= FOREVER:
        raise Finished(0, endless=True)
    return 0


def echo(session: Session, words: list[str]) -> int:
    """`echo`, `echo -n`, `echo -e`."""
    words = words[1:]
    newline = "\n"
    while words and words[0] in ("-n", "-e", "-ne", "-en"):
        newline = "" if "n" in words[0] else newline
        words = words[1:]
    session.say(" ".join(words) + newline)
    return 0


def printf(session: Session, words: list[str]) -> int:
    """`printf` with `%s` and `%d` only."""
    text = words[1] if len(words) > 1 else ""
    if re.search(r"%[^sd%]", text):
        raise Unsupported(f"printf {text}")
    for value in words[2:]:
        text = text.replace("%d", "%s").replace("%s", value, 1)
    session.say(text.replace("\\n", "\n").replace("\\t", "\t").replace("%%", "%"))
    return 0


def leave(session: Session, words: list[str]) -> int:
    """`exit N`."""
    text = words[1] if len(words) > 1 else str(session.code)
    if not text.isdigit():
        session.error(f"sh: exit: line 0: Illegal number: {text}")
        raise Finished(2)
    raise Finished(int(text) % 256)


def options(session: Session, words: list[str]) -> int:
    """`set -e`, `set +e`, and friends."""
    for word in words[1:]:
        if word.startswith("-") and "e" in word:
            session.errexit = True
        elif word.startswith("+") and "e" in word:
            session.errexit = False
    return 0


def kill(session: Session, words: list[str]) -> int:
    """`kill -9 $$`: of its own process only."""
    signal, target = "15", words[-1]
    if len(words) > 2:
        signal = words[1].lstrip("-").upper().removeprefix("SIG")
    number = int(SIGNALS.get(signal, signal)) if SIGNALS.get(signal, signal).isdigit() else 15
    me = "1" if session.first and session.launch.first else "7"
    if target != me:
        raise Unsupported(" ".join(words))
    if me == "1":
        return 0  # the kernel drops a signal that PID 1 sends to itself and does not handle
    words_of = {9: "Killed", 11: "Segmentation fault", 15: "Terminated"}
    if not session.first and number in words_of:
        session.error(words_of[number])
    raise Finished(128 + number)


def touch(session: Session, words: list[str]) -> int:
    """Make empty files."""
    for path in words[1:]:
        if not path.startswith("-"):
            session.write(path, session.files.get(path, ""))
    return 0


def remove(session: Session, words: list[str]) -> int:
    """`rm`, `rm -f`, `rm -rf`."""
    force = any(word.startswith("-") and "f" in word for word in words[1:])
    code = 0
    for path in (word for word in words[1:] if not word.startswith("-")):
        if path in session.files:
            session.write(path, None)
        elif not force:
            session.error(f"rm: can't remove '{path}': No such file or directory")
            code = 1
    return code


def cat(session: Session, words: list[str]) -> int:
    """Print files."""
    code = 0
    for path in words[1:]:
        if path in session.files:
            session.say(session.files[path])
        else:
            session.error(f"cat: can't open '{path}': No such file or directory")
            code = 1
    return code


def env(session: Session, words: list[str]) -> int:
    """Print the environment."""
    for name, value in session.env.items():
        session.say(f"{name}={value}\n")
    return 0


def export(session: Session, words: list[str]) -> int:
    """`export NAME=value`."""
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if equals:
            session.env[name] = value
    return 0


def wait(session: Session, words: list[str]) -> int:
    """Wait for what runs in the background; a trap is taken at once meanwhile."""
    current: dict[str, Reaction] = {signal: reaction for _, signal, reaction in session.reactions}
    for signal, reaction in current.items():
        if reaction.waits:
            session.react(signal, Reaction(reaction.seconds, reaction.code, reaction.lines))
    session.now = max(session.now, session.background)
    session.marks.append(session.now)
    if session.now >= FOREVER:
        raise Finished(0, endless=True)
    return 0


def test(session: Session, words: list[str]) -> int:
    """`[ -f FILE ]`, `[ a = b ]`, `[ 1 -lt 2 ]`."""
    words = [word for word in words[1:] if word != "]"]
    negated = bool(words) and words[0] == "!"
    words = words[negated:]
    if len(words) == 2 and words[0] in ("-f", "-e", "-r", "-s"):
        holds = words[1] in session.files
    elif len(words) == 2 and words[0] in ("-n", "-z"):
        holds = bool(words[1]) == (words[0] == "-n")
    elif len(words) == 3 and words[1] in ("=", "==", "!="):
        holds = (words[0] == words[2]) == (words[1] != "!=")
    elif len(words) == 3 and words[1] in NUMERIC and words[0].isdigit() and words[2].isdigit():
        holds = NUMERIC[words[1]](int(words[0]), int(words[2]))
    else:
        raise Unsupported("[ " + " ".join(words) + " ]")
    return 0 if holds != negated else 1


def dd(session: Session, words: list[str]) -> int:
    """`dd if=/dev/zero of=FILE bs=1M count=N`: only its weight counts."""
    given = dict(word.partition("=")[::2] for word in words[1:])
    size = re.fullmatch(r"(\d+)([ckKMG]?)B?", given.get("bs", "512"))
    if size is None or not given.get("count", "").isdigit() or "of" not in given:
        raise Unsupported(" ".join(words))
    weight = int(size[1]) * SIZES[size[2]] * int(given["count"])
    session.sleep(weight / 1e9)
    path = given["of"]
    if path.startswith(session.launch.memory_mounts) if session.launch.memory_mounts else False:
        session.memory.append((session.now, weight))
    else:
        session.disk.append((session.now, path, weight))
    session.write(path, "")
    session.error(f"{given['count']}+0 records in\n{given['count']}+0 records out")
    return 0


def done(code: int) -> Command:
    """A command that only gives an exit code."""
    return lambda session, words: code


def stays(session: Session, words: list[str]) -> int:
    """A command that is known to stay up, and of which nothing more is simulated."""
    session.unsimulated.append(" ".join(words))
    raise Finished(0, endless=True)


def quiet(session: Session, words: list[str]) -> int:
    """A command that is known to end well, and of which nothing more is simulated."""
    session.unsimulated.append(" ".join(words))
    return 0


def install(session: Session, words: list[str]) -> int:
    """`apk add`, `apt-get install`: from here on there are commands of those names."""
    session.installed += [word for word in words[2:] if not word.startswith("-")]
    return quiet(session, words)


def tail(session: Session, words: list[str]) -> int:
    """`tail -f` stays up, `tail /dev/zero` takes all memory there is; the rest only ends."""
    if "/dev/zero" in words:
        session.sleep(1.0)
        session.memory.append((session.now, 1 << 50))
        raise Finished(0, endless=True)
    return stays(session, words) if any(w.startswith("-") and "f" in w.lower() for w in words[1:]) else 0


def word_of(text: Callable[[Session], str]) -> Command:
    """A command that prints one line."""

    def command(session: Session, words: list[str]) -> int:
        session.say(text(session) + "\n")
        return 0

    return command


SIGNALS = {"HUP": "1", "INT": "2", "KILL": "9", "USR1": "10", "SEGV": "11", "TERM": "15"}
NUMERIC: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda a, b: a == b,
    "-ne": lambda a, b: a != b,
    "-lt": lambda a, b: a < b,
    "-le": lambda a, b: a <= b,
    "-gt": lambda a, b: a > b,
    "-ge": lambda a, b: a >= b,
}
COMMANDS: dict[str, Command] = {
    ":": done(0),
    "true": done(0),
    "false": done(1),
    "sleep": sleep,
    "echo": echo,
    "printf": printf,
    "exit": leave,
    "set": options,
    "kill": kill,
    "touch": touch,
    "rm": remove,
    "cat": cat,
    "env": env,
    "printenv": env,
    "export": export,
    "wait": wait,
    "test": test,
    "[": test,
    "dd": dd,
    "tail": tail,
    "date": word_of(lambda session: DATE),
    "hostname": word_of(lambda session: session.launch.pod),
    "pwd": word_of(lambda session: session.launch.workdir or "/"),
    "whoami": word_of(lambda session: "root"),
    "uname": word_of(lambda session: "Linux"),
    **dict.fromkeys(("ls", "mkdir", "cp", "mv", "ln", "chmod", "chown", "cd", "id", "ps", "df", "mount"), quiet),
    **dict.fromkeys(("apk", "apt", "apt-get", "yum", "pip"), install),
    **dict.fromkeys(
        ("wget", "nslookup", "ping", "sync", "seq", "head", "grep", "sed", "awk", "sort", "tr", "wc"), quiet
    ),
    **dict.fromkeys(("httpd", "nc", "top", "crond", "syslogd", "yes", "vi"), stays),
}
