"""Time and truth: a virtual clock, a store with a log, a loop of controllers, named chance, and history.

Read in this order: clock, key, tables, log, store, loop, random, history.
"""

from pilothouse.kernel.clock import Clock, WakeUp
from pilothouse.kernel.errors import AlreadyExists, Compacted, Conflict, NotFound, StoreError
from pilothouse.kernel.history import (
    Diff,
    Difference,
    Input,
    Snapshot,
    causes,
    diff,
    digest,
    restore,
    revision_at,
    rewind,
)
from pilothouse.kernel.key import Key, key_of
from pilothouse.kernel.log import Change, Log
from pilothouse.kernel.loop import Controller, Livelock, Loop, controller_of, itself
from pilothouse.kernel.random import Randoms
from pilothouse.kernel.store import OUTSIDE, Store
from pilothouse.kernel.tables import Tables

__all__ = [
    "OUTSIDE",
    "AlreadyExists",
    "Change",
    "Clock",
    "Compacted",
    "Conflict",
    "Controller",
    "Diff",
    "Difference",
    "Input",
    "Key",
    "Livelock",
    "Log",
    "Loop",
    "NotFound",
    "Randoms",
    "Snapshot",
    "Store",
    "StoreError",
    "Tables",
    "WakeUp",
    "causes",
    "controller_of",
    "diff",
    "digest",
    "itself",
    "key_of",
    "restore",
    "revision_at",
    "rewind",
]
