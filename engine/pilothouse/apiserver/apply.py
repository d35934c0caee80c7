"""`kubectl apply` as kubectl does it: a three-way merge of the last manifest, the new one and the live object.

What the new manifest says is set, what only the last one said is removed, all else is left to whoever wrote it. The
last manifest is kept in an annotation. Server-side apply is another road.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pilothouse.api import Base, replace, to_dict
from pilothouse.apiserver import strategic
from pilothouse.apiserver.patch import tidy

if TYPE_CHECKING:
    from pilothouse.apiserver.client import Client

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def apply(client: Client, obj: Any, namespace: str | None, dry_run: bool) -> tuple[Any, str]:
    """Create the object, or change what the manifest says. Answers with it and created, configured or unchanged."""
    door = client.door
    wanted = to_dict(obj) if isinstance(obj, Base) else obj
    item, _ = door.decode(wanted)
    wanted = tidy(wanted)
    item = client._place(item, namespace)
    info = door.info(item)
    meta = item.metadata
    wanted = _remembering(wanted, meta.namespace)
    live = door.store.get(info.store_name, meta.namespace, meta.name) if meta.name else None
    client._may("get", info, meta.namespace, meta.name)
    client._may("patch" if live is not None else "create", info, meta.namespace, meta.name if live is not None else "")
    if live is None:
        annotations = {**meta.annotations, LAST_APPLIED: wanted["metadata"]["annotations"][LAST_APPLIED]}
        fresh = replace(item, metadata=replace(meta, annotations=annotations))
        return door.create(fresh, client.user, dry_run), "created"
    last = _read(live.metadata.annotations.get(LAST_APPLIED, ""))
    now = to_dict(live)
    merged = strategic.three_way(last, wanted, now, None if info.custom else info.type)
    if merged == now:
        return live, "unchanged"
    changed, _ = door.decode(merged)
    stored = door.update(changed, client.user, dry_run)
    same = stored.metadata.resourceVersion == live.metadata.resourceVersion and stored == live
    return stored, "unchanged" if same else "configured"


def _remembering(wanted: dict[str, Any], namespace: str) -> dict[str, Any]:
    """The manifest with itself written into the annotation."""
    metadata = dict(wanted.get("metadata") or {})
    given = {key: value for key, value in (metadata.get("annotations") or {}).items() if key != LAST_APPLIED}
    if namespace:
        metadata["namespace"] = namespace
    plain = {**wanted, "metadata": {**metadata, "annotations": given}}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
    return {**plain, "metadata": {**metadata, "annotations": {**given, LAST_APPLIED: text}}}


def _read(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
