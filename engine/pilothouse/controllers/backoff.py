"""How long to wait after a failure: doubled each time, forgotten after a success.

The counterpart is the rate limiter of a controller's work queue (5 ms to 1,000 s).
"""

from __future__ import annotations

from collections.abc import Hashable

FIRST, LONGEST = 0.005, 1000.0  # seconds


def wait_after_failure(failures: dict[Hashable, int], key: Hashable) -> float:
    """Count one more failure of `key` and return the seconds until the next try."""
    count = failures[key] = failures.get(key, 0) + 1
    return float(min(FIRST * 2 ** min(count - 1, 30), LONGEST))
