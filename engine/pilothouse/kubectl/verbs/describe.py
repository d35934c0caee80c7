"""`kubectl describe`: one object, section by section, with what happened to it."""

from __future__ import annotations

from pilothouse.apiserver import ApiError

from ..call import Call
from ..describe import describe
from ..failure import Failure, error
from ..flags import Flag
from ..targets import Found, Wanted, found, get, listed, wanted
from .get import SELECTION

USAGE = "describe TYPE [NAME ... | -l SELECTOR] [-n NAMESPACE | -A]"
ABOUT = "Tell everything about objects, with what happened to them."
FLAGS = (
    *SELECTION,
    Flag("show-events", type="bool", default=True, help="print events too"),
    Flag("chunk-size", type="int", default=500, help="accepted; the simulated server answers in one piece"),
)


def run(call: Call) -> None:
    """Print a description of each; names may be beginnings of names, as with the real one."""
    if not call.args and not call.flags.given("filename"):
        raise error(
            'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.'
        )
    shown: list[Found] = []
    failures: list[Failure | ApiError] = []
    begun = False  # whether a name turned out to be the beginning of names
    if call.flags.given("filename") or "/" in "".join(call.args) or len(call.args) == 1:
        for one in found(call, call.args):
            (shown if isinstance(one, Found) else failures).append(one)  # type: ignore[arg-type]
    else:
        for target in wanted(call, call.args):
            begun = _named(call, target, shown, failures) or begun
    for number, one in enumerate(shown):
        text = describe(one.object, call.api, call.now)
        call.say(text + "\n" if begun else ("\n\n" if number else "") + text)
    if not shown and not failures:
        call.warn(
            f"No resources found in {call.namespace} namespace.\n" if not call.everywhere else "No resources found\n"
        )
    for failure in failures:
        call.fail(failure)


def _named(call: Call, target: Wanted, shown: list[Found], failures: list[Failure | ApiError]) -> bool:
    resource, names = target
    prefixed = False
    for name in names:
        try:
            shown.append(Found(resource, get(call, resource, name, call.namespace)))
        except ApiError as refusal:
            begins = [one for one in listed(call, resource) if one.metadata.name.startswith(name)]
            shown += [Found(resource, one) for one in begins]
            prefixed = prefixed or bool(begins)
            if not begins:
                failures.append(refusal)
    return prefixed
