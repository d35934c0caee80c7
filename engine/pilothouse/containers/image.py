"""An image: a name, a size, and what happens when it runs.

Simplified: an image has no layers and no files of its own yet, only a table of the commands that are in it, each with
the program that stands behind it. The counterpart is an OCI image with its configuration.
"""

from __future__ import annotations

import hashlib

import msgspec

from pilothouse.containers.program import Program

MEBIBYTE = 1024 * 1024


class Image(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a registry holds under a name.

    Fields:
        name: the full name with its tag, such as `docker.io/library/nginx:1.27`.
        size: bytes to pull.
        entrypoint, cmd: what runs where the manifest does not say otherwise.
        programs: what stands behind each command, by the last part of its path.
        shell: whether there are a shell and the usual small commands.
        user: who runs it; "" is root.
        assumed: nobody knows this image; it is taken for a plain server.
    """

    name: str
    size: int = 50 * MEBIBYTE
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    programs: dict[str, Program] = {}
    env: tuple[tuple[str, str], ...] = ()
    shell: bool = False
    user: str = ""
    assumed: bool = False

    @property
    def repository(self) -> str:
        """The name without its tag."""
        return self.name.rpartition(":")[0]

    @property
    def digest(self) -> str:
        """A digest in the real form; the same name and size always give the same."""
        return "sha256:" + hashlib.sha256(f"{self.name} {self.size}".encode()).hexdigest()

    def argv(self, command: list[str], args: list[str]) -> tuple[str, ...]:
        """What runs: a command replaces the entrypoint and drops the image's arguments, args replace those."""
        if command:
            return (*command, *args)
        return (*self.entrypoint, *(args or self.cmd))
