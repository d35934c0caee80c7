"""A small world for tests of the view: a real store, written by hand in the order in which real components write."""

from __future__ import annotations

from random import Random

from pilothouse.api import (
    Container,
    ContainerState,
    ContainerStateRunning,
    ContainerStateTerminated,
    ContainerStateWaiting,
    ContainerStatus,
    Deployment,
    DeploymentSpec,
    DeploymentStatus,
    Event,
    LabelSelector,
    Lease,
    LeaseSpec,
    Node,
    NodeCondition,
    NodeSpec,
    NodeStatus,
    ObjectMeta,
    ObjectReference,
    OwnerReference,
    Pod,
    PodCondition,
    PodSpec,
    PodStatus,
    PodTemplateSpec,
    ReplicaSet,
    ReplicaSetSpec,
    ReplicaSetStatus,
    ResourceRequirements,
    replace,
)
from pilothouse.kernel import Clock, Store

LETTERS = "bcdfghjklmnpqrstvwxz2456789"


class Harbour:
    """Stands in for a cluster: has `store` and `now`, and verbs that write what components would."""

    def __init__(self, nodes=("rotterdam-1", "rotterdam-2", "rotterdam-3"), cpu="4", memory="8Gi"):
        self.clock = Clock()
        self.store = Store(self.clock)
        self.random = Random(7)
        for name in nodes:
            self.write("user", self.node(name, cpu, memory))
            lease = Lease(
                metadata=ObjectMeta(name=name, namespace="kube-node-lease"), spec=LeaseSpec(holderIdentity=name)
            )
            self.write("kubelet", lease)

    @property
    def now(self):
        return self.clock.now

    def wait(self, seconds):
        self.clock.now = round(self.clock.now + seconds, 6)

    def write(self, actor, item, cause=None):
        self.store.actor, self.store.cause = actor, cause
        there = self.store.get(type(item).__name__, item.metadata.namespace, item.metadata.name)
        item = self.store.create(item) if there is None else self.store.update(item)
        self.store.actor, self.store.cause = "user", None
        return item

    def drop(self, actor, item, cause=None):
        self.store.actor, self.store.cause = actor, cause
        self.store.delete(type(item).__name__, item.metadata.namespace, item.metadata.name)
        self.store.actor, self.store.cause = "user", None

    def newest(self, item):
        return self.store.get(type(item).__name__, item.metadata.namespace, item.metadata.name)

    def node(self, name, cpu="4", memory="8Gi", ready="True", message=""):
        offer = {"cpu": cpu, "memory": memory, "pods": "110"}
        condition = NodeCondition(type="Ready", status=ready, message=message)
        return Node(
            metadata=ObjectMeta(name=name, labels={"kubernetes.io/hostname": name}),
            spec=NodeSpec(),
            status=NodeStatus(capacity=offer, allocatable=offer, conditions=[condition]),
        )

    def deploy(self, name, replicas, cpu="500m", memory="512Mi", image="line/eta-model:1.0", namespace="default"):
        """What `kubectl apply` of a Deployment leads to, up to its pending pods."""
        container = Container(
            name="app", image=image, resources=ResourceRequirements(requests={"cpu": cpu, "memory": memory})
        )
        template = PodTemplateSpec(metadata=ObjectMeta(labels={"app": name}), spec=PodSpec(containers=[container]))
        selector = LabelSelector(matchLabels={"app": name})
        deployment = self.write(
            "kubernetes-admin",
            Deployment(
                metadata=ObjectMeta(name=name, namespace=namespace, uid=f"uid-{name}"),
                spec=DeploymentSpec(replicas=replicas, selector=selector, template=template),
            ),
        )
        return deployment, self.replicaset(deployment, replicas)

    def replicaset(self, deployment, replicas, cause=None):
        suffix = "".join(self.random.choice(LETTERS) for _ in range(9))
        owner = OwnerReference(
            apiVersion="apps/v1", kind="Deployment", name=deployment.metadata.name, uid="u", controller=True
        )
        spec = deployment.spec
        item = ReplicaSet(
            metadata=ObjectMeta(
                name=f"{deployment.metadata.name}-{suffix}",
                namespace=deployment.metadata.namespace,
                ownerReferences=[owner],
            ),
            spec=ReplicaSetSpec(replicas=replicas, selector=spec.selector, template=spec.template),
        )
        return self.write("deployment-controller", item, cause or self.revision(deployment))

    @staticmethod
    def revision(item):
        return int(item.metadata.resourceVersion)

    def pods(self, replicaset, count):
        owner = OwnerReference(
            apiVersion="apps/v1", kind="ReplicaSet", name=replicaset.metadata.name, uid="u", controller=True
        )
        made = []
        for _ in range(count):
            suffix = "".join(self.random.choice(LETTERS) for _ in range(5 if count < 1000 else 8))
            item = Pod(
                metadata=ObjectMeta(
                    name=f"{replicaset.metadata.name}-{suffix}",
                    namespace=replicaset.metadata.namespace,
                    labels=replicaset.spec.template.metadata.labels,
                    ownerReferences=[owner],
                ),
                spec=replicaset.spec.template.spec,
                status=PodStatus(phase="Pending"),
            )
            made.append(self.write("replicaset-controller", item, self.revision(replicaset)))
        return made

    def place(self, pod, node):
        bound = replace(pod, spec=replace(pod.spec, nodeName=node))
        return self.write("default-scheduler", bound, self.revision(pod))

    def stuck(self, pod, message):
        condition = PodCondition(type="PodScheduled", status="False", reason="Unschedulable", message=message)
        status = replace(pod.status, conditions=[condition])
        return self.write("default-scheduler", replace(pod, status=status), self.revision(pod))

    def pulling(self, pod):
        about = ObjectReference(kind="Pod", name=pod.metadata.name, namespace=pod.metadata.namespace)
        image = pod.spec.containers[0].image
        event = Event(
            metadata=ObjectMeta(name=f"{pod.metadata.name}.{self.store.revision}", namespace=pod.metadata.namespace),
            involvedObject=about,
            reason="Pulling",
            message=f'Pulling image "{image}"',
            type="Normal",
        )
        return self.write(f"kubelet/{pod.spec.nodeName}", event, self.revision(pod))

    def status(self, pod, phase, ready, state, restarts=0, actor=None):
        container = ContainerStatus(name="app", image="x", imageID="", ready=ready, restartCount=restarts, state=state)
        conditions = [PodCondition(type="Ready", status="True" if ready else "False")]
        new = replace(pod, status=PodStatus(phase=phase, containerStatuses=[container], conditions=conditions))
        return self.write(actor or f"kubelet/{pod.spec.nodeName}", new, self.revision(pod))

    def creating(self, pod):
        return self.status(
            pod, "Pending", False, ContainerState(waiting=ContainerStateWaiting(reason="ContainerCreating"))
        )

    def start(self, pod, restarts=0):
        return self.status(pod, "Running", False, ContainerState(running=ContainerStateRunning()), restarts)

    def ready(self, pod, restarts=0):
        return self.status(pod, "Running", True, ContainerState(running=ContainerStateRunning()), restarts)

    def unready(self, pod):
        running = ContainerState(running=ContainerStateRunning())
        return self.status(pod, "Running", False, running, actor="node-lifecycle-controller")

    def crash(self, pod, code=1, restarts=0):
        ended = ContainerState(terminated=ContainerStateTerminated(exitCode=code, reason="Error"))
        return self.status(pod, "Running", False, ended, restarts)

    def trouble(self, pod, reason, restarts=0, phase="Running"):
        waiting = ContainerState(waiting=ContainerStateWaiting(reason=reason))
        return self.status(pod, phase, False, waiting, restarts)

    def leave(self, pod, actor="replicaset-controller"):
        meta = replace(pod.metadata, deletionTimestamp="2026-01-01T00:01:00Z", deletionGracePeriodSeconds=30)
        return self.write(actor, replace(pod, metadata=meta), self.revision(pod))

    def counts(self, deployment, replicaset, ready, total=None):
        """The controllers write down how many there are."""
        replicaset, deployment = self.newest(replicaset), self.newest(deployment)
        total = replicaset.spec.replicas if total is None else total
        status = ReplicaSetStatus(replicas=total, readyReplicas=ready)
        replicaset = self.write("replicaset-controller", replace(replicaset, status=status))
        status = DeploymentStatus(replicas=total, readyReplicas=ready, updatedReplicas=total)
        self.write("deployment-controller", replace(deployment, status=status), self.revision(replicaset))

    def rise(self, deployment, replicaset, count, nodes, spread=0.4):
        """`count` pods from creation to ready, as a small cluster brings them up."""
        pods = self.pods(replicaset, count)
        pods = [self.place(pod, nodes[place % len(nodes)]) for place, pod in enumerate(pods)]
        pods = [self.creating(pod) for pod in pods]
        for pod in pods:
            self.pulling(pod)
        started = []
        for pod in pods:
            self.wait(spread)
            started.append(self.start(pod))
        self.wait(1)
        ready = []
        for done, pod in enumerate(started, 1):
            ready.append(self.ready(pod))
            self.counts(deployment, replicaset, done, count)
            self.wait(spread)
        return ready

    def silence(self, node):
        lease = self.store.get("Lease", "kube-node-lease", node)
        time = replace(lease, spec=replace(lease.spec, renewTime="2026-01-01T00:00:20.000000Z"))
        return self.write("kubernetes-admin", time)

    def lose(self, node):
        item = self.store.get("Node", "", node)
        condition = NodeCondition(type="Ready", status="Unknown", message="Kubelet stopped posting node status.")
        status = replace(item.status, conditions=[condition])
        return self.write("node-lifecycle-controller", replace(item, status=status))


