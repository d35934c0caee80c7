"""`kubectl replace`: put a manifest in the place of what is there."""

from __future__ import annotations

from pilothouse.apiserver import ApiError

from ..call import Call
from ..failure import Failure, error, words
from ..flags import Flag
from ..manifests import documents
from ..targets import place, title
from .apply import dry_run

USAGE = "replace -f FILENAME"
ABOUT = "Put a manifest in the place of what is there."
FLAGS = (
    Flag("filename", "f", "strings", help="a file, a folder, or - for the text of the cell"),
    Flag("recursive", "R", "bool", False, help="folders within folders too"),
    Flag("dry-run", default="none", bare="unchanged", help="server or client: say what would happen, change nothing"),
)


def run(call: Call) -> None:
    """Replace each; what is not there is an error."""
    files = call.flags.many("filename")
    if not files:
        raise error("must specify one of -f and -k")
    mode = dry_run(call)
    for document in documents(files, call.stdin, call.flags.on("recursive")):
        if isinstance(document, Failure):
            call.fail(document)
            continue
        try:
            resource, namespace = place(call, document)
            metadata = {**(document.data.get("metadata") or {}), **({"namespace": namespace} if namespace else {})}
            made = call.api.update({**document.data, "metadata": metadata}, dry_run=bool(mode))
            call.say(f"{title(resource, made.metadata.name)} replaced{mode}\n")
        except ApiError as refusal:
            call.fail(Failure(words(refusal, f'error when replacing "{document.source}"')))
        except Failure as failure:
            call.fail(failure)
    call.settle()
