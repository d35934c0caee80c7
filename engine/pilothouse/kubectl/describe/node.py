"""`kubectl describe node`."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from pilothouse.api import Node, Pod, format_quantity, parse_quantity
from pilothouse.apiserver import ApiError

from .events import events
from .page import Page, date
from .requests import Amounts, total
from .surroundings import Surroundings

ROLE = "node-role.kubernetes.io/"
BINARY = ("memory", "ephemeral-storage", "storage")
ALWAYS_SHOWN = ("cpu", "memory", "ephemeral-storage")


def describe(node: Node, around: Surroundings, page: Page) -> None:
    """All sections, in kubectl's order."""
    _head(node, page)
    _lease(node, around, page)
    _conditions(node, page)
    page.line(0, "Addresses:")
    for address in node.status.addresses:
        page.line(1, f"{address.type}:\t{address.address}")
    for title, amounts in (("Capacity", node.status.capacity), ("Allocatable", node.status.allocatable)):
        if amounts:
            page.line(0, f"{title}:")
        for name in sorted(amounts):
            page.line(1, f"{name}:\t{amounts[name]}")
    _system(node, page)
    pods = [
        pod
        for pod in around.api.list("Pod", namespace=None, field_selector=f"spec.nodeName={node.metadata.name}")
        if pod.status.phase not in ("Succeeded", "Failed")
    ]
    _pods(pods, node.status.allocatable or node.status.capacity, page)
    events(page, around.events("Node", node.metadata, node.metadata.name))


def _head(node: Node, page: Page) -> None:
    meta, spec = node.metadata, node.spec
    roles = sorted({label.removeprefix(ROLE) for label in meta.labels if label.startswith(ROLE)})
    page.line(0, f"Name:\t{meta.name}")
    page.line(0, f"Roles:\t{','.join(roles) or '<none>'}")
    page.pairs("Labels", meta.labels)
    page.annotations(meta.annotations)
    page.line(0, f"CreationTimestamp:\t{date(meta.creationTimestamp)}")
    taints = sorted(
        f"{taint.key}={taint.value}:{taint.effect}" if taint.value else f"{taint.key}:{taint.effect}"
        for taint in spec.taints
    ) or ["<none>"]
    page.raw("Taints:\t" + "".join(("\t" if number else "") + taint + "\n" for number, taint in enumerate(taints)))
    page.line(0, f"Unschedulable:\t{'true' if spec.unschedulable else 'false'}")


def _lease(node: Node, around: Surroundings, page: Page) -> None:
    try:
        lease = around.api.get("Lease", node.metadata.name, namespace="kube-node-lease")
    except ApiError as refusal:
        page.line(0, f"Lease:\tFailed to get lease: {refusal.message}")
        return
    page.line(0, "Lease:")
    page.line(1, f"HolderIdentity:\t{lease.spec.holderIdentity or '<unset>'}")
    page.line(1, f"AcquireTime:\t{date(lease.spec.acquireTime or '')}")
    page.line(1, f"RenewTime:\t{date(lease.spec.renewTime or '')}")


def _conditions(node: Node, page: Page) -> None:
    if not node.status.conditions:
        return
    page.line(0, "Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage")
    page.line(1, "----\t------\t-----------------\t------------------\t------\t-------")
    for one in node.status.conditions:
        beat, change = date(one.lastHeartbeatTime), date(one.lastTransitionTime)
        page.line(1, f"{one.type} \t{one.status} \t{beat} \t{change} \t{one.reason} \t{one.message}")


def _system(node: Node, page: Page) -> None:
    info, spec = node.status.nodeInfo, node.spec
    page.line(0, "System Info:")
    for title, value in (
        ("Machine ID", info.machineID if info else ""),
        ("System UUID", info.systemUUID if info else ""),
        ("Boot ID", info.bootID if info else ""),
        ("Kernel Version", info.kernelVersion if info else ""),
        ("OS Image", info.osImage if info else ""),
        ("Operating System", info.operatingSystem if info else ""),
        ("Architecture", info.architecture if info else ""),
        ("Container Runtime Version", info.containerRuntimeVersion if info else ""),
        ("Kubelet Version", info.kubeletVersion if info else ""),
        ("Kube-Proxy Version", info.kubeProxyVersion if info else ""),
    ):
        page.line(1, f"{title}:\t{value}")
    if spec.podCIDR:
        page.line(0, f"PodCIDR:\t{spec.podCIDR}")
    if spec.podCIDRs:
        page.line(0, f"PodCIDRs:\t{','.join(spec.podCIDRs)}")
    if spec.providerID:
        page.line(0, f"ProviderID:\t{spec.providerID}")


def _pods(pods: Sequence[Pod], available: dict[str, str], page: Page) -> None:
    has = {name: Fraction(parse_quantity(text)) for name, text in available.items()}
    page.line(0, f"Non-terminated Pods:\t({len(pods)} in total)")
    page.line(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge")
    page.line(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---")
    requests: Amounts = {}
    limits: Amounts = {}
    for pod in pods:
        wants, most = total(pod, "requests"), total(pod, "limits")
        for into, amounts in ((requests, wants), (limits, most)):
            for name, amount in amounts.items():
                into[name] = into.get(name, Fraction(0)) + amount
        cells = [share(amounts, name, has) for name in ("cpu", "memory") for amounts in (wants, most)]
        page.line(
            1,
            f"{pod.metadata.namespace}\t{pod.metadata.name}\t\t"
            + "\t".join(cells)
            + f"\t{page.since(pod.metadata.creationTimestamp)}",
        )
    page.line(0, "Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)")
    page.line(1, "Resource\tRequests\tLimits")
    page.line(1, "--------\t--------\t------")
    extended = [name for name in sorted(available) if name not in ALWAYS_SHOWN and name != "pods"]
    for name in (*ALWAYS_SHOWN, *(each for each in extended if each.startswith("hugepages-"))):
        page.line(1, f"{name}\t{share(requests, name, has)}\t{share(limits, name, has)}")
    for name in (each for each in extended if not each.startswith("hugepages-")):
        page.line(1, f"{name}\t{amount_text(requests, name)}\t{amount_text(limits, name)}")


def share(amounts: Amounts, name: str, has: Amounts) -> str:
    """``250m (6%)``: an amount and its part of what the node has."""
    amount, whole = amounts.get(name, Fraction(0)), has.get(name, Fraction(0))
    return f"{amount_text(amounts, name)} ({int(amount * 100 / whole) if whole else 0}%)"


def amount_text(amounts: Amounts, name: str) -> str:
    """A sum as a Kubernetes quantity; memory and storage in powers of two."""
    binary = name in BINARY or name.startswith("hugepages-")
    return format_quantity(amounts.get(name, Fraction(0)), like="1Ki" if binary else "")
