"""The tables: for each kind its defaults, its rules and its habits. One more kind is one more line in `TABLES`."""

from __future__ import annotations

from ..kind import Kind
from .cluster import CLUSTER
from .pod import POD
from .workload import WORKLOADS

TABLES: dict[str, Kind] = {one.kind: one for one in (POD, *CLUSTER, *WORKLOADS)}
