"""Input that cannot be taken: text that is no manifest, a manifest that is no object.

Why it exists: both are answered in the words of kubectl and of the real server, and whoever catches one wants no more
than its name. The real counterparts are the errors of apimachinery's serializers.
"""

from __future__ import annotations


class ManifestError(ValueError):
    """Text that is no manifest; the message is kubectl's, with the line."""


class DecodeError(ValueError):
    """A manifest that cannot be read as its kind.

    Attributes:
        detail: the reason without the words "… cannot be handled as …".
        problems: every unknown or repeated field, where these are the reason.
    """

    def __init__(self, message: str, detail: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.detail = detail or message
        self.problems = problems
