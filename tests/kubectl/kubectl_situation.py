"""The objects of ``objects.yaml`` with times counted from a given moment, and an API client over them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from pilothouse.api import FieldSelector, Selector, from_dict, scheme
from pilothouse.apiserver import ApiError

FILE = Path(__file__).with_name("objects.yaml")


def objects(now: float) -> list[dict[str, Any]]:
    """Plain objects; ``now`` is in Unix seconds."""

    def stamp(match: re.Match[str]) -> str:
        moment = datetime.fromtimestamp(now - int(match[2]), UTC)
        return '"' + moment.strftime("%Y-%m-%dT%H:%M:%S" + (".000000Z" if match[1] == "MICRO" else "Z")) + '"'

    text = re.sub(r"(AGO|MICRO)\((-?\d+)\)", stamp, FILE.read_text().replace("LONGTEXT", "x" * 200))
    text = text.replace("TEMPLATE_WITH_HASH", "null")
    loaded: list[dict[str, Any]] = list(yaml.safe_load_all(text))
    template = next(one for one in loaded if one["kind"] == "Deployment")["spec"]["template"]
    labels = {**template["metadata"]["labels"], "pod-template-hash": "h2"}
    for one in loaded:
        if one["kind"] == "ReplicaSet" and one["spec"]["template"] is None:
            one["spec"]["template"] = {**template, "metadata": {**template["metadata"], "labels": labels}}
    return loaded


class Reads:
    """The reading half of an API client, over plain objects."""

    def __init__(self, plain: Sequence[dict[str, Any]]) -> None:
        self.objects = [from_dict(one, strict=True) for one in plain]

    def list(
        self, kind: str, namespace: str | None = "default", selector: str = "", field_selector: str = ""
    ) -> list[Any]:
        return [
            one
            for one in self.objects
            if one.kind == kind
            and namespace in (None, one.metadata.namespace)
            and (not selector or Selector.parse(selector).matches(one.metadata.labels))
            and (
                not field_selector
                or FieldSelector.parse(field_selector).matches(
                    {
                        "metadata.name": one.metadata.name,
                        "spec.nodeName": getattr(getattr(one, "spec", None), "nodeName", ""),
                    }
                )
            )
        ]

    def get(self, kind: str, name: str, namespace: str = "default") -> Any:
        for one in self.objects:
            if one.kind == kind and one.metadata.name == name:
                return one
        resource = scheme.resource(kind)
        raise ApiError(404, "NotFound", f'{resource.qualified} "{name}" not found')
