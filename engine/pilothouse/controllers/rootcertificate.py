"""Root certificates: every namespace has a ConfigMap `kube-root-ca.crt`, by which pods know the API server.

Invented: the certificate is a placeholder, since nothing here is encrypted. The counterpart is
`pkg/controller/certificates/rootcacertpublisher`.
"""

from __future__ import annotations

from pilothouse.api import ConfigMap, Namespace, ObjectMeta
from pilothouse.controllers.furnisher import Furnisher

DESCRIPTION = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints."
CERTIFICATE = "-----BEGIN CERTIFICATE-----\n(simulated)\n-----END CERTIFICATE-----\n"


class RootCertificatePublisher(Furnisher):
    """Keeps the ConfigMap in every namespace."""

    name = "root-ca-certificate-publisher-controller"
    kind = "ConfigMap"
    object_name = "kube-root-ca.crt"

    def furniture(self, namespace: Namespace) -> ConfigMap:
        """The ConfigMap with the certificate."""
        return ConfigMap(
            metadata=ObjectMeta(
                name=self.object_name,
                namespace=namespace.metadata.name,
                annotations={"kubernetes.io/description": DESCRIPTION},
            ),
            data={"ca.crt": CERTIFICATE},
        )
