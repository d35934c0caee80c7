"""Right answers beside the one in the solution notebook, and wrong ones with the words they must be answered with.

Tests run them all; lessons never import this file. Each is what a learner might type after
`cluster = lesson.scenario(task)`; the wrong ones are those that people really give.
"""

from __future__ import annotations

from pilothouse.learn.wrong import Wrong

IMPORTS = """
from pilothouse.api import replace
from pilothouse.controllers import ReplicaSetController
from pilothouse.controllers.podcontrol import create_pod, delete_pod
from pilothouse.controllers.pods import is_active, is_ready
from pilothouse.kernel import Controller, controller_of, itself
from pilothouse.learn.lesson_06 import Listener
"""
BOTH = '{"ReplicaSet": itself, "Pod": controller_of("ReplicaSet")}'
CLASS = """
class Mine(Controller):
    name = NAME
    watches = WATCHES

    def reconcile(self, key):
        wish = self.store.get(*key)
        if wish is None:
            return
        owned = self.store.by("Pod", "owner", wish.metadata.uid)
        pods = [pod for pod in owned if COUNTED]
        for _ in range(wish.spec.replicas - len(pods)):
            create_pod(self.api, wish, wish.spec.template)
"""
DELETE = """
        for pod in pods[wish.spec.replicas:]:
            delete_pod(self.api, wish, pod)
"""
REPORT = """
        ready = sum(map(is_ready, pods))
        status = replace(wish.status, replicas=len(pods), readyReplicas=ready, availableReplicas=ready)
        if status != wish.status:
            self.api.update(replace(wish, status=status), subresource="status")
"""
ADD = "\ncluster.add(Mine())\n"
RUN = 'cluster.run("30s")\n'


def mine(
    more: str = DELETE + REPORT,
    name: str = '"replicaset-controller"',
    watches: str = BOTH,
    counted: str = "is_active(pod)",
    end: str = ADD + RUN,
) -> str:
    """Code that defines a controller and puts it on watch."""
    text = CLASS.replace("NAME", name).replace("WATCHES", watches).replace("COUNTED", counted)
    return IMPORTS + text + more + end


HEARS = """
class Mine(Listener):
    @property
    def watches(self):
        return {"ReplicaSet": itself, "Pod": self.hear}

    def reconcile(self, key):
        wish = self.store.get(*key)
        if not self.store.by("Pod", "owner", wish.metadata.uid):
            self.lost[key] = wish.spec.replicas
        super().reconcile(key)
"""
RAISES = """
class Mine(Controller):
    name = "replicaset-controller"
    watches = {"ReplicaSet": itself, "Pod": controller_of("ReplicaSet")}

    def reconcile(self, key):
        wish = self.store.get(*key)
        pods = self.store.by("Pod", "owner", wish.metadata.uid)
        for _ in range(wish.replicas - len(pods)):
            create_pod(self.api, wish, wish.spec.template)
"""
POD = """
text = '''
apiVersion: v1
kind: Pod
metadata: {name: NAME, labels: {app: eta-model}}
spec: {containers: [{name: model, image: "line/eta-model:1.0"}]}
'''
for name in NAMES:
    cluster.apply(text.replace("NAME", name))
cluster.run("30s")
"""

CALM = """
class Mine(ReplicaSetController):
    declares = DECLARES

    def __init__(self):
        super().__init__()
        self.seen = {}

    def reconcile(self, key):
        wish = self.store.get(*key)
        generation = wish.metadata.generation if wish else 0
        if self.seen.get(key, (None, 0))[0] != generation:
            self.seen[key] = (generation, self.clock.now + 5)
        left = self.seen[key][1] - self.clock.now
        return left if left > 0 else super().reconcile(key)
"""
GRID = """
class Mine(ReplicaSetController):
    def reconcile(self, key):
        left = -self.clock.now % EVERY
        return left if left > 0.001 else super().reconcile(key)
"""
GROWS = """
class Mine(ReplicaSetController):
    def delete(self, replicaset, running, count):
        return None
"""
FORCE = """
for pod in cluster.list("pods"):
    if pod.metadata.deletionTimestamp:
        cluster.api.delete("pod", pod.metadata.name, grace=0)
cluster.run("30s")
"""
DEAF = """
class Mine(Listener):
    def hear(self, change):
        if change.verb == "MODIFIED" and change.after.metadata.deletionTimestamp:
            if not change.before.metadata.deletionTimestamp:
                for owner in controller_of("ReplicaSet")(change):
                    self.lost[owner] = self.lost.get(owner, 0) + 1
                    yield owner
"""
SCALE = """
cluster.api.patch("deployment", "eta-model", {"spec": {"replicas": 4}})
cluster.run("30s")
"""

RIGHT: dict[str, list[str]] = {
    "helmsman": [
        mine(),
        mine(name='"my-own-helmsman"'),
        mine(end=ADD),
    ],
    "silent-machine": [
        mine(),
        IMPORTS + "cluster.add(ReplicaSetController())\n" + RUN,
    ],
    "nervous-captain": [
        IMPORTS + CALM.replace("DECLARES", '("failures", "seen")') + ADD,
        IMPORTS + GRID.replace("EVERY", "10") + ADD,
        mine(),
    ],
}

WRONG: dict[str, list[Wrong]] = {
    "helmsman": [
        Wrong(mine(counted="is_ready(pod)", end=ADD), "fail", "without end"),
        Wrong(mine(watches='{"ReplicaSet": itself}'), "partial", "watches names no Pod"),
        Wrong(IMPORTS + HEARS + ADD + RUN, "partial", "one that it missed stays"),
        Wrong(mine(REPORT), "partial", "never takes one away"),
        Wrong(mine(DELETE), "partial", "tells nobody"),
        Wrong(IMPORTS + RAISES + ADD + RUN, "partial", "Your controller raises"),
        Wrong(POD.replace("NAMES", '["one", "two", "three"]'), "partial", "made by hand"),
    ],
    "silent-machine": [
        Wrong(FORCE, "partial", "the one event that it waits for"),
        Wrong(POD.replace("NAMES", '["another"]'), "partial", "made by hand"),
        Wrong(SCALE, "fail", "still on watch"),
        Wrong(mine(counted="True"), "fail", "told to go"),
        Wrong(IMPORTS + DEAF + FORCE + ADD + RUN, "partial", "acts on what it hears"),
    ],
    "nervous-captain": [
        Wrong(IMPORTS + CALM.replace("DECLARES", '("failures",)') + ADD, "partial", "Name it in declares"),
        Wrong(IMPORTS + GROWS + ADD, "partial", "never takes a copy away"),
        Wrong(IMPORTS + GRID.replace("EVERY", "120") + ADD, "partial", "waits too long"),
    ],
}
