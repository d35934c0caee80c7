"""The script of the company: a controller that acts on what it hears, and not on what is there.

It is wrong on purpose, in the way in which first controllers are wrong; the lesson breaks it, an exercise repairs it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from pilothouse.controllers.podcontrol import create_pod
from pilothouse.kernel import Change, Controller, Key, controller_of


class Listener(Controller):
    """Counts the copies that it hears are lost, and makes as many."""

    name = "replicaset-controller"
    declares = ("lost",)

    def __init__(self) -> None:
        self.lost: dict[Hashable, int] = {}

    @property
    def watches(self) -> Mapping[str, Any]:
        """Pods, and nothing else."""
        return {"Pod": self.hear}

    def hear(self, change: Change) -> Iterable[Hashable]:
        """Remember each copy that is gone."""
        for owner in controller_of("ReplicaSet")(change):
            if change.verb == "DELETED":
                self.lost[owner] = self.lost.get(owner, 0) + 1
                yield owner

    def reconcile(self, key: Key) -> None:
        """Make one copy for each that was lost."""
        wish = self.store.get(*key)
        for _ in range(self.lost.pop(key, 0)):
            create_pod(self.api, wish, wish.spec.template)
