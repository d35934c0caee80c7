"""What a notebook shows of an error: the learner's own line, the message, and not one line of ours."""

from __future__ import annotations

import pytest

from pilothouse import Cluster
from pilothouse.api.error import Clear


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        (lambda c: c.run("soon"), "not a duration: 'soon'; write e.g. '30s'"),
        (lambda c: c.get("pod", "x"), 'pods "x" not found'),
        (lambda c: c.get("boat", "x"), 'the server doesn\'t have a resource type "boat"'),
        (lambda c: c.apply("a: [b"), "did not find expected"),
        (lambda c: c.apply("nowhere.yaml"), 'the path "nowhere.yaml" does not exist'),
        (lambda c: c.at(revision=99_999), "there is no revision 99999"),
        (lambda c: c.fail("n1"), 'give "node/NAME" or "component/NAME"'),
        (lambda c: c.logs("x"), 'pods "x" not found'),
    ],
)
def test_a_notebook_shows_the_message_and_the_learners_own_line(call: object, shown: str) -> None:
    assert callable(call)
    with pytest.raises(Clear) as caught:
        call(Cluster(nodes=1))
    lines = caught.value._render_traceback_()
    assert shown in lines[-1]
    assert "lambda c: c." in lines[-2]
    assert not any("engine/pilothouse" in line or "self." in line for line in lines)


def test_what_was_applied_before_stands_under_the_message() -> None:
    good = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "harbour"}}
    with pytest.raises(Clear) as caught:
        Cluster(nodes=1).apply([good, {"apiVersion": "v1", "kind": "Pod"}])
    assert caught.value._render_traceback_()[-1] == "applied before it: namespace/harbour; not applied: 1"
