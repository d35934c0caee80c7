"""ConfigMap, Secret and ServiceAccount at the door.

The real counterparts are `ValidateConfigMap`, `ValidateSecret` and `SetDefaults_Secret`; a mebibyte is the most that
either holds.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from pilothouse.api import replace
from pilothouse.api.name import config_key
from pilothouse.apiserver.kind import Kind
from pilothouse.apiserver.status import Fault, forbidden, invalid, required, too_long

_MOST = 1 << 20


def _raw_size(text: str) -> int:
    return len(text) * 3 // 4 - text.count("=")


def _config_map(item: Any, path: str, faults: list[Fault]) -> None:
    size = 0
    for key, text in item.data.items():
        for problem in config_key(key):
            faults.append(invalid(f"data[{key}]", key, problem))
        if key in item.binaryData:
            faults.append(invalid(f"data[{key}]", key, "duplicate of key present in binaryData"))
        size += len(text.encode())
    for key, text in item.binaryData.items():
        for problem in config_key(key):
            faults.append(invalid(f"binaryData[{key}]", key, problem))
        size += _raw_size(text)
    if size > _MOST:
        faults.append(too_long("[]", _MOST))


def _kept(*names: str) -> Any:
    """What `immutable: true` forbids for good."""

    def check(new: Any, old: Any, path: str, faults: list[Fault]) -> None:
        if not old.immutable:
            return
        if not new.immutable:
            faults.append(forbidden("immutable", "field is immutable when `immutable` is set"))
        for name in names:
            if getattr(new, name) != getattr(old, name):
                faults.append(forbidden(name, "field is immutable when `immutable` is set"))

    return check


CONFIG_MAP = Kind("ConfigMap", rules=_config_map, changes=_kept("data", "binaryData"))

# ------------------ Secret


def _secret_defaults(item: Any) -> Any:
    changes: dict[str, Any] = {}
    if not item.type:
        changes["type"] = "Opaque"
    if item.stringData:
        plain = {key: base64.b64encode(text.encode()).decode() for key, text in item.stringData.items()}
        changes |= {"data": {**item.data, **plain}, "stringData": {}}
    return replace(item, **changes) if changes else item


_NEEDED = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}
_DOCKER = {"kubernetes.io/dockercfg": ".dockercfg", "kubernetes.io/dockerconfigjson": ".dockerconfigjson"}


def _secret(item: Any, path: str, faults: list[Fault]) -> None:
    size = 0
    for key, text in item.data.items():
        for problem in config_key(key):
            faults.append(invalid(f"data[{key}]", key, problem))
        size += _raw_size(text)
    if size > _MOST:
        faults.append(too_long("data", _MOST))
    for key in _NEEDED.get(item.type, ()):
        if key not in item.data:
            faults.append(required(f"data[{key}]"))
    if item.type in _DOCKER:
        _docker(item, _DOCKER[item.type], faults)
    if item.type == "kubernetes.io/basic-auth" and not {"username", "password"} & set(item.data):
        faults += [required("data[username]"), required("data[password]")]
    if item.type == "kubernetes.io/service-account-token":
        key = "kubernetes.io/service-account.name"
        if not item.metadata.annotations.get(key):
            faults.append(required(f"metadata.annotations[{key}]"))


def _docker(item: Any, key: str, faults: list[Fault]) -> None:
    if key not in item.data:
        faults.append(required(f"data[{key}]"))
        return
    text = base64.b64decode(item.data[key]).decode(errors="replace")
    try:
        json.loads(text)
    except ValueError:
        told = (
            f"invalid character '{text.strip()[:1]}' looking for beginning of value"
            if text.strip()
            else "unexpected end of JSON input"
        )
        faults.append(invalid(f"data[{key}]", "<secret contents redacted>", told))


def _secret_changes(new: Any, old: Any, path: str, faults: list[Fault]) -> None:
    if new.type != old.type:
        faults.append(invalid("type", new.type, "field is immutable"))
    _kept("data")(new, old, path, faults)


SECRET = Kind(
    "Secret",
    defaults=_secret_defaults,
    rules=_secret,
    changes=_secret_changes,
    fields={"type": lambda item: item.type},
)

SERVICE_ACCOUNT = Kind("ServiceAccount")

KINDS = (CONFIG_MAP, SECRET, SERVICE_ACCOUNT)
