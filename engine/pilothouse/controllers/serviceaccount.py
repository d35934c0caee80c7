"""Service accounts: every namespace has one called `default`, which pods use unless they say otherwise.

Until it is there the door takes no pods into the namespace. The counterpart is
`pkg/controller/serviceaccount/serviceaccounts_controller.go`.
"""

from __future__ import annotations

from pilothouse.api import Namespace, ObjectMeta, ServiceAccount
from pilothouse.controllers.furnisher import Furnisher


class ServiceAccountController(Furnisher):
    """Keeps a ServiceAccount `default` in every namespace."""

    name = "serviceaccount-controller"
    kind = "ServiceAccount"
    object_name = "default"

    def furniture(self, namespace: Namespace) -> ServiceAccount:
        """The ServiceAccount `default`."""
        return ServiceAccount(metadata=ObjectMeta(name=self.object_name, namespace=namespace.metadata.name))
