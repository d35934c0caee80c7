"""What went wrong, in kubectl's own words and with its exit code.

Everything that kubectl reports ends in one of two forms: ``error: …`` for what the client itself noticed, and
``Error from server (Reason): …`` for what the API server answered; a refused object reads ``The Pod "x" is invalid:
…``. The real counterpart is ``k8s.io/kubectl/pkg/cmd/util``.
"""

from __future__ import annotations

from typing import Any, Protocol


class Refusal(Protocol):
    """What we read of an answer of the API server (its ``Status``)."""

    code: int
    reason: str
    message: str
    details: dict[str, Any] | None


class Failure(Exception):
    """A command ends here: ``text`` goes to standard error as it is, ``code`` is the exit code."""

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.text = text if text.endswith("\n") or not text else text + "\n"
        self.code = code


def error(message: str, code: int = 1) -> Failure:
    """The client's own complaint: ``error: message``."""
    return Failure(f"error: {message}", code)


def usage(message: str, command: str) -> Failure:
    """A complaint about arguments, which points at the command's help."""
    return Failure(f"error: {message}\nSee 'kubectl {command} -h' for help and examples")


def words(refusal: Refusal, doing: str = "") -> str:
    """The text that kubectl prints for an answer of the server.

    ``doing`` is what it was about, for example ``error when creating "web.yaml"``; kubectl puts it before the message,
    but leaves it out when it lists the wrong fields of an object one by one.
    """
    details = refusal.details or {}
    if refusal.reason == "Invalid" and details.get("causes"):
        return _invalid(details)
    message = f"{doing}: {refusal.message}" if doing else refusal.message
    if refusal.reason == "Unauthorized":
        return f"error: You must be logged in to the server ({message})\n"
    reason = f" ({refusal.reason})" if refusal.reason and refusal.reason != "Unknown" else ""
    return f"Error from server{reason}: {message}\n"


def _invalid(details: dict[str, Any]) -> str:
    kind, name = details.get("kind", ""), details.get("name", "")
    causes = [
        f"{cause['field']}: {cause['message']}" if cause.get("field") else cause["message"]
        for cause in details["causes"]
    ]
    seen = list(dict.fromkeys(causes))
    if len(seen) == 1:
        return f'The {kind} "{name}" is invalid: {seen[0]}\n'
    return f'The {kind} "{name}" is invalid: \n' + "".join(f"* {cause}\n" for cause in seen)
