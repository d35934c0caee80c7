"""Cron schedules: when is the next time, and which was the last that is due?

The counterparts are the library robfig/cron and `pkg/controller/cronjob/utils.go`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice, takewhile

from pilothouse.api import seconds

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
MANY = 100  # missed times from which on the real controller complains
MOST = 100_000  # missed times that are looked at


class BadSchedule(ValueError):
    """A schedule or time zone that cannot be read."""


class Schedule:
    """A cron expression in a time zone.

    Args:
        text: five fields, a name such as "@daily", or "@every 90s"; "TZ=Europe/Berlin " may stand before it.
        zone: the name of a time zone; UTC without one.

    Raises:
        BadSchedule: saying what cannot be read.
    """

    def __init__(self, text: str, zone: str = "") -> None:
        for prefix in ("TZ=", "CRON_TZ="):
            if text.startswith(prefix):
                zone, _, text = text.removeprefix(prefix).partition(" ")
        from cronsim import CronSim, CronSimError  # imported when first used

        self.zone = named_zone(zone)
        self.every: float | None = None
        self.text = MACROS.get(text, text).replace("?", "*")
        try:
            if text.startswith("@every "):
                self.every = max(1.0, seconds(text.removeprefix("@every ").strip()) // 1)
            else:
                CronSim(self.text, EPOCH)
        except (CronSimError, ValueError) as error:
            raise BadSchedule(str(error)) from None

    def after(self, time: float) -> Iterator[float]:
        """The times after `time`, seconds since the epoch of the simulation; none where the schedule never fits."""
        if self.every is not None:
            return (time // 1 + self.every * number for number in range(1, MOST))
        from cronsim import CronSim

        start = (EPOCH + timedelta(seconds=time)).astimezone(self.zone)
        return ((moment.astimezone(UTC) - EPOCH) / timedelta(seconds=1) for moment in CronSim(self.text, start))

    def next(self, time: float) -> float | None:
        """The first time after `time`, or None."""
        return next(self.after(time), None)

    def missed(self, since: float, now: float) -> list[float]:
        """The times after `since` that have come by `now`."""
        return list(islice(takewhile(lambda time: time <= now, self.after(since)), MOST))

    def written(self, time: float) -> str:
        """The time in the schedule's zone, as RFC 3339."""
        text = (EPOCH + timedelta(seconds=time)).astimezone(self.zone).isoformat()
        return text.replace("+00:00", "Z")


def named_zone(name: str) -> tzinfo:
    """The time zone of that name, UTC for none. Raises BadSchedule."""
    if name in ("", "UTC", "Etc/UTC"):
        return UTC
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise BadSchedule(f"unknown time zone {name}") from None
