"""The kubelet: what happens to a pod on its node.

Read in this order: record, plan, phase, conditions, status, worker, starting, stopping, probing, kubelet.
"""

from pilothouse.kubelet.heartbeat import Heartbeat
from pilothouse.kubelet.kubelet import Kubelet

__all__ = ["Heartbeat", "Kubelet"]
