"""``%kubectl`` and ``%%kubectl``: kubectl in a notebook cell.

The cluster is the notebook's variable ``cluster``, else the one made or used last, and then it says which. ``{name}`` in a line is replaced by
the value of that Python variable, so ``%kubectl delete pod {pod.metadata.name}`` works; JSONPath templates are left
alone. ``%%kubectl apply -f -`` reads the rest of the cell. Every command shows its output at once, also in the middle of
a cell; ``out = %kubectl get pods`` gives it to you instead.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn
from weakref import WeakKeyDictionary

from .command import Kubectl
from .output import Output, Part

if TYPE_CHECKING:
    from pilothouse.cluster import Cluster

NO_CLUSTER = (
    "there is no cluster yet; make one first, for example: from pilothouse import Cluster; cluster = Cluster(nodes=3)"
)
NO_SHELL = (
    "%kubectl is no shell, so {!r} means nothing to it; choose with -l, --field-selector or -o jsonpath=..., "
    "or keep the text for Python: out = %kubectl get pods, then out.text"
)
SHELL = re.compile(r"(?:^|\s)(\||\|\||&&|>|>>|<)(?=\s|$)")
VARIABLE = re.compile(r"\{([A-Za-z_]\w*(?:\.\w+|\[[^\[\]{}]*\])*)\}")
TEMPLATES = ("jsonpath", "go-template", "custom-columns", "--patch", "-p")

_kubectls: WeakKeyDictionary[Any, Kubectl] = WeakKeyDictionary()


def load(ipython: Any) -> None:
    """Register the magics with an IPython shell (what ``%load_ext pilothouse`` does)."""
    from IPython.core.magic import no_var_expand

    @no_var_expand
    def kubectl(line: str, cell: str | None = None) -> Output | None:
        """Talk to the notebook's cluster with kubectl."""
        return run(ipython, line, cell)

    ipython.register_magic_function(kubectl, magic_kind="line_cell", magic_name="kubectl")
    for written in ("%kubectl", "%%kubectl"):
        ipython.set_hook("complete_command", completions, str_key=written)


def completions(ipython: Any, event: Any) -> list[str]:
    """What the Tab key offers after ``%kubectl``."""
    cluster = _cluster(ipython)
    if cluster is None:
        return []
    from .completion import complete

    return complete(for_cluster(cluster), event.text_until_cursor.lstrip().partition("kubectl")[2].lstrip())


def run(ipython: Any, line: str, cell: str | None) -> Output | None:
    """Run one line, or a cell whose lines after the first are standard input; show the output unless it is assigned."""
    cluster = _cluster(ipython)
    if cluster is None:
        raise_usage(NO_CLUSTER)
    if sign := SHELL.search(line):
        raise_usage(NO_SHELL.format(sign[1]))
    output = for_cluster(cluster).run(expand(line, ipython.user_ns), stdin=cell)
    if assigned(ipython, line):
        return output
    if cluster is not ipython.user_ns.get("cluster"):
        output.parts.append(Part("err", named(cluster, ipython.user_ns)))
    if output.parts:
        from IPython.display import display

        display(output)  # type: ignore[no-untyped-call]
    return None


def _cluster(ipython: Any) -> Cluster | None:
    from pilothouse.cluster import Cluster

    found = ipython.user_ns.get("cluster")
    return found if isinstance(found, Cluster) else Cluster.current()


def named(cluster: Cluster, names: dict[str, Any]) -> str:
    """Say which cluster was asked, where the notebook has none called ``cluster``."""
    own = sorted(name for name, value in names.items() if value is cluster and not name.startswith("_"))
    which = f"`{own[0]}`" if own else "a cluster that no variable names"
    return f"(asked {which}, used last; %kubectl prefers a variable called `cluster`)\n"


def raise_usage(message: str) -> NoReturn:
    """Complain without a traceback, as IPython's own magics do."""
    from IPython.core.error import UsageError

    raise UsageError(message)


def for_cluster(cluster: Cluster) -> Kubectl:
    """The kubectl of a cluster: it keeps the chosen namespace between cells."""
    if cluster not in _kubectls:
        _kubectls[cluster] = Kubectl(cluster)
    return _kubectls[cluster]


def expand(line: str, names: dict[str, Any]) -> str:
    """Put values of notebook variables in place of ``{name}``, except in templates."""
    if any(word in line for word in TEMPLATES):
        return line

    def value(match: re.Match[str]) -> str:
        if match[1].split(".")[0].split("[")[0] not in names:
            return match[0]
        return str(eval(match[1], {"__builtins__": {}}, names))

    return VARIABLE.sub(value, line)


def assigned(ipython: Any, line: str) -> bool:
    """Whether the cell under way stores this line's result: ``out = %kubectl …``."""
    history = ipython.user_ns.get("_ih") or [""]
    call = rf"get_ipython\(\)\.run_line_magic\('kubectl', {re.escape(repr(line))}\)"
    return re.search(rf"=\s*{call}", history[-1]) is not None
