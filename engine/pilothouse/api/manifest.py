r"""Manifests: YAML or JSON text to plain objects, as kubectl reads it.

Why it exists: published files use every corner that kubectl lets pass (several documents, ``kind: List``, octal modes,
unquoted times, ``\'`` in double quotes), and its complaints are what people search the web for. One difference is
meant: kubectl lets the last of two equal keys win in silence, we refuse the file. The real counterparts are
``k8s.io/apimachinery/pkg/util/yaml`` and ``sigs.k8s.io/yaml``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pilothouse.api.decode import describe, wrong_type
from pilothouse.api.error import ManifestError
from pilothouse.api.json_text import json_documents
from pilothouse.api.types.meta import ObjectMeta
from pilothouse.api.yaml_text import yaml_documents


def load_all(text: str, source: str = "") -> list[dict[str, Any]]:
    """The objects in YAML (of one or more documents) or JSON text; the items of a `kind: List` one by one.

    Args:
        text: the file's content.
        source: its name, for messages.

    Raises:
        ManifestError: (a ValueError) in kubectl's words. Nothing of the file is returned then.
    """
    prefix = f"error parsing {source}: " if source else ""
    text = text.removeprefix("\ufeff")
    documents = json_documents(text, prefix) if text.lstrip()[:1] == "{" else yaml_documents(text, prefix)
    found: list[dict[str, Any]] = []
    for document in documents:
        if document is None:
            continue
        if not isinstance(document, dict):
            reason = f"json: cannot unmarshal {describe(document, '')} into Go value of type unstructured.detector"
            raise ManifestError(f'unable to decode "{source or "STDIN"}": {reason}')
        for item in _items(document):
            reason = _wrong_metadata(item)
            if reason:
                raise ManifestError(f'unable to decode "{source or "STDIN"}": {reason}')
            found.append(item)
    return found


def _wrong_metadata(document: dict[str, Any]) -> str:
    """What kubectl itself says of metadata of the wrong type, before it asks any server."""
    metadata = document.get("metadata")
    if metadata is None:
        return ""
    if not isinstance(metadata, dict):
        what = describe(metadata, "")
        return f"json: cannot unmarshal {what} into Go struct field metadataOnlyObject.metadata of type v1.ObjectMeta"
    return wrong_type(ObjectMeta, metadata, "metadata")


def _items(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    kind, items = document.get("kind"), document.get("items")
    if not isinstance(kind, str) or not kind.endswith("List") or not isinstance(items, list):
        yield document
        return
    inherited = {"apiVersion": document.get("apiVersion"), "kind": kind[:-4]} if kind != "List" else {}
    for item in items:
        if isinstance(item, dict):
            yield from _items({**inherited, **item} if inherited and "kind" not in item else item)