def lesson(harbour=None):
    """Three nodes, a deployment of three, one node lost, and the repair: the story that lesson 05 tells."""
    harbour = harbour or Harbour()
    nodes = [item.metadata.name for item in harbour.store.list("Node")]
    harbour.wait(2)
    deployment, replicaset = harbour.deploy("eta", 3)
    pods = harbour.rise(deployment, replicaset, 3, nodes)
    harbour.wait(20)
    harbour.silence(nodes[1])
    harbour.wait(50)
    harbour.lose(nodes[1])
    harbour.unready(pods[1])
    harbour.counts(deployment, replicaset, 2, 3)
    harbour.wait(300)
    harbour.leave(harbour.newest(pods[1]), "node-lifecycle-controller")
    new = harbour.pods(harbour.newest(replicaset), 1)[0]
    new = harbour.place(new, nodes[0])
    new = harbour.creating(new)
    harbour.wait(1.2)
    new = harbour.start(new)
    harbour.wait(1)
    harbour.ready(new)
    harbour.counts(deployment, replicaset, 3, 3)
    return harbour


def fleet(nodes=100, pods=1000, changes_each=10, deployments=8):
    """A large cluster with about `pods * changes_each` changes."""
    names = [f"node-{number:03d}" for number in range(nodes)]
    harbour = Harbour(names, cpu="32", memory="64Gi")
    each = pods // deployments
    alive = []
    for number in range(deployments):
        deployment, replicaset = harbour.deploy(f"app-{number}", each, cpu="800m", memory="1Gi")
        made = harbour.pods(replicaset, each)
        made = [harbour.place(pod, names[(place * 7 + number) % nodes]) for place, pod in enumerate(made)]
        made = [harbour.creating(pod) for pod in made]
        for pod in made:
            harbour.pulling(pod)
        harbour.wait(1)
        for start in range(0, len(made), 10):
            harbour.wait(0.1)
            made[start : start + 10] = [harbour.start(pod) for pod in made[start : start + 10]]
        for start in range(0, len(made), 10):
            harbour.wait(0.1)
            made[start : start + 10] = [harbour.ready(pod) for pod in made[start : start + 10]]
        harbour.counts(deployment, replicaset, each, each)
        alive += made
    rounds = max(0, changes_each - 6)
    for turn in range(rounds):
        harbour.wait(5)
        for place, pod in enumerate(alive):
            if place % 50 == 0:
                harbour.wait(0.2)
            if turn % 2 == 0 and place % 3:
                alive[place] = harbour.unready(pod)
            elif turn % 2 == 0:
                alive[place] = harbour.crash(pod, 137)
            else:
                alive[place] = harbour.ready(pod, restarts=1 if place % 3 == 0 else 0)
    return harbour
