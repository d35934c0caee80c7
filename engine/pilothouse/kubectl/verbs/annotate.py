"""`kubectl annotate`: set or remove annotations."""

from __future__ import annotations

from ..call import Call
from .label import FLAGS as FLAGS
from .label import mark

USAGE = "annotate [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [KEY-]"
ABOUT = "Put notes on objects, or take them off; nothing is selected by them."


def run(call: Call) -> None:
    """Write annotations; those that are there need ``--overwrite``."""
    mark(call, "annotations", "annotation", "annotated", "annotated")
