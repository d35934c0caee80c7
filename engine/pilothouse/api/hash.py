"""Short hashes in names: ``web-5bbdcd47f9``.

Why it exists: a Deployment names its replica sets after what is in their template, so that the same template finds its
replica set again. Simplified: the real server hashes Go's dump of the struct, we hash its JSON, so the letters
differ from a real cluster's but behave alike. The real counterpart is ``controller.ComputeHash``.
"""

from __future__ import annotations

from typing import Any

import msgspec

from pilothouse.api.name import SAFE_ALPHABET


def fnv32a(data: bytes) -> int:
    """The 32-bit FNV-1a hash."""
    value = 0x811C9DC5
    for byte in data:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def safe_encode(text: str) -> str:
    """Each character as one of the letters that are safe in a name."""
    return "".join(SAFE_ALPHABET[ord(character) % len(SAFE_ALPHABET)] for character in text)


def template_hash(template: Any, collisions: int | None = None) -> str:
    """The `pod-template-hash` of a pod template (any object or plain JSON), a hash of what it says.

    Args:
        template: two that are equal have the same hash, in every process.
        collisions: `status.collisionCount`; another number gives another hash.
    """
    data = msgspec.json.encode(template, order="sorted")
    if collisions is not None:
        data += collisions.to_bytes(8, "little")
    return safe_encode(str(fnv32a(data)))
