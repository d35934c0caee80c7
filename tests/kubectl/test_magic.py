"""``%kubectl`` and ``%%kubectl`` in a real IPython shell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from pilothouse import Cluster
from pilothouse.kubectl import Output

WEB = """
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: c, image: nginx}]}
"""


@pytest.fixture
def shell() -> Iterator[Any]:
    """A fresh shell with the extension, and a cluster in its namespace."""
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance(history_load_length=0)
    made.history_manager.enabled = False
    made.user_ns["cluster"] = Cluster(nodes=1, unknown_images="assume")
    run(made, "%load_ext pilothouse")
    yield made
    made.history_manager.end_session()
    InteractiveShell.clear_instance()


def run(shell: Any, cell: str) -> list[dict[str, Any]]:
    """Run a cell; the mime bundles that it showed."""
    with capture_output() as captured:
        result = shell.run_cell(cell, store_history=True)
    result.raise_error()
    return [output.data for output in captured.outputs]


def test_a_cell_is_standard_input(shell: Any) -> None:
    (shown,) = run(shell, f"%%kubectl apply -f -{WEB}")
    assert shown["text/plain"] == "pod/web created"
    assert shell.user_ns["cluster"].get("pod", "web").metadata.labels == {"app": "web"}


def test_every_line_of_a_cell_shows_its_output(shell: Any) -> None:
    run(shell, f"%%kubectl apply -f -{WEB}")
    first, second = run(shell, "%kubectl get nodes\n%kubectl get pods -owide\nx = 1")
    assert first["text/plain"].startswith("NAME   STATUS")
    assert "<table>" in first["text/html"]
    assert "web" in second["text/plain"]


def test_an_assigned_result_is_given_instead_of_shown(shell: Any) -> None:
    assert run(shell, "out = %kubectl get pods nope") == []
    out = shell.user_ns["out"]
    assert isinstance(out, Output)
    assert (out.code, out.stderr) == (1, 'Error from server (NotFound): pods "nope" not found\n')


def test_mistakes_are_words_not_tracebacks(shell: Any) -> None:
    (shown,) = run(shell, "%kubectl get foo")
    assert shown["text/plain"] == 'error: the server doesn\'t have a resource type "foo"'
    (shown,) = run(shell, "%%kubectl apply -f -\na: b: c")
    assert "error converting YAML to JSON: yaml: mapping values are not allowed" in shown["text/plain"]
    (shown,) = run(shell, "%kubectl get 'pods")
    assert shown["text/plain"] == "error: cannot read the command line: No closing quotation"


def test_python_values_go_into_the_line_and_templates_stay(shell: Any) -> None:
    run(shell, f"%%kubectl apply -f -{WEB}")
    shell.user_ns["pod"] = shell.user_ns["cluster"].get("pod", "web")
    shell.user_ns["end"] = "not in templates"
    (shown,) = run(shell, "%kubectl get pod {pod.metadata.name} -o name")
    assert shown["text/plain"] == "pod/web"
    template = "{range .items[*]}{.metadata.name};{end}"
    (shown,) = run(shell, f"%kubectl get pods -o jsonpath='{template}'")
    assert shown["text/plain"] == "web;"


def test_without_the_variable_it_is_the_cluster_made_last(shell: Any) -> None:
    del shell.user_ns["cluster"]
    shell.user_ns["other"] = Cluster(nodes=2)
    (shown,) = run(shell, "%kubectl get nodes -o name")
    said = "(asked `other`, used last; %kubectl prefers a variable called `cluster`)"
    assert shown["text/plain"] == f"node/n1\nnode/n2\n{said}"


@pytest.mark.parametrize("line", ["get pods | grep web", "get pods -o yaml > pods.yaml", "get pods && x"])
def test_what_belongs_to_a_shell_is_named_as_such(shell: Any, line: str) -> None:
    with pytest.raises(UsageError, match="is no shell"):
        run(shell, f"%kubectl {line}")


def test_the_tab_key_knows_verbs_flags_kinds_and_names(shell: Any) -> None:
    run(shell, f"%%kubectl apply -f -{WEB}")
    for text, wanted in (
        ("%kubectl desc", "describe"),
        ("%kubectl rollout st", "status"),
        ("%kubectl get pods --show-l", "--show-labels"),
        ("%kubectl get deploy", "deployments"),
        ("%kubectl describe pod w", "web"),
        ("%kubectl logs w", "web"),
        ("%kubectl get -n kube-s", "kube-system"),
        ("%kubectl get pods -o w", "wide"),
        ("%kubectl delete po/w", "po/web"),
        ("%kubectl -n kube-system get po", "podtemplates"),
    ):
        with provisionalcompleter():
            offered = [one.text for one in shell.Completer.completions(text, len(text))]
        assert wanted in offered, f"{text}: {offered}"
