"""The tables: for each kind its defaults, its rules and its habits. One more kind is one more line in `TABLES`."""

from __future__ import annotations

from ..kind import Kind
from .access import ACCESS
from .batch import BATCH
from .cluster import CLUSTER
from .config import CONFIGS
from .extension import EXTENSIONS
from .network import NETWORK
from .pod import POD
from .policy import POLICIES
from .service import SERVICES
from .storage import STORAGE
from .workload import WORKLOADS

_ALL = (POD, *CLUSTER, *WORKLOADS, *BATCH, *SERVICES, *CONFIGS, *STORAGE, *NETWORK, *POLICIES, *ACCESS, *EXTENSIONS)
TABLES: dict[str, Kind] = {one.kind: one for one in _ALL}
