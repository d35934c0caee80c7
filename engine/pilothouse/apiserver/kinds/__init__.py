"""The tables: for each kind its defaults, its rules and its habits. One more kind is one more line in `TABLES`."""

from __future__ import annotations

from ..kind import Kind
from .access import ACCESS
from .batch import BATCH
from .cluster import CLUSTER
from .config import CONFIGS
from .daemonset import DAEMON_SET
from .deployment import DEPLOYMENT
from .extension import EXTENSIONS
from .network import NETWORK
from .pod import POD
from .policy import POLICIES
from .replicaset import REPLICA_SET, REPLICATION_CONTROLLER
from .revision import CONTROLLER_REVISION, POD_TEMPLATE
from .service import SERVICES
from .statefulset import STATEFUL_SET
from .storage import STORAGE

WORKLOADS = (
    DEPLOYMENT,
    REPLICA_SET,
    REPLICATION_CONTROLLER,
    STATEFUL_SET,
    DAEMON_SET,
    CONTROLLER_REVISION,
    POD_TEMPLATE,
)
_ALL = (POD, *CLUSTER, *WORKLOADS, *BATCH, *SERVICES, *CONFIGS, *STORAGE, *NETWORK, *POLICIES, *ACCESS, *EXTENSIONS)
TABLES: dict[str, Kind] = {one.kind: one for one in _ALL}
