"""Containers as such: names of images, images, the registry, programs, and processes.

Read in this order: reference, tape, program, image, catalog, registry, process; `grammar`, `command` and `shell` for
`sh -c`, `learned` for a learner's own programs.
"""

from pilothouse.containers.image import Image
from pilothouse.containers.learned import Container, image
from pilothouse.containers.process import (
    CreateError,
    End,
    ExecError,
    Process,
    StartError,
    changes_after,
    execute,
    http_status,
    listens,
    log_of,
    message_of,
    signal,
    start,
)
from pilothouse.containers.program import Launch, Program, job, server
from pilothouse.containers.reference import Reference, parse_reference
from pilothouse.containers.registry import PullError, Registry, pull_seconds, register
from pilothouse.containers.shell import Result

__all__ = [
    "Container",
    "CreateError",
    "End",
    "ExecError",
    "Image",
    "Launch",
    "Process",
    "Program",
    "PullError",
    "Reference",
    "Registry",
    "Result",
    "StartError",
    "changes_after",
    "execute",
    "http_status",
    "image",
    "job",
    "listens",
    "log_of",
    "message_of",
    "parse_reference",
    "pull_seconds",
    "register",
    "server",
    "signal",
    "start",
]
