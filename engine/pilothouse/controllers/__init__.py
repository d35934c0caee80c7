"""The control loops that make objects do something: one component each, meeting only in objects.

Read `replicaset` first, then `deployment`. The counterpart is the kube-controller-manager, one binary with all of
them.
"""

from __future__ import annotations

from pilothouse.controllers.cronjob import CronJobController
from pilothouse.controllers.daemonset import DaemonSetController
from pilothouse.controllers.deployment import DeploymentController
from pilothouse.controllers.disruption import DisruptionController
from pilothouse.controllers.endpoints import EndpointsController
from pilothouse.controllers.endpointslice import EndpointSliceController
from pilothouse.controllers.garbagecollector import GarbageCollector
from pilothouse.controllers.job import JobController
from pilothouse.controllers.namespace import NamespaceController
from pilothouse.controllers.nodelifecycle import NodeLifecycleController
from pilothouse.controllers.persistentvolume import PersistentVolumeController
from pilothouse.controllers.podgc import PodGarbageCollector
from pilothouse.controllers.protection import ClaimProtection, VolumeProtection
from pilothouse.controllers.provisioner import Provisioner
from pilothouse.controllers.replicaset import ReplicaSetController
from pilothouse.controllers.replicationcontroller import ReplicationControllerController
from pilothouse.controllers.resourcequota import ResourceQuotaController
from pilothouse.controllers.rootcertificate import RootCertificatePublisher
from pilothouse.controllers.serviceaccount import ServiceAccountController
from pilothouse.controllers.statefulset import StatefulSetController
from pilothouse.controllers.tainteviction import TaintEvictionController
from pilothouse.controllers.ttlafterfinished import TTLAfterFinishedController
from pilothouse.kernel import Controller

CONTROLLERS: tuple[type[Controller], ...] = (
    NamespaceController,
    ServiceAccountController,
    RootCertificatePublisher,
    NodeLifecycleController,
    TaintEvictionController,
    PodGarbageCollector,
    GarbageCollector,
    ReplicationControllerController,
    ReplicaSetController,
    DeploymentController,
    StatefulSetController,
    DaemonSetController,
    JobController,
    TTLAfterFinishedController,
    CronJobController,
    EndpointSliceController,
    EndpointsController,
    DisruptionController,
    ResourceQuotaController,
    ClaimProtection,
    VolumeProtection,
    PersistentVolumeController,
    Provisioner,
)

__all__ = ["CONTROLLERS", *(controller.__name__ for controller in CONTROLLERS)]
