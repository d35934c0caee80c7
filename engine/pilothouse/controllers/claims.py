"""Who owns what: a controller adopts matching objects that belong to nobody and releases what no longer matches.

Ownership is an entry in the dependent's `metadata.ownerReferences`; at most one of them has `controller: true`.
The counterpart is the ControllerRefManager of `pkg/controller/controller_ref_manager.go`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pilothouse.api import LabelSelector, OwnerReference, matches, replace
from pilothouse.apiserver import ApiError, Client
from pilothouse.kernel import Change, Key, Store

ORPHANS = "orphans"  # the index of objects that nobody controls, by namespace
OWNERS = "owners"  # the index of objects by the uid of each of their owners, controlling or not


def controller_reference(item: Any) -> OwnerReference | None:
    """The entry of the owner that controls the object, or None."""
    for reference in item.metadata.ownerReferences:
        if reference.controller:
            return reference  # type: ignore[no-any-return]
    return None


def reference_to(owner: Any) -> OwnerReference:
    """The entry with which a dependent names `owner` as the one that controls it."""
    return OwnerReference(
        apiVersion=owner.apiVersion,
        kind=owner.kind,
        name=owner.metadata.name,
        uid=owner.metadata.uid,
        controller=True,
        blockOwnerDeletion=True,
    )


def orphans(item: Any) -> Iterable[str]:
    """The formula of the index of orphans."""
    return () if controller_reference(item) else (item.metadata.namespace,)


def owner_uids(item: Any) -> Iterable[str]:
    """The formula of the index of owners."""
    return [reference.uid for reference in item.metadata.ownerReferences]


def owned(store: Store, owner: Any, kind: str) -> list[Any]:
    """The objects of the kind that `owner` controls."""
    found = store.by(kind, "owner", owner.metadata.uid)
    return [item for item in found if item.metadata.namespace == owner.metadata.namespace]


def claim(
    store: Store,
    api: Client,
    owner: Any,
    kind: str,
    counts: Callable[[Any], bool] = lambda item: True,
) -> list[Any]:
    """Settle who owns what, and return the objects of the kind that are the owner's from now on.

    Args:
        store: where the objects are read.
        api: where adoptions and releases are written.
        owner: the object that claims, such as a ReplicaSet.
        kind: the kind that is claimed, such as "Pod".
        counts: whether an object still counts; one that does not is neither adopted nor released.
    """
    mine, leaving, selector = [], owner.metadata.deletionTimestamp != "", selector_of(owner)
    for item in owned(store, owner, kind):
        if matches(selector, item.metadata.labels):
            mine.append(item)
        elif not leaving and counts(item):
            release(api, owner, item)
    if not leaving:
        for item in store.by(kind, ORPHANS, owner.metadata.namespace):
            if not item.metadata.deletionTimestamp and counts(item) and matches(selector, item.metadata.labels):
                mine.extend(adopt(api, owner, item))
    return mine


def adopt(api: Client, owner: Any, item: Any) -> list[Any]:
    """Make `owner` the one that controls `item`; nothing where somebody else was quicker."""
    return _write_owners(api, item, [*item.metadata.ownerReferences, reference_to(owner)])


def release(api: Client, owner: Any, item: Any) -> list[Any]:
    """Let `item` belong to `owner` no longer."""
    return _write_owners(api, item, [r for r in item.metadata.ownerReferences if r.uid != owner.metadata.uid])


def _write_owners(api: Client, item: Any, references: list[OwnerReference]) -> list[Any]:
    try:
        return [api.update(replace(item, metadata=replace(item.metadata, ownerReferences=references)))]
    except ApiError as error:
        if error.code in (404, 409, 422):  # gone or changed meanwhile: its change wakes us again
            return []
        raise


def selector_of(owner: Any) -> LabelSelector:
    """The selector of a workload; the one of a ReplicationController is a bare map of labels."""
    selector = owner.spec.selector
    return LabelSelector(matchLabels=selector) if isinstance(selector, dict) else selector


def claimants(store: Store, kind: str, change: Change) -> list[Key]:
    """The objects of `kind` that look at a change of something they own or might own.

    That is its owner, before and after; and where nobody controls it, all whose selector matches its labels.
    """
    before, after, namespace = change.before, change.after, change.key.namespace
    reference = controller_reference(after if after is not None else before)
    if reference is not None and (before is None or after is None or not was_handed_over(change)):
        return [Key(kind, namespace, reference.name)] if reference.kind == kind else []  # nearly every change
    former = controller_reference(before) if before is not None else None
    found = [Key(kind, namespace, r.name) for r in (former, reference) if r is not None and r.kind == kind]
    if reference is None and after is not None and is_news(change):
        labels, owners = after.metadata.labels, store.list(kind, namespace)
        found += [Key(kind, namespace, o.metadata.name) for o in owners if matches(selector_of(o), labels)]
    return list(dict.fromkeys(found))


def was_handed_over(change: Change) -> bool:
    """Somebody else owns the object now."""
    return bool(change.before.metadata.ownerReferences != change.after.metadata.ownerReferences)


def is_news(change: Change) -> bool:
    """The change may let somebody adopt the object: it is new, or its labels or its owners changed."""
    before, after = change.before, change.after
    return before is None or (before.metadata.labels, before.metadata.ownerReferences) != (
        after.metadata.labels,
        after.metadata.ownerReferences,
    )
