"""Deployment: replaces the pods of one template by those of another, and keeps the older templates to go back to.

It never touches pods: it makes one ReplicaSet for each template and moves their sizes, step by step. The arithmetic is
in `rollout`, the numbering of revisions in `revision`, the status in `progress`. The counterpart is
`pkg/controller/deployment/deployment_controller.go` and its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pilothouse.api import Deployment, LabelSelector, ObjectMeta, ReplicaSet, ReplicaSetSpec, replace, template_hash
from pilothouse.apiserver import ApiError
from pilothouse.controllers import claims, conditions, pods, progress, revision, rollout
from pilothouse.controllers.backoff import wait_after_failure
from pilothouse.controllers.podcontrol import is_namespace_ending
from pilothouse.controllers.rollout import Resize
from pilothouse.kernel import Change, Controller, Key, itself


class DeploymentController(Controller):
    """Moves the sizes of ReplicaSets until only the newest template runs."""

    name = "deployment-controller"
    declares = ("failures",)

    def __init__(self) -> None:
        self.failures: dict[Any, int] = {}

    @property
    def watches(self) -> dict[str, Any]:
        """Deployments, and the replica sets that are or might be theirs."""
        return {"Deployment": itself, "ReplicaSet": self.owners_of}

    def start(self) -> None:
        """Have the replica sets indexed that nobody controls."""
        self.store.index("ReplicaSet", claims.ORPHANS, claims.orphans)

    def owners_of(self, change: Change) -> Iterable[Key]:
        """The Deployments that a change of a replica set concerns."""
        return claims.claimants(self.store, "Deployment", change)

    def reconcile(self, key: Key) -> float | None:
        """Take one step of the rollout that is on, if one is."""
        deployment = self.store.get(*key)
        if deployment is None:
            return None
        if deployment.spec.selector == LabelSelector():
            self.refuse(deployment)
            return None

        replicasets = claims.claim(self.store, self.api, deployment, "ReplicaSet")
        if deployment.metadata.deletionTimestamp:
            self.report_counts(deployment, replicasets)
            return None

        deployment = self.note_pause(deployment)
        deployment, replicasets = self.sync_revision(deployment, replicasets)
        if deployment.spec.paused or revision.was_scaled(deployment, rollout.active(replicasets)):
            self.scale(deployment, replicasets)
            return None
        try:
            if deployment.spec.strategy.type == "Recreate":
                return self.recreate(deployment, replicasets)
            return self.roll(deployment, replicasets)
        except ApiError as problem:
            return self.explain(deployment, problem)

    # -------------------------------------------------------------------------------------------- the three ways to act
    def scale(self, deployment: Deployment, replicasets: Sequence[ReplicaSet]) -> None:
        """The Deployment was scaled, or is paused: sizes follow in proportion, templates do not."""
        new, old = self.split(deployment, replicasets)
        self.resize(deployment, rollout.proportional(deployment, new, old))
        if deployment.spec.paused:
            self.clean_up(deployment)
        self.report_counts(deployment, self.owned(deployment))

    def roll(self, deployment: Deployment, replicasets: Sequence[ReplicaSet]) -> float | None:
        """One step of a rolling update: first grow the new replica set, else shrink the old ones."""
        deployment, new, old = self.with_new(deployment, replicasets)
        step = rollout.grow_new(deployment, new, old) or rollout.shrink_old(deployment, new, rollout.active(old))
        self.resize(deployment, step)
        return self.report_progress(deployment, tidy=not step)

    def recreate(self, deployment: Deployment, replicasets: Sequence[ReplicaSet]) -> float | None:
        """All old pods go; when the last has ended, the new ones come."""
        new, old = self.split(deployment, replicasets)
        if step := [Resize(replicaset, 0) for replicaset in rollout.active(old)]:
            self.resize(deployment, step)
        elif not any(map(self.has_pods, old)):
            deployment, new, old = self.with_new(deployment, replicasets)
            self.resize(deployment, rollout.grow_new(deployment, new, old))
        return self.report_progress(deployment, tidy=not step)

    # ----------------------------------------------------------------------------------------------------- replica sets
    def owned(self, deployment: Deployment) -> list[ReplicaSet]:
        """The Deployment's replica sets as they are now, the oldest first."""
        return rollout.by_age(claims.owned(self.store, deployment, "ReplicaSet"))

    def split(
        self, deployment: Deployment, replicasets: Sequence[ReplicaSet]
    ) -> tuple[ReplicaSet | None, list[ReplicaSet]]:
        """The replica set of the newest template, or None, and all others."""
        new = revision.newest(deployment, replicasets)
        return new, [replicaset for replicaset in rollout.by_age(replicasets) if replicaset is not new]

    def has_pods(self, replicaset: ReplicaSet) -> bool:
        """Some pod of the replica set has not ended yet, though it may be on its way."""
        mine = claims.owned(self.store, replicaset, "Pod")
        return replicaset.status.replicas > 0 or not all(map(pods.is_finished, mine))

    def resize(self, deployment: Deployment, resizes: Iterable[Resize]) -> None:
        """Write the sizes, note for what size of the Deployment they were chosen, and tell."""
        for replicaset, size in resizes:
            now = self.store.get("ReplicaSet", replicaset.metadata.namespace, replicaset.metadata.name)
            if now is None:
                continue
            notes = {**now.metadata.annotations, **revision.sizes(deployment)}
            self.api.update(
                replace(
                    now,
                    metadata=replace(now.metadata, annotations=notes),
                    spec=replace(now.spec, replicas=size),
                )
            )
            self.tell_scaling(deployment, now.metadata.name, rollout.wanted(now), size)

    def tell_scaling(self, deployment: Deployment, name: str, before: int, after: int) -> None:
        """The event of a replica set's new size."""
        if before != after:
            way = "up" if before < after else "down"
            message = f"Scaled {way} replica set {name} from {before} to {after}"
            self.api.event(deployment, "Normal", "ScalingReplicaSet", message)

    def sync_revision(
        self, deployment: Deployment, replicasets: Sequence[ReplicaSet]
    ) -> tuple[Deployment, list[ReplicaSet]]:
        """Give the newest template's replica set, if there is one, the newest number; the Deployment shows it too."""
        new, old = self.split(deployment, replicasets)
        if new is None:
            return deployment, old
        notes = revision.notes(deployment, new, revision.next_number(old))
        seconds = deployment.spec.minReadySeconds
        if (notes, seconds) != (new.metadata.annotations, new.spec.minReadySeconds):
            new = self.api.update(
                replace(
                    new,
                    metadata=replace(new.metadata, annotations=notes),
                    spec=replace(new.spec, minReadySeconds=seconds),
                )
            )
        found = progress.condition(
            self.clock.now, "Progressing", "True", "FoundNewReplicaSet", f'Found new replica set "{new.metadata.name}"'
        )
        is_told = conditions.find(deployment.status.conditions, "Progressing")
        deployment = self.note(deployment, revision.number(new), None if is_told else found)
        return deployment, [*old, new]

    def with_new(
        self, deployment: Deployment, replicasets: Sequence[ReplicaSet]
    ) -> tuple[Deployment, ReplicaSet, list[ReplicaSet]]:
        """The replica set of the newest template, made if need be, and all others. Raises ApiError if it is refused."""
        new, old = self.split(deployment, replicasets)
        if new:
            return deployment, new, old
        new = self.api.create(self.blueprint(deployment, old))
        self.tell_scaling(deployment, new.metadata.name, 0, rollout.wanted(new))
        created = progress.condition(
            self.clock.now,
            "Progressing",
            "True",
            "NewReplicaSetCreated",
            f'Created new replica set "{new.metadata.name}"',
        )
        return self.note(deployment, revision.number(new), created), new, old

    def blueprint(self, deployment: Deployment, old: Sequence[ReplicaSet]) -> ReplicaSet:
        """A replica set for the Deployment's template; its name follows from the template, so it is made only once."""
        template = deployment.spec.template
        mark = {revision.TEMPLATE_HASH: template_hash(template, deployment.status.collisionCount)}
        labels = {**template.metadata.labels, **mark}
        selector = deployment.spec.selector
        return ReplicaSet(
            metadata=ObjectMeta(
                name=f"{deployment.metadata.name}-{mark[revision.TEMPLATE_HASH]}",
                namespace=deployment.metadata.namespace,
                labels=labels,
                annotations=revision.notes(deployment, None, revision.next_number(old)),
                ownerReferences=[claims.reference_to(deployment)],
            ),
            spec=ReplicaSetSpec(
                replicas=rollout.grown(deployment, None, old),
                minReadySeconds=deployment.spec.minReadySeconds,
                selector=replace(selector, matchLabels={**selector.matchLabels, **mark}),
                template=replace(template, metadata=replace(template.metadata, labels=labels)),
            ),
        )

    def clean_up(self, deployment: Deployment) -> None:
        """Delete the empty replica sets of revisions beyond the limit of the history."""
        _, old = self.split(deployment, self.owned(deployment))
        for replicaset in revision.obsolete(deployment, old):
            self.api.delete("ReplicaSet", replicaset.metadata.name, replicaset.metadata.namespace)

    # ----------------------------------------------------------------------------------------------------------- status
    def note(self, deployment: Deployment, number: int, told: Any = None) -> Deployment:
        """Write the revision, and a condition if one is given and somebody waits for it, on the Deployment."""
        notes = {**deployment.metadata.annotations, revision.REVISION: str(number)}
        status = deployment.status
        if told and progress.has_deadline(deployment):
            status = replace(status, conditions=conditions.put(status.conditions, told))
        return self.write(replace(deployment, metadata=replace(deployment.metadata, annotations=notes), status=status))

    def note_pause(self, deployment: Deployment) -> Deployment:
        """Write that the Deployment was paused or resumed, if it was."""
        told = progress.paused(deployment, self.clock.now)
        return self.write(replace(deployment, status=replace(deployment.status, conditions=told)))

    def report_counts(self, deployment: Deployment, replicasets: Sequence[ReplicaSet]) -> None:
        """Write the counts; whether the rollout gets on is not judged."""
        new, old = self.split(deployment, replicasets)
        self.write(replace(deployment, status=progress.counted(deployment, new, old, self.clock.now)))

    def report_progress(self, deployment: Deployment, tidy: bool) -> float | None:
        """Write how the rollout gets on, clean up after it if `tidy`, and say when it will be late."""
        if tidy and progress.is_complete(deployment, deployment.status):
            self.clean_up(deployment)
        new, old = self.split(deployment, self.owned(deployment))
        status = progress.estimated(deployment, new, old, self.clock.now)
        deployment = self.write(replace(deployment, status=status))
        return progress.next_look(deployment, self.clock.now)

    def write(self, deployment: Deployment) -> Deployment:
        """Write status and annotations, if they say anything new."""
        key = Key("Deployment", deployment.metadata.namespace, deployment.metadata.name)
        if deployment == self.store.get(*key):
            return deployment
        return self.api.update(deployment, subresource="status")  # type: ignore[no-any-return]

    def refuse(self, deployment: Deployment) -> None:
        """A selector that selects everything would take every pod of the namespace."""
        message = "This deployment is selecting all pods. A non-empty selector is required."
        self.api.event(deployment, "Warning", "SelectingAll", message)
        seen = replace(deployment.status, observedGeneration=deployment.metadata.generation)
        self.write(replace(deployment, status=seen))

    def explain(self, deployment: Deployment, problem: ApiError) -> float | None:
        """The new replica set was refused: try another name, or say why and try again later."""
        key = Key("Deployment", deployment.metadata.namespace, deployment.metadata.name)
        now = self.store.get(*key)
        if now is None or is_namespace_ending(problem):
            return None
        if problem.reason == "AlreadyExists":  # two templates with one hash: count, and mix the count into the next
            self.write(replace(now, status=replace(now.status, collisionCount=(now.status.collisionCount or 0) + 1)))
            return None
        name = self.blueprint(now, []).metadata.name
        message = f'Failed to create new replica set "{name}": {problem.message}'
        self.api.event(deployment, "Warning", "ReplicaSetCreateError", message)
        told = progress.condition(self.clock.now, "Progressing", "False", "ReplicaSetCreateError", message)
        if progress.has_deadline(now):
            self.write(replace(now, status=replace(now.status, conditions=conditions.put(now.status.conditions, told))))
        return wait_after_failure(self.failures, key)
