"""The one list of known differences from what was recorded on a real control plane, each with its reason.

`KNOWN` names facts that differ, by recording and place (`*` stands for anything); a fact that no longer differs must
leave it. `REFUSALS` names requests of api_errors.json by the beginning of their titles. `ASIDE` names parts of
recordings that are no facts for us, `UNPLAYED` whole recordings.
"""

from __future__ import annotations

TOKEN = "our pods have no volume with a token of their service account"

NAME_AND_AGE = "nothing here makes objects of this kind: it shows name and age"

KNOWN: dict[str, dict[str, str]] = {
    "tables": {
        "tables/v1/componentstatuses/*": NAME_AND_AGE,
        "tables/apiregistration.k8s.io/v1/apiservices/*": NAME_AND_AGE,
        "tables/certificates.k8s.io/v1/certificatesigningrequests/*": NAME_AND_AGE,
        "tables/networking.k8s.io/v1/ipaddresses/*": NAME_AND_AGE,
        "tables/networking.k8s.io/v1/servicecidrs/*": NAME_AND_AGE,
        "tables/admissionregistration.k8s.io/v1/mutatingadmissionpolic*": NAME_AND_AGE,
        "tables/flowcontrol.apiserver.k8s.io/v1/*": NAME_AND_AGE,
        "tables/storage.k8s.io/v1/volumeattachments/1/format": "the format of a column is not kept; this is the only one that does not follow from its name",
    },
    "sts_ondelete_and_broken": {
        "events/* Delete Pod db-2 in StatefulSet db successful": "the real one deleted the pod once more before its copy of "
        "it said that it was going",
    },
    "node_failure": {
        "events/Node/nf-1 Normal RegisteredNode *": "the event of a node's first sight is not written",
        "events/Pod/sts-0 * Cancelling deletion of Pod *": "an eviction that is no longer due is dropped without an event",
        "events/StatefulSet/sts *": "the real set made its pod twice when the node came back: the first one met the taint "
        "that was still there",
    },
    "cronjob": {
        "events/* Not starting job because *": "said once per look, and the real one looks more often",
        "events/* Active job went missing: *": "the real one had deleted it itself, which its copy did not show yet",
        "events/* Saw completed job: *": "the real one says it again while its copy is old",
    },
    "ds_nodes": {
        "events/* Deleted pod: ag-POD": "a race: off the node with the NoExecute taint the pod is deleted by the DaemonSet "
        "controller on the real one, here by the taint eviction controller, which comes first",
    },
    "sts_ordered": {
        "pod/spec/containers/0/volumeMounts/*": TOKEN,
        "pod/spec/volumes/*": TOKEN,
    },
    "deployment_adopt": {
        "events/Pod/bare-pod4 *": "a race: the real scheduler placed the pod before the ReplicaSet, which had adopted it, "
        "deleted it; here the ReplicaSet comes first",
    },
    "quota": {
        "31 kubectl describe quota/out": "our kubectl describes a quota as it does any kind without a page of its own",
    },
    "drain": {
        "cordoned_node_spec/podCIDR*": "the recorded control plane gave its nodes no addresses for pods; ours does, as most "
        "real clusters do",
        "kubectl/6 */out/evicting pod r-drain/POD": "the real drain announces a third try before it sees that time is over",
        "kubectl/7 */e*": "the real server tries a refused eviction again within half a second, before it says no; by then "
        "the first pod had been replaced",
        "kubectl/7 */out/evicting pod r-drain/POD": "as above",
        "pdbs/6/status/*": "of several budgets over a new pod the real controller wakes an arbitrary one, and comes to the "
        "others later; ours wakes all",
        "events/PodDisruptionBudget/bare Warning *": "said once per look; the real one looked four times",
    },
    "gc": {
        "Background response/1/*": "in process a deletion answers with the object as it was; the Status is HTTP's",
        "namespace gone seconds after finalizer removal/0": "the real controller looks again after 5, then every 8 seconds; "
        "ours as soon as something goes",
    },
    "deployment_free": {
        "kubectl/1 rollout status deploy/web/out/*": "two of the real pods became ready within one look of kubectl; here "
        "it sees each of them",
    },
    "deployment_scaledown": {
        "victims/[3-8]/0/*": "equals: ages of one power of two, so that which of these pods goes first is a draw",
    },
    "deployment_deadline": {
        "steps/1/conds/1/[23]": "a race on the real one, which counted the new pod in the same pass in which it made the "
        "replica set; in the 24 recordings of deployment_rolling.json it says ReplicaSetUpdated, as ours",
    },
}

HTTP = "a matter of HTTP (paths, methods, media types, query parameters), not of the call in process"
REFUSALS = {
    "malformed JSON": HTTP,
    "kind mismatch: Service posted to pods": HTTP,
    "wrong apiVersion apps/v1beta1 posted to apps/v1": HTTP,
    "unsupported media type": HTTP,
    "no such group": HTTP,
    "removed version": HTTP,
    "method not allowed": HTTP,
    "name in URL differs": HTTP,
    "bad dryRun": HTTP,
    "continue invalid": HTTP,
    "bad token": HTTP,
    "server-side apply conflict": "there is no server-side apply yet",
    "pod: cpu resize via normal endpoint": "the diff in it numbers its lines without the token volume, which our pods do not have",
}

UNPLAYED = {"hpa": "there is no HorizontalPodAutoscaler controller yet"}

ASIDE: dict[str, dict[str, str]] = {
    "*": {
        "scenario": "the recorder's own words for what it does",
        "timeline": "seconds on a real machine and the life of its fake pods; the order of states is in the other parts",
    },
}
