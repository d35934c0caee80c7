"""How long to wait before trying again: 10 s, doubled each time up to 5 minutes, forgotten after 10 quiet minutes.

The counterpart is `k8s.io/client-go/util/flowcontrol.Backoff`, as the kubelet uses it for containers and for images,
and the jitter with which a pod worker asks for its next turn: 1 to 1.5 in reality, always the same here.
"""

from __future__ import annotations

from pilothouse.kubelet.record import Backoff

FIRST, LONGEST = 10.0, 300.0
JITTER = 1.35
RESYNC = 60.0  # a worker looks at its pod at least this often
RETRY = 10.0  # and this long after anything else that failed


def expired(entry: Backoff, event: float) -> bool:
    """Whether the event lies so long after the last decision that counting begins anew."""
    return event - entry.updated > 2 * LONGEST


def remaining(entry: Backoff | None, event: float, now: float) -> float:
    """Seconds still to wait, counted from the event (the end of a container, the last try to pull)."""
    if entry is None or expired(entry, event):
        return 0.0
    return max(0.0, round(entry.seconds - (now - event), 6))


def following(entry: Backoff | None, event: float, now: float) -> Backoff:
    """The entry after one more try at `now`."""
    if entry is None or expired(entry, event):
        return Backoff(FIRST, now)
    return Backoff(min(entry.seconds * 2, LONGEST), now)


def requeue(wait: float) -> float:
    """After how many seconds the worker comes back for something that may be tried in `wait` seconds."""
    return min(wait, RESYNC) * JITTER


def duration(seconds: float) -> str:
    """Seconds as Go prints them: `10s`, `1m20s`, `5m0s`, `29ms`, `5.022s`."""
    if seconds < 1:
        return f"{round(seconds * 1000)}ms" if seconds else "0s"
    minutes, rest = divmod(seconds, 60)
    text = f"{rest:.3f}".rstrip("0").rstrip(".") + "s"
    if minutes < 1:
        return text
    hours, minutes = divmod(int(minutes), 60)
    return (f"{hours}h" if hours else "") + f"{minutes}m{text}"
