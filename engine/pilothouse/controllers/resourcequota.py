"""Resource quotas: what a namespace uses, written into the status of its quotas.

The door refuses what would be too much, from the objects themselves; this controller only shows the amounts. The
counterpart is `pkg/controller/resourcequota`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pilothouse.api import ResourceQuotaStatus, replace
from pilothouse.apiserver.quota import spell, used
from pilothouse.kernel import Change, Controller, Key, key_of


class ResourceQuotaController(Controller):
    """Keeps the status of ResourceQuotas."""

    name = "resourcequota-controller"

    @property
    def watches(self) -> dict[str, Any]:
        """Everything that a quota may count."""
        return {"*": self.quotas_for}

    def quotas_for(self, change: Change) -> Iterable[Key]:
        """The quotas of the namespace, if the change can move an amount."""
        if change.key.kind == "ResourceQuota":
            return (change.key,)
        quotas = self.store.list("ResourceQuota", change.key.namespace)
        before, after = change.before, change.after
        if not quotas or (before is not None and after is not None and counts(before) == counts(after)):
            return ()
        return map(key_of, quotas)

    def reconcile(self, key: Key) -> None:
        """Write the amounts, if they say anything new."""
        quota = self.store.get(*key)
        if quota is None:
            return
        amounts = spell(used(self.store, self.api.door.scheme, quota), quota.spec.hard)
        status = ResourceQuotaStatus(hard=quota.spec.hard, used=amounts)
        if status != quota.status:
            self.api.update(replace(quota, status=status), subresource="status")


def counts(item: Any) -> tuple[Any, Any]:
    """All of an object that decides how much of a quota it uses."""
    return getattr(item, "spec", None), getattr(getattr(item, "status", None), "phase", None)
