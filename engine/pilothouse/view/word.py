"""Every sentence that the view can say: one vocabulary for the timeline, the picture and its screen reader text.

A sentence has two forms, for one thing and for many equal ones ("3 pods of eta are ready"). In a form,
{who} is the actor, {it} the thing, {kind} and {kinds} its kind, {at} its node, {why} the detail, {pods} or {its} the many, and {ats}
their nodes. In <a|b> the first is said of one node, the second of many. {:why} and {(why)} bring their own punctuation and vanish without a detail. In [a|b] the first is said of
"you" and of many, the second of one other. The browser gets this table with the data and forms the same sentences by
the same few rules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple


class Word(NamedTuple):
    """A sentence for one thing, and the same for many."""

    name: str
    one: str
    many: str


WORDS = (
    Word("silent", "", ""),
    Word("pod-created", "{who} [create|creates] pod {it}", "{who} [create|creates] {pods}"),
    Word("pod-placed", "{who} [place|places] {it} on {at}", "{who} [place|places] {pods} on {ats}"),
    Word("pod-stuck", "no node fits {it}{:why}", "no node fits {pods}{:why}"),
    Word("pod-pulling", "{at} fetches the image {why} for {it}", "{ats} <fetches|fetch> the image {why} for {pods}"),
    Word("pod-started", "{it} starts on {at}", "{pods} start on {ats}"),
    Word("pod-ready", "{it} is ready", "{pods} are ready"),
    Word("pod-unready", "{it} is no longer ready", "{pods} are no longer ready"),
    Word("pod-crashed", "{it} crashes{:why}", "{pods} crash{:why}"),
    Word("pod-waits", "{it} waits before it is started again{(why)}", "{pods} wait before they start again{(why)}"),
    Word("pod-image", "{at} cannot fetch the image of {it}{:why}", "{ats} cannot fetch the image of {pods}{:why}"),
    Word(
        "pod-retries",
        "{at} waits before fetching the image of {it} again",
        "{ats} <waits|wait> before fetching the image of {pods} again",
    ),
    Word("pod-restarted", "{it} is started again{(why)}", "{pods} are started again{(why)}"),
    Word("pod-revived", "{it} is started again and ready{(why)}", "{pods} are started again and ready{(why)}"),
    Word("pod-done", "{it} finishes its work", "{pods} finish their work"),
    Word("pod-failed", "{it} fails{:why}", "{pods} fail{:why}"),
    Word("pod-leaving", "{who} [tell|tells] {it} to stop", "{who} [tell|tells] {pods} to stop"),
    Word("pod-gone", "{it} is gone", "{pods} are gone"),
    Word("pod-there", "{it} is there{:why}", "{pods} are there{:why}"),
    Word("pod-unhealthy", "{it}: {why}", "{pods}: {why}"),
    Word("node-joined", "node {it} joins", "{count} nodes join: {its}"),
    Word("node-silent", "the kubelet on {it} falls silent", "the kubelets on {its} fall silent"),
    Word("node-lost", "{who} [mark|marks] {it} as not ready{:why}", "{who} [mark|marks] {its} as not ready{:why}"),
    Word("node-back", "the kubelet on {it} reports again", "the kubelets on {its} report again"),
    Word("node-ready", "node {it} is ready", "{count} nodes are ready: {its}"),
    Word("node-closed", "{who} [close|closes] {it} for new pods", "{who} [close|closes] {its} for new pods"),
    Word("node-opened", "{who} [open|opens] {it} for new pods", "{who} [open|opens] {its} for new pods"),
    Word("node-tainted", "{who} [taint|taints] {it}{:why}", "{who} [taint|taints] {its}{:why}"),
    Word("node-cleared", "{who} [lift|lifts] the taints of {it}", "{who} [lift|lifts] the taints of {its}"),
    Word("node-gone", "node {it} leaves", "{count} nodes leave: {its}"),
    Word(
        "work-created",
        "{who} [create|creates] {kind} {it}{:why}",
        "{who} [create|creates] {count} {kinds}: {its}{:why}",
    ),
    Word("work-scaled", "{who} [scale|scales] {kind} {it} {why}", "{who} [scale|scales] {count} {kinds} {why}: {its}"),
    Word(
        "work-changed",
        "{who} [change|changes] {kind} {it}{:why}",
        "{who} [change|changes] {count} {kinds}: {its}{:why}",
    ),
    Word("work-complete", "{kind} {it} is complete: {why}", "{count} {kinds} are complete: {its}"),
    Word("work-short", "{kind} {it} falls short: {why}", "{count} {kinds} fall short: {its}"),
    Word("work-warned", "{kind} {it}: {why}", "{count} {kinds} ({its}): {why}"),
    Word("work-deleted", "{who} [delete|deletes] {kind} {it}", "{who} [delete|deletes] {count} {kinds}: {its}"),
)
CODE = {word.name: code for code, word in enumerate(WORDS)}

ACTORS = {
    "user": "you",
    "kubernetes-admin": "you",
    "default-scheduler": "the scheduler",
    "kube-scheduler": "the scheduler",
    "scheduler": "the scheduler",
    "node-controller": "the node controller",
    "node-lifecycle-controller": "the node controller",
    "garbage-collector": "the garbage collector",
    "generic-garbage-collector": "the garbage collector",
    "horizontal-pod-autoscaler": "the autoscaler",
    "horizontalpodautoscaler": "the autoscaler",
    "heartbeat": "the kubelet",
    "kubelet": "the kubelet",
}
KINDS = ("ReplicaSet", "StatefulSet", "DaemonSet", "CronJob", "Deployment", "Job", "EndpointSlice", "Node", "Namespace")
PROPER = {f"{kind.lower()}-controller": f"the {kind} controller" for kind in KINDS}


def actor_words(actor: str) -> str:
    """Who that is in plain words: "kubelet/n1" is "the kubelet on n1", "kubernetes-admin" is "you"."""
    if actor in ACTORS:
        return ACTORS[actor]
    if actor in PROPER:
        return PROPER[actor]
    if actor.startswith("kubelet/"):
        return f"the kubelet on {actor[8:]}"
    if actor.startswith("system:node:"):
        return f"the kubelet on {actor[12:]}"
    return f"the {actor[:-11].replace('-', ' ')} controller" if actor.endswith("-controller") else actor


class Facts(NamedTuple):
    """What a sentence is about: the actor, the kind, the names of equal things, their owner, their nodes, the detail."""

    who: str
    kind: str
    names: Sequence[str]
    owner: str
    places: Sequence[str]
    why: str


def some(names: Sequence[str], noun: str) -> str:
    """At most three names spelled out: "a, b and c", else "12 nodes"."""
    distinct = list(dict.fromkeys(name for name in names if name))
    if not distinct:
        return f"no {noun}"
    if len(distinct) > 3:
        return f"{len(distinct)} {noun}s"
    return distinct[0] if len(distinct) == 1 else f"{', '.join(distinct[:-1])} and {distinct[-1]}"


def plural(kind: str) -> str:
    """The plural of a kind: "NetworkPolicies", "Ingresses", "Jobs"."""
    if kind.endswith("y"):
        return f"{kind[:-1]}ies"
    return f"{kind}es" if kind.endswith("s") else f"{kind}s"


def listed(names: Sequence[str]) -> str:
    """The first names spelled out: "a, b and c", or "a, b, c and 9 more"."""
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def sentence(code: int, facts: Facts) -> str:
    """The sentence that says it; `code` is an index into WORDS."""
    many = len(facts.names) > 1
    form = WORDS[code].many if many else WORDS[code].one
    form = re.sub(r"\[([^|]*)\|([^\]]*)\]", r"\1" if facts.who == "you" else r"\2", form)
    form = re.sub(r"<([^|]*)\|([^>]*)>", r"\2" if len(set(facts.places)) > 1 else r"\1", form)
    fields = {
        "who": facts.who,
        "kind": facts.kind,
        "kinds": plural(facts.kind),
        "it": facts.names[0] if facts.names else "",
        "its": listed(facts.names),
        "count": str(len(facts.names)),
        "pods": f"{len(facts.names)} pods of {facts.owner}" if facts.owner else f"{len(facts.names)} pods",
        "at": facts.places[0] if facts.places else "",
        "ats": some(facts.places, "node"),
        "why": facts.why,
        ":why": f": {facts.why}" if facts.why else "",
        "(why)": f" ({facts.why})" if facts.why else "",
    }
    return re.sub(r"\{([^}]*)\}", lambda field: fields[field[1]], form)
